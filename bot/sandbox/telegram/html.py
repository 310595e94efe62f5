"""A small parser of Telegram's HTML, with the refusals of TDLib's: byte offsets, words and all."""

import re
from dataclasses import dataclass, field

from bot.sandbox.telegram.wire import Json

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
START = re.compile(r"<([^\s>]*)")
END = re.compile(r"</([^\s>]*)\s*>")
ATTRIBUTE = re.compile(r"\s*([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


@dataclass(frozen=True, slots=True)
class Open:
    """A tag not closed yet: its name, what it said, where it began in the plain text (UTF-16 units)."""

    name: str
    attributes: dict[str, str]
    offset: int


@dataclass(slots=True)
class Reading:
    """A text as far as it is read: `at` in the source, and what came out of it."""

    source: str
    at: int = 0
    text: str = ""
    opened: list[Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    @property
    def units(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())


def parse(source: str) -> tuple[str, list[Json]]:
    """The plain text and its entities; ValueError in TDLib's words."""
    reading = Reading(source)
    while reading.at < len(source):
        _step(reading)
    if reading.opened:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{reading.opened[-1].name}"')
    return reading.text, sorted(reading.entities, key=lambda one: (one["offset"], -one["length"]))


def _step(reading: Reading) -> None:
    if reading.source.startswith("</", reading.at):
        _close(reading)
    elif reading.source[reading.at] == "<":
        _open(reading)
    else:
        _plain(reading)


def _plain(reading: Reading) -> None:
    if reading.source[reading.at] == "&" and (match := REFERENCE.match(reading.source, reading.at)):
        reading.text += _referred(match)
        reading.at = match.end()
        return
    reading.text += reading.source[reading.at]
    reading.at += 1


def _referred(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else match.group()


def _open(reading: Reading) -> None:
    start = reading.at
    name, attributes, end = _tag(reading, start)
    if name not in TAGS:
        raise ValueError(f'Unsupported start tag "{name}" at byte offset {reading.byte(start)}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {reading.byte(start)}')
    reading.opened.append(Open(name, attributes, reading.units))
    reading.at = end


def _tag(reading: Reading, start: int) -> tuple[str, dict[str, str], int]:
    """Name in lower case, attributes, and where the source goes on."""
    attributes: dict[str, str] = {}
    match = START.match(reading.source, start)
    name, at = (match[1].lower(), match.end()) if match else ("", start)
    if name not in TAGS:
        return name, attributes, at
    while (found := ATTRIBUTE.match(reading.source, at)) and found.group(1):
        attributes[found.group(1).lower()] = _unescaped(next((g for g in found.groups()[1:] if g), ""))
        at = found.end()
    at += len(reading.source[at:]) - len(reading.source[at:].lstrip())
    if reading.source[at : at + 1] != ">":
        raise ValueError(f"Unclosed start tag at byte offset {reading.byte(start)}")
    return name, attributes, at + 1


def _unescaped(value: str) -> str:
    return REFERENCE.sub(_referred, value)


def _close(reading: Reading) -> None:
    start = reading.byte(reading.at)
    if not reading.opened:
        raise ValueError(f"Unexpected end tag at byte offset {start}")
    match = END.match(reading.source, reading.at)
    if match is None:
        raise ValueError(f"Unclosed end tag at byte offset {start}")
    tag, name = reading.opened.pop(), match.group(1).lower()
    if name not in ("", tag.name):
        expected = f'expected "</{tag.name}>", found "</{name}>"'
        raise ValueError(f"Unmatched end tag at byte offset {start}, {expected}")
    reading.at = match.end()
    _finish(reading, tag)


def _finish(reading: Reading, tag: Open) -> None:
    length = reading.units - tag.offset
    entity = _entity(reading, tag)
    if length > 0 and entity is not None:
        reading.entities.append(
            {"type": entity.pop("type"), "offset": tag.offset, "length": length, **entity}
        )


def _entity(reading: Reading, tag: Open) -> Json | None:
    kind = TAGS[tag.name]
    match tag.name:
        case "a":
            shown = reading.text.encode("utf-16-le")[tag.offset * 2 :].decode("utf-16-le")
            return linked(tag.attributes.get("href") or shown)
        case "tg-emoji":
            return {"type": kind, "custom_emoji_id": tag.attributes.get("emoji-id", "")}
        case "blockquote" if "expandable" in tag.attributes:
            return {"type": "expandable_blockquote"}
        case "code":
            return _code(reading, tag)
        case "pre":
            return _pre(reading, tag)
    return {"type": kind}


def _code(reading: Reading, tag: Open) -> Json:
    language = tag.attributes.get("class", "")
    return {"type": "code", "of": language.removeprefix("language-")} if language else {"type": "code"}


def _pre(reading: Reading, tag: Open) -> Json:
    """A <code class="language-…"> that fills its <pre> names the language and vanishes."""
    length = reading.units - tag.offset
    for index, one in enumerate(reading.entities):
        if one["type"] == "code" and (one["offset"], one["length"]) == (tag.offset, length):
            del reading.entities[index]
            return {"type": "pre", "language": one["of"]} if one.get("of") else {"type": "pre"}
    return {"type": "pre"}


def linked(url: str) -> Json | None:
    """The entity of a link: a mention for tg://user, None where the address is none."""
    if person := re.fullmatch(r"tg://user\?id=([0-9]{1,15})", url, re.ASCII):
        return {"type": "text_mention", "user": {"id": int(person[1]), "is_bot": False, "first_name": ""}}
    if "://" not in url:
        url = f"http://{url}"
    match = re.fullmatch(r"(https?)://([^/?#\s]+\.[^/?#\s.]+)([/?#]\S*)?", url)
    if match is None:
        return {"type": "text_link", "url": url} if url.startswith(("tg://", "ton://")) else None
    path = match[3] or "/"
    return {"type": "text_link", "url": f"{match[1]}://{match[2]}{path if path[0] == '/' else '/' + path}"}
