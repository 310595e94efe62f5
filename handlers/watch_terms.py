"""Setting a watch up: tell or buy, at which price at most, with which key, for how long.

The buttons carry what was chosen. What buys is confirmed at the end, with everything on one screen; the
button there starts it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.errors import BadInput
from bot.i18n import Texts, flag
from bot.lookout import Find, Payer, Sight, several
from bot.providers.base import Provider
from handlers.doors import Country, WatchFor
from handlers.key_marks import name_of
from handlers.listings import troubles
from handlers.screen import Rows, Screen, in_rows, press
from handlers.watch_prices import packed, suggested
from handlers.watch_rings import where
from storage.models import Watch

#: Minutes a watch that buys may last.
LASTS = (15, 60, 6 * 60, 24 * 60)


class Pick(CallbackData, prefix="vp"):
    """At most at which price? `by` is who pays, as `Payer.by`."""

    service: str
    iso2: str
    buys: bool
    by: str


class With(CallbackData, prefix="vk"):
    """With which key?"""

    service: str
    iso2: str
    buys: bool


class Type(CallbackData, prefix="vt"):
    """Ask for another price, which is typed."""

    service: str
    iso2: str
    buys: bool
    by: str


class Limit(CallbackData, prefix="vl"):
    """At most at this price; "" is any. What only tells is started by it."""

    service: str
    iso2: str
    buys: bool
    price: str
    by: str


class Within(CallbackData, prefix="vw"):
    """Buy within so many minutes: shown for confirmation."""

    service: str
    iso2: str
    price: str
    by: str
    minutes: Annotated[int, Field(ge=1, le=LASTS[-1])]


class Start(CallbackData, prefix="vs"):
    """Start the watch that was confirmed, once."""

    id: str


class StartAnother(CallbackData, prefix="vm"):
    """Start it although another watch buys the same."""

    id: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A price that was typed beside what is wanted; its currency as it was named, or ""."""

    price: Decimal
    currency: str


def tell_or_buy(
    service: str,
    iso2: str,
    sight: Sight,
    payers: Sequence[Payer],
    typed: Typed | None,
    t: Texts,
    providers: Mapping[str, Provider],
) -> Screen:
    """How it stands now, and the two things to do about it; at most at a price, where one was typed."""
    payer, price = _usual(sight.best, payers), None
    if typed is not None and (meant := _meant(typed, payer, payers)) is not None:
        payer, price = meant, typed.price
    lines = [
        f"👀 {title(sight.service_name, iso2, t)}",
        *stands(sight.bests, sight, t),
        *([] if price is None else _at_most(price, payer, payers, t, providers)),
        "",
        t("<b>Tell me</b>: one message as soon as it can be had."),
        t("<b>Buy by itself</b>: one number at your price or less, without asking again."),
    ]
    given = {"service": service, "iso2": iso2, "by": payer.by}
    tell, buy = _to_tell(given, sight.best), _to_buy(given)
    if price is not None:
        tell, buy = (Limit(**given, buys=buys, price=packed(price)) for buys in (False, True))
    wishes = [press(t.plain("🔔 Tell me"), tell), press(t.plain("🛒 Buy by itself"), buy)]
    offers = [press(t.plain("◀ Offers"), Country(service=service, iso2=iso2))]
    return Screen("\n".join(lines) + troubles(sight.troubles, t), [wishes, offers])


def _meant(typed: Typed, usual: Payer, payers: Sequence[Payer]) -> Payer | None:
    """Who pays in the currency that was typed; None where nobody does."""
    if typed.currency in ("", usual.currency):
        return usual
    return next((payer for payer in payers if payer.currency == typed.currency), None)


def _at_most(
    price: Decimal, payer: Payer, payers: Sequence[Payer], t: Texts, providers: Mapping[str, Provider]
) -> list[str]:
    """A price that was typed, and with which key it is meant."""
    who = [t("With: {who}", who=name_of_payer(payer, payers, t, providers))] if several(payers) else []
    return [t("At most: <b>{price}</b>", price=t.money(price, payer.currency)), *who]


def _to_buy(given: Mapping[str, str]) -> CallbackData:
    return Pick(**given, buys=True)


def _to_tell(given: Mapping[str, str], best: Find | None) -> CallbackData:
    """What can be had now is told at a lower price only, which is asked for first."""
    if best is not None and best.there:
        return Pick(**given, buys=False)
    return Limit(service=given["service"], iso2=given["iso2"], buys=False, price="", by="")


def title(name: str, iso2: str, t: Texts) -> str:
    return t("<b>{service}</b> · {country}", service=name, country=f"{flag(iso2)} {t.country(iso2)}")


def stands(bests: Sequence[Find], sight: Sight, t: Texts) -> list[str]:
    """What it costs now, a line for each currency; none where nobody could tell."""
    if not bests:
        return [t("Nobody sells it there right now.")] if sight.answered else []
    return [_stands(best, t) for best in bests]


def _stands(best: Find, t: Texts) -> str:
    money = t.money(best.cost, best.currency)
    price = money if best.currency else f"{money} · {best.provider}"
    if not best.there:
        return t("Out of stock right now. Its price was {price}.", price=price)
    if best.stock is None:
        return t("On sale now: {price}", price=price)
    return t("On sale now: {price}, {stock} left", price=price, stock=best.stock)


def _usual(best: Find | None, payers: Sequence[Payer]) -> Payer:
    """Any key that is charged as the best offer is; the one that offers it where no currency is told."""
    wanted = None if best is None else best.currency or best.key.id
    return next((payer for payer in payers if payer.by == wanted), payers[0])


