"""What is asked of the stores in the town: by each screen, by the ticks, at the start, by housekeeping."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.app import Codebell
from bot.balances import IN_USE, SELDOM
from bot.exports import Form
from storage.audiences import Audiences
from storage.caps import Caps
from storage.due import tables_due
from storage.figures import FigureStore
from storage.models import State
from storage.overview import OverviewStore
from storage.purchases import PurchaseStore
from storage.wanted import Outcome, Wanted
from tests.benchmarks.town import BUSY, CALM, GROUP, MEMBER, NOW
from tests.house import House

Errand = Callable[[], Awaitable[object]]

DAY = timedelta(days=1)
#: Who looks at their screens, and where: somebody with 20,000 numbers, with ten, a member of a busy group.
PEOPLE = {"busy": (BUSY[2], BUSY[2]), "calm": (CALM[5], CALM[5]), "member": (MEMBER, GROUP)}


def of_screens(house: House) -> dict[str, Errand]:
    bell = house.codebell
    found: dict[str, Errand] = {}
    for who, (person, chat) in PEOPLE.items():
        found |= {f"{name} of the {who}": one for name, one in _of_person(bell, person, chat).items()}
    return found


def _of_person(bell: Codebell, person: int, chat: int) -> dict[str, Errand]:
    history = bell.history
    cancelled, google = Wanted(outcome=Outcome.CANCELLED), Wanted(service="google")
    return {
        "the history": lambda: history.page(person, chat, Wanted(), 0, 8),
        "its last page": lambda: history.page(person, chat, Wanted(), 9992, 8),
        "what was cancelled": lambda: history.page(person, chat, cancelled, 0, 8),
        "one service": lambda: history.page(person, chat, google, 0, 8),
        "the filters": lambda: history.seen(person, chat),
        "a month's figures": lambda: bell.statistics.of_person(person, chat, 30, None),
        "a year's figures": lambda: bell.statistics.of_person(person, chat, 365, None),
        "/numbers": lambda: bell.numbers.recent(person, chat, NOW - DAY, frozenset(State)),
        "/forget": lambda: bell.forgetting.hindrance(person),
        "a purchase": lambda: _store(bell).room(person, chat, Caps(10, 100), NOW),
        "buy again": lambda: _store(bell).last(chat, person),
        "ids of the account": lambda: _store(bell).known(f"k{chat}", ["1000000030"]),
        "as the operator sees them": lambda: bell.people.profile(min(chat, person), NOW),
    }


def _store(bell: Codebell) -> PurchaseStore:
    return PurchaseStore(bell.numbers._database)


def of_the_operator(house: House) -> dict[str, Errand]:
    bell = house.codebell
    database = house.database
    overview, figures = OverviewStore(database), FigureStore(database)
    return {
        "a day's overview": lambda: overview.period(NOW - DAY, NOW),
        "a month's overview": lambda: overview.period(NOW - 30 * DAY, NOW),
        "a month's providers": lambda: figures.of_everybody(NOW - 30 * DAY, NOW),
        "records of a service": lambda: figures.of_service("telegram", NOW - 90 * DAY),
        "the queues": lambda: overview.queues(NOW),
        "the guests": overview.guests,
        "a name": lambda: bell.people.find("body 777", 10),
        "the audiences": lambda: Audiences(database).sizes(NOW),
        "a group's usage": lambda: bell.usage.of(GROUP, NOW - 30 * DAY, NOW),
        "a group's numbers": lambda: bell.holders.there(GROUP, NOW - DAY),
        "outsiders": lambda: bell.outsiders.count([77], NOW),
    }


def of_the_ticks(house: House) -> dict[str, Errand]:
    bell, outbox = house.codebell, house.codebell.outbox
    return {
        "what falls due": lambda: tables_due(house.database, NOW),
        "a claim": lambda: bell.numbers.claim(NOW, NOW + DAY),
        "what is due to be said": lambda: outbox.due(NOW + DAY),
        "since when": lambda: outbox.oldest_due(NOW + DAY),
        "where to": lambda: outbox.chats_due(NOW + DAY, [], 50),
        "what next in a chat": lambda: outbox.most_urgent(BUSY[2], NOW + DAY),
        "what crashed": lambda: outbox.suspects(NOW + DAY),
        "copies": lambda: bell.copies.feed(NOW),
        "metrics": bell.metrics.look,
        "alarms": bell.alarms.look,
        "balances": lambda: bell.keys.unasked(NOW - IN_USE, NOW - SELDOM),
        "the end of quiet hours": lambda: outbox.wake(BUSY[2], NOW),
        "a chat comes back": lambda: bell.chats.mark_reachable(BUSY[3]),
    }


def of_the_start(house: House) -> dict[str, Errand]:
    bell = house.codebell
    return {
        "start: purchases": bell.purchases.recover,
        "start: rents": bell.rental_orders.recover,
        "start: messages": bell.messages.recover,
        "start: the watch": lambda: bell.numbers.wake_all(NOW),
    }


def of_the_house(house: House) -> dict[str, Errand]:
    """Chores, one by one."""
    bell = house.codebell
    sweeps = {
        "keys": bell.keys.sweep,
        "forms": bell.forms.sweep,
        "quotes": bell.quotes.sweep,
        "orders": bell.orders.sweep,
        "menus": bell.menus.sweep,
        "watches": bell.watchlist.sweep,
        "links": bell.links.sweep,
        "broadcasts": bell.announcements.sweep,
        "retention": bell.retention.sweep,
        "letting in": lambda now: bell.outsiders.let_in([77], 77, now),
        "a lost group's numbers": lambda _: bell.chats.sweep(),
    }
    return {
        "purchases": bell.purchases.recover,
        "drafts": bell.messages.sweep,
        "posts": bell.postman.tidy,
        **{name: _at_now(sweep) for name, sweep in sweeps.items()},
    }


def of_wishes(house: House) -> dict[str, Errand]:
    """What people wish for, and wait for."""
    bell = house.codebell
    return {
        "JSON": lambda: exported(house, Form.JSON),
        "CSV": lambda: exported(house, Form.CSV),
        "a removed key": lambda: bell.keys.remove("k-1", GROUP, NOW),
        "forget the calm": lambda: bell.forgetting.forget(CALM[9], NOW),
        "forget the busy": lambda: bell.forgetting.forget(BUSY[7], NOW),
    }


def of_groups(house: House) -> dict[str, Errand]:
    """What seldom happens to one, here the busy one."""
    chats = house.codebell.chats
    return {
        "a group is lost": lambda: chats.mark_unreachable(GROUP, NOW),
        "a group that moves": lambda: chats.migrate(GROUP, GROUP - 10_000_000),
    }


def _at_now(sweep: Callable[..., Awaitable[object]]) -> Errand:
    return lambda: sweep(NOW)


async def exported(house: House, form: Form) -> int:
    """Everything of the busy; how many bytes."""
    person, chat = PEOPLE["busy"]
    files = house.codebell.exports.files(form, person, chat, _told)
    return sum([len(file.content) async for file in files])


async def _told() -> None:
    """Nobody is shown that it goes on."""
