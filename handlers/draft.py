"""A draft on one screen: all that would be sent, what it costs, what is missing, and the one *Send*."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.balances import Balances
from bot.errors import BadInput
from bot.i18n import Texts, visible
from bot.messages import Messages
from bot.parts import PARTS, channels
from bot.postage import Postage, most
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel
from handlers.bill import Bill, bill_of
from handlers.channels import length, recipient, source_of, span, text_of, ttl_of, way
from handlers.doors import Draft, Operators, Part, Send, SendIt, Write
from handlers.key_marks import name_of
from handlers.screen import LONGEST_SCREEN, Rows, Screen, fits, in_rows, press, show
from storage.models import OutgoingMessage

#: Characters of a text on a draft that is too long for one screen.
_SHOWN = 300
#: Characters of an address: its host whole, its middle left out where it is longer, these many of its end.
_ADDRESS_SHOWN, _ADDRESS_END = 240, 60
_HOST = re.compile(r"[^:]*://[^/?#]*")


async def show_draft(
    event: Message | CallbackQuery,
    draft: OutgoingMessage,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
    alert: str = "",
) -> None:
    """`alert` says why it is shown, where that is a surprise."""
    await show(event, await draft_screen(draft, t, messages, postage, balances, providers), alert)


async def draft_screen(
    draft: OutgoingMessage,
    t: Texts,
    messages: Messages,
    postage: Postage,
    balances: Balances,
    providers: Mapping[str, Provider],
    note: str = "",
) -> Screen:
    """The draft as it is now, after a note; where nothing is missing, at today's price.

    What is confirmed is seen whole: a draft that does not fit one screen has no *Send*.
    """
    key, problem = await balances.key(draft.key_id, draft.chat_id), missing(draft, messages, t)
    title, provider = name_of(key, providers), providers[key.provider]
    bill = None if problem else await bill_of(draft, key, provider.title, postage)
    end = [t("⚠️ {problem}", problem=problem)] if bill is None else bill.lines(draft, t)
    start = [*([note, ""] if note else []), *_heading(draft, title, t)]
    screen = Screen("\n".join([*start, *_legs(draft, t), "", *end]), _buttons(draft, provider, bill, t))
    if fits(screen):
        return screen
    short = "\n".join([*start, *_legs(draft, t, _SHOWN), "", _too_much(t)])
    return Screen(short, _buttons(draft, provider, None, t))


def _too_much(t: Texts) -> str:
    return t("⚠️ This does not fit one screen, and what you cannot see whole is not sent: shorten a text.")


def next_part(draft: OutgoingMessage) -> Part | None:
    """What a new draft is asked for next; None when there is something of everything."""
    used = channels(draft)
    steps = {
        Part.CHANNELS: not used,
        Part.VIBER_NAME: Channel.VIBER in used and not draft.viber_source,
        Part.SMS_NAME: Channel.SMS in used and not draft.sms_source,
        Part.RECIPIENT: not draft.recipient,
        Part.TEXT: not any(text_of(draft, channel) for channel in used) and not draft.viber_image,
    }
    return next((part for part, wanted in steps.items() if wanted), None)


def missing(draft: OutgoingMessage, messages: Messages, t: Texts) -> str:
    """What keeps a draft from being sent, in words; "" when nothing does."""
    if (part := next_part(draft)) is not None:
        return t.plain("Still missing: {part}.", part=part_name(part, t))
    try:
        messages.check(draft)
    except BadInput as wrong:
        return t.plain_error(wrong)
    return ""


def mark(draft: OutgoingMessage, price: Decimal | None) -> str:
    """Eight letters that are others when anything of a draft, or its price, was changed."""
    said = repr([price and price.normalize(), *(getattr(draft, name) for name in PARTS)])
    return hashlib.blake2s(said.encode(), digest_size=4).hexdigest()


def part_name(part: Part, t: Texts) -> str:
    """How a part of a draft is called on its button."""
    names = {
        Part.CHANNELS: t.plain("🔀 Channels"),
        Part.RECIPIENT: t.plain("👤 Recipient"),
        Part.TEXT: t.plain("💬 Text"),
        Part.VIBER_NAME: t.plain("🏷 Viber sender"),
        Part.VIBER_TEXT: t.plain("💬 Viber text"),
        Part.VIBER_TTL: t.plain("⏳ Viber lifetime"),
        Part.CAPTION: t.plain("🔘 Viber button"),
        Part.ADDRESS: t.plain("🔘 Viber button"),
        Part.IMAGE: t.plain("🖼 Viber image"),
        Part.SMS_NAME: t.plain("🏷 SMS sender"),
        Part.SMS_TEXT: t.plain("💬 SMS text"),
        Part.SMS_TTL: t.plain("⏳ SMS lifetime"),
        Part.FLASH: t.plain("⚡ Flash"),
    }
    return names[part]


def _heading(draft: OutgoingMessage, title: str, t: Texts) -> list[str]:
    to = t("✉️ To <b>{recipient}</b>", recipient=recipient(draft, t))
    who = t("{provider} · {way}", provider=title, way=way(channels(draft), t))
    return [to if draft.recipient else t("✉️ <b>A new message</b>"), who]


def _legs(draft: OutgoingMessage, t: Texts, limit: int = LONGEST_SCREEN) -> list[str]:
    """What goes over each channel, in their order."""
    lines: list[str] = []
    for channel in channels(draft):
        more = _viber_extras(draft, t) if channel is Channel.VIBER else _sms_extras(draft, t)
        lines += ["", _from(draft, channel, t), *_text(draft, channel, limit, t), *more]
    return lines


def _from(draft: OutgoingMessage, channel: Channel, t: Texts) -> str:
    return t(
        "<b>{channel}</b> from {sender} · lifetime {span}",
        channel=way([channel], t),
        sender=visible(source_of(draft, channel), 64) or "–",
        span=span(ttl_of(draft, channel), t),
    )


def _text(draft: OutgoingMessage, channel: Channel, limit: int, t: Texts) -> list[str]:
    """The text as it will be read, and its length; once where both channels have the same."""
    text = text_of(draft, channel)
    if not text:
        return []
    told = [t("<blockquote>{text}</blockquote>", text=visible(text, limit))]
    second = channel in channels(draft)[1:]
    same = second and draft.viber_text == draft.sms_text
    return [*([t("The same text.")] if same else told), *length(text, channel, t)]


def _viber_extras(draft: OutgoingMessage, t: Texts) -> list[str]:
    lines = []
    if draft.viber_caption or draft.viber_url:
        caption, address = visible(draft.viber_caption), _address(draft.viber_url)
        lines.append(t("🔘 {caption}: {address}", caption=caption, address=address))
    if draft.viber_image:
        lines.append(t("🖼 {address}", address=_address(draft.viber_image)))
    return lines


def _address(written: str) -> str:
    """An address as it can be judged: whose it is, and how it ends."""
    address = visible(written, LONGEST_SCREEN)
    host = _HOST.match(address)
    start = max(_ADDRESS_SHOWN - _ADDRESS_END - 1, host.end() if host is not None else 0)
    if len(address) <= start + 1 + _ADDRESS_END:
        return address
    return f"{address[:start]}…{address[-_ADDRESS_END:]}"


def _sms_extras(draft: OutgoingMessage, t: Texts) -> list[str]:
    return [t("⚡ Flash: shown at once and not kept.")] if draft.flash else []


def _buttons(draft: OutgoingMessage, provider: Provider, bill: Bill | None, t: Texts) -> Rows:
    priced = provider.can(Capability.SEND_PRICES) and draft.country and channels(draft)
    last = [press(t.plain("💲 Price per operator"), Operators(id=draft.id))] if priced else []
    changes = (_row(draft, parts, t) for parts in _parts(draft))
    rows = [row for buttons in changes for row in in_rows(buttons, 2)]
    return [_first(draft, bill, t), *rows, last, [press(t.plain("◀ Back"), Send(id=draft.id))]]


def _first(draft: OutgoingMessage, bill: Bill | None, t: Texts) -> list[InlineKeyboardButton]:
    """The one confirmation; or what has to happen before it."""
    part = next_part(draft)
    if part is not None:
        return [press(t.plain("▶ Go on"), Write(id=draft.id, part=part))]
    if bill is None:
        return []
    if bill.trouble is not None:
        return [press(t.plain("🔄 Ask for the price again"), Draft(id=draft.id))]
    price = most(draft, bill.costs)
    text = t.plain("✅ Send, price unknown")
    if price is not None:
        text = t.plain("✅ Send for at most {price}", price=t.money(price, draft.currency))
    return [press(text, SendIt(id=draft.id, value=mark(draft, price)))]


def _parts(draft: OutgoingMessage) -> list[tuple[Part, ...]]:
    """What can be changed, in groups."""
    of_channel = {
        Channel.VIBER: (Part.VIBER_TEXT, Part.VIBER_NAME, Part.CAPTION, Part.IMAGE, Part.VIBER_TTL),
        Channel.SMS: (Part.SMS_TEXT, Part.SMS_NAME, Part.SMS_TTL, Part.FLASH),
    }
    return [(Part.RECIPIENT, Part.CHANNELS), *(of_channel[channel] for channel in channels(draft))]


def _row(draft: OutgoingMessage, parts: Sequence[Part], t: Texts) -> list[InlineKeyboardButton]:
    return [press(_label(draft, part, t), Write(id=draft.id, part=part)) for part in parts]


def _label(draft: OutgoingMessage, part: Part, t: Texts) -> str:
    if part is Part.FLASH:
        return t.plain("⚡ No flash") if draft.flash else t.plain("⚡ As a flash SMS")
    return part_name(part, t)
