"""A small parser of Telegram's MarkdownV2, with the refusals of TDLib's: byte offsets, words and all."""

import re

from bot.sandbox.telegram.reading import EMOJI, Open, Reading, in_order, linked
from bot.sandbox.telegram.wire import Json

RESERVED = "_*[]()~`>#+-=|{}.!"
#: What closes each entity; the names are those of TDLib's refusals.
CLOSING = {
    "Bold": "*",
    "Italic": "_",
    "Underline": "__",
    "Strikethrough": "~",
    "Spoiler": "||",
    "Code": "`",
    "Pre": "```",
    "PreCode": "```",
    "TextUrl": "]",
    "CustomEmoji": "]",
}
#: What opens each entity, longer marks first.
OPENING = (
    ("```", "Pre"),
    ("__", "Underline"),
    ("||", "Spoiler"),
    ("![", "CustomEmoji"),
    ("*", "Bold"),
    ("_", "Italic"),
    ("~", "Strikethrough"),
    ("`", "Code"),
    ("[", "TextUrl"),
)
VERBATIM = frozenset({"Code", "Pre", "PreCode"})
EXPANDS = re.compile(r"\|\|(?:\n(?!>)|\Z)")
LANGUAGE = re.compile(r"([^\s`]*)(?=\s)(\r\n|\n\r|\n|\r)?|")
URL = re.compile(r"\(((?:\\[\x01-\x7e]|[^)])*)\)")
ESCAPED = re.compile(r"\\([\x01-\x7e])")


def parse(source: str) -> tuple[str, list[Json]]:
    """The plain text and its entities; ValueError in TDLib's words."""
    reading = Reading(source)
    while reading.at < len(source):
        _step(reading)
    if reading.inside == "BlockQuote":
        _end_quote(reading, "blockquote")
    if reading.opened:
        raise _unclosed(reading.opened[-1])
    return reading.text, in_order(reading.entities)


def _step(reading: Reading) -> None:
    if match := ESCAPED.match(reading.source, reading.at):
        reading.keep(match[1], 2)
    elif reading.sees("\n") and reading.inside not in VERBATIM:
        _new_line(reading)
    elif reading.source[reading.at] not in (RESERVED if reading.inside not in VERBATIM else "`"):
        reading.keep(reading.source[reading.at], 1)
    elif _closes(reading):
        _close(reading)
    else:
        _mark(reading)


def _mark(reading: Reading) -> None:
    """A mark that opens something, or a character that ought to be escaped."""
    if reading.sees(">") and reading.text[-1:] in ("", "\n"):
        _quote(reading)
        return
    if _quoting(reading) and EXPANDS.match(reading.source, reading.at):
        _expand(reading)
        return
    for mark, kind in OPENING:
        if reading.sees(mark):
            _open(reading, kind, mark)
            return
    character = reading.source[reading.at]
    raise ValueError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")


def _open(reading: Reading, kind: str, mark: str) -> None:
    if kind != "Pre":
        reading.open(kind, len(mark))
        return
    match = LANGUAGE.match(reading.source, reading.at + 3)
    language = (match[1] or "") if match else ""
    skipped = 3 + (len(match.group()) if match else 0)
    reading.open("PreCode" if language else "Pre", skipped, {"language": language} if language else {})


def _quote(reading: Reading) -> None:
    """A > where nothing was put out on the line yet; inside a quote it is swallowed."""
    if _quoting(reading):
        reading.at += 1
    else:
        reading.open("BlockQuote", 1)


def _quoting(reading: Reading) -> bool:
    return any(one.kind == "BlockQuote" for one in reading.opened)


def _new_line(reading: Reading) -> None:
    """A quote goes on while the next line begins with >, too."""
    reading.keep("\n", 1)
    if not _quoting(reading):
        return
    if reading.sees(">"):
        reading.at += 1
    elif reading.inside == "BlockQuote":
        _end_quote(reading, "blockquote")
    else:
        raise _unclosed(reading.opened[-1])


def _expand(reading: Reading) -> None:
    """|| at the end of a quote makes it expandable; the line break after it still belongs to it."""
    if reading.inside != "BlockQuote":
        raise _unclosed(reading.opened[-1])
    reading.at += 2
    if reading.sees("\n"):
        reading.keep("\n", 1)
    _end_quote(reading, "expandable_blockquote")


def _end_quote(reading: Reading, kind: str) -> None:
    reading.add(reading.opened.pop(), {"type": kind})


def _closes(reading: Reading) -> bool:
    if reading.inside == "Italic" and reading.sees("__"):
        return False
    return reading.inside in CLOSING and reading.sees(CLOSING[reading.inside])


def _close(reading: Reading) -> None:
    reading.at += len(CLOSING[reading.inside])
    opened = reading.opened.pop()
    reading.add(opened, _entity(reading, opened))


def _entity(reading: Reading, opened: Open) -> Json | None:
    match opened.kind:
        case "TextUrl":
            return linked(_url(reading) if reading.sees("(") else reading.since(opened))
        case "CustomEmoji":
            return _emoji(reading)
        case "PreCode":
            return {"type": "pre", "language": opened.attributes["language"]}
    return {"type": opened.kind.lower()}


def _emoji(reading: Reading) -> Json:
    if not reading.sees("("):
        raise ValueError("The entity must contain a tg://emoji or tg://time URL")
    match = EMOJI.fullmatch(_url(reading))
    if match is None:
        raise ValueError("Invalid tg://emoji or tg://time URL specified")
    return {"type": "custom_emoji", "custom_emoji_id": match[1]}


def _url(reading: Reading) -> str:
    match = URL.match(reading.source, reading.at)
    if match is None:
        raise ValueError(f"Can't find end of a URL at byte offset {reading.byte + 1}")
    reading.at = match.end()
    return ESCAPED.sub(r"\1", match[1])


def _unclosed(opened: Open) -> ValueError:
    return ValueError(f"Can't find end of {opened.kind} entity at byte offset {opened.byte}")
