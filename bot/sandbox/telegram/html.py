"""A small parser of Telegram's HTML, with the refusals of TDLib's: byte offsets, words and all."""

import re

from bot.sandbox.telegram.reading import Open, Reading, in_order, linked
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
SURROGATE = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
PLAIN = re.compile(r"[^<&]+|&")
START = re.compile(r"<([^\s>]*)")
END = re.compile(r"</([^\s>]*)\s*>")
ATTRIBUTE = re.compile(r"\s*([^\s=>\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([a-zA-Z0-9.-]+)(?=[\s>])))?")


def parse(source: str) -> tuple[str, list[Json]]:
    """The plain text and its entities; ValueError in TDLib's words."""
    reading = Reading(source)
    while reading.at < len(source):
        _step(reading)
    if reading.opened:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{reading.inside}"')
    return reading.text, in_order(reading.entities)


def _step(reading: Reading) -> None:
    if reading.sees("</"):
        _close(reading)
    elif reading.sees("<"):
        _open(reading)
    elif match := REFERENCE.match(reading.source, reading.at):
        reading.keep(_referred(match), len(match.group()))
    elif match := PLAIN.match(reading.source, reading.at):
        reading.keep(match.group(), len(match.group()))


def _referred(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError(SURROGATE)
    return chr(code) if 0 < code < 0x10FFFF else match.group()


def _open(reading: Reading) -> None:
    name, attributes, end = _tag(reading)
    if name not in TAGS:
        raise ValueError(f'Unsupported start tag "{name}" at byte offset {reading.byte}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" at byte offset {reading.byte}')
    reading.open(name, end - reading.at, attributes)


def _tag(reading: Reading) -> tuple[str, dict[str, str], int]:
    """A start tag: its name in lower case, its attributes, and where the source goes on."""
    match = START.match(reading.source, reading.at)
    if match is None or match.end() == len(reading.source):
        raise ValueError(f"Unclosed start tag at byte offset {reading.byte}")
    name, at = match[1].lower(), match.end()
    if name not in TAGS:
        return name, {}, at
    return name, *_attributes(reading, at)


def _attributes(reading: Reading, at: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while found := ATTRIBUTE.match(reading.source, at):
        value = next((group for group in found.groups()[1:] if group), "")
        attributes[found[1]] = REFERENCE.sub(_referred, value)
        at = found.end()
    rest = reading.source[at:].lstrip()
    if not rest.startswith(">"):
        raise _broken(reading, at, rest)
    return attributes, len(reading.source) - len(rest) + 1


def _broken(reading: Reading, at: int, rest: str) -> ValueError:
    """Why a start tag with these attributes does not end."""
    if rest.startswith("="):
        token = len(reading.source) - len(rest[1:].lstrip())
        return ValueError(f"Unexpected end of name token at byte offset {_bytes(reading.source[:token])}")
    if not rest and reading.source[at:]:
        return ValueError(f'Empty attribute name in the tag "{_name(reading)}" at byte offset {reading.byte}')
    return ValueError(f"Unclosed start tag at byte offset {reading.byte}")


def _name(reading: Reading) -> str:
    match = START.match(reading.source, reading.at)
    return match[1].lower() if match else ""


def _bytes(text: str) -> int:
    return len(text.encode())


def _close(reading: Reading) -> None:
    if not reading.opened:
        raise ValueError(f"Unexpected end tag at byte offset {reading.byte}")
    match = END.match(reading.source, reading.at)
    if match is None:
        raise ValueError(f"Unclosed end tag at byte offset {reading.byte}")
    tag, name = reading.opened.pop(), match[1].lower()
    if name not in ("", tag.kind):
        expected = f'expected "</{tag.kind}>", found "</{name}>"'
        raise ValueError(f"Unmatched end tag at byte offset {reading.byte}, {expected}")
    reading.at = match.end()
    reading.add(tag, _entity(reading, tag))


def _entity(reading: Reading, tag: Open) -> Json | None:
    match tag.kind:
        case "a":
            return linked(tag.attributes.get("href") or reading.since(tag))
        case "tg-emoji":
            return _emoji(tag.attributes.get("emoji-id", ""))
        case "blockquote" if "expandable" in tag.attributes:
            return {"type": "expandable_blockquote"}
        case "code" if reading.inside == "pre":
            return _language(reading, tag)
        case "pre":
            return _pre(reading, tag)
    return {"type": TAGS[tag.kind]}


def _emoji(emoji_id: str) -> Json:
    if not re.fullmatch(r"[0-9]{1,19}", emoji_id, re.ASCII):
        raise ValueError("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": emoji_id}


def _language(reading: Reading, tag: Open) -> Json:
    """A <code class="language-…"> right inside a <pre> names its language, if it fills it."""
    language = tag.attributes.get("class", "")
    if language.startswith("language-"):
        pre = reading.opened[-1]
        pre.attributes["language"] = language.removeprefix("language-")
        pre.attributes["filled"] = f"{tag.offset} {reading.units}"
    return {"type": "code"}


def _pre(reading: Reading, tag: Open) -> Json:
    whole = f"{tag.offset} {reading.units}"
    if tag.attributes.get("filled") != whole:
        return {"type": "pre"}
    inner = {"type": "code", "offset": tag.offset, "length": reading.units - tag.offset}
    reading.entities = [one for one in reading.entities if one != inner]
    return {"type": "pre", "language": tag.attributes["language"]}
