"""A draft on one screen: all that would be sent, what it costs, what is missing, and the one *Send*."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.balances import Balances
from bot.errors import BadInput
from bot.i18n import Texts, visible
from bot.messages import Messages
from bot.parts import PARTS, channels
from bot.postage import Postage
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel
from handlers.bill import Bill, bill_of, most
from handlers.channels import length, recipient, source_of, span, text_of, ttl_of, way
from handlers.doors import Draft, Operators, Part, Send, SendIt, Write
from handlers.keys import name_of
from handlers.screen import Rows, Screen, in_rows, press, show
from storage.models import Key, OutgoingMessage

#: Characters of a text, and of an address, that fit a screen beside everything else.
_SHOWN, _ADDRESS_SHOWN = 900, 120


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
) -> Screen:
    """The draft as it is now; where nothing is missing, at today's price."""
    key, problem = await balances.key(draft.key_id), missing(draft, messages, t)
    bill = None if problem else await bill_of(draft, key, providers[key.provider].title, postage)
    lines = [*_heading(draft, key, t, providers), *_legs(draft, t), ""]
    lines += [t("⚠️ {problem}", problem=problem)] if bill is None else bill.lines(draft, t)
    return Screen("\n".join(lines), _buttons(draft, providers[key.provider], bill, t))


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


def _heading(draft: OutgoingMessage, key: Key, t: Texts, providers: Mapping[str, Provider]) -> list[str]:
    to = t("✉️ To <b>{recipient}</b>", recipient=recipient(draft, t))
    who = t("{provider} · {way}", provider=name_of(key, providers), way=way(channels(draft), t))
    return [to if draft.recipient else t("✉️ <b>A new message</b>"), who]


def _legs(draft: OutgoingMessage, t: Texts) -> list[str]:
    """What goes over each channel, in their order."""
    lines: list[str] = []
    for channel in channels(draft):
        viber = _viber_extras(draft, t) if channel is Channel.VIBER else _sms_extras(draft, t)
        lines += ["", _from(draft, channel, t), *_text(draft, channel, t), *viber]
    return lines


def _from(draft: OutgoingMessage, channel: Channel, t: Texts) -> str:
    return t(
        "<b>{channel}</b> from {sender} · lifetime {span}",
        channel=way([channel], t),
        sender=visible(source_of(draft, channel), 64) or "–",
        span=span(ttl_of(draft, channel), t),
    )


def _text(draft: OutgoingMessage, channel: Channel, t: Texts) -> list[str]:
    """The text as it will be read, and its length; once where both channels have the same."""
    text = text_of(draft, channel)
    if not text:
        return []
    told = [t("<blockquote>{text}</blockquote>", text=visible(text, _SHOWN))]
    second = channel in channels(draft)[1:]
    same = second and draft.viber_text == draft.sms_text
    return [*([t("The same text.")] if same else told), *length(text, channel, t)]


def _viber_extras(draft: OutgoingMessage, t: Texts) -> list[str]:
    lines = []
    if draft.viber_caption or draft.viber_url:
        address = visible(draft.viber_url, _ADDRESS_SHOWN)
        lines.append(t("🔘 {caption}: {address}", caption=visible(draft.viber_caption), address=address))
    if draft.viber_image:
        lines.append(t("🖼 {address}", address=visible(draft.viber_image, _ADDRESS_SHOWN)))
    return lines


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
