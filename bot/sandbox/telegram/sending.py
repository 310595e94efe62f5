"""The methods that put a new message into a chat: text, photo, document."""

from bot.sandbox.telegram import access, limits, markup
from bot.sandbox.telegram.calls import Call, for_bot, media, without_reply
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.ephemeral import whispered
from bot.sandbox.telegram.reading import units
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json

CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "photo",
    "document",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
)

#: The fields of ReplyParameters that are modelled; a parse mode of a quote means nothing without one.
REPLY_FIELDS = frozenset({"message_id", "chat_id", "allow_sending_without_reply", "quote_parse_mode"})


def send_message(call: Call) -> Json:
    chat = call.chat()
    content = call.text() | call.preview()
    if units(content["text"]) > limits.TEXT_UNITS:
        raise bad_request("message is too long")
    return send(call, chat, content)


def send_photo(call: Call) -> Json:
    return _send_file(call, "photo")


def send_document(call: Call) -> Json:
    if "thumbnail" in call.params:
        raise not_modelled("thumbnail")
    return _send_file(call, "document")


def _send_file(call: Call, kind: str) -> Json:
    chat, caption = call.chat(), call.caption()
    value = call.params.get(kind) or ("attach://" + kind if kind in call.files else "")
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    return send(call, chat, {**media(call.file(value, photo=kind == "photo")), **caption, **call.looks()})


def send(call: Call, chat: Chat, content: Json) -> Json:
    """Put a message into a chat as the call asks for it; the Message a bot is answered with."""
    what = "photos" if "photo" in content else "documents" if "document" in content else "text messages"
    access.check_may_send(chat, call.account, what)
    place = _place(call, chat)
    message = {**place, **content, **call.keyboard()}
    if call.params.get("protect_content"):
        message["has_protected_content"] = True
    if "ephemeral_message_parameters" in call.params:
        return whispered(call, chat, message)
    return for_bot(chat, call.world.post(chat, call.account.user, message))


def _place(call: Call, chat: Chat) -> Json:
    """The topic and the message replied to."""
    replied = _replied(call, chat)
    topic = access.thread(chat, call.params.get("message_thread_id"))
    if topic is None and chat.forum and replied:
        topic = access.thread(chat, replied["reply_to_message"].get("message_thread_id"))
    return {**in_topic(topic), **replied}


def in_topic(topic: int | None) -> Json:
    return {} if topic is None else {"message_thread_id": topic, "is_topic_message": True}


def _replied(call: Call, chat: Chat) -> Json:
    params = dict(call.params.get("reply_parameters") or {})
    message_id = params.get("message_id", call.params.get("reply_to_message_id"))
    if message_id is None:
        return {}
    if others := params.keys() - REPLY_FIELDS:
        raise not_modelled(f"{min(others)} in reply parameters")
    if params.get("chat_id", chat.id) != chat.id:
        raise not_modelled("reply to another chat")
    found = chat.messages.get(message_id)
    if found is not None:
        return {"reply_to_message": without_reply(found)}
    if params.get("allow_sending_without_reply") or call.params.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def has_reply_keyboard(message: Json) -> bool:
    """Whether the message brought a keyboard that is not inline: such a message cannot be edited."""
    return "reply_markup" in message and not markup.is_inline(message["reply_markup"])
