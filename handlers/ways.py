"""Which way a message goes, the channels in order and the sender names, as the account allows."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.errors import Refused, Unsupported, text
from bot.i18n import Texts, visible
from bot.parts import NEEDS
from bot.providers.base import Provider
from bot.providers.sending import LONGEST_VIBER_TEXT, Channel
from handlers.channels import channel_name, way
from handlers.doors import Part
from handlers.questions import back
from handlers.screen import Rows, Screen, in_rows, page_of, press, turn
from storage.models import OutgoingMessage

#: The sender names of an account, per channel.
Names = Mapping[Channel, Sequence[str]]
_NAMES_A_PAGE = 12


class How(StrEnum):
    """The channels in order, as buttons carry them."""

    SMS = "s"
    VIBER = "v"
    BOTH = "b"


class Over(CallbackData, prefix="wc"):
    """Send it over these channels."""

    id: str
    how: How


class NamePage(CallbackData, prefix="wp"):
    """A page of the sender names of a channel."""

    id: str
    part: Part
    page: Annotated[int, Field(ge=0, le=999)]


class Name(CallbackData, prefix="wn"):
    """Send it from this name; `value` is its mark."""

    id: str
    part: Part
    value: str


CHANNELS = {
    How.SMS: (Channel.SMS,),
    How.VIBER: (Channel.VIBER,),
    How.BOTH: (Channel.VIBER, Channel.SMS),
}
NAME_OF = {Part.VIBER_NAME: Channel.VIBER, Part.SMS_NAME: Channel.SMS}
_VIBER = (Part.VIBER_NAME, Part.VIBER_TEXT, Part.VIBER_TTL, Part.CAPTION, Part.ADDRESS, Part.IMAGE)
_SMS = (Part.SMS_NAME, Part.SMS_TEXT, Part.SMS_TTL, Part.FLASH)


class NoNames(Refused):
    text = text("The account has no sender name for that yet: ask the provider for one on its site.")


def ways(provider: Provider, names: Names) -> list[How]:
    """The ways that are open to an account."""
    return [how for how, used in CHANNELS.items() if all(_open(provider, names, one) for one in used)]


def require_part(part: Part, provider: Provider) -> None:
    """Raise `Unsupported` for a part of a channel that the provider does not send over."""
    parts = {Channel.VIBER: _VIBER, Channel.SMS: _SMS}
    if any(part in parts[channel] and not provider.can(need) for channel, need in NEEDS.items()):
        raise Unsupported


def require(how: How, provider: Provider, names: Names) -> None:
    """Raise `Unsupported`, or `NoNames`, where that way is closed."""
    if not all(map(provider.can, (NEEDS[channel] for channel in CHANNELS[how]))):
        raise Unsupported
    if how not in ways(provider, names):
        raise NoNames


def going(how: How, names: Names, draft: OutgoingMessage) -> dict[str, object]:
    """A way as columns of the draft: what is to be chosen from one name is chosen, and a text goes along."""
    used = CHANNELS[how]
    known = {Channel.VIBER: draft.viber_source, Channel.SMS: draft.sms_source}
    sources = {f"{channel}_source": _name(known[channel], names.get(channel, ())) for channel in used}
    return {"channels": ",".join(used), **sources, **_texts(draft, used)}


def name_mark(name: str) -> str:
    """A sender name as a button can carry it, whatever its length and letters."""
    return hashlib.blake2s(name.encode(), digest_size=6).hexdigest()


def ways_screen(draft: OutgoingMessage, provider: Provider, names: Names, t: Texts) -> Screen:
    found = ways(provider, names)
    if not found:
        raise NoNames if any(map(provider.can, NEEDS.values())) else Unsupported
    rows: Rows = [[press(way(CHANNELS[how], t), Over(id=draft.id, how=how))] for how in found]
    return Screen(t("<b>Which way shall it go?</b>"), [*rows, back(draft, t)])


def names_screen(draft: OutgoingMessage, part: Part, listed: Names, t: Texts, page: int = 0) -> Screen:
    """The sender names of the account."""
    channel = NAME_OF[part]
    names = listed.get(channel, ())
    if not names:
        raise NoNames
    shown, pages = page_of(names, page, _NAMES_A_PAGE)
    buttons = [
        press(visible(each, 64), Name(id=draft.id, part=part, value=name_mark(each))) for each in shown
    ]
    pager = turn(page, pages, lambda to: NamePage(id=draft.id, part=part, page=to))
    text = t(
        "<b>From which name over {channel}?</b>\n"
        "The recipient sees it as the sender of the {channel} message.",
        channel=channel_name(channel, t),
    )
    return Screen(text, [*in_rows(buttons, 2), pager, back(draft, t)])


def _open(provider: Provider, names: Names, channel: Channel) -> bool:
    return provider.can(NEEDS[channel]) and bool(names.get(channel))


def _name(known: str, names: Sequence[str]) -> str:
    if known in names:
        return known
    return names[0] if len(names) == 1 else ""


def _texts(draft: OutgoingMessage, used: Sequence[Channel]) -> dict[str, object]:
    """A channel that has no text yet takes the other one's."""
    either = draft.viber_text or draft.sms_text
    empty = {Channel.VIBER: not draft.viber_text and not draft.viber_image, Channel.SMS: not draft.sms_text}
    fits = {Channel.VIBER: len(either) <= LONGEST_VIBER_TEXT, Channel.SMS: True}
    return {f"{one}_text": either for one in used if either and empty[one] and fits[one]}
