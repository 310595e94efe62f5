"""What somebody waits for: all of it on one screen, and one watch with everything there is to know of it."""

from collections.abc import Sequence
from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton

from bot.errors import named
from bot.i18n import Texts, flag
from handlers.doors import Buy, Country, Menu, Watches, WatchFor
from handlers.screen import Rows, Screen, press
from handlers.watch_rings import what, why
from handlers.watch_terms import Pick, StartAnother
from storage.models import WATCH_OPEN, Watch, WatchState

#: Ended watches that are listed.
_ENDED_SHOWN = 10


class One(CallbackData, prefix="vo"):
    """Look at one watch."""

    id: str


class Stop(CallbackData, prefix="vx"):
    """Wait for it no more."""

    id: str


def draw_list(watches: Sequence[Watch], t: Texts, now: datetime) -> Screen:
    """The open ones with a button each, then what became of those that ended lately."""
    ways = [press(t.plain("📱 Buy a number"), Buy()), press(t.plain("◀ Menu"), Menu())]
    if not watches:
        return Screen(_nothing(t), [ways])
    waiting = [watch for watch in watches if watch.state in WATCH_OPEN]
    ended = [watch for watch in watches if watch.state not in WATCH_OPEN][:_ENDED_SHOWN]
    lines = [t("<b>What you wait for</b>"), *(_line(watch, t, now) for watch in waiting)]
    if not waiting:
        lines.append(t("Nothing right now. To start: /watch telegram us"))
    if ended:
        lines += ["", t("<b>Ended since yesterday</b>"), *(_line(watch, t, now) for watch in ended)]
    rows = [[press(_label(watch, t), One(id=watch.id))] for watch in waiting]
    return Screen("\n".join(lines), [*rows, ways])


def draw_twin(twin: Watch, wish: str, t: Texts, now: datetime) -> Screen:
    """Before a second watch buys the same: the first one, and what that would mean. `wish` is the second."""
    lines = [
        t("<b>You already wait for this:</b>"),
        _line(twin, t, now),
        "",
        t("Another watch buys another number."),
    ]
    open_it = press(t.plain("👀 Open it"), One(id=twin.id))
    return Screen("\n".join(lines), [[open_it, press(t.plain("➕ Another one"), StartAnother(id=wish))]])


def draw_one(watch: Watch, who: str, t: Texts, now: datetime) -> Screen:
    """One watch; `who` pays, "" where that goes without saying."""
    lines = [
        f"{_mark(watch)} {what(watch, t)}",
        *_terms(watch, who, t),
        "",
        *_standing(watch, t, now),
    ]
    return Screen("\n".join(lines), _buttons(watch, t))


def _nothing(t: Texts) -> str:
    return t(
        "<b>You wait for nothing right now.</b>\n"
        "When a number is out of stock or too dear, I can look for it: I tell you, or buy one at your price. "
        "Press 👀 under the offers, or type: /watch telegram us"
    )


def _mark(watch: Watch) -> str:
    return "🛒" if watch.buys else "🔔"


def _label(watch: Watch, t: Texts) -> str:
    price = [] if watch.max_price is None else [t.money(watch.max_price, watch.currency)]
    return " · ".join([f"{_mark(watch)} {watch.service_name} {flag(watch.country)}", *price])


def _line(watch: Watch, t: Texts, now: datetime) -> str:
    return f"{_mark(watch)} {what(watch, t)}\n{_short(watch, t, now)}"


def _short(watch: Watch, t: Texts, now: datetime) -> str:
    """How it stands, in a few words."""
    if watch.state is not WatchState.WATCHING:
        return _became(watch, t)
    left = t("{span} left", span=t.span((watch.until - now).total_seconds()))
    looked = t("looked at {time}", time=t.clock(watch.polled_at)) if watch.polled_at else ""
    return " · ".join(part for part in (*_limit(watch, t), left, looked) if part)


def _limit(watch: Watch, t: Texts) -> list[str]:
    if watch.max_price is None:
        return []
    return [t("at most {price}", price=t.money(watch.max_price, watch.currency))]


def _became(watch: Watch, t: Texts) -> str:
    """What became of it; of one that is buying, that it is."""
    match watch.state:
        case WatchState.BUYING:
            return t("⏳ Buying…")
        case WatchState.RUNG if watch.found_cost is not None and watch.found_at is not None:
            price, time = t.money(watch.found_cost, watch.currency), t.time(watch.found_at)
            return t("found at {time}: {price}", time=time, price=price)
        case WatchState.BOUGHT:
            return t("bought one: /numbers")
        case WatchState.UNCLEAR:
            return t("ordered, and the answer was lost: its card says more")
        case WatchState.STOPPED:
            return t("stopped by you")
        case WatchState.FAILED:
            return t("ended: {why}", why=why(watch, t))
        case _:
            return t("nothing in time")


def _terms(watch: Watch, who: str, t: Texts) -> list[str]:
    """What it does, and within which bounds."""
    wish = t("Buys one number by itself.") if watch.buys else t("Tells you, and buys nothing.")
    price = [] if watch.max_price is None else [t.money(watch.max_price, watch.currency)]
    lines = [wish, *(t("At most: <b>{price}</b>", price=each) for each in price)]
    return [*lines, *([t("With: {who}", who=who)] if who and price else [])]


def _standing(watch: Watch, t: Texts, now: datetime) -> list[str]:
    if watch.state is not WatchState.WATCHING:
        return [_became(watch, t)]
    left = t.span((watch.until - now).total_seconds())
    lines = [t("👀 Watching until {moment}: {span} left.", moment=t.day(watch.until), span=left)]
    if watch.polled_at is None:
        return [*lines, t("I look about once a minute, beginning now.")]
    if watch.reason and (error := named(watch.reason)) is not None:
        return [*lines, t("⚠️ At {time}: {problem}", time=t.clock(watch.polled_at), problem=t.error(error()))]
    return [*lines, t("Last look: {time}, and nothing for you yet.", time=t.clock(watch.polled_at))]


def _buttons(watch: Watch, t: Texts) -> Rows:
    back = [press(t.plain("◀ Watches"), Watches())]
    offers = press(t.plain("📱 See the offers"), Country(service=watch.service, iso2=watch.country))
    if watch.state not in WATCH_OPEN:
        again = press(t.plain("👀 Watch again"), WatchFor(service=watch.service, iso2=watch.country))
        return [[offers, again], back]
    stop = press(t.plain("⏹ Stop watching"), Stop(id=watch.id))
    if watch.state is WatchState.BUYING:
        return [[offers], back]
    return [[stop, offers], _lower(watch, t), back]


def _lower(watch: Watch, t: Texts) -> list[InlineKeyboardButton]:
    """What only tells may be told another price; what buys is confirmed as it is."""
    if watch.buys:
        return []
    wish = Pick(service=watch.service, iso2=watch.country, buys=False, by=watch.key_id or watch.currency)
    label = t.plain("💲 Only at a price") if watch.max_price is None else t.plain("💲 Another price")
    return [press(label, wish)]
