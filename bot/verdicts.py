"""What a refused send means for the message: wait, move, try another way, or give up."""

from dataclasses import dataclass

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

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


class Hopeless:
    """A mistake of ours; the same message would be refused again."""


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
    "chat_write_forbidden": Unreachable,
    "user is deactivated": Unreachable,
    "peer_id_invalid": Unreachable,
    "have no rights to send": Unreachable,
}


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
        case TelegramBadRequest(message=message):
            return _by_text(message)
        case ClientDecodeError(data=answer):
            return Unsure(unreadable=_is_telegrams(answer))
        case TelegramServerError() | TelegramNetworkError() | TimeoutError():
            return Unsure(unreadable=False)
        case _:
            return Hopeless()


def _is_telegrams(answer: object) -> bool:
    """Telegram answers with JSON objects; the page of a proxy before it is none, whatever its status."""
    return isinstance(answer, dict) or str(answer).lstrip().startswith("{")


def _by_text(message: str) -> Verdict:
    said = message.lower()
    for words, verdict in _BY_TEXT.items():
        if words in said:
            return verdict()
    return Hopeless()
