"""What the two small parsers of formatted text share: a text read so far, open entities, links, order."""

import re
from dataclasses import dataclass, field

from bot.sandbox.telegram.wire import Json

#: TDLib's order of entities that begin and end together (td/telegram/MessageEntity.cpp, get_type_priority).
PRIORITY = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 10,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
PERSON = re.compile(r"tg://user/?\?id=([0-9]{1,15})", re.ASCII)
EMOJI = re.compile(r"tg://emoji/?\?id=([0-9]{1,19})", re.ASCII)
WEB = re.compile(r"(https?)://([^/?#\s]+\.[^/?#\s.]{2,})([/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Open:
    """An entity not closed yet: what it is, what it says, where it began in the plain text and the source."""

    kind: str
    offset: int
    byte: int
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """A source as far as it is read: `at` is a place in it; `text` and `entities` are what came out of it."""

    source: str
    at: int = 0
    text: str = ""
    opened: list[Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    @property
    def units(self) -> int:
        return units(self.text)

    @property
    def byte(self) -> int:
        return len(self.source[: self.at].encode())

    @property
    def inside(self) -> str:
        """The kind of the innermost open entity, "" outside of all."""
        return self.opened[-1].kind if self.opened else ""

    def sees(self, words: str) -> bool:
        return self.source.startswith(words, self.at)

    def keep(self, text: str, skipped: int) -> None:
        """Put `text` out for so many characters of the source."""
        self.text += text
        self.at += skipped

    def open(self, kind: str, skipped: int, attributes: dict[str, str] | None = None) -> None:
        self.opened.append(Open(kind, self.units, self.byte, attributes or {}))
        self.at += skipped

    def add(self, opened: Open, entity: Json | None) -> None:
        """Note an entity from where it was opened up to here; empty ones vanish."""
        length = self.units - opened.offset
        if entity is not None and length > 0:
            self.entities.append({**entity, "offset": opened.offset, "length": length})

    def since(self, opened: Open) -> str:
        return self.text.encode("utf-16-le")[opened.offset * 2 :].decode("utf-16-le")


def units(text: str) -> int:
    """Length in UTF-16 units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def in_order(entities: list[Json]) -> list[Json]:
    """By their beginning, the longer first, and by TDLib's priority where both are the same."""
    return sorted(entities, key=lambda one: (one["offset"], -one["length"], PRIORITY.get(one["type"], 50)))


def linked(url: str) -> Json | None:
    """The entity of a link: a mention for tg://user, None where the address is none."""
    if person := PERSON.fullmatch(url):
        return {"type": "text_mention", "user": {"id": int(person[1]), "is_bot": False, "first_name": ""}}
    if url.startswith(("tg://", "ton://")):
        return {"type": "text_link", "url": url}
    match = WEB.fullmatch(url if "://" in url else f"http://{url}")
    if match is None:
        return None
    scheme, host, path = match[1].lower(), match[2].lower(), match[3] or "/"
    return {"type": "text_link", "url": f"{scheme}://{host}{path if path[0] == '/' else '/' + path}"}
