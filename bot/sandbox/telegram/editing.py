"""The methods that change, delete or pin what stands in a chat already."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram import access, limits
from bot.sandbox.telegram.calls import Call, for_bot, media
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.ephemeral import one_of
from bot.sandbox.telegram.reading import units
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.sending import CONTENT, has_reply_keyboard
from bot.sandbox.telegram.wire import Json

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
#: What an edit may have changed; the rest of a message (its date, say) does not count.
COMPARED = (*CONTENT, "reply_markup")


@dataclass(frozen=True, slots=True)
class Target:
    """The message an edit means; `quiet`: the answer is True, not the message itself."""

    chat: Chat
    message: Json
    quiet: bool


def edit_message_text(call: Call) -> Any:
    target = _target(call)
    if "text" not in target.message:
        raise bad_request("there is no text in the message to edit")
    content = call.text() | call.preview()
    if units(content["text"]) > limits.TEXT_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    return _edit(call, target, content)


def edit_message_caption(call: Call) -> Any:
    target = _target(call)
    if "photo" not in target.message and "document" not in target.message:
        raise bad_request("there is no caption in the message to edit")
    kept = {name: target.message[name] for name in ("photo", "document") if name in target.message}
    return _edit(call, target, kept | call.caption() | call.looks())


def edit_message_reply_markup(call: Call) -> Any:
    target = _target(call)
    return _edit(call, target, {name: target.message[name] for name in CONTENT if name in target.message})


def edit_message_media(call: Call) -> Any:
    target, new = _target(call), call.params["media"]
    if new["type"] not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document here")
    inner = Call(call.world, call.account, new, call.files)
    stored = call.file(new["media"], photo=new["type"] == "photo")
    return _edit(call, target, media(stored) | inner.caption() | inner.looks())


def delete_message(call: Call) -> bool:
    chat = call.chat()
    message = access.message(chat, call.params.get("message_id"), "message to delete")
    if not _deletable(call, chat, message):
        raise bad_request("message can't be deleted")
    call.world.remove(chat, [message["message_id"]])
    return True


def delete_messages(call: Call) -> bool:
    """Skips what is not there, refuses all if one must not be deleted."""
    chat, wanted = call.chat(), call.params["message_ids"]
    if not 1 <= len(wanted) <= limits.DELETED_AT_ONCE:
        raise bad_request(
            "too many message identifiers specified" if wanted else "message identifiers are not specified"
        )
    found = [one for one in dict.fromkeys(wanted) if one in chat.messages]
    if not all(_deletable(call, chat, chat.messages[one]) for one in found):
        raise bad_request("message can't be deleted")
    if found:
        call.world.remove(chat, found)
    return True


def pin_chat_message(call: Call) -> bool:
    chat = _pinnable(call)
    message = access.message(chat, call.params.get("message_id"), "message to pin")
    if message["message_id"] in chat.pinned:
        return True
    chat.pinned.append(message["message_id"])
    call.world.post(chat, call.account.user, {"pinned_message": message})
    return True


def unpin_chat_message(call: Call) -> bool:
    chat = _pinnable(call)
    wanted = call.params.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if wanted not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(wanted)
    return True


def _pinnable(call: Call) -> Chat:
    chat = call.chat()
    if not chat.private and not chat.is_led_by(call.account.id):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def _target(call: Call) -> Target:
    chat, message, quiet = _meant(call)
    if not _editable(call, message, "inline_message_id" in call.params):
        raise bad_request("message can't be edited")
    return Target(chat, message, quiet)


def _meant(call: Call) -> tuple[Chat, Json, bool]:
    """Where the message is, which one, and whether it is one that edits do not answer with."""
    if "inline_message_id" in call.params:
        return *_inline(call, call.params["inline_message_id"]), True
    chat, called = call.chat(), "message to edit"
    if "ephemeral_message_id" in call.params:
        return chat, one_of(call, chat, called), True
    return chat, access.message(chat, call.params.get("message_id"), called), False


def _inline(call: Call, inline_message_id: str) -> tuple[Chat, Json]:
    place = call.world.inline_messages.get(inline_message_id)
    message = call.world.chats[place[0]].messages.get(place[1]) if place else None
    if place is None or message is None:
        raise bad_request("MESSAGE_ID_INVALID")
    return call.world.chats[place[0]], message


def _editable(call: Call, message: Json, inline: bool) -> bool:
    author = message.get("via_bot") if inline else message["from"]
    own = author is not None and author["id"] == call.account.id
    return own and any(name in message for name in CONTENT) and not has_reply_keyboard(message)


def _edit(call: Call, target: Target, content: Json) -> Any:
    """Exchange the content and the keyboard: without `reply_markup` the old keyboard goes."""
    content = content | call.keyboard(only_inline=True)
    old = {name: target.message[name] for name in COMPARED if name in target.message}
    if content == old:
        raise bad_request(UNCHANGED)
    kept = {name: value for name, value in target.message.items() if name not in COMPARED}
    edited = call.world.replace(target.chat, {**kept, **content, "edit_date": call.world.now()})
    return True if target.quiet else for_bot(target.chat, edited)


def _deletable(call: Call, chat: Chat, message: Json) -> bool:
    """For 48 hours: the bot's own, all in a private chat, all in a group it administers."""
    fresh = call.world.clock() - message["date"] < limits.DELETABLE_SECONDS
    own = message["from"]["id"] == call.account.id
    leads = chat.is_led_by(call.account.id)
    return (fresh and (own or chat.private)) or leads
