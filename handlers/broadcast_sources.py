"""Which messages can be broadcast, and what is kept of one: copies look as it does, link buttons included."""

from aiogram.enums import ContentType
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.broadcasts import Source
from bot.errors import BadInput, text

_TEXT = frozenset({ContentType.TEXT})
_CAPTIONED = frozenset(
    {
        *(ContentType.PHOTO, ContentType.DOCUMENT, ContentType.VIDEO),
        *(ContentType.AUDIO, ContentType.ANIMATION, ContentType.VOICE),
    }
)
_OTHERS = frozenset(
    {
        *(ContentType.STICKER, ContentType.VIDEO_NOTE, ContentType.LOCATION, ContentType.VENUE),
        *(ContentType.CONTACT, ContentType.POLL, ContentType.DICE),
    }
)
_WORDED = {"text": _TEXT, "caption": _CAPTIONED}
#: Buttons that do the same wherever they hang.
_ANYWHERE = ("url", "copy_text", "switch_inline_query", "switch_inline_query_chosen_chat")


class NotCopied(BadInput):
    text = text("Telegram does not copy such a message. Answer a text, a picture or a file with /broadcast.")


class AnAlbum(BadInput):
    text = text("An album cannot be copied as one message. Send one picture of it, with its text below.")


class Rooted(BadInput):
    text = text(
        "This message has buttons that work only where it hangs now. Write it anew; buttons that open a link "
        "are kept."
    )


def source(original: Message) -> Source:
    """What is to be copied. Raises `AnAlbum`, `NotCopied`, `Rooted`."""
    if original.media_group_id is not None:
        raise AnAlbum
    if original.content_type not in _TEXT | _CAPTIONED | _OTHERS:
        raise NotCopied
    words = original.text or original.caption or _named(original)
    return Source(original.message_id, _kept(original.reply_markup), words, _wording(original))


def _wording(original: Message) -> str:
    """Where its words stand, if it can have any."""
    return next((name for name, kinds in _WORDED.items() if original.content_type in kinds), "")


def _named(original: Message) -> str:
    """A message without words by its kind."""
    return f"[{str(original.content_type).replace('_', ' ')}]"


def _kept(keyboard: InlineKeyboardMarkup | None) -> str:
    """The buttons as JSON, "" where there are none."""
    rows = keyboard.inline_keyboard if keyboard is not None else []
    if not all(_works_anywhere(button) for row in rows for button in row):
        raise Rooted
    return keyboard.model_dump_json(exclude_none=True) if keyboard is not None and rows else ""


def _works_anywhere(button: InlineKeyboardButton) -> bool:
    return any(getattr(button, name) is not None for name in _ANYWHERE)
