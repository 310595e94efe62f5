"""Who may buy in a group, asked at every press and command that leads to a purchase.

What a rule forbids is refused again in the transaction of the intent; here people are told before they have
chosen, and who left is turned away.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware, F, Router
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.errors import NoKeys, Refused, text
from bot.groups import Groups
from bot.i18n import Texts
from handlers.doors import Menu
from handlers.group_doors import Share
from handlers.listings import person_of
from handlers.screen import Screen, answer, chat_of, press, topic_of
from storage.group_rules import GroupLimit, NotABuyer, Seat

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class NoGroupKeys(NoKeys):
    text = text(
        "This group has no key of a provider that sells numbers yet. An administrator adds one: /share"
    )


class OnlyBuyers(BaseMiddleware):
    """Around the handlers of a router; in a private chat everybody may buy."""

    def __init__(self, refusal: type[NotABuyer]) -> None:
        self._refusal = refusal

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        if not isinstance(event, Message | CallbackQuery):
            return await handler(event, data)
        chat_id = chat_of(event)
        groups: Groups = data["groups"]
        try:
            await groups.may_buy(chat_id, person_of(event))
        except NotABuyer:
            raise self._refusal from None
        try:
            return await handler(event, data)
        except NoKeys:
            raise (NoGroupKeys if chat_id < 0 else NoKeys) from None


def for_buyers(router: Router, refusal: type[NotABuyer] = NotABuyer) -> None:
    """Let a router answer in groups, to those who may buy there: to others with a `refusal`.

    Presses on a message of no chat are old.
    """
    router.callback_query.register(_press_of_no_chat, ~F.message)
    router.message.middleware(OnlyBuyers(refusal))
    router.callback_query.middleware(OnlyBuyers(refusal))


async def buys_here(groups: Groups, chat_id: int, person_id: int) -> bool:
    """Whether somebody is shown the ways to buy: all but those of whom it is known that they may not."""
    try:
        await groups.may_buy(chat_id, person_id)
    except NotABuyer:
        return False
    except Refused:
        return True
    return True


async def _press_of_no_chat(callback: CallbackQuery, t: Texts) -> None:
    await answer(callback, t.plain("This button is too old. Please open /start again."), alert=True)


def alone(event: Message | CallbackQuery) -> bool:
    """Whether it is somebody's private chat."""
    return chat_of(event) > 0


def no_group_keys(t: Texts) -> Screen:
    """There is nothing to buy with: whoever leads the group adds a key."""
    share = [press(t.plain("⚙️ Set up sharing"), Share())]
    return Screen(t(NoGroupKeys.text), [share, [press(t.plain("◀ Menu"), Menu())]])


@dataclass(frozen=True, slots=True)
class Counter:
    """Where *Buy* is pressed: the message that becomes the card, None where the card comes elsewhere.

    `topic` is where it comes then, by its group's rule.
    """

    card_id: int | None
    seat: Seat
    topic: int | None = None


async def counter(callback: CallbackQuery, groups: Groups) -> Counter:
    """Where this is, and whether who presses leads the group right now. Raises as `Groups.may_buy` does."""
    chat_id, message = chat_of(callback), callback.message
    card_id = message.message_id if isinstance(message, Message) else None
    if chat_id > 0:
        return Counter(card_id, Seat())
    seat = Seat(await groups.leads_to_buy(chat_id, callback.from_user.id), topic_of(message))
    rules = await groups.rules(chat_id)
    topic = rules.thread_id if rules is not None else None
    elsewhere = topic is not None and topic != seat.thread_id
    return Counter(None if elsewhere else card_id, seat, topic if elsewhere else None)


def told(full: GroupLimit, t: Texts) -> str:
    """Which limit of the group it would pass, and when there is room again."""
    why = t.plain_error(full)
    if full.free_at is None:
        return why
    again = t.plain("The next one: from {time} on.", time=t.day(full.free_at))
    return f"{why} {again}"
