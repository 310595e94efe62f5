"""Formatted text as Telegram makes it: parsed, trimmed, and searched for commands and links.

TDLib's own parser does the parsing where it is installed (the test extra), a small one everywhere else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.telegram import html, markdown, tdlib
from bot.sandbox.telegram.reading import in_order, units
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json

#: text -> (plain text, entities); raises ValueError with Telegram's words.
Parser = Callable[[str], tuple[str, list[Json]]]

PARSERS: dict[str, Parser] = {"html": html.parse, "markdownv2": markdown.parse}
if tdlib.INSTALLED:
    PARSERS = {"html": tdlib.parse_html, "markdownv2": tdlib.parse_markdown}

WORD = r"A-Za-z0-9_"
DETECTED = (
    ("bot_command", rf"(?<![{WORD}/<>@])/[{WORD}]{{1,64}}(?:@[A-Za-z0-9_]{{3,32}})?(?![{WORD}/@])"),
    ("url", r"(?<![\w@/])(?:https?://|t\.me/)[^\s<>\"']*[^\s<>\"'.,;:!?)(\[\]]"),
    ("email", r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+"),
    ("mention", rf"(?<![\w@/])@[A-Za-z][{WORD}]{{3,31}}(?![\w@])"),
    ("hashtag", r"(?<![\w#/])#(?=\w*[^\W\d])\w{1,256}(?!\w)"),
)
PATTERN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in DETECTED), re.UNICODE)

UNSEEN = re.compile("[\r\u2028-\u202e]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, offsets and lengths in UTF-16 units."""

    text: str
    entities: list[Json]


def formatted(text: str, parse_mode: str | None = None, entities: list[Json] | None = None) -> Formatted:
    """The text as Telegram shows it; 400 for markup it cannot parse."""
    text = _cleaned(text)
    plain, found = _parse(text, parse_mode) if parse_mode else (text, list(entities or []))
    trimmed = _trimmed(plain, found)
    kept = [one for one in trimmed.entities if not _inside_code(one, trimmed.entities)]
    return Formatted(trimmed.text, in_order(kept + _detected(trimmed)))


def _cleaned(text: str) -> str:
    """Without what TDLib's clean_input_string takes out: control characters, other line ends, overrides."""
    return CONTROL.sub(" ", UNSEEN.sub("", text))


def _parse(text: str, parse_mode: str) -> tuple[str, list[Json]]:
    if parse_mode.lower() == "markdown":
        raise not_modelled("legacy Markdown")
    parser = PARSERS.get(parse_mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    try:
        return parser(text)
    except ValueError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def _trimmed(text: str, entities: list[Json]) -> Formatted:
    """Cut white space off both ends: at the start up to the first entity, at the end through entities."""
    first = min((one["offset"] for one in entities), default=units(text))
    start = min(len(text) - len(text.lstrip(" \n")), first)
    shown = text[start:].rstrip()
    moved = [{**one, "offset": one["offset"] - start} for one in entities]
    return Formatted(shown, [cut for one in moved if (cut := _clipped(one, units(shown)))["length"] > 0])


def _clipped(entity: Json, length: int) -> Json:
    return {**entity, "length": min(entity["length"], length - entity["offset"])}


def _detected(formatted: Formatted) -> list[Json]:
    """Commands, links, addresses, mentions and hashtags outside the entities that forbid others inside."""
    closed = [
        one for one in formatted.entities if one["type"] in ("code", "pre", "text_link", "text_mention")
    ]
    found = []
    for match in PATTERN.finditer(formatted.text):
        offset = units(formatted.text[: match.start()])
        entity = {"type": match.lastgroup, "offset": offset, "length": units(match.group())}
        if not any(_overlap(entity, one) for one in closed):
            found.append(entity)
    return found


def _inside_code(entity: Json, entities: list[Json]) -> bool:
    """Nothing else can stand in `code` and `pre`; a quote around just such a text is around it, not in it."""
    others = [one for one in entities if one is not entity and one["type"] in ("code", "pre")]
    if "blockquote" in entity["type"]:
        others = [one for one in others if (one["offset"], _end(one)) != (entity["offset"], _end(entity))]
    return any(one["offset"] <= entity["offset"] and _end(entity) <= _end(one) for one in others)


def _end(entity: Json) -> int:
    return int(entity["offset"] + entity["length"])


def _overlap(one: Json, other: Json) -> bool:
    first, second = sorted((one, other), key=lambda entity: int(entity["offset"]))
    return _end(first) > int(second["offset"])
