"""Keyboards under messages: what Telegram accepts in them, and which buttons a person can press."""

import json
from urllib.parse import urlsplit

from aiogram.types import ForceReply, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove
from pydantic import BaseModel, ValidationError

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.parameters import check_unknown
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json

#: Which object a markup is, by the key that only it has.
KINDS: dict[str, type[BaseModel]] = {
    "inline_keyboard": InlineKeyboardMarkup,
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "copy_text",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "disabled",
    }
)
OTHER_ACTIONS = frozenset({"web_app", "login_url", "callback_game", "pay"})


def checked(markup: object, only_inline: bool = False) -> Json | None:
    """The keyboard as it is stored, None where it is empty; 400 for what Telegram refuses."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    key = _kind(markup)
    if key is None or (only_inline and key != "inline_keyboard"):
        raise bad_request("inline keyboard expected" if only_inline else "object expected as reply markup")
    _check_model(KINDS[key], markup)
    _check_size(markup, key)
    return _inline(markup) if key == "inline_keyboard" else markup


def is_inline(markup: Json | None) -> bool:
    return markup is not None and "inline_keyboard" in markup


def has_callback(markup: Json | None, data: str) -> bool:
    """Whether a button with this callback data is there to be pressed."""
    rows = (markup or {}).get("inline_keyboard", [])
    return any(button.get("callback_data") == data for row in rows for button in row)


def _kind(markup: Json) -> str | None:
    return next((key for key in KINDS if key in markup), None)


def _check_model(model: type[BaseModel], markup: Json) -> None:
    try:
        check_unknown(model.model_validate(markup), "the reply markup")
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise bad_request(f"can't parse reply markup: {where}: {error.errors()[0]['msg']}") from None


def _check_size(markup: Json, key: str) -> None:
    rows = markup[key] if key in ("inline_keyboard", "keyboard") else []
    if sum(len(row) for row in rows) > limits.BUTTONS:
        raise bad_request("reply markup is too long")
    if len(json.dumps(markup, ensure_ascii=False).encode()) > limits.MARKUP_BYTES:
        raise bad_request("reply markup is too long")


def _inline(markup: Json) -> Json | None:
    rows = [row for row in markup["inline_keyboard"] if row]
    for row in rows:
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("can't parse inline keyboard button: Inline keyboard button text must be non-empty")
    if others := button.keys() & OTHER_ACTIONS:
        raise not_modelled(f"{min(others)} button")
    actions = button.keys() & ACTIONS
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(f"can't parse inline keyboard button: {' and '.join(sorted(actions))} together")
    _check_action(button, actions.pop())


def _check_action(button: Json, action: str) -> None:
    match action:
        case "callback_data" if not 1 <= len(button[action].encode()) <= limits.CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        case "copy_text" if not 1 <= len(button[action]["text"]) <= limits.COPY_TEXT_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        case "url":
            _check_url(button[action])


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg", "ton"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    if parts.scheme.startswith("http") and "." not in (parts.hostname or ""):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
