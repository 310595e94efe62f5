"""What the postman says of outgoing messages: the card, and the new message that rings at the end.

Both are drawn from their rows at the moment they are sent, so they always tell the present truth.
"""

from collections.abc import Mapping
from decimal import Decimal

from aiogram.types import InlineKeyboardButton

from bot.deliveries import may_be_paid_back, statuses
from bot.drawing import Drawing
from bot.errors import BadReply, CodebellError, Unavailable, named
from bot.i18n import Texts, international, visible
from bot.parts import channels
from bot.providers.base import Provider
from bot.providers.sending import Channel, Delivery
from handlers.channels import channel_name, recipient, text_of, way
from handlers.doors import SendAgain, Sent
from handlers.screen import Rows, Screen, press
from storage.models import GIVEN_BACK, MessageState, OutgoingMessage
from storage.reasons import Reason

#: Characters of the text on a card.
_SHOWN = 300
_ARRIVED = frozenset({MessageState.DELIVERED, MessageState.VIEWED})
#: States in which the last word on a message is not known yet.
_MOVING = frozenset({MessageState.DRAFT, MessageState.SENDING, MessageState.ACCEPTED})


def draw_message(
    row: OutgoingMessage, t: Texts, providers: Mapping[str, Provider], hangs: int | None
) -> Drawing:
    """The card as it is now; `hangs` is the message it is."""
    screen = card(row, t, providers)
    return Drawing(screen.html, screen.keyboard, edits=hangs or None)


def draw_delivery(row: OutgoingMessage, t: Texts, sent_as: int | None) -> Drawing | None:
    """The last word on a message, in a message of its own: edits do not ring."""
    if row.state in _MOVING:
        return None
    lines = [_ring(row, t), *_after(row, t)]
    screen = Screen("\n".join(lines), [[_again(row, t)]])
    return Drawing(screen.html, screen.keyboard, edits=sent_as, once=sent_as is not None)


def _after(row: OutgoingMessage, t: Texts) -> list[str]:
    """What follows from the last word."""
    match row.state:
        case MessageState.FAILED:
            return [_why(row, t)]
        case MessageState.UNKNOWN:
            return [t("I was interrupted while I sent it, and do not send it again by myself.")]
        case _:
            return [*_cost(row, t), *_next(row, t)]


