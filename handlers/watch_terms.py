"""Setting a watch up: tell or buy, at which price at most, with which key, for how long.

The buttons carry what was chosen. What buys is confirmed at the end, with everything on one screen; the
button there starts it once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts, flag
from bot.lookout import Find, Payer, Sight, several
from bot.providers.base import Provider
from handlers.doors import Country, WatchFor
from handlers.key_marks import name_of
from handlers.listings import troubles
from handlers.options import NotAPrice
from handlers.screen import Rows, Screen, in_rows, press
from handlers.watch_rings import where
from storage.models import Watch

#: Minutes a watch that buys may last.
LASTS = (15, 60, 6 * 60, 24 * 60)
#: Of today's price, in hundredths: where it can be had that was too dear, where it cannot it may be dearer.
_LESS, _MORE = (-10, -25, -50), (0, 10, 25)
#: A number, perhaps with a sign or name of a currency before or behind it.
_PRICE = re.compile(r"[^0-9.,−–-]*([0-9]{1,7}(?:[.,][0-9]{1,4})?)[^0-9.,−–-]*", re.ASCII)
#: Cheaper numbers than this are told apart by fractions of a cent.
_DEAR = Decimal("0.20")


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


def typed_price(words: str) -> Decimal:
    """What was typed, with or without a sign of its currency. Raises `NotAPrice`."""
    found = _PRICE.fullmatch(words.strip())
    price = Decimal(found[1].replace(",", ".")) if found else Decimal(0)
    if not price:
        raise NotAPrice
    return price


def packed(price: Decimal) -> str:
    """A price as a button carries it."""
    return format(price.normalize(), "f")


def tell_or_buy(service: str, iso2: str, sight: Sight, payers: Sequence[Payer], t: Texts) -> Screen:
    """How it stands now, and the two things to do about it."""
    best = sight.best
    lines = [
        f"👀 {title(sight.service_name, iso2, t)}",
        *stands(best, sight, t),
        "",
        t("<b>Tell me</b>: one message as soon as it can be had."),
        t("<b>Buy by itself</b>: one number at your price or less, without asking again."),
    ]
    by = _usual(best, payers)
    where = {"service": service, "iso2": iso2}
    tell: CallbackData = Limit(**where, buys=False, price="", by="")
    if best is not None and best.there:
        tell = Pick(**where, buys=False, by=by)
    wishes = [
        press(t.plain("🔔 Tell me"), tell),
        press(t.plain("🛒 Buy by itself"), Pick(**where, buys=True, by=by)),
    ]
    offers = [press(t.plain("◀ Offers"), Country(service=service, iso2=iso2))]
    return Screen("\n".join(lines) + troubles(sight.troubles, t), [wishes, offers])


def title(name: str, iso2: str, t: Texts) -> str:
    return t("<b>{service}</b> · {country}", service=name, country=f"{flag(iso2)} {t.country(iso2)}")


def stands(best: Find | None, sight: Sight, t: Texts) -> list[str]:
    """What it costs now, in a line; none where nobody could tell."""
    if best is None:
        return [t("Nobody sells it there right now.")] if sight.answered else []
    price = t.money(best.cost, best.currency)
    if not best.there:
        return [t("Out of stock right now. Its price was {price}.", price=price)]
    if best.stock is None:
        return [t("On sale now: {price}", price=price)]
    return [t("On sale now: {price}, {stock} left", price=price, stock=best.stock)]


def _usual(best: Find | None, payers: Sequence[Payer]) -> str:
    """Any key that is charged as the best offer is."""
    currencies = [payer.currency for payer in payers if payer.key is None]
    return best.currency if best is not None and best.currency in currencies else currencies[0]


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
    best = _best(payer, sight)
    lines = [
        title(sight.service_name, wish.iso2, t),
        *stands(best, sight, t),
        *([_with(payer, payers, t, providers)] if several(payers) else []),
        "",
        t("<b>How much at most for the number?</b>") if wish.buys else t("<b>Tell you at which price?</b>"),
    ]
    given = wish.model_dump()
    chosen = [
        press(label, Limit(**given, price=packed(price)))
        for label, price in _suggested(best, payer.currency, ceiling, t)
    ]
    more = [press(t.plain("✏️ Another price"), Type(**given))]
    if several(payers):
        where = {"service": wish.service, "iso2": wish.iso2}
        more.append(press(t.plain("🔑 Another key"), With(**where, buys=wish.buys)))
    back = [press(t.plain("◀ Back"), WatchFor(service=wish.service, iso2=wish.iso2))]
    return Screen("\n".join(lines), [*in_rows(chosen, 2), more, back])


def _best(payer: Payer, sight: Sight) -> Find | None:
    """The best to be had with this key, or in this currency."""
    if payer.key is not None:
        finds = [find for find in sight.finds if find.key.id == payer.key.id]
    else:
        finds = [find for find in sight.finds if find.currency == payer.currency]
    return replace(sight, finds=finds).best


def _suggested(
    best: Find | None, currency: str, ceiling: Decimal | None, t: Texts
) -> list[tuple[str, Decimal]]:
    """Labels and prices."""
    found: dict[Decimal, str] = {}
    steps = () if best is None else _LESS if best.there else _MORE
    for step in steps:
        price = _rounded(best.cost * (100 + step) / 100) if best is not None else Decimal(0)
        if price:
            sign = f" · {step:+d} %".replace("-", "−") if step else ""
            found.setdefault(price, f"{t.money(price, currency)}{sign}")
    if ceiling is not None:
        found[ceiling] = t.plain("{price} · your limit", price=t.money(ceiling, currency))
    return [(label, price) for price, label in found.items()]


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01") if price >= _DEAR else Decimal("0.0001"), ROUND_HALF_UP)


def _with(payer: Payer, payers: Sequence[Payer], t: Texts, providers: Mapping[str, Provider]) -> str:
    return t("With: {who}", who=name_of_payer(payer, payers, t, providers))


def name_of_payer(payer: Payer, payers: Sequence[Payer], t: Texts, providers: Mapping[str, Provider]) -> str:
    """A key by its name; any key, and its currency where there are several."""
    if payer.key is not None:
        return name_of(payer.key, providers)
    if len({each.currency for each in payers}) == 1:
        return t.plain("the cheapest of your keys")
    return t.plain("the cheapest of your keys in {currency}", currency=payer.currency or "?")


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
    lines = [title(sight.service_name, wish.iso2, t), *stands(_best(payer, sight), sight, t), "", text]
    return Screen("\n".join(lines), [_to_prices(wish, t)])


def asked_again(wish: Type, t: Texts) -> Screen:
    """It was no price; the question stays open."""
    return Screen(t.error(NotAPrice()), [_to_prices(wish, t)])


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
