"""What a refused send means for the message: wait, move, try another way, or give up."""

import re
from dataclasses import dataclass

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

REVOKED = "Telegram does not accept BOT_TOKEN: was it revoked?"


class Stopped(Exception):
    """The bot cannot go on; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not to this chat before so many seconds; the attempt does not count."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may have been delivered; `unreadable` when Telegram said yes in a way nobody can read."""

    unreadable: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """The group is a supergroup now."""

    chat_id: int


class AsItIs:
    """The message shows this already."""


class SendNew:
    """The message to edit is gone: send a new one."""


class WithoutThread:
    """The topic is closed or gone."""


class AsPlainText:
    """Telegram could not read our markup."""


class Unreachable:
    """Nothing can be delivered to this chat."""


class Stop:
    """The token is revoked: nothing can be sent at all."""


@dataclass(frozen=True, slots=True)
class Hopeless:
    """The same message would be refused again; `named` when Telegram says why by a name nobody here knows."""

    named: bool = False


Verdict = (
    Wait | Unsure | Moved | AsItIs | SendNew | WithoutThread | AsPlainText | Unreachable | Stop | Hopeless
)

_BY_TEXT: dict[str, type[AsItIs | SendNew | WithoutThread | AsPlainText | Unreachable]] = {
    "message is not modified": AsItIs,
    "message to edit not found": SendNew,
    "message can't be edited": SendNew,
    "message_id_invalid": SendNew,
    "message thread not found": WithoutThread,
    "topic_closed": WithoutThread,
    "topic_deleted": WithoutThread,
    "can't parse entities": AsPlainText,
    "chat not found": Unreachable,
    "not enough rights": Unreachable,
    "need administrator rights": Unreachable,
    "bot is not a member": Unreachable,
    "chat was deactivated": Unreachable,
    "chat_write_forbidden": Unreachable,
    "chat_send_plain_forbidden": Unreachable,
    "chat_restricted": Unreachable,
    "channel_private": Unreachable,
    "user is deactivated": Unreachable,
    "user_deactivated": Unreachable,
    "user_is_blocked": Unreachable,
    "user_banned_in_channel": Unreachable,
    "peer_id_invalid": Unreachable,
    "have no rights to send": Unreachable,
}
#: A right about one kind of what can be sent: a picture, a poll.
_KIND = re.compile(r"not enough rights to send \w|chat_send_\w+_forbidden")
#: How an answer begins that says yes, even if it is cut off, and a refusal that is only a name.
_YES = re.compile(r'\s*\{\s*"ok"\s*:\s*true\b')
_NAME = re.compile(r"^(?:Bad Request: )?[A-Z][A-Z_0-9]+$")


def judge(error: Exception) -> Verdict:
    """The verdict on a failed send or edit. Wording: Telegram's server, see tdlib/telegram-bot-api."""
    match error:
        case TelegramRetryAfter(retry_after=seconds):
            return Wait(float(seconds))
        case TelegramMigrateToChat(migrate_to_chat_id=chat_id):
            return Moved(chat_id)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Stop()
        case TelegramForbiddenError():
            return Unreachable()
        case TelegramBadRequest(message=str(message)) if message:
            return _by_text(message)
        case ClientDecodeError(data=answer):
            return Unsure(unreadable=_is_a_yes(answer))
        case ValueError() if not isinstance(error, UnicodeError):
            # Not even asked: what we made cannot be said.
            return Hopeless()
        case _:
            return Unsure(unreadable=False)


def never_left(error: Exception) -> bool:
    """Whether Telegram was not even reached, so that it has heard nothing."""
    return isinstance(error.__cause__, ClientConnectorError)


def is_of_its_kind(error: Exception) -> bool:
    """Whether a chat refuses such things as this, or in this place of it: not all that is said there."""
    return isinstance(judge(error), WithoutThread) or _KIND.search(str(error).lower()) is not None


def is_plain(error: Exception) -> bool:
    """Whether it is this chat that cannot be reached, beyond doubt: a 400 may mean another one's."""
    return isinstance(error, TelegramForbiddenError)


def _is_a_yes(answer: object) -> bool:
    """Telegram's yes is a word of a JSON object; the page of a proxy has none, whatever its status."""
    return answer.get("ok") is True if isinstance(answer, dict) else _YES.match(str(answer)) is not None


def _by_text(message: str) -> Verdict:
    said = message.lower()
    for words, verdict in _BY_TEXT.items():
        if words in said:
            return verdict()
    return Hopeless(named=_NAME.search(message) is not None)
