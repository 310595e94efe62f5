"""What people say: messages, files, edits, deletions."""

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.calls import media, without_reply
from bot.sandbox.telegram.chats import Chat, Person
from bot.sandbox.telegram.deeds import Deeds
from bot.sandbox.telegram.delivery import deliver
from bot.sandbox.telegram.entities import formatted
from bot.sandbox.telegram.reading import units
from bot.sandbox.telegram.refusals import Nonsense, Refusal
from bot.sandbox.telegram.sending import in_topic
from bot.sandbox.telegram.wire import Json, Upload

#: Who posts for an administrator who hides behind the group.
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class Talk(Deeds):
    """The part of the human door for what is said in chats."""

    def message(
        self,
        chat_id: int,
        user_id: int,
        text: str,
        reply_to: int | None = None,
        thread_id: int | None = None,
        anonymous: bool = False,
    ) -> Json:
        """Say something: {"message": Message}. A long text goes out in pieces; this is the first.

        An `anonymous` administrator speaks as the group itself.
        """
        chat, person = self._inside(chat_id, user_id)
        place = self._place(chat, reply_to, thread_id)
        sender = person.user
        if anonymous:
            sender, place = self._anonymous(chat, person), {"sender_chat": chat.as_json(), **place}
        said = [self._say(chat, sender, {**place, **_text(piece)}) for piece in _pieces(text)]
        return {"message": said[0]}

    def upload(
        self,
        chat_id: int,
        user_id: int,
        filename: str,
        content: bytes,
        caption: str = "",
        as_document: bool = False,
        reply_to: int | None = None,
        thread_id: int | None = None,
        album: str = "",
    ) -> Json:
        """Send a file, pictures as photos: {"message": Message}. Those of one `album` belong together."""
        chat, person = self._inside(chat_id, user_id)
        body = self._place(chat, reply_to, thread_id) | self._stored(Upload(filename, content), as_document)
        if album:
            body["media_group_id"] = album
        shown = formatted(caption)
        if shown.text:
            body |= {"caption": shown.text} | ({"caption_entities": shown.entities} if shown.entities else {})
        return {"message": self._say(chat, person.user, body)}

    def edit(self, chat_id: int, message_id: int, user_id: int, text: str) -> Json:
        """Change one's own text: {"message": Message}."""
        chat, person = self._inside(chat_id, user_id)
        message = self._message(chat, message_id)
        if message["from"]["id"] != person.id or "text" not in message:
            raise Nonsense("only one's own texts can be edited")
        kept = {name: value for name, value in message.items() if name not in ("text", "entities")}
        edited = self.world.replace(chat, {**kept, **_text(text), "edit_date": self.world.now()})
        deliver(self.world, chat, edited, "edited_message")
        return {"message": edited}

    def delete(self, chat_id: int, message_ids: list[int], user_id: int) -> Json:
        """Delete messages: in a private chat any, in a group one's own or, for its administrators, any."""
        chat, person = self._chat(chat_id), self._person(user_id)
        gone = [self._message(chat, message_id) for message_id in dict.fromkeys(message_ids)]
        free = chat.private or chat.is_led_by(user_id)
        if not free and any(message["from"]["id"] != person.id for message in gone):
            raise Nonsense("this is somebody else's message")
        self.world.remove(chat, [message["message_id"] for message in gone])
        return {}

    def _place(self, chat: Chat, reply_to: int | None, thread_id: int | None) -> Json:
        if thread_id is not None and (thread_id not in chat.topics or chat.topics[thread_id].closed):
            raise Nonsense("there is no such open topic here")
        if reply_to is None:
            return in_topic(thread_id)
        replied = self._message(chat, reply_to)
        return {**_thread(chat, replied, thread_id), "reply_to_message": without_reply(replied)}

    def _anonymous(self, chat: Chat, person: Person) -> Json:
        if chat.private or not chat.is_led_by(person.id):
            raise Nonsense("only a group's administrators can hide behind it")
        return ANONYMOUS

    def _stored(self, upload: Upload, as_document: bool) -> Json:
        files = self.world.files
        looks = upload.filename.lower().endswith((".png", ".jpg", ".jpeg"))
        try:
            stored = files.add_photo(upload) if looks and not as_document else files.add_document(upload)
        except Refusal as refusal:
            raise Nonsense(refusal.description) from None
        return media(stored)


def _thread(chat: Chat, replied: Json, thread_id: int | None) -> Json:
    """The topic of a reply, or, outside of topics, the thread of replies: that is no topic to write to."""
    if thread_id is not None or replied.get("is_topic_message"):
        return in_topic(thread_id or replied["message_thread_id"])
    if chat.kind != "supergroup":
        return {}
    return {"message_thread_id": replied.get("message_thread_id", replied["message_id"])}


def _text(text: str) -> Json:
    shown = formatted(text)
    if not shown.text:
        raise Nonsense("there is nothing to say")
    return {"text": shown.text, "entities": shown.entities} if shown.entities else {"text": shown.text}


def _pieces(text: str) -> list[str]:
    """A text cut into what fits into messages, never inside a character."""
    pieces: list[str] = []
    piece = ""
    for character in text:
        if units(piece) + units(character) > limits.TEXT_UNITS:
            pieces, piece = [*pieces, piece], ""
        piece += character
    return [*pieces, piece]
