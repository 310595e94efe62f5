"""The knobs of a site that sends messages: what becomes of them, their sender names and their prices."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.sandbox.sites.control import money
from bot.sandbox.sites.fares import CHANNELS
from bot.sandbox.sites.outgoing import FATES, Message, Status
from bot.sandbox.sites.wire import Json

if TYPE_CHECKING:
    from bot.sandbox.sites.smsfly import SmsFly


def fate(site: "SmsFly", fate: str, channel: str = "") -> Json:
    """What becomes of the next messages, on one channel or on all: the way ends so, until another fate."""
    if fate not in FATES:
        raise ValueError(f"a fate is one of {', '.join(FATES)}")
    for its in _channels(channel):
        site.post.fates[its] = fate
    return {"fates": dict(site.post.fates)}


def message(
    site: "SmsFly",
    status: str,
    id: str | None = None,  # noqa: A002 - the page's own word for it
    recipient: str | None = None,
    channel: str = "",
    in_seconds: float = 0,
) -> Json:
    """Let a message have a status on its channel under way, or on the one named; perhaps in some seconds."""
    if status not in list(Status):
        raise ValueError(f"a status is one of {', '.join(Status)}")
    found = _sent(site, id, recipient)
    if channel and channel not in [leg.channel for leg in found.legs]:
        raise LookupError(f"{found.id} does not go over {channel!r}")
    if in_seconds:
        site.post.book(found, channel, Status(status), float(in_seconds))
    else:
        site.post.move(found, channel, Status(status), site.shop.clock.now())
    return found.read()


def sources(site: "SmsFly", channel: str, names: list[str]) -> Json:
    """The account's sender names on one channel."""
    for its in _channels(channel):
        site.sources[its] = [str(name) for name in names]
    return dict(site.sources)


def fare(site: "SmsFly", channel: str, mcc: str, price: object) -> Json:
    """One price for a country on one channel."""
    for its in _channels(channel):
        site.post.fares.change(its, str(mcc), money(price))
    return {its: _listed(site.post.fares.listed(its, str(mcc))) for its in _channels(channel)}


MAILING: Mapping[str, Callable[..., Json]] = {knob.__name__: knob for knob in (fate, message, sources, fare)}


def _channels(channel: str) -> tuple[str, ...]:
    if channel and channel not in CHANNELS:
        raise LookupError(f"a channel is one of {', '.join(CHANNELS)}")
    return (channel,) if channel else CHANNELS


def _sent(site: "SmsFly", number: str | None, recipient: str | None) -> Message:
    """By its id, or the latest to a recipient."""
    phone = str(recipient).lstrip("+")
    of_phone = (message for message in reversed(site.post.sent.values()) if message.recipient == phone)
    found = site.post.sent.get(str(number)) if number else next(of_phone, None)
    if found is None:
        raise LookupError(f"{site.name} sent no such message: {number or recipient}")
    return found


def _listed(prices: dict[str, Decimal]) -> dict[str, str]:
    return {mnc: str(price) for mnc, price in prices.items()}
