"""A price card: what a service costs in a country, to be sent to any chat.

It tells prices, stock and how many providers there are, and nothing else of who sends it: no provider, no
key, no balance.
"""

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)

from bot.i18n import Texts, flag
from bot.search import Listed
from bot.window import Region
from handlers.listings import share, stock_left
from storage.models import Sort

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
#: Characters of service, country and price that a phone shows in a title.
_TITLE = 26


def link_to(bot_name: str, service: str, iso2: str = "") -> str:
    """The address that leads to the offers for a service in a country, or to its countries."""
    where = f"{service}_{iso2.lower()}" if iso2 else service
    return f"https://t.me/{bot_name}?start=buy_{where}"


def card(service: Listed, region: Region, bot_name: str, today: str, t: Texts) -> InlineQueryResultArticle:
    """The card as it is offered, and as it is sent; `today` is the day of its prices."""
    content = InputTextMessageContent(
        message_text=_sent(service, region, today, t), parse_mode="HTML", link_preview_options=_NO_PREVIEW
    )
    buy = InlineKeyboardButton(
        text=t.plain("📱 Buy a number"), url=link_to(bot_name, service.slug, region.place.iso2)
    )
    return InlineQueryResultArticle(
        id=f"{service.slug}_{region.place.iso2}",
        title=_title(service, region, t),
        description=_description(region, t),
        input_message_content=content,
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[buy]]),
    )


def _title(service: Listed, region: Region, t: Texts) -> str:
    """A long country's name gives way to the price, which a phone would cut: then its flag says enough."""
    place = region.place
    price = t.money(place.cost, place.currency)
    room = _TITLE - len(service.name) - len(price)
    name = t.country_within(room, place.iso2, place.name)
    country = f"{flag(place.iso2)} {name}" if len(name) <= room else flag(place.iso2)
    return t.plain("{service} · {country} · from {price}", service=service.name, country=country, price=price)


def _description(region: Region, t: Texts) -> str:
    """For who is about to send it: also how often codes came at that price, by our own records."""
    rate = share(region.cheapest, Sort.PRICE, t)
    success = t.plain("{rate} success", rate=rate) if rate else ""
    return " · ".join(part for part in (*_figures(region, t), success) if part)


def _sent(service: Listed, region: Region, today: str, t: Texts) -> str:
    lines = [
        t("<b>{service}</b> · {country}", service=service.name, country=_country(region, t)),
        t("A number for one code from <b>{price}</b>", price=_lowest(region, t)),
        " · ".join(part for part in _figures(region, t) if part),
        t("<i>Price of {day}</i>", day=today),
    ]
    return "\n".join(lines)


def _lowest(region: Region, t: Texts) -> str:
    """`$0.20 / ₴18.50`: the lowest price of each purse, of what can be had."""
    lowest = {ware.offer.purse: ware.offer for ware in reversed(region.there)}
    return " / ".join(t.money(offer.cost, offer.currency) for offer in reversed(lowest.values()))


def _figures(region: Region, t: Texts) -> tuple[str, str]:
    providers = len({offer.provider.name for offer in region.place.offers})
    return t.many("{count} provider", "{count} providers", providers), stock_left(region.place.stock, t)


def _country(region: Region, t: Texts) -> str:
    return f"{flag(region.place.iso2)} {t.country(region.place.iso2, region.place.name)}"
