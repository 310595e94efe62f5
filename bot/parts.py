"""The parts of an outgoing message: as its row holds them, and as its provider is given them."""

from bot.providers.base import Capability
from bot.providers.sending import Channel, Outgoing, SmsPart, ViberButton, ViberPart
from storage.models import OutgoingMessage

#: What a person may write into a draft, by the names of its columns.
PARTS = (
    *("recipient", "country", "channels", "flash", "sms_source", "sms_text", "sms_ttl"),
    *("viber_source", "viber_text", "viber_caption", "viber_url", "viber_image", "viber_ttl"),
)
#: What a provider must be able to do to send over a channel.
NEEDS = {Channel.SMS: Capability.SEND_SMS, Channel.VIBER: Capability.SEND_VIBER}


def channels(row: OutgoingMessage) -> tuple[Channel, ...]:
    """The channels of a message, in the order they are tried."""
    return tuple(Channel(name) for name in row.channels.split(",") if name)


def outgoing(row: OutgoingMessage) -> Outgoing:
    """A message as its provider is given it: the parts of its channels, whatever else was written."""
    used = channels(row)
    viber = _viber(row) if Channel.VIBER in used else None
    sms = SmsPart(row.sms_source, row.sms_ttl, row.sms_text, row.flash) if Channel.SMS in used else None
    return Outgoing(row.recipient, used, viber, sms)


def _viber(row: OutgoingMessage) -> ViberPart:
    wanted = row.viber_caption or row.viber_url
    button = ViberButton(row.viber_caption, row.viber_url) if wanted else None
    return ViberPart(row.viber_source, row.viber_ttl, row.viber_text, button, row.viber_image)
