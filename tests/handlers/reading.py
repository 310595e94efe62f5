"""What stands in a message, and how the bot writes a moment."""

from datetime import datetime

from bot.sandbox.telegram.wire import Json
from tests.house import keyboard


def copied(message: Json, label: str) -> str:
    """What a copy button puts on the clipboard."""
    found = [button["copy_text"]["text"] for button in keyboard(message) if label in button["text"]]
    return str(found[0])


def marked(message: Json, kind: str) -> list[str]:
    """The parts of a message's text with this markup ("code", "blockquote" …)."""
    units = message["text"].encode("utf-16-le")
    spans = [(one["offset"], one["length"]) for one in message.get("entities", []) if one["type"] == kind]
    return [units[2 * start : 2 * (start + length)].decode("utf-16-le") for start, length in spans]


def hour(moment: datetime) -> str:
    """A moment as the bot shows it."""
    return moment.astimezone().strftime("%H:%M:%S")
