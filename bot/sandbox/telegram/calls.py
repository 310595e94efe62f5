"""One call of a bot: who calls, what, with which files; and the pieces of messages that methods share."""

from dataclasses import dataclass, field

from bot.sandbox.telegram import access, limits, markup
from bot.sandbox.telegram.chats import Account, Chat
from bot.sandbox.telegram.entities import Formatted, formatted
from bot.sandbox.telegram.files import StoredFile
from bot.sandbox.telegram.reading import units
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.wire import Json, Upload
from bot.sandbox.telegram.world import World

REPLY_AND_KEYS = ("reply_to_message", "reply_markup")


@dataclass(frozen=True, slots=True)
class Call:
    """A method's call with its decoded parameters."""

    world: World
    account: Account
    params: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat to write to."""
        return access.chat_to_write(self.world, self.account, self.params.get(name))

    def known_chat(self, name: str = "chat_id") -> Chat:
        """The chat to look at."""
        return access.chat_to_read(self.world, self.account, self.params.get(name))

    def keyboard(self, only_inline: bool = False) -> Json:
        """`reply_markup` as a part of a message; empty where there is none."""
        keyboard = markup.checked(self.params.get("reply_markup"), only_inline)
        return {"reply_markup": keyboard} if keyboard else {}

    def text(self) -> Json:
        """`text` and `entities` of a message."""
        shown = self._formatted("text", "entities")
        if not shown.text:
            raise bad_request("message text is empty")
        return _with_entities({"text": shown.text}, "entities", shown)

    def caption(self) -> Json:
        """`caption` and `caption_entities` of a message; empty where there is none."""
        shown = self._formatted("caption", "caption_entities")
        if units(shown.text) > limits.CAPTION_UNITS:
            raise bad_request("message caption is too long")
        return _with_entities({"caption": shown.text}, "caption_entities", shown) if shown.text else {}

    def preview(self) -> Json:
        """How the link in a text is shown; empty where nothing is said of it."""
        options = self.params.get("link_preview_options")
        if options is None and self.params.get("disable_web_page_preview"):
            options = {"is_disabled": True}
        return {"link_preview_options": options} if options else {}

    def looks(self) -> Json:
        """How a picture and its caption are shown."""
        wishes = {"show_caption_above_media": "show_caption_above_media", "has_spoiler": "has_media_spoiler"}
        return {shown: True for wish, shown in wishes.items() if self.params.get(wish)}

    def file(self, value: str, photo: bool) -> StoredFile:
        """The file a parameter stands for: an upload, or the id of a file already here."""
        upload = self.files.get(value.removeprefix("attach://"))
        if upload is not None:
            if len(upload.content) > (limits.PHOTO_BYTES if photo else limits.UPLOAD_BYTES):
                raise bad_request("file is too big")
            return self.world.files.add_photo(upload) if photo else self.world.files.add_document(upload)
        return self._known_file(value, photo)

    def _known_file(self, value: str, photo: bool) -> StoredFile:
        if value.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        stored = self.world.files.get(value)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.photo != photo:
            raise bad_request("can't use file of this type")
        return stored

    def _formatted(self, text: str, entities: str) -> Formatted:
        params = self.params
        shown = formatted(params.get(text, ""), params.get("parse_mode"), params.get(entities))
        met = [self._met(entity) for entity in shown.entities]
        return Formatted(shown.text, [entity for entity in met if entity is not None])

    def _met(self, entity: Json) -> Json | None:
        """A mention by id shows who it is; of somebody unknown nothing is left but the text."""
        if entity["type"] != "text_mention":
            return entity
        person = self.world.people.get(entity["user"]["id"])
        return {**entity, "user": person.user} if person else None


def media(stored: StoredFile) -> Json:
    """A stored file as a part of a message."""
    return {"photo": [stored.as_json]} if stored.photo else {"document": stored.as_json}


def for_bot(chat: Chat, message: Json) -> Json:
    """A message as the Bot API shows it: of keyboards only inline ones, of replies one level.

    What is said in a topic and answers nothing answers the message that opened the topic.
    """
    replied = message.get("reply_to_message") or _opener(chat, message)
    shown = _plain(message)
    return {**shown, "reply_to_message": _plain(replied)} if replied else shown


def _opener(chat: Chat, message: Json) -> Json | None:
    """The message that opened the topic in which this one stands."""
    if not message.get("is_topic_message") or message["message_id"] == message["message_thread_id"]:
        return None
    return chat.messages.get(message["message_thread_id"])


def _plain(message: Json) -> Json:
    hidden = {"reply_to_message"} if markup.is_inline(message.get("reply_markup")) else {*REPLY_AND_KEYS}
    return {name: value for name, value in message.items() if name not in hidden}


def without_reply(message: Json) -> Json:
    """A message as it stands inside another one."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def _with_entities(body: Json, name: str, shown: Formatted) -> Json:
    return {**body, name: shown.entities} if shown.entities else body
