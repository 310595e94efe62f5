"""What SMS-fly's document forbids, looked for before a message is sent: each limit with its own error."""

import re
from urllib.parse import urlsplit

import phonenumbers

from bot.errors import BadInput
from bot.providers.sending import (
    LONGEST_CAPTION,
    LONGEST_TTL,
    LONGEST_VIBER_TEXT,
    Channel,
    Outgoing,
    SmsPart,
    ViberButton,
    ViberPart,
)
from bot.providers.sending_errors import (
    DoubleChannel,
    EmptySms,
    LongViberText,
    MissingPart,
    NoChannel,
    NoSender,
    WrongButtonAddress,
    WrongCaption,
    WrongImageAddress,
    WrongRecipient,
    WrongTtl,
    WrongViberParts,
)

#: The document has no limit for an address; browsers end there.
LONGEST_ADDRESS = 2048


def check(message: Outgoing) -> None:
    """Raise the `BadInput` of the first limit this message does not keep."""
    _check_recipient(message.recipient)
    _check_channels(message)
    if message.viber is not None and Channel.VIBER in message.channels:
        _check_viber(message.viber)
    if message.sms is not None and Channel.SMS in message.channels:
        _check_sms(message.sms)


def _check_recipient(recipient: str) -> None:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", recipient):
        raise WrongRecipient
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(recipient))
    except phonenumbers.NumberParseException:
        raise WrongRecipient from None
    if not possible:
        raise WrongRecipient


def _check_channels(message: Outgoing) -> None:
    if not message.channels:
        raise NoChannel
    if len(set(message.channels)) < len(message.channels):
        raise DoubleChannel
    parts = {Channel.VIBER: message.viber, Channel.SMS: message.sms}
    if any(parts[channel] is None for channel in message.channels):
        raise MissingPart


def _check_part(part: ViberPart | SmsPart) -> None:
    if not part.source.strip():
        raise NoSender
    if not 1 <= part.ttl <= LONGEST_TTL:
        raise WrongTtl


def _check_sms(sms: SmsPart) -> None:
    _check_part(sms)
    if not sms.text.strip():
        raise EmptySms


def _check_viber(viber: ViberPart) -> None:
    _check_part(viber)
    if len(viber.text) > LONGEST_VIBER_TEXT:
        raise LongViberText
    _check_viber_parts(bool(viber.text.strip()), viber.button is not None, bool(viber.image))
    if viber.button is not None:
        _check_button(viber.button)
    if viber.image:
        _check_address(viber.image, {"https"}, WrongImageAddress)


def _check_viber_parts(text: bool, button: bool, image: bool) -> None:
    """Allowed are text, image, text+button and text+button+image: a text with an image needs a button."""
    allowed = {
        *((True, False, False), (False, False, True)),
        *((True, True, False), (True, True, True)),
    }
    if (text, button, image) not in allowed:
        raise WrongViberParts


def _check_button(button: ViberButton) -> None:
    if not button.caption.strip() or len(button.caption) > LONGEST_CAPTION:
        raise WrongCaption
    _check_address(button.url, {"http", "https"}, WrongButtonAddress)


def _check_address(address: str, schemes: set[str], error: type[BadInput]) -> None:
    """A web address in one piece: urlsplit itself would drop line breaks and forgive blanks."""
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise error
    try:
        parsed = urlsplit(address)
        host = parsed.hostname
    except ValueError:
        raise error from None
    if parsed.scheme not in schemes or not host:
        raise error
