"""How many SMS a text is, by GSM 03.38: a long text travels in segments, each paid for like a message.

The GSM alphabet has room for 160 characters, or 153 in each of several segments; any other character makes
the whole text UCS-2, with 70 and 67.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: The basic table in its order, without the escape to the extension table.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Written with an escape before it, so two units.
EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """How a text is written on the air."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


#: Units of one SMS, and of each segment where there are several.
LIMITS = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as SMS: `length` in units of its encoding, and the units `left` in its last segment.

    A character of two units is never split over two segments: the unit before it is lost then, and is in
    neither number. An empty text has no segment, and a whole SMS left.
    """

    encoding: Encoding
    length: int
    segments: int
    left: int


def measure(text: str) -> Segments:
    """How a text is sent as an SMS."""
    encoding = Encoding.GSM_7 if set(text) <= BASIC | EXTENSION else Encoding.UCS_2
    sizes = [_size(character, encoding) for character in text]
    alone, joined = LIMITS[encoding]
    length = sum(sizes)
    if length <= alone:
        return Segments(encoding, length, min(length, 1), alone - length)
    segments, used = _filled(sizes, joined)
    return Segments(encoding, length, segments, joined - used)


def _size(character: str, encoding: Encoding) -> int:
    """Units of a character: an escaped one, or one outside of Unicode's first plane, has two."""
    if encoding is Encoding.GSM_7:
        return 2 if character in EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _filled(sizes: Iterable[int], limit: int) -> tuple[int, int]:
    """How many segments these characters fill, in order, and the units used of the last one."""
    segments, used = 1, 0
    for size in sizes:
        if used + size > limit:
            segments, used = segments + 1, 0
        used += size
    return segments, used