def card(row: OutgoingMessage, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """A message and how it stands."""
    title = providers[row.provider].title if row.provider in providers else row.provider
    lines = [
        t("✉️ To <b>{recipient}</b>", recipient=recipient(row, t)),
        t("{provider} · {way}", provider=title, way=way(channels(row), t)),
        *_texts(row, t),
        *_standing(row, t),
        "",
        *_news(row, title, t),
    ]
    return Screen("\n".join(lines), _buttons(row, t))


def standing(row: OutgoingMessage, t: Texts) -> str:
    """How a message stands, in two words."""
    names = {
        MessageState.DRAFT: t.plain("draft"),
        MessageState.SENDING: t.plain("sending"),
        MessageState.ACCEPTED: t.plain("on its way"),
        MessageState.DELIVERED: t.plain("delivered"),
        MessageState.VIEWED: t.plain("read"),
        MessageState.UNDELIVERED: t.plain("not delivered"),
        MessageState.FAILED: t.plain("not sent"),
        MessageState.UNKNOWN: t.plain("unknown"),
    }
    return names[row.state]


def _texts(row: OutgoingMessage, t: Texts) -> list[str]:
    """The text in short; both where the channels have different ones."""
    texts = dict.fromkeys(text for channel in channels(row) if (text := text_of(row, channel)))
    if not row.recipient:
        return [t("Its words and its recipient were erased: they are not kept for ever.")]
    if not texts:
        return [t("🖼 {address}", address=visible(row.viber_image, _SHOWN))]
    return [t("<blockquote>{text}</blockquote>", text=visible(text, _SHOWN // len(texts))) for text in texts]


def _standing(row: OutgoingMessage, t: Texts) -> list[str]:
    """A line for each channel its provider has told of."""
    lines = []
    for channel, status in statuses(row).items():
        if status is not None:
            cost = getattr(row, f"{channel}_cost")
            price = f" · {t.money(cost, row.currency)}" if cost is not None else ""
            said = f"{_said(row, channel, status, t)}{price}"
            lines.append(t("{channel}: {said}", channel=channel_name(channel, t), said=said))
    return lines


def _said(row: OutgoingMessage, channel: Channel, status: Delivery, t: Texts) -> str:
    """A delivery status in words."""
    if status is Delivery.REFUNDED and row.state in _ARRIVED and channel not in _tried(row):
        return t.plain("not needed, to be paid back")
    if status is Delivery.OTHER:
        return t.plain("the provider says “{word}”", word=visible(getattr(row, f"{channel}_raw"), 32))
    return _words(t)[status]


def _words(t: Texts) -> dict[Delivery, str]:
    return {
        Delivery.ACCEPTED: t.plain("accepted"),
        Delivery.PENDING: t.plain("in the queue"),
        Delivery.IN_PROGRESS: t.plain("being processed"),
        Delivery.SENT: t.plain("sent"),
        Delivery.RESERVED: t.plain("held by the provider"),
        Delivery.MODERATION: t.plain("being checked by the provider"),
        Delivery.DELIVERED: t.plain("delivered"),
        Delivery.VIEWED: t.plain("read"),
        Delivery.EXPIRED: t.plain("not delivered in its lifetime"),
        Delivery.UNDELIVERED: t.plain("not delivered"),
        Delivery.STOPPED: t.plain("stopped by the provider"),
        Delivery.ERROR: t.plain("failed at the provider"),
        Delivery.NO_MONEY: t.plain("not enough money"),
        Delivery.REFUNDED: t.plain("to be paid back"),
    }


def _news(row: OutgoingMessage, title: str, t: Texts) -> list[str]:
    """How things stand, and what to do next."""
    match row.state:
        case MessageState.SENDING:
            return [t("⏳ Sending…")]
        case MessageState.ACCEPTED:
            return _on_its_way(row, title, t)
        case MessageState.FAILED:
            return [t("🚫 Not sent, not paid."), _why(row, t)]
        case MessageState.UNKNOWN:
            return _unknown(row, title, t)
        case _:
            return [_outcome(row, t), *_cost(row, t), *_next(row, t)]


def _outcome(row: OutgoingMessage, t: Texts) -> str:
    """The last word on the delivery."""
    over, moment = channel_name(_over(row), t), t.day(row.arrived_at or row.created_at)
    match row.state:
        case MessageState.VIEWED:
            return t("👁 Delivered over {channel} on {moment}, and read.", channel=over, moment=moment)
        case MessageState.DELIVERED:
            return t("✅ Delivered over {channel} on {moment}.", channel=over, moment=moment)
        case _:
            return t("❌ Not delivered.")


def _over(row: OutgoingMessage) -> Channel:
    """The channel a message arrived on; the last one tried where none is told."""
    found = [channel for channel, status in statuses(row).items() if status is not None and status.arrived]
    return found[0] if found else channels(row)[-1]


def _tried(row: OutgoingMessage) -> tuple[Channel, ...]:
    """The channels a message took until it arrived."""
    return channels(row)[: channels(row).index(_over(row)) + 1]


def _on_its_way(row: OutgoingMessage, title: str, t: Texts) -> list[str]:
    taken = t("📨 {provider} took it: it is on its way.", provider=title)
    if row.next_poll_at is None:
        return [taken, *_given_up(row, title, t)]
    news = t("Once it is delivered, or known not to be, a new message says so.")
    return [taken, news, *_trouble(row, title, t)]


def _given_up(row: OutgoingMessage, title: str, t: Texts) -> list[str]:
    """It is asked for no more."""
    if row.reason == Reason.NO_FINAL_WORD:
        told = t("{provider} never told what became of it, and its time is over.", provider=title)
    elif row.reason:
        told = t("⚠️ {provider}: {why}", provider=title, why=_error(row.reason, t))
    else:
        told = t("{provider} does not tell what becomes of it.", provider=title)
    return [told, t("Look at your account there.")]


def _trouble(row: OutgoingMessage, title: str, t: Texts) -> list[str]:
    match row.reason:
        case "":
            return []
        case Unavailable.__name__ | BadReply.__name__:
            return [t("⚠️ {provider} does not answer; I keep asking.", provider=title)]
        case Reason.NOT_SET_UP:
            return [t("⚠️ {provider} is not set up here any more.", provider=title)]
        case _:
            return [t("⚠️ {provider}: {why}", provider=title, why=_error(row.reason, t))]


def _error(reason: str, t: Texts) -> str:
    return t.plain_error((named(reason) or CodebellError)())


def _why(row: OutgoingMessage, t: Texts) -> str:
    error = named(row.reason)
    return t.error((error or CodebellError)())


def _unknown(row: OutgoingMessage, title: str, t: Texts) -> list[str]:
    lines = [
        t(
            "❓ The answer of {provider} was lost: it is <b>unknown</b> whether this was sent.",
            provider=title,
        ),
        t("I did not and will not send it again for this press."),
    ]
    before, after = row.balance_before, row.balance_after
    if before is not None:
        lines.append(t("Balance before: {money}", money=t.money(before, row.currency)))
    if after is not None:
        lines.append(t("Balance after: {money}", money=t.money(after, row.currency)))
    if before is None or after is None:
        return [*lines, t("Your account at {provider} shows whether it was sent.", provider=title)]
    told = t("If it fell, the message was sent; your account at {provider} shows it.", provider=title)
    return [*lines, told]


def _cost(row: OutgoingMessage, t: Texts) -> list[str]:
    """What was charged and not given back, where the provider told it."""
    told = [(status, getattr(row, f"{channel}_cost")) for channel, status in statuses(row).items()]
    if any(cost is None for _, cost in told):
        return []
    money = t.money(
        sum((cost for status, cost in told if status not in GIVEN_BACK), Decimal(0)), row.currency
    )
    if not may_be_paid_back(row):
        return [t("It cost {money}.", money=money)]
    return [t("Charged so far: {money}; what delivered nothing may yet be paid back.", money=money)]


def _next(row: OutgoingMessage, t: Texts) -> list[str]:
    if row.state is not MessageState.UNDELIVERED:
        return []
    if Delivery.NO_MONEY in statuses(row).values():
        return [t("There was not enough money on the account: top it up, then send it again.")]
    return [t("Check the number, or try another channel or a longer lifetime.")]


def _ring(row: OutgoingMessage, t: Texts) -> str:
    phone = international(row.recipient)
    match row.state:
        case MessageState.UNDELIVERED:
            return t("🔔 <b>Not delivered</b> to {phone}", phone=phone)
        case MessageState.FAILED:
            return t("🔔 <b>Not sent</b> to {phone}, not paid", phone=phone)
        case MessageState.UNKNOWN:
            return t("🔔 It is <b>unknown</b> whether the message to {phone} was sent", phone=phone)
    over = _over(row)
    line = t("🔔 <b>Delivered</b> over {channel} to {phone}", channel=channel_name(over, t), phone=phone)
    lost = _tried(row)[:-1]
    names = ", ".join(channel_name(channel, t) for channel in lost)
    return " ".join([line, t("(not over {channel})", channel=names)]) if lost else line


def _buttons(row: OutgoingMessage, t: Texts) -> Rows:
    """The card stays where it is: what it leads to comes as a new message."""
    sent = [press(t.plain("🗂 Sent messages"), Sent(anew=True))]
    return [sent] if row.state is MessageState.SENDING else [[_again(row, t)], sent]


def _again(row: OutgoingMessage, t: Texts) -> InlineKeyboardButton:
    """A new draft with everything of this one, to be confirmed by itself."""
    match row.state:
        case MessageState.FAILED | MessageState.UNDELIVERED:
            label = t.plain("✏️ Change and try again")
        case MessageState.UNKNOWN:
            label = t.plain("✏️ Write it again")
        case _:
            label = t.plain("🔁 Write another like it")
    return press(label, SendAgain(id=row.id))
