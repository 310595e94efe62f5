"""The card of a rented number, drawn from its rows when it is sent: it always tells the present truth."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aiogram.types import InlineKeyboardButton

from bot.drawing import Drawing
from bot.errors import BadReply, CodebellError, Unavailable, UnknownActivation, named
from bot.i18n import Texts, flag, international, visible
from bot.providers.base import Capability, Provider
from handlers.doors import Hired, OnRental, Rent, RentedElsewhere, TariffsOf
from handlers.rent import days
from handlers.rental_outcomes import renewal, unknown, why
from handlers.screen import Rows, Screen, copies, press
from handlers.strangers import quoted, warnings
from storage.models import (
    OrderKind,
    OrderState,
    Post,
    Rental,
    RentalOrder,
    RentalState,
    RentalText,
    SimWish,
)
from storage.reasons import Reason

#: A card that is deleted later than this after the rent is not sent again: its owner wants it gone.
_FRESH = timedelta(minutes=10)
_LAST_SMS = 200
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def draw_rental(
    row: Rental,
    order: RentalOrder | None,
    last: RentalText | None,
    t: Texts,
    providers: Mapping[str, Provider],
    now: datetime,
    post: Post,
) -> Drawing:
    """The card as it is now; `order` is the last one for this number, `last` its newest SMS."""
    provider = providers.get(row.provider)
    title = provider.title if provider is not None else row.provider
    lines = [*_head(row, order, title, t), "", *_news(row, order, title, t, now)]
    if last is not None and row.state in (RentalState.ACTIVE, RentalState.ENDED):
        lines += ["", *_last_sms(last, t)]
    screen = Screen("\n".join(lines), _buttons(row, order, provider, t))
    return Drawing(
        screen.html,
        screen.keyboard,
        edits=post.message_id,
        again_at=_changes_at(row, now),
        once=post.sent_at is not None and _settled(row, now),
    )


def _head(row: Rental, order: RentalOrder | None, title: str, t: Texts) -> list[str]:
    lines = [f"📱 <code>{international(row.phone)}</code>"] if row.phone else []
    code = order.country_code if order is not None else ""
    where = f"{flag(row.country)} {t.country(row.country, code)}" if row.country or code else ""
    country = t("{country}", country=where)
    heading = t("<b>Rented number</b>") if row.phone else t("<b>Rent a number</b>")
    lines.append(" · ".join(part for part in (heading, country) if part))
    if order is None or (row.taken_over and order.state is not OrderState.DONE):
        return [*lines, t("{provider} · rented elsewhere", provider=title)]
    price, span = t.money(order.cost, order.currency), days(order.days, t)
    if order.kind is OrderKind.RENT:
        return [*lines, t("{provider} · {days} · {price}", provider=title, days=span, price=price)]
    if order.state is OrderState.DONE:
        return [
            *lines,
            t("{provider} · renewed for {days} · {price}", provider=title, days=span, price=price),
        ]
    return [*lines, title]


def _news(row: Rental, order: RentalOrder | None, title: str, t: Texts, now: datetime) -> list[str]:
    """How things stand, and what to do next."""
    match row.state:
        case RentalState.RENTING:
            return [t("⏳ Renting…")]
        case RentalState.ACTIVE:
            return [
                _until(row, title, t, now),
                *_sim(row, t),
                *_trouble(row, title, t),
                *renewal(row, order, title, t, now),
            ]
        case RentalState.ENDED:
            return [_ended(row, title, t), *renewal(row, order, title, t, now)]
        case RentalState.FAILED:
            return [t("🚫 Not rented, not paid."), why(row.reason, t)]
        case RentalState.UNKNOWN:
            return unknown(order, title, t)


def _until(row: Rental, title: str, t: Texts, now: datetime) -> str:
    if row.until is None:
        return t("⏳ {provider} does not say until when.", provider=title)
    moment = t.day(row.until)
    if row.until <= now:
        return t(
            "⏳ Its time was over on {moment}; I look whether {provider} still has it for you.",
            moment=moment,
            provider=title,
        )
    return t("⏳ Until {moment}, {span} left.", moment=moment, span=_span(row.until - now, t))


def _span(left: timedelta, t: Texts) -> str:
    """In days, not in weeks, as it was rented; the last two days in hours."""
    if left < 2 * _DAY:
        return t.span(left.total_seconds())
    return days(round(left / _DAY), t)


def _sim(row: Rental, t: Texts) -> list[str]:
    """Where the SIM is, and what was asked of it."""
    asked_at = t.time(row.sim_wished_at) if row.sim_wished_at is not None else ""
    lines = []
    if row.online is not None:
        on, off = t("📶 SIM on: it is in the network."), t("📴 SIM off: no SMS reach it until it is on.")
        lines.append(on if row.online else off)
    match row.sim_wish:
        case SimWish.ON:
            lines.append(t("🕑 Asked at {time} to switch the SIM on; it takes a minute.", time=asked_at))
        case SimWish.OFF:
            lines.append(t("🕑 Asked at {time} to switch the SIM off; it takes a minute.", time=asked_at))
    return lines


def _trouble(row: Rental, title: str, t: Texts) -> list[str]:
    """What did not go as it should, in the words of its error."""
    match row.reason:
        case "":
            return []
        case Unavailable.__name__ | BadReply.__name__:
            return [t("⚠️ {provider} does not answer; I keep asking.", provider=title)]
        case UnknownActivation.__name__:
            return [t("⚠️ {provider} does not list it right now; I look again.", provider=title)]
        case Reason.NOT_SET_UP:
            return [t("⚠️ {provider} is not set up here any more.", provider=title)]
        case _:
            problem = t.plain_error((named(row.reason) or CodebellError)())
            return [t("⚠️ {problem}", problem=problem)]


def _ended(row: Rental, title: str, t: Texts) -> str:
    """When, and whether before its time."""
    moment = t.day(row.until or row.ended_at or row.created_at)
    if row.reason == Reason.SMS_UNREAD:
        return t(
            "⌛ The rent ended on {moment}. Its last SMS could not be read: see your account at {provider}.",
            provider=title,
            moment=moment,
        )
    if row.reason:
        return t(
            "⌛ {provider} dropped it before its time ({moment}). Look at your account there.",
            provider=title,
            moment=moment,
        )
    return t("⌛ The rent ended on {moment}.", moment=moment)


def _last_sms(sms: RentalText, t: Texts) -> list[str]:
    text, sender = visible(sms.text, _LAST_SMS), visible(sms.sender or "", 64) or "?"
    when = t.day(sms.received_at)
    head = t("✉️ Last SMS, {moment}, from <code>{sender}</code>:", moment=when, sender=sender)
    return [head, quoted(text, t), *warnings(text, t)]


def _buttons(row: Rental, order: RentalOrder | None, provider: Provider | None, t: Texts) -> Rows:
    copy = [copies(t.plain("📋 Copy number"), row.phone)] if row.phone else []
    match row.state:
        case RentalState.ACTIVE:
            return [copy, *_active_buttons(row, provider, t)]
        case RentalState.ENDED:
            sms = press(t.plain("✉️ SMS"), _on(row, Hired.SMS))
            return [[sms, press(t.plain("🗓 Rent another"), Rent(anew=True))]]
        case RentalState.FAILED:
            return [[*_same_country(order, t), press(t.plain("🌍 Other countries"), Rent())]]
        case RentalState.UNKNOWN:
            return [[press(t.plain("🔎 Numbers rented elsewhere"), RentedElsewhere(anew=True))]]
        case _:
            return []


def _same_country(order: RentalOrder | None, t: Texts) -> list[InlineKeyboardButton]:
    if order is None:
        return []
    return [press(t.plain("🔁 Try again"), TariffsOf(key=order.key_id, country=order.country_code))]


def _active_buttons(row: Rental, provider: Provider | None, t: Texts) -> Rows:
    """What its provider can do; where the SIM is already, it need not be brought."""
    sms = [press(t.plain("✉️ SMS"), _on(row, Hired.SMS))]
    if provider is None:
        return [sms]
    if provider.can(Capability.RENTAL_SMS):
        sms.append(press(t.plain("🔄 Look now"), _on(row, Hired.LOOK)))
    sim = []
    if provider.can(Capability.SIM) and (row.online is not True or row.sim_wish):
        sim.append(press(t.plain("📶 SIM on"), _on(row, Hired.SIM_ON)))
    if provider.can(Capability.SIM) and (row.online is not False or row.sim_wish):
        sim.append(press(t.plain("📴 SIM off"), _on(row, Hired.SIM_OFF)))
    renew = [press(t.plain("🔁 Renew"), _on(row, Hired.RENEW))] if provider.can(Capability.RENEW) else []
    return [sms, sim, renew]


def _on(row: Rental, what: Hired) -> OnRental:
    return OnRental(what=what, id=row.id)


def _settled(row: Rental, now: datetime) -> bool:
    return row.state is RentalState.ACTIVE and now - (row.rented_at or row.created_at) > _FRESH


def _changes_at(row: Rental, now: datetime) -> datetime | None:
    """When the time that is left reads differently: a rounded number of days, then of hours, falls by one."""
    if row.state is not RentalState.ACTIVE or row.until is None or row.until <= now:
        return None
    left = row.until - now
    if left < 2 * _HOUR:
        return min(now + _HOUR / 4, row.until)
    unit = _DAY if left >= 2 * _DAY else _HOUR
    falls = row.until - (round(left / unit) - 0.5) * unit
    return max(min(falls, row.until - 2 * unit), now + _HOUR / 60)
