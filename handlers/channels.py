"""The channels of a message, its recipient and its texts, said alike on every screen."""

from collections.abc import Sequence

from bot.i18n import Texts, flag, international, visible
from bot.parts import NEEDS
from bot.providers.base import Provider
from bot.providers.sending import Channel
from bot.segments import BASIC, EXTENSION, LIMITS, Encoding, Segments, measure
from storage.models import OutgoingMessage


def can_send(provider: Provider) -> bool:
    """Whether a provider sends messages at all."""
    return any(map(provider.can, NEEDS.values()))


def channel_name(channel: Channel, t: Texts) -> str:
    return t.plain("Viber") if channel is Channel.VIBER else t.plain("SMS")


def way(used: Sequence[Channel], t: Texts) -> str:
    """The channels in the order they are tried: `Viber, then SMS`."""
    names = [channel_name(channel, t) for channel in used]
    if len(names) < len(Channel):
        return "".join(names)
    return t.plain("{first}, then {second}", first=names[0], second=names[1])


def recipient(row: OutgoingMessage, t: Texts) -> str:
    """`+380 50 123 4567 · 🇺🇦 Ukraine`; the number alone where its country cannot be told, "…" once erased."""
    phone = international(row.recipient) or "…"
    return f"{phone} · {flag(row.country)} {t.country(row.country)}" if row.country else phone


def source_of(row: OutgoingMessage, channel: Channel) -> str:
    """The sender name on a channel."""
    return row.viber_source if channel is Channel.VIBER else row.sms_source


def text_of(row: OutgoingMessage, channel: Channel) -> str:
    return row.viber_text if channel is Channel.VIBER else row.sms_text


def ttl_of(row: OutgoingMessage, channel: Channel) -> int:
    """For how many minutes a channel tries to deliver."""
    return row.viber_ttl if channel is Channel.VIBER else row.sms_ttl


def span(minutes: int, t: Texts) -> str:
    """A lifetime: `60 minutes`, `5 hours`."""
    return t.span(minutes * 60)


def length(text: str, channel: Channel, t: Texts) -> list[str]:
    """How long a text is, and as how many SMS it goes; the character that makes it more, if there is one."""
    if channel is Channel.VIBER:
        count = len(text)
        return [t.many("{count} character", "{count} characters", count)]
    found = measure(text)
    line = t(
        "{length} of {room} · {encoding} · {segments} SMS",
        length=found.length,
        room=found.length + found.left,
        encoding=found.encoding,
        segments=found.segments,
    )
    return [line] if found.encoding is Encoding.GSM_7 else [line, _why_shorter(text, found, t)]


def _why_shorter(text: str, found: Segments, t: Texts) -> str:
    """One character outside the GSM alphabet more than halves the room of the whole text."""
    sign = next(character for character in text if character not in BASIC | EXTENSION)
    several = int(found.segments > 1)
    return t(
        "“{sign}” is not in the GSM alphabet: an SMS has room for {less} characters, not {more}.",
        sign=visible(sign).strip() or f"U+{ord(sign):04X}",
        less=LIMITS[Encoding.UCS_2][several],
        more=LIMITS[Encoding.GSM_7][several],
    )
