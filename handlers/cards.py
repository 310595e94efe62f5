"""The card of a number: drawn from its row at the moment it is sent, so it always tells the present truth.

In a group it names who holds the number; a code stands on it only where everyone there may read it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aiogram.types import InlineKeyboardButton

from bot.drawing import Drawing
from bot.errors import BadReply, CodebellError, TooEarly, Unavailable, named
from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Capability, Provider
from handlers.code_rings import after_code, show_code
from handlers.doors import Act, Again, Balance, Countries, Keys, NextOffer, WatchFor, What
from handlers.endings import after_cancel, cancelled, expired, lost
from handlers.group_doors import HandOver
from handlers.holders import Held, called, held_by
from handlers.purchase_outcomes import late, not_bought, not_listed, unknown, ways_on
from handlers.screen import Rows, Screen, copies, press
from storage.holders import GIVEABLE
from storage.models import Activation, State
from storage.reasons import Reason, refusal

#: A purchase that takes longer says so.
PROMPT = timedelta(seconds=3)
#: Most numbers have ended so soon after their time; what has not says that it is over.
OVER = timedelta(seconds=10)
_ENDED = frozenset({State.CANCELLED, State.EXPIRED, State.FINISHED, State.FAILED, State.UNKNOWN})


def draw_card(
    row: Activation,
    t: Texts,
    providers: Mapping[str, Provider],
    now: datetime,
    held: Held | None = None,
) -> Drawing:
    """The card as it is now, in a group as it is held there; drawn again when the minimum wait is over."""
    provider = providers.get(row.provider)
    buttons = _buttons(row, provider, t, now)
    if held is not None:
        buttons = [*_shown_to_all(buttons), *_in_group(row, provider, held, t)]
    elif row.chat_id < 0:
        buttons = _out_of_group(buttons)
    screen = Screen(_card(row, _title(row, provider), t, now, held), buttons)
    return Drawing(screen.html, screen.keyboard, edits=row.card_message_id, again_at=_next_look(row, now))


def _next_look(row: Activation, now: datetime) -> datetime | None:
    """When the card will look different by the clock alone."""
    if row.state is State.BUYING:
        return None if _takes_long(row, now) else row.created_at + PROMPT
    if _too_early(row, now) and row.cancel_at is None:
        return row.cancel_from
    over = row.expires_at + OVER if row.state is State.WAITING and row.expires_at is not None else now
    return over if over > now else None


def _shown_to_all(buttons: Rows) -> Rows:
    """Without the ways that are gone in private only."""
    return [[each for each in line if not _is_private(each)] for line in buttons]


def _out_of_group(buttons: Rows) -> Rows:
    """On a card that left a group out of reach: without the ways to buy with the group's keys."""
    ways = [way.__prefix__ for way in (Again, NextOffer, Countries, Balance, Keys, WatchFor)]
    return [[each for each in line if not _leads_to(each, *ways)] for line in buttons]


def _is_private(button: InlineKeyboardButton) -> bool:
    return _leads_to(button, Keys.__prefix__, WatchFor.__prefix__)


def _leads_to(button: InlineKeyboardButton, *prefixes: str) -> bool:
    return (button.callback_data or "").split(":")[0] in prefixes


def _in_group(row: Activation, provider: Provider | None, held: Held, t: Texts) -> Rows:
    """What only its holder may press: to give the number away, and what stands under a code above."""
    show = show_code(row, t) if row.last_code is not None and held.anew and not held.open else []
    more = after_code(row, provider, t, in_group=True) if held.anew else []
    usable = row.state in GIVEABLE and row.given_back is None
    give = [press(t.plain("🤝 Hand over"), HandOver(id=row.id))] if usable else []
    return [show, *more, give]