def prices(
    wish: Pick,
    sight: Sight,
    payers: Sequence[Payer],
    payer: Payer,
    ceiling: Decimal | None,
    t: Texts,
    providers: Mapping[str, Provider],
) -> Screen:
    """At most at which price: some around today's, the chat's own limit, or another one."""
    bests = _bests(payer, sight)
    who = [t("With: {who}", who=name_of_payer(payer, payers, t, providers))] if several(payers) else []
    ask = t("<b>How much at most for the number?</b>") if wish.buys else t("<b>Tell you at which price?</b>")
    chosen = [
        press(label, Limit(**wish.model_dump(), price=packed(price)))
        for label, price in suggested(next(iter(bests), None), payer.currency, ceiling, t)
    ]
    typed = t("Press one, or send an amount like 0.50.") if chosen else t("Send an amount like 0.50.")
    lines = [title(sight.service_name, wish.iso2, t), *stands(bests, sight, t), *who, "", ask, typed]
    back = [press(t.plain("◀ Back"), WatchFor(service=wish.service, iso2=wish.iso2))]
    return Screen("\n".join(lines), [*in_rows(chosen, 2), _others(wish, payers, t), back])


def _others(wish: Pick, payers: Sequence[Payer], t: Texts) -> list[InlineKeyboardButton]:
    """A price that is typed; another key, where there is one."""
    typed = press(t.plain("✏️ Another price"), Type(**wish.model_dump()))
    key = press(t.plain("🔑 Choose a key"), With(**wish.model_dump(exclude={"by"})))
    return [typed, key] if several(payers) else [typed]


def _bests(payer: Payer, sight: Sight) -> Sequence[Find]:
    """The best to be had with this key, or in this currency; none, or one."""
    if payer.key is not None:
        finds = [find for find in sight.finds if find.key.id == payer.key.id]
    else:
        finds = [find for find in sight.finds if find.currency == payer.currency]
    return replace(sight, finds=finds).bests


def name_of_payer(payer: Payer, payers: Sequence[Payer], t: Texts, providers: Mapping[str, Provider]) -> str:
    """A key by its name; any key, and its currency where there are several."""
    if payer.key is not None:
        return name_of(payer.key, providers)
    if len({each.currency for each in payers}) == 1:
        return t.plain("the cheapest of your keys")
    return t.plain("the cheapest of your keys in {currency}", currency=payer.currency)


def keys(
    wish: With, name: str, payers: Sequence[Payer], t: Texts, providers: Mapping[str, Provider]
) -> Screen:
    """With which key; in another currency the price means something else."""
    text = t("With which key?")
    rows: Rows = [
        [press(name_of_payer(payer, payers, t, providers), Pick(**wish.model_dump(), by=payer.by))]
        for payer in payers
    ]
    back = [press(t.plain("◀ Back"), WatchFor(service=wish.service, iso2=wish.iso2))]
    return Screen(f"{title(name, wish.iso2, t)}\n{text}", [*rows, back])


def question(wish: Type, sight: Sight, payer: Payer, t: Texts) -> Screen:
    """What is to be typed."""
    text = t("Send the most that the number may cost, like 0.50.")
    if payer.currency:
        text = t("Send the most that the number may cost, in {currency}, like 0.50.", currency=payer.currency)
    lines = [title(sight.service_name, wish.iso2, t), *stands(_bests(payer, sight), sight, t), "", text]
    return Screen("\n".join(lines), [_to_prices(wish, t)])


def asked_again(wish: Type, wrong: BadInput, t: Texts) -> Screen:
    """It was no price here; the question stays open."""
    return Screen(t.error(wrong), [_to_prices(wish, t)])


def _to_prices(wish: Type | Limit, t: Texts) -> list[InlineKeyboardButton]:
    given = {name: getattr(wish, name) for name in ("service", "iso2", "buys", "by")}
    return [press(t.plain("◀ Back"), Pick(**given))]


def times(wish: Limit, name: str, currency: str, t: Texts) -> Screen:
    """For how long."""
    lines = [
        title(name, wish.iso2, t),
        t("At most: <b>{price}</b>", price=t.money(Decimal(wish.price), currency)),
        "",
        t("<b>For how long shall I try?</b>"),
    ]
    given = wish.model_dump(exclude={"buys"})
    buttons = [press(t.span(60 * minutes), Within(**given, minutes=minutes)) for minutes in LASTS]
    return Screen("\n".join(lines), [*in_rows(buttons, 2), _to_prices(wish, t)])


def confirmation(watch: Watch, wish: Within, who: str, t: Texts) -> Screen:
    """Everything a watch that buys will do."""
    lasts = (watch.until - watch.created_at).total_seconds()
    lines = [
        t("🛒 <b>{service}</b> · {country}", service=watch.service_name, country=where(watch, t)),
        t("At most: <b>{price}</b>", price=t.money(watch.max_price or Decimal(0), watch.currency)),
        t("Time: <b>{span}</b>", span=t.span(lasts)),
        *([t("With: {who}", who=who)] if who else []),
        "",
        t(
            "I look about once a minute. As soon as it costs no more than that, I buy <b>one</b> number "
            "without asking again; it is paid from your account, and its card rings here."
        ),
    ]
    given = wish.model_dump(exclude={"minutes"})
    back = [press(t.plain("◀ Back"), Limit(**given, buys=True))]
    return Screen("\n".join(lines), [[press(t.plain("✅ Start the watch"), Start(id=watch.id))], back])
