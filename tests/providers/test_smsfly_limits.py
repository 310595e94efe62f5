"""SMS-fly's limits: each is looked at before anything is sent, and each says in its own words what it is."""

from dataclasses import replace

import pytest

from bot.errors import BadInput
from bot.providers import sending_errors as told
from bot.providers.sending import Channel, Outgoing, SmsPart, ViberButton, ViberPart
from bot.providers.smsfly import SmsFly

BUTTON = ViberButton("Track it", "https://example.org/parcel?id=7")
IMAGE = "https://example.org/image.png"
SMS = SmsPart("InfoCenter", 60, "Your parcel has arrived")
TEXT = ViberPart("InfoCenter", 60, "Your parcel has arrived")
PICTURE = ViberPart("InfoCenter", 60, image=IMAGE)
ALL = replace(TEXT, button=BUTTON, image=IMAGE)


def by_sms(sms: SmsPart | None = SMS, recipient: str = "+380501234567") -> Outgoing:
    return Outgoing(recipient, (Channel.SMS,), sms=sms)


def by_viber(viber: ViberPart | None) -> Outgoing:
    return Outgoing("+380501234567", (Channel.VIBER,), viber)


def captioned(caption: str) -> Outgoing:
    return by_viber(replace(TEXT, button=replace(BUTTON, caption=caption)))


def leading_to(url: str) -> Outgoing:
    return by_viber(replace(TEXT, button=replace(BUTTON, url=url)))


def through(*channels: Channel) -> Outgoing:
    return Outgoing("+380501234567", channels, TEXT, SMS)


SENDABLE = {
    "an SMS": by_sms(),
    "an SMS of one minute": by_sms(replace(SMS, ttl=1)),
    "an SMS of a day": by_sms(replace(SMS, ttl=1440)),
    "a flash SMS": by_sms(replace(SMS, flash=True)),
    "an SMS abroad": by_sms(recipient="+447400123456"),
    "a text": by_viber(TEXT),
    "a text of one character": by_viber(replace(TEXT, text="!")),
    "a text of 1000 characters": by_viber(replace(TEXT, text="ї" * 1000)),
    "an image": by_viber(PICTURE),
    "a text with a button": by_viber(replace(TEXT, button=BUTTON)),
    "a text with a button and an image": by_viber(ALL),
    "a caption of 30 characters": captioned("ї" * 30),
    "a button to plain http": leading_to("http://example.org"),
    "a button to an address of another script": leading_to("https://приклад.укр/посилка"),
    "Viber, then SMS": through(Channel.VIBER, Channel.SMS),
    "SMS, then Viber": through(Channel.SMS, Channel.VIBER),
    "a broken part of a channel that is not chosen": replace(by_sms(), viber=replace(TEXT, ttl=0)),
}
FORBIDDEN: dict[str, tuple[Outgoing, type[BadInput]]] = {
    **{
        f"recipient {recipient!r}": (by_sms(recipient=recipient), told.WrongRecipient)
        for recipient in (
            *("", "+", "380501234567", "0501234567", "+38050123456", "+38050123456789", "+999123456789"),
            *("+38 050 123 45 67", "+380501234567\n", "+٣٨٠٥٠١٢٣٤٥٦٧", "somebody", "+12345", "+" + "1" * 16),
        )
    },
    "no channel": (through(), told.NoChannel),
    "a channel twice": (through(Channel.SMS, Channel.SMS), told.DoubleChannel),
    "SMS without its part": (by_sms(None), told.MissingPart),
    "Viber without its part": (by_viber(None), told.MissingPart),
    "a fallback without its part": (replace(through(*Channel), sms=None), told.MissingPart),
    "an SMS of nobody": (by_sms(replace(SMS, source=" ")), told.NoSender),
    "a Viber message of nobody": (by_viber(replace(TEXT, source="")), told.NoSender),
    "an SMS of no minute": (by_sms(replace(SMS, ttl=0)), told.WrongTtl),
    "an SMS of more than a day": (by_sms(replace(SMS, ttl=1441)), told.WrongTtl),
    "a Viber message of no minute": (by_viber(replace(TEXT, ttl=-5)), told.WrongTtl),
    "a Viber message of more than a day": (by_viber(replace(TEXT, ttl=1441)), told.WrongTtl),
    "an empty SMS": (by_sms(replace(SMS, text="")), told.EmptySms),
    "a blank SMS": (by_sms(replace(SMS, text=" \n")), told.EmptySms),
    "a text of 1001 characters": (by_viber(replace(TEXT, text="ї" * 1001)), told.LongViberText),
    "an empty Viber message": (by_viber(replace(TEXT, text="")), told.WrongViberParts),
    "a blank Viber message": (by_viber(replace(TEXT, text=" \n")), told.WrongViberParts),
    "a button alone": (by_viber(replace(TEXT, text="", button=BUTTON)), told.WrongViberParts),
    "an image with a button": (by_viber(replace(PICTURE, button=BUTTON)), told.WrongViberParts),
    "a text with an image": (by_viber(replace(TEXT, image=IMAGE)), told.WrongViberParts),
    "a button without a caption": (captioned(""), told.WrongCaption),
    "a blank caption": (captioned(" "), told.WrongCaption),
    "a caption of 31 characters": (captioned("ї" * 31), told.WrongCaption),
    **{
        f"a button to {url!r:.40}": (leading_to(url), told.WrongButtonAddress)
        for url in (
            *("", "example.org", "//example.org", "https://", "javascript:alert(1)", "ftp://example.org"),
            *("tel:+380501234567", "https://[bad", "https://example.org/a b", "https://exam\nple.org"),
            "https://example.org/" + "a" * 2048,
        )
    },
    **{
        f"an image at {url!r}": (by_viber(replace(PICTURE, image=url)), told.WrongImageAddress)
        for url in (
            "http://example.org/image.png",
            "example.org/image.png",
            "https://",
            "data:image/png,",
            " ",
        )
    },
}


@pytest.mark.parametrize("message", SENDABLE.values(), ids=SENDABLE)
def test_what_the_document_allows_may_be_sent(message: Outgoing) -> None:
    SmsFly().check(message)


@pytest.mark.parametrize(("message", "error"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_the_document_forbids_is_told_in_words_of_its_own(
    message: Outgoing, error: type[BadInput]
) -> None:
    with pytest.raises(BadInput) as refused:
        SmsFly().check(message)
    assert type(refused.value) is error


def test_every_limit_has_its_own_words() -> None:
    errors = {error for _, error in FORBIDDEN.values()}
    assert errors == {each for each in BadInput.__subclasses__() if each.__module__ == told.__name__}
    assert len({error.text for error in errors} | {BadInput.text}) == len(errors) + 1
