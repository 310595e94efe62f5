"""What is said of a watch unasked, each once: that it can be had now, or that it ended without that.

A watch that bought rings with the card of its number and says nothing beside it. What it tried in vain, while
it watches on, has no card.
"""

from dataclasses import replace

from aiogram.types import InlineKeyboardButton

from bot.drawing import Drawing
from bot.errors import LimitReached, NoKeys, NoMoney, UnknownKey, named, text
from bot.i18n import Texts, flag
from handlers.doors import Balance, Country, Keys, WatchFor
from handlers.screen import Rows, Screen, press
from storage.caps import SpentEnough, TooManyNumbers, TooManyToday
from storage.models import Activation, Post, Watch, WatchState
from storage.outbox import Kind
from storage.reasons import Reason
from storage.watches import by_watch, has_card

#: Why a watch ended, where the words of its error say too little, or hold a number nobody knows any more.
_WHY = {
    TooManyNumbers.__name__: text("You had as many open numbers as you may have."),
    TooManyToday.__name__: text("You had bought as many numbers as you may in a day."),
    SpentEnough.__name__: text("It would have passed what you may spend in a day."),
    LimitReached.__name__: text("A limit of the provider or of this bot was reached."),
    UnknownKey.__name__: text("Its key was removed."),
    NoKeys.__name__: text("There is no key left to buy with."),
    Reason.NOT_SERVED: text("This bot is private now."),
    Reason.RESTORED: text(
        "I go on from a backup, and it may have bought since: look at /numbers and at your account."
    ),
}


def what(watch: Watch, t: Texts) -> str:
    """What is waited for."""
    return t("<b>{service}</b> · {country}", service=watch.service_name, country=where(watch, t))


def where(watch: Watch, t: Texts) -> str:
    return f"{flag(watch.country)} {t.country(watch.country, watch.country_name)}"


def why(watch: Watch, t: Texts) -> str:
    """Why a watch failed, in a sentence."""
    if watch.reason in _WHY:
        return t(_WHY[watch.reason])
    error = named(watch.reason)
    return "" if error is None else t.error(error())


def draw_watch(watch: Watch, t: Texts, post: Post) -> Drawing:
    """The ring of a watch; said once, it is not said again."""
    screen = _found(watch, t) if post.kind == Kind.WATCH else _over(watch, t)
    return Drawing(screen.html, screen.keyboard, edits=post.message_id, once=post.message_id is not None)


def on_card(drawing: Drawing, row: Activation, t: Texts) -> Drawing | None:
    """A number's card, where a watch ordered it: nothing is shown before there is a number, or may be one."""
    if not has_card(row):
        return None
    if not by_watch(row.nonce):
        return drawing
    if row.phone:
        line = t("👀 Your watch bought this number.")
    else:
        line = t("👀 Your watch ordered this, and has ended.")
    return replace(drawing, html=f"{line}\n{drawing.html}")


def _found(watch: Watch, t: Texts) -> Screen:
    lines = [t("🔔 <b>{service}</b> · {country}", service=watch.service_name, country=where(watch, t))]
    if watch.found_cost is not None and watch.found_at is not None:
        price, moment = t.money(watch.found_cost, watch.currency), t.time(watch.found_at)
        lines.append(t("There it is: <b>{price}</b>, seen at {time}.", price=price, time=moment))
    lines.append(t("It may be gone soon."))
    offers = press(t.plain("📱 See the offers"), Country(service=watch.service, iso2=watch.country))
    return Screen("\n".join(lines), [[offers, _again(watch, t)]])


def _over(watch: Watch, t: Texts) -> Screen:
    lines = [what(watch, t)]
    if watch.state is WatchState.FAILED:
        lines += [t("🚫 Your watch has ended, and bought nothing."), why(watch, t)]
    elif watch.max_price is not None:
        price = t.money(watch.max_price, watch.currency)
        lines.append(t("⌛ Your watch is over: nothing turned up at {price} or less.", price=price))
    else:
        lines.append(t("⌛ Your watch is over: nothing turned up in time."))
    return Screen("\n".join(filter(None, lines)), _ways_on(watch, t))


def _ways_on(watch: Watch, t: Texts) -> Rows:
    """What helps where it failed, and the same once more."""
    ways = [press(t.plain("📱 See the offers"), Country(service=watch.service, iso2=watch.country))]
    match watch.reason:
        case NoMoney.__name__:
            ways = [press(t.plain("💰 Balance"), Balance())]
        case UnknownKey.__name__ | NoKeys.__name__:
            ways = [press(t.plain("🔑 Keys"), Keys())]
    return [[*ways, _again(watch, t)]]


def _again(watch: Watch, t: Texts) -> InlineKeyboardButton:
    return press(t.plain("👀 Watch again"), WatchFor(service=watch.service, iso2=watch.country))
