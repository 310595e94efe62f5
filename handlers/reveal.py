"""*Show code*: the newest SMS of a group's number, to who holds it and to nobody else.

It comes as an alert, and, where Telegram allows it, as a message in the group that only they see. That one
is never the only copy: it may not come, and goes with the app. A Bot API server that does not know of such
messages would post it for all: so it is said without a word of the SMS first, and the SMS is put into it by
a call that can change nothing but a message for one person.
"""

import logging
from contextlib import suppress

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, EphemeralMessageParameters, Message

from bot.activations import Activations
from bot.errors import Refused, text
from bot.groups import Groups, Untold
from bot.i18n import Texts
from handlers.code_rings import in_short, whispered
from handlers.doors import Act
from handlers.screen import Screen, answer, chat_of, topic_of
from storage.activations import ActivationStore
from storage.models import Activation

log = logging.getLogger(__name__)

#: Seconds for the message that only one person sees: the alert has said it already.
_PATIENCE = 5


class NothingCame(Refused):
    text = text("No SMS has come yet.")


async def show_code(
    callback: CallbackQuery,
    callback_data: Act,
    bot: Bot,
    t: Texts,
    activations: Activations,
    numbers: ActivationStore,
    groups: Groups,
) -> None:
    """Who left the group is refused there; what comes goes to them in private."""
    row = await activations.mine(callback_data.id, callback.from_user.id)
    if row.chat_id < 0:
        await _be_there(row, groups)
    every = await numbers.all_sms(row.id)
    told = in_short(every[-1], row, t) if every else ""
    if not told:
        raise NothingCame
    await answer(callback, told, alert=True)
    if row.chat_id < 0 and row.chat_id == chat_of(callback) and groups.can_whisper:
        groups.can_whisper = await _whisper(bot, callback, whispered(every[-1], row, t), t)


async def _be_there(row: Activation, groups: Groups) -> None:
    """Where Telegram does not tell, a holder may still read what is theirs."""
    try:
        await groups.present(row.chat_id, row.owner_id)
    except Untold:
        log.info("number %s: shown to its holder, whom Telegram does not tell", row.id)


async def _whisper(bot: Bot, callback: CallbackQuery, screen: Screen, t: Texts) -> bool:
    """Best effort; False where Telegram turns out not to know of messages for one person."""
    try:
        said = await _said_to_one(bot, callback, t)
        if said.message_id or not said.ephemeral_message_id:
            log.warning("a message for one person was shown to a group: no more of them")
            with suppress(AiogramError, TimeoutError):
                await said.delete()
            return False
        await _put_into(bot, callback, said.ephemeral_message_id, screen)
    except (AiogramError, TimeoutError, OSError) as error:
        log.info("a message for one person could not be said: %s", type(error).__name__)
    return True


async def _said_to_one(bot: Bot, callback: CallbackQuery, t: Texts) -> Message:
    """Nothing that not everybody could read."""
    only_them = EphemeralMessageParameters(
        receiver_user_id=callback.from_user.id, callback_query_id=callback.id
    )
    words = t("👁 Only you see this message.")
    return await bot.send_message(
        chat_of(callback),
        words,
        message_thread_id=topic_of(callback.message),
        parse_mode="HTML",
        ephemeral_message_parameters=only_them,
        request_timeout=_PATIENCE,
    )


async def _put_into(bot: Bot, callback: CallbackQuery, ephemeral_id: int, screen: Screen) -> None:
    await bot.edit_ephemeral_message_text(
        chat_id=chat_of(callback),
        receiver_user_id=callback.from_user.id,
        ephemeral_message_id=ephemeral_id,
        text=screen.html,
        parse_mode="HTML",
        reply_markup=screen.keyboard,
        request_timeout=_PATIENCE,
    )