def _card(row: Activation, title: str, t: Texts, now: datetime, held: Held | None) -> str:
    country = f"{flag(row.country)} {t.country(row.country, row.country_name)}"
    lines = [f"📱 {_number(row)}"] if row.phone else []
    lines.append(t("<b>{service}</b> · {country}", service=row.service_name, country=country))
    lines.append(_price(row, title, t))
    if row.phone and row.cost > row.agreed:
        agreed = t.money(row.agreed, row.currency)
        lines.append(t("⚠️ You agreed to {agreed}; {provider} charged more.", agreed=agreed, provider=title))
    if row.batch is not None:
        lines.append(t("Number {position} of {count}", position=row.position, count=row.count))
    if held is not None:
        lines.append(held_by(held, t))
    if held is not None and held.open and row.state in (State.BUYING, State.WAITING):
        lines.append(t("👁 Everyone here will see the code."))
    return "\n".join([*lines, "", *_news(row, title, t, now, held)])


def _price(row: Activation, title: str, t: Texts) -> str:
    """What it cost; before there is a number, what it may cost."""
    if row.phone or row.cost == row.agreed:
        return t("{provider} · {price}", provider=title, price=t.money(row.cost, row.currency))
    return t("{provider} · at most {price}", provider=title, price=t.money(row.agreed, row.currency))


def _number(row: Activation) -> str:
    return f"<code>{international(row.phone or '')}</code>"


def _title(row: Activation, provider: Provider | None) -> str:
    return provider.title if provider is not None else row.provider


def _news(row: Activation, title: str, t: Texts, now: datetime, held: Held | None) -> list[str]:
    """How things stand, and what to do next; what it cost is in the lines above."""
    code = _last_code(row, t, held)
    match row.state:
        case State.BUYING:
            return [_buying(row, title, t, now)]
        case State.WAITING:
            return _waiting(row, title, t, now)
        case State.CANCELLING:
            return [t("⏳ Cancelling… If a code came first, you get it.")]
        case State.RECEIVED:
            return [code, _received(row, title, t), *_forwarded(row, t, held)]
        case State.FINISHED:
            return [code, _finished(row, title, t)]
        case _:
            return _outcome(row, title, t)


def _buying(row: Activation, title: str, t: Texts, now: datetime) -> str:
    return t("⏳ Still waiting for {provider}…", provider=title) if _takes_long(row, now) else t("⏳ Buying…")


def _takes_long(row: Activation, now: datetime) -> bool:
    return now >= row.created_at + PROMPT


def _received(row: Activation, title: str, t: Texts) -> str:
    if row.given_back is not None:
        return after_cancel(row, title, t)
    if row.reason == Reason.FINISHING:
        return t("⏳ One more look for another SMS, then it is finished.")
    if row.asked_again:
        return t("⏳ Waiting for another SMS.")
    return t("Done with it? Press <b>Finish</b> under the code.")


def _forwarded(row: Activation, t: Texts, held: Held | None) -> list[str]:
    """Where calls ring; a phone of the holder's own is not shown to a group."""
    if row.forward_to is None or held is not None:
        return []
    return [t("📞 Calls ring at {phone}.", phone=international(row.forward_to))]


def _outcome(row: Activation, title: str, t: Texts) -> list[str]:
    """How it ended, and what that means for the money."""
    match row.state:
        case State.CANCELLED:
            return [cancelled(row, title, t)]
        case State.EXPIRED:
            return [expired(row, title, t)]
        case State.FAILED if row.reason == Reason.NOT_LISTED:
            return not_listed(row, title, t)
        case State.FAILED:
            return not_bought(row, title, t)
        case _:
            return unknown(row, title, t)


def _waiting(row: Activation, title: str, t: Texts, now: datetime) -> list[str]:
    lines = []
    if row.expires_at is not None and row.expires_at > now:
        lines.append(t("⏳ Waiting for the SMS until {time}.", time=t.time(row.expires_at)))
    elif row.expires_at is not None:
        lines.append(t("⌛ Its time is over; I still look for a late SMS."))
    lines.append(t("The code comes as a new message."))
    if row.cancel_at is not None:
        lines.append(t("A cancel is booked for {time}.", time=t.time(row.cancel_at)))
    return [*lines, *_trouble(row, title, t)]


