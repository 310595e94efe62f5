"""The offers for a service in a country side by side: a line each says what is known, a button chooses."""

from collections.abc import Sequence
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.goods import Offer
from bot.i18n import Texts, flag
from bot.search import Listed
from bot.shops import Listing, Trouble
from bot.statistics import Record
from bot.window import Ware
from handlers.doors import Choose, Countries, Country, WatchFor
from handlers.key_marks import stop
from handlers.listings import marks, rounded, stock_left, troubles
from handlers.screen import Rows, Screen, page_of, press, turn

OFFERS_A_PAGE = 8


class OffersOn(CallbackData, prefix="bq"):
    """A page of the offers."""

    service: str
    iso2: str
    page: Annotated[int, Field(ge=0, le=999)]


def offers(service: Listed, iso2: str, listing: Listing[Ware], page: int, t: Texts) -> Screen:
    """A page of the offers, cheapest first."""
    missing = _missing(listing)
    if not listing.items:
        return _nobody(service, iso2, missing, t)
    shown, pages = page_of(listing.items, page, OFFERS_A_PAGE)
    text = t("<b>{service}</b> · {country}\nWhich offer?", service=service.name, country=_where(iso2, t))
    told = "\n\n".join(details(ware, listing.items, t) for ware in shown)
    rows = [[_button(ware, listing.items, t)] for ware in shown]
    rows.append(turn(page, pages, lambda to: OffersOn(service=service.slug, iso2=iso2, page=to)))
    if all(ware.offer.stock == 0 for ware in listing.items):
        rows += [*_ways_on(service, iso2, missing, t), [_back(service, t)]]
    else:
        watch = press(t.plain("👀 Watch"), WatchFor(service=service.slug, iso2=iso2))
        rows.append([_back(service, t), watch])
    return Screen(f"{text}\n\n{told}{troubles(missing, t)}", rows)


def _missing(listing: Listing[Ware]) -> list[Trouble]:
    """Who does not answer and has no line that says so."""
    return [trouble for trouble in listing.troubles if trouble.as_of is None]


def _nobody(service: Listed, iso2: str, missing: Sequence[Trouble], t: Texts) -> Screen:
    names = {"service": service.name, "country": _where(iso2, t)}
    text = t("<b>{service}</b> · {country}\nNobody sells it there right now.", **names)
    if missing:
        text = t("<b>{service}</b> · {country}\nNobody who answers sells it there right now.", **names)
    rows = [*_ways_on(service, iso2, missing, t), [_back(service, t)]]
    return Screen(text + troubles(missing, t), rows)


def _where(iso2: str, t: Texts) -> str:
    return f"{flag(iso2)} {t.country(iso2)}"


def _back(service: Listed, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("◀ Countries"), Countries(service=service.slug))


def _ways_on(service: Listed, iso2: str, missing: Sequence[Trouble], t: Texts) -> Rows:
    """Where nothing can be had: another try if somebody does not answer, and word when there is something."""
    again = [press(t.plain("🔄 Try again"), Country(service=service.slug, iso2=iso2))]
    watch = [press(t.plain("🔔 Tell me when there are numbers"), WatchFor(service=service.slug, iso2=iso2))]
    return [again, watch] if missing else [watch]


def details(ware: Ware, every: Sequence[Ware], t: Texts) -> str:
    """Who, for how much, how many; below, how it went so far, and what is to be minded."""
    offer = ware.offer
    parts = [_country_of(offer, every), t.money(offer.cost, offer.currency), stock_left(offer.stock, t)]
    told = " · ".join(part for part in parts if part)
    lines = [t("<b>{provider}</b> · {offer}", provider=_who(offer, every), offer=told)]
    if ware.record is not None and ware.record.ended:
        lines.append(_record(ware, ware.record, t))
    lines += stop(offer.key, t)
    if ware.limit is not None:
        limit = t.money(ware.limit, offer.currency)
        lines.append(t("🔺 above your own limit of {limit}", limit=limit))
    if offer.as_of is not None:
        lines.append(t("⚠️ as of {time}; not answering right now", time=t.clock(offer.as_of)))
    return "\n".join(lines)


def _record(ware: Ware, record: Record, t: Texts) -> str:
    """How often a code came, on how many numbers that rests, how soon, and what it cost in the end."""
    figures = [_rate(record, t)]
    if record.seconds is not None:
        figures.append(t("usually in {time}", time=t.span(record.seconds)))
    if ware.expected is not None:
        figures.append(t("about {price} a code", price=t.money(rounded(ware.expected), ware.offer.currency)))
    return " · ".join(figures)


def _rate(record: Record, t: Texts) -> str:
    if record.few:
        return t.many(
            "{received} of {count} number got a code (few data)",
            "{received} of {count} numbers got a code (few data)",
            record.ended,
            received=record.received,
        )
    return t.many(
        "{rate} of {count} number got a code (at least {low})",
        "{rate} of {count} numbers got a code (at least {low})",
        record.ended,
        rate=t.percent(record.rate),
        low=t.percent(record.low),
    )


def _button(ware: Ware, every: Sequence[Ware], t: Texts) -> InlineKeyboardButton:
    offer = ware.offer
    price = t.plain("out of stock") if offer.stock == 0 else t.money(offer.cost, offer.currency)
    parts = [_who(offer, every), _country_of(offer, every), price]
    label = f"{marks(ware)} {' · '.join(part for part in parts if part)}".strip()
    wanted = Choose(service=offer.service.slug, key=offer.key.id, country=offer.country_code)
    return press(label, wanted)


def _who(offer: Offer, every: Sequence[Ware]) -> str:
    """The provider, with the key's name where there are several."""
    several = len({other.key.id for other in _same(offer, every)}) > 1
    return " ".join(part for part in (offer.provider.title, offer.key.label if several else "") if part)


def _country_of(offer: Offer, every: Sequence[Ware]) -> str:
    """The provider's own name of the country where it has two of it."""
    return offer.country_name if len({other.country_code for other in _same(offer, every)}) > 1 else ""


def _same(offer: Offer, every: Sequence[Ware]) -> list[Offer]:
    return [other.offer for other in every if other.offer.provider.name == offer.provider.name]
