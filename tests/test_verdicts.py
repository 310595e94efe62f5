"""What each refusal of Telegram means, by its own words."""

import pytest
from aiogram import exceptions
from aiogram.methods import SendMessage

from bot.verdicts import (
    AsItIs,
    AsPlainText,
    Hopeless,
    Moved,
    SendNew,
    Stop,
    Unreachable,
    Unsure,
    Verdict,
    Wait,
    WithoutThread,
    judge,
)

METHOD = SendMessage(chat_id=1, text="-")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Bad Request: message is not modified: specified new message content …", AsItIs),
        ("Bad Request: message to edit not found", SendNew),
        ("Bad Request: message can't be edited", SendNew),
        ("Bad Request: MESSAGE_ID_INVALID", SendNew),
        ("Bad Request: message thread not found", WithoutThread),
        ("Bad Request: TOPIC_CLOSED", WithoutThread),
        ("Bad Request: TOPIC_DELETED", WithoutThread),
        ("Bad Request: can't parse entities: Unsupported start tag", AsPlainText),
        ("Bad Request: chat not found", Unreachable),
        ("Bad Request: not enough rights to send text messages to the chat", Unreachable),
        ("Bad Request: CHAT_WRITE_FORBIDDEN", Unreachable),
        ("Bad Request: have no rights to send a message", Unreachable),
        ("Bad Request: PEER_ID_INVALID", Unreachable),
        ("Bad Request: USER_IS_BLOCKED", Unreachable),
        ("Bad Request: CHAT_RESTRICTED", Unreachable),
        ("Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", Unreachable),
        ("Bad Request: USER_BANNED_IN_CHANNEL", Unreachable),
        ("Bad Request: INPUT_USER_DEACTIVATED", Unreachable),
        ("Bad Request: CHANNEL_PRIVATE", Unreachable),
        ("Bad Request: group chat was deactivated", Unreachable),
        ("Bad Request: bot is not a member of the channel chat", Unreachable),
        ("Bad Request: need administrator rights in the channel chat", Unreachable),
        ("Bad Request: BUTTON_DATA_INVALID", Hopeless),
        ("Bad Request: message text is empty", Hopeless),
    ],
)
def test_a_bad_request_means_what_it_says(said: str, verdict: type) -> None:
    assert type(judge(exceptions.TelegramBadRequest(METHOD, said))) is verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 6775), Wait(6775.0)),
        (exceptions.TelegramMigrateToChat(METHOD, "upgraded", -1001), Moved(-1001)),
        (exceptions.ClientDecodeError("odd", ValueError(), {"ok": True}), Unsure(unreadable=True)),
        (exceptions.ClientDecodeError("cut", ValueError(), '{"ok": true,'), Unsure(unreadable=True)),
        (exceptions.ClientDecodeError("page", ValueError(), "<html>502"), Unsure(unreadable=False)),
        (exceptions.ClientDecodeError("odd", ValueError(), {"error": 502}), Unsure(unreadable=False)),
        (exceptions.ClientDecodeError("odd", ValueError(), {"ok": False}), Unsure(unreadable=False)),
        (exceptions.ClientDecodeError("cut", ValueError(), '{"error": "bad gat'), Unsure(unreadable=False)),
        (exceptions.ClientDecodeError("odd", ValueError(), []), Unsure(unreadable=False)),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "page"), Unsure(unreadable=False)),
        (exceptions.TelegramBadRequest(METHOD, None), Unsure(unreadable=False)),  # type: ignore[arg-type] # as aiogram does
        (exceptions.TelegramAPIError(METHOD, "Too Many Requests"), Unsure(unreadable=False)),
        (exceptions.TelegramConflictError(METHOD, "Conflict"), Unsure(unreadable=False)),
        (TypeError("aiogram's"), Unsure(unreadable=False)),
        (exceptions.TelegramServerError(METHOD, "Bad Gateway"), Unsure(unreadable=False)),
        (exceptions.RestartingTelegram(METHOD, "restart"), Unsure(unreadable=False)),
        (exceptions.TelegramNetworkError(METHOD, "reset"), Unsure(unreadable=False)),
        (TimeoutError(), Unsure(unreadable=False)),
    ],
)
def test_a_verdict_carries_what_is_needed_to_follow_it(error: Exception, verdict: Verdict) -> None:
    assert judge(error) == verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"), Unreachable),
        (exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was kicked"), Unreachable),
        (exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized"), Stop),
        (exceptions.TelegramNotFound(METHOD, "Not Found"), Stop),
        (ValueError("ours"), Hopeless),
    ],
)
def test_what_nobody_can_help_is_told_apart(error: Exception, verdict: type) -> None:
    assert type(judge(error)) is verdict


@pytest.mark.parametrize(("said", "named"), [("SOMETHING_NEW_17", True), ("message text is empty", False)])
def test_a_refusal_that_is_only_a_name_is_told_from_a_sentence(said: str, named: bool) -> None:
    assert judge(exceptions.TelegramBadRequest(METHOD, f"Bad Request: {said}")) == Hopeless(named=named)
