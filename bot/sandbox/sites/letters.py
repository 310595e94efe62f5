"""What SMS-fly is asked to send, read as its document describes it: each mistake has its own error code."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from bot.sandbox.sites.fares import CHANNELS
from bot.sandbox.sites.wire import Json

LONGEST_TTL = 1440
LONGEST_VIBER = 1000
LONGEST_CAPTION = 30
_PHONE = re.compile(r"[1-9]\d{6,14}", re.ASCII)
_ADDRESS = re.compile(r"([a-z]+)://[^\s/?#]+\S*", re.IGNORECASE)


class Invalid(Exception):
    """An error code of the document, such as INVRECIPIENT; `words` for its description."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words


@dataclass(frozen=True, slots=True)
class Part:
    """What goes over one channel; `ttl` in minutes, `button` its caption and address."""

    channel: str
    source: str
    ttl: int
    text: str = ""
    button: tuple[str, str] | None = None
    image: str = ""
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one recipient (international format without +); the parts in order of priority."""

    recipient: str
    parts: tuple[Part, ...]


def letter(data: Json, sources: Mapping[str, list[str]]) -> Letter:
    """`Invalid` says what is wrong with it; `sources` are the account's sender names by channel."""
    phone = data.get("recipient")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise Invalid("INVRECIPIENT")
    parts = [_READ[name](_object(data.get(name), _LACKING[name]), sources[name]) for name in channels(data)]
    return Letter(phone, tuple(parts))


def channels(data: Json) -> list[str]:
    """The channels asked for, in their order."""
    match data.get("channels"):
        case [_, *_] as named if all(name in CHANNELS for name in named):
            if len(set(named)) == len(named):
                return [str(name) for name in named]
    raise Invalid("INVCHANNELS")


def _viber(fields: Json, sources: list[str]) -> Part:
    """Text, image, text with button, or text with button and image: no other set is taken."""
    text, button, image = fields.get("text"), fields.get("button"), fields.get("image")
    only_image = text is None and button is None and image is not None
    if image is not None and not only_image and button is None:
        raise Invalid("INVBUTTON", "text with an image wants a button")
    return Part(
        "viber",
        _source(fields, sources),
        _ttl(fields),
        "" if only_image else _text(text, LONGEST_VIBER),
        None if button is None else _button(_object(button, "INVBUTTON")),
        "" if image is None else _address(image, "INVIMAGEURL", "https"),
    )


def _sms(fields: Json, sources: list[str]) -> Part:
    flash = fields.get("flash", 0)
    if flash not in (0, 1) or isinstance(flash, bool):
        raise Invalid("INVSMSMESSAGE", "flash is 0 or 1")
    return Part("sms", _source(fields, sources), _ttl(fields), _text(fields.get("text")), flash=flash == 1)


_READ: dict[str, Callable[[Json, list[str]], Part]] = {"viber": _viber, "sms": _sms}
_LACKING = {"viber": "INVVIBERMESSAGE", "sms": "INVSMSMESSAGE"}


def _source(fields: Json, sources: list[str]) -> str:
    if fields.get("source") not in sources:
        raise Invalid("INVSOURCE")
    return str(fields["source"])


def _ttl(fields: Json) -> int:
    """The document has no code for a wrong ttl."""
    ttl = fields.get("ttl")
    if not isinstance(ttl, int) or isinstance(ttl, bool) or not 1 <= ttl <= LONGEST_TTL:
        raise Invalid("INVREQUEST", f"ttl is 1 to {LONGEST_TTL} minutes")
    return ttl


def _text(value: object, longest: float = inf) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise Invalid("INVTEXT")
    return value


def _button(fields: Json) -> tuple[str, str]:
    caption = fields.get("caption")
    if not isinstance(caption, str) or not 0 < len(caption) <= LONGEST_CAPTION:
        raise Invalid("INVBUTTON")
    return caption, _address(fields.get("url"), "INVBUTTON", "https", "http")


def _address(value: object, code: str, *schemes: str) -> str:
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1].lower() not in schemes:
        raise Invalid(code)
    return found[0]


def _object(value: object, code: str) -> Json:
    if not isinstance(value, dict):
        raise Invalid(code)
    return value
