"""What the postman says: the card of a number, and the new message that rings with its code.

Both are drawn from their rows at the moment they are sent, so they always tell the present truth.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aiogram.types import InlineKeyboardButton

from bot.drawing import Drawing
from bot.errors import BadReply, CodebellError, TooEarly, Unavailable, named
from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Capability, Provider
from handlers.doors import Act, Again, Forward, What
from handlers.endings import after_cancel, cancelled, expired, lost
from handlers.purchase_outcomes import late, not_bought, not_listed, unknown, ways_on
from handlers.screen import Rows, Screen, copies, press
from handlers.strangers import quoted, sender_of, warnings
from storage.models import Activation, Sms, State
from storage.reasons import Reason, refusal

#: A purchase that takes longer says so.
PROMPT = timedelta(seconds=3)
#: Most numbers have ended so soon after their time; what has not says that it is over.
OVER = timedelta(seconds=10)
_ENDED = frozenset({State.CANCELLED, State.EXPIRED, State.FINISHED, State.FAILED, State.UNKNOWN})


def draw_card(row: Activation, t: Texts, providers: Mapping[str, Provider], now: datetime) -> Drawing:
    """The card as it is now; to be drawn again when the minimum wait is over."""
    provider = providers.get(row.provider)
    screen = Screen(_card(row, _title(row, provider), t, now), _buttons(row, provider, t, now))
    return Drawing(screen.html, screen.keyboard, edits=row.card_message_id, again_at=_next_look(row, now))


def _next_look(row: Activation, now: datetime) -> datetime | None:
    """When the card will look different by the clock alone."""
    if row.state is State.BUYING:
        return None if _takes_long(row, now) else row.created_at + PROMPT
    if _too_early(row, now) and row.cancel_at is None:
        return row.cancel_from
    over = row.expires_at + OVER if row.state is State.WAITING and row.expires_at is not None else now
    return over if over > now else None


def draw_code(
    sms: Sms, row: Activation, t: Texts, providers: Mapping[str, Provider], sent_as: int | None = None
) -> Drawing:
    """The code in a message of its own: edits do not ring. Where it was sent, its buttons are renewed."""
    lines = [t("🔔 <b>{service}</b> · {phone}", service=row.service_name, phone=_phone(row))]
    if code := visible(sms.code):
        lines.append(t.veiled(t("<code>{code}</code>", code=code)))
    if sms.late:
        lines.append(t("<i>It came late, after the number had ended.</i>"))
    lines += _quoted(sms, t)
    screen = Screen("\n".join(lines), _code_buttons(sms, row, t, providers.get(row.provider)))
    return Drawing(screen.html, screen.keyboard, edits=sent_as, once=sent_as is not None)


def _quoted(sms: Sms, t: Texts) -> list[str]:
    """The SMS as it came, where it says more than its code."""
    text = visible(sms.text or "")
    if not sms.text or (text and sms.text == sms.code):
        return [sender_of(sms.sender, t)] if sms.sender else []
    return [sender_of(sms.sender, t), quoted(text, t), *warnings(text, t)]


def _code_buttons(sms: Sms, row: Activation, t: Texts, provider: Provider | None) -> Rows:
    code = visible(sms.code)
    copy = [copies(t.plain("📋 Copy code"), code)] if code else []
    return [copy, *_after_code(row, provider, t)]


def _after_code(row: Activation, provider: Provider | None, t: Texts) -> Rows:
    """What can be done with a number that did its work."""
    again = [press(t.plain("🔁 Buy the same again"), Again(id=row.id))]
    if row.state is not State.RECEIVED or row.given_back is not None or provider is None:
        return [again]
    another = [press(t.plain("✉️ Another SMS"), Act(what=What.ANOTHER, id=row.id))]
    finish = press(t.plain("✅ Finish"), Act(what=What.FINISH, id=row.id))
    more = another if _another_possible(row, provider) else []
    return [[*more, finish], _forward(row, provider, t), again]


def _forward(row: Activation, provider: Provider, t: Texts) -> list[InlineKeyboardButton]:
    if not provider.can(Capability.FORWARD):
        return []
    return [press(t.plain("📞 Forward calls"), Forward(id=row.id))]


def _another_possible(row: Activation, provider: Provider) -> bool:
    return provider.can(Capability.ANOTHER_SMS) and row.another_sms is not False and not row.asked_again


def _card(row: Activation, title: str, t: Texts, now: datetime) -> str:
    country = f"{flag(row.country)} {t.country(row.country, row.country_name)}"
    lines = [f"📱 {_number(row)}"] if row.phone else []
    lines.append(t("<b>{service}</b> · {country}", service=row.service_name, country=country))
    lines.append(_price(row, title, t))
    if row.phone and row.cost > row.agreed:
        agreed = t.money(row.agreed, row.currency)
        lines.append(t("⚠️ You agreed to {agreed}; {provider} charged more.", agreed=agreed, provider=title))
    if row.batch is not None:
        lines.append(t("Number {position} of {count}", position=row.position, count=row.count))
    return "\n".join([*lines, "", *_news(row, title, t, now)])


def _price(row: Activation, title: str, t: Texts) -> str:
    """What it cost; before there is a number, what it may cost."""
    if row.phone or row.cost == row.agreed:
        return t("{provider} · {price}", provider=title, price=t.money(row.cost, row.currency))
    return t("{provider} · at most {price}", provider=title, price=t.money(row.agreed, row.currency))


def _number(row: Activation) -> str:
    return f"<code>{international(row.phone or '')}</code>"


def _phone(row: Activation) -> str:
    return international(row.phone or "")


def _title(row: Activation, provider: Provider | None) -> str:
    return provider.title if provider is not None else row.provider


def _news(row: Activation, title: str, t: Texts, now: datetime) -> list[str]:
    """How things stand, and what to do next; what it cost is in the line above."""
    match row.state:
        case State.BUYING:
            return [_buying(row, title, t, now)]
        case State.WAITING:
            return _waiting(row, title, t, now)
        case State.CANCELLING:
            return [t("⏳ Cancelling… If a code came first, you get it.")]
        case State.RECEIVED:
            return [*_received(row, title, t), *_forwarded(row, t)]
        case _:
            return _outcome(row, title, t)


def _buying(row: Activation, title: str, t: Texts, now: datetime) -> str:
    return t("⏳ Still waiting for {provider}…", provider=title) if _takes_long(row, now) else t("⏳ Buying…")


def _takes_long(row: Activation, now: datetime) -> bool:
    return now >= row.created_at + PROMPT


def _received(row: Activation, title: str, t: Texts) -> list[str]:
    if row.given_back is not None:
        return [_last_code(row, t), after_cancel(row, title, t)]
    if row.reason == Reason.FINISHING:
        return [_last_code(row, t), t("⏳ One more look for another SMS, then it is finished.")]
    if row.asked_again:
        return [_last_code(row, t), t("⏳ Waiting for another SMS.")]
    return [_last_code(row, t), t("Done with it? Press <b>Finish</b> under the code.")]


def _forwarded(row: Activation, t: Texts) -> list[str]:
    if row.forward_to is None:
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
        case State.UNKNOWN:
            return unknown(row, title, t)
        case _:
            return [_last_code(row, t), _finished(row, title, t)]


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


def _last_code(row: Activation, t: Texts) -> str:
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