def _trouble(row: Activation, title: str, t: Texts) -> list[str]:
    """What the provider did not do, in the words of its answer."""
    denied = refusal(row.reason)
    match row.reason:
        case "":
            return []
        case TooEarly.__name__:
            return [t("{provider} did not let go of it yet; I try again.", provider=title)]
        case Unavailable.__name__ | BadReply.__name__:
            return [t("⚠️ {provider} does not answer; I keep asking.", provider=title)]
        case Reason.LISTED_LATE:
            return [late(title, t)]
        case Reason.NOT_SET_UP:
            return [t("⚠️ {provider} is not set up here any more.", provider=title)]
        case _ if denied is not None:
            return [t("⚠️ Not cancelled. {why}", why=_said(denied, t))]
        case _:
            return [t("⚠️ {provider}: {why}", provider=title, why=_said(row.reason, t))]


def _said(reason: str, t: Texts) -> str:
    return t.plain_error((named(reason) or CodebellError)())


def _finished(row: Activation, title: str, t: Texts) -> str:
    return lost(title, t) if row.reason == Reason.ANSWER_LOST else t("✅ Finished.")


def _last_code(row: Activation, t: Texts, held: Held | None) -> str:
    if held is not None and not held.open:
        return t("🔔 The code came: only {name} sees it.", name=called(held.holder, t))
    return t.veiled(t("Code: <code>{code}</code>", code=visible(row.last_code or "–")))


def _buttons(row: Activation, provider: Provider | None, t: Texts, now: datetime) -> Rows:
    copy = [copies(t.plain("📋 Copy number"), row.phone)] if row.phone else []
    match row.state:
        case State.BUYING:
            return [_stop_rest(row, t)]
        case State.WAITING:
            return [copy, *_waiting_buttons(row, provider, t, now)]
        case State.FAILED:
            return ways_on(row, t)
        case state if state in _ENDED:
            return [[press(t.plain("🔁 Buy the same again"), Again(id=row.id))]]
        case _:
            return [copy]


def _waiting_buttons(row: Activation, provider: Provider | None, t: Texts, now: datetime) -> Rows:
    buttons: list[Sequence[InlineKeyboardButton]] = []
    if provider is not None and provider.can(Capability.SENT) and not row.told_sent:
        buttons.append([press(t.plain("📨 I sent the SMS"), Act(what=What.SENT, id=row.id))])
    if provider is not None and provider.can(Capability.CANCEL):
        buttons.append([press(_cancel_label(row, t, now), Act(what=What.CANCEL, id=row.id))])
        buttons.append(_cancel_all(row, t))
    return [list(line) for line in buttons]


def _stop_rest(row: Activation, t: Texts) -> list[InlineKeyboardButton]:
    """On the card of the one that is being ordered, while others are to follow it."""
    if row.position >= row.count:
        return []
    return [press(t.plain("⏹ Stop the rest"), Act(what=What.STOP_REST, id=row.id))]


def _cancel_all(row: Activation, t: Texts) -> list[InlineKeyboardButton]:
    """On the last card of several."""
    if row.batch is None or row.position < row.count:
        return []
    return [press(t.plain("❌ Cancel all {count}", count=row.count), Act(what=What.CANCEL_ALL, id=row.id))]


def _cancel_label(row: Activation, t: Texts, now: datetime) -> str:
    if row.cancel_at is not None:
        return t.plain("🕑 Cancel booked for {time}", time=t.time(row.cancel_at))
    if _too_early(row, now):
        return t.plain("🕑 Cancel from {time}", time=t.time(row.cancel_from or now))
    return t.plain("❌ Cancel")


def _too_early(row: Activation, now: datetime) -> bool:
    return row.state is State.WAITING and row.cancel_from is not None and row.cancel_from > now
