"""The methods that say again what stands in a chat already: copies without an author, forwards with one."""

from bot.sandbox.telegram import access, limits
from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.sending import CONTENT, send
from bot.sandbox.telegram.wire import Json

MEDIA = ("photo", "document")


def copy_message(call: Call) -> Json:
    """A copy has the keyboard that comes with the call, or none; a new caption takes the old one's place."""
    chat, original = call.chat(), _original(call, "message to copy")
    content = _copied(original)
    if "caption" in call.params and any(kind in content for kind in MEDIA):
        kept = {name: content[name] for name in content if not name.startswith(("caption", "show_caption"))}
        above = {"show_caption_above_media": True} if call.params.get("show_caption_above_media") else {}
        content = {**kept, **call.caption(), **above}
    return {"message_id": send(call, chat, content)["message_id"]}


def copy_messages(call: Call) -> list[Json]:
    """Several at once: albums stay together, and what is not there or cannot be copied is skipped."""
    chat, source, wanted = call.chat(), call.known_chat("from_chat_id"), call.params["message_ids"]
    if not 1 <= len(wanted) <= limits.COPIED_AT_ONCE or wanted != sorted(set(wanted)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = [source.messages[one] for one in wanted if one in source.messages]
    copied = [_in_album(call, one) for one in found if _can_be_copied(one)]
    if not copied:
        raise bad_request("there are no messages to copy")
    return [{"message_id": _said(call, chat, one)} for one in copied]


def forward_message(call: Call) -> Json:
    chat, original = call.chat(), _original(call, "message to forward")
    if not _can_be_copied(original):
        raise bad_request("message can't be forwarded")
    origin = {"type": "user", "sender_user": original["from"], "date": original["date"]}
    content = {name: original[name] for name in CONTENT if name in original}
    return send(call, chat, {"forward_origin": original.get("forward_origin", origin), **content})


def _original(call: Call, called: str) -> Json:
    return access.message(call.known_chat("from_chat_id"), call.params.get("message_id"), called)


def _can_be_copied(message: Json) -> bool:
    return any(name in message for name in CONTENT) and not message.get("has_protected_content")


def _copied(message: Json) -> Json:
    if not _can_be_copied(message):
        raise bad_request("message can't be copied")
    return {name: message[name] for name in CONTENT if name in message}


def _in_album(call: Call, message: Json) -> Json:
    """The copy of an album is another album."""
    content = _copied(message)
    if call.params.get("remove_caption"):
        content = {name: content[name] for name in content if not name.startswith("caption")}
    if "media_group_id" not in message:
        return content
    return {**content, "media_group_id": f"{message['media_group_id']}{call.account.id}"}


def _said(call: Call, chat: Chat, content: Json) -> int:
    return int(send(call, chat, content)["message_id"])
