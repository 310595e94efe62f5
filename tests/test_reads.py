"""What each screen asks of the database at most, and that it asks no more of who has much."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from handlers import (
    choices,
    confirmation,
    country_lists,
    doors,
    filters,
    group_doors,
    key_screens,
    operator_doors,
    price_lists,
    rental,
    service_lists,
    share_screens,
    start,
    stats,
    watch_list,
)
from handlers.easel import Period
from storage.models import Buyers, Rental, RentalState, Sort, State, Watch, WatchState
from storage.wanted import Kind
from tests.core import put
from tests.handlers.belongings import Belongings, gathered
from tests.handlers.operating import OPERATED, operated_by, operator_of
from tests.handlers.teams import buy, team
from tests.house import Chat, House
from tests.reads import Asked, Reads
from tests.storage.shelf import number

pytestmark = operated_by(OPERATED)

_WISH = {"service": "telegram", "iso2": "US"}
#: Transactions and statements of whatever is not named: nearly all is seen at a glance, beside transactions.
USUAL = Asked(0, 5)
#: What writes, and what adds much up: most of it in one transaction.
MOST = {
    "services": Asked(0, 7),
    "services by command": Asked(0, 7),
    "services turned": Asked(0, 6),
    "a quote": Asked(1, 7),
    "several": Asked(1, 6),
    "buy it again": Asked(1, 8),
    "a card": Asked(1, 6),
    "history": Asked(0, 11),
    "a receipt": Asked(1, 4),
    "statistics": Asked(0, 9),
    "balance": Asked(1, 8),
    "a key": Asked(1, 2),
    "a limit": Asked(4, 8),
    "a rental": Asked(1, 6),
    "sent": Asked(0, 6),
    "a draft": Asked(1, 8),
    "group: start": Asked(1, 6),
    "group: buy": Asked(1, 10),
    "group: offers": Asked(1, 7),
    "group: numbers": Asked(1, 6),
    "group: balance": Asked(3, 11),
    "group: settings": Asked(1, 4),
    "group: sharing": Asked(1, 5),
    "group: who buys": Asked(1, 2),
    "group: usage": Asked(1, 3),
    "group: a card": Asked(1, 6),
    "operator": Asked(0, 38),
    "guests": Asked(1, 2),
    "deeds": Asked(1, 4),
    "broadcasts": Asked(3, 4),
}
#: Every key of theirs is opened and asked about, and its answer kept.
_BY_KEY = {"balance", "group: balance"}
#: What a person has much of.
MANY = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """Who opens a screen, and by what."""

    chat: Chat
    by: str


def private(ann: Chat, mine: Belongings) -> Mapping[str, Visit]:
    """One person's own screens."""
    opened: dict[str, Any] = {
        "start": "/start",
        "menu": doors.Menu(),
        "more": start.More(),
        "help": doors.Help(),
        "services": doors.Buy(),
        "services by command": "/buy",
        "services turned": service_lists.Services(page=0),
        "typed": "/buy telegram us",
        "countries": doors.Countries(service="telegram"),
        "countries by stock": country_lists.Sorted(service="telegram", sort=Sort.STOCK),
        "offers": doors.Country(**_WISH),
        "a quote": doors.Choose(service="telegram", key=mine.key, country="1"),
        "a quote again": confirmation.Look(nonce=mine.quote),
        "several": confirmation.Several(nonce=mine.quote, count=2),
        "buy it again": doors.Repeat(id=mine.done),
        "numbers": doors.Numbers(),
        "numbers by command": "/numbers",
        "what to cancel": "/cancel",
        "a card": doors.Act(what=doors.What.CARD, id=mine.number),
        **_of_the_past(mine),
        **_of_accounts(mine),
        **_of_others(mine),
    }
    return {name: Visit(ann, by if isinstance(by, str) else by.pack()) for name, by in opened.items()}


def _of_the_past(mine: Belongings) -> dict[str, Any]:
    return {
        "history": doors.History(),
        "its filters": filters.Filter(),
        "a receipt": doors.Receipt(kind=Kind.NUMBER, id=mine.done),
        "statistics": stats.Over(period=Period.WEEK),
        "privacy": doors.Privacy(),
    }


def _of_accounts(mine: Belongings) -> dict[str, Any]:
    return {
        "balance": doors.Balance(),
        "keys": doors.Keys(),
        "a key": key_screens.OneKey(id=mine.key),
        "a new key": doors.AddKey(),
        "settings": doors.Settings(),
        "language": choices.Open(what=choices.Choice.LANGUAGE),
        "a limit": choices.Open(what=choices.Choice.CEILINGS),
    }


def _of_others(mine: Belongings) -> dict[str, Any]:
    return {
        "watches": doors.Watches(),
        "a watch": watch_list.One(id=mine.watch),
        "what to watch": doors.WatchFor(**_WISH),
        "prices": doors.Prices(),
        "prices by country": price_lists.Places(service="telegram"),
        "sellers": price_lists.Sellers(**_WISH),
        "rent": doors.Rent(),
        "a rental": doors.OnRental(what=doors.Hired.CARD, id=mine.rental),
        "its SMS": rental.Received(id=mine.rental, page=0),
        "send": doors.Send(),
        "sent": doors.Sent(),
        "a draft": doors.Draft(id=mine.draft),
    }


async def in_group(house: House, ann: Chat) -> Mapping[str, Visit]:
    """A group's screens, as one of its people who leads it opens them."""
    group = await team(house, ann, house.person("Bob"), spend_per_day=Decimal(1000), numbers_per_day=1000)
    held = await buy(house, group)
    await group.say("/start")
    opened: dict[str, Any] = {
        "start": "/start",
        "buy": "/buy",
        "offers": "/buy telegram us",
        "numbers": "/numbers",
        "balance": "/balance",
        "settings": "/settings",
        "sharing": "/share",
        "who buys": share_screens.LetBuy(who=Buyers.NAMED),
        "usage": group_doors.Usage(),
        "a card": doors.Act(what=doors.What.CARD, id=held.id),
    }
    return {
        f"group: {name}": Visit(group, by if isinstance(by, str) else by.pack())
        for name, by in opened.items()
    }


def operators(olga: Chat) -> Mapping[str, Visit]:
    opened = {
        "operator": operator_doors.Admin(),
        "guests": operator_doors.Guests(),
        "deeds": operator_doors.DeedsOf(),
        "broadcasts": operator_doors.Broadcasts(),
    }
    return {name: Visit(olga, by.pack()) for name, by in opened.items()}


async def everywhere(house: House) -> Mapping[str, Visit]:
    """Everything one can look at, by somebody who has one of each."""
    olga, ann = operator_of(house), house.person("Ann")
    await olga.say("/start")
    screens = {**private(ann, await gathered(ann, house)), **await in_group(house, ann)}
    await ann.say("/start")
    return {**screens, **operators(olga)}


async def visited(reads: Reads, screens: Mapping[str, Visit]) -> dict[str, Asked]:
    """What each screen asked, the second time it was opened: what is remembered for a while is at hand."""
    asked: dict[str, Asked] = {}
    for name, visit in screens.items():
        for _ in range(2):
            reads.last = None
            await (visit.chat.say(visit.by) if visit.by.startswith("/") else visit.chat.forge(visit.by))
            assert reads.last is not None, name
            asked[name] = reads.last
    return asked


async def test_a_screen_asks_little_of_the_database(house: House) -> None:
    reads = await Reads.of(house)
    asked = await visited(reads, await everywhere(house))
    assert {name: each for name, each in asked.items() if not each.within(MOST.get(name, USUAL))} == {}


async def test_who_has_much_asks_no_more_than_who_has_little(house: House) -> None:
    reads, screens = await Reads.of(house), await everywhere(house)
    before = await visited(reads, screens)
    [ann, group] = (screens[name].chat for name in ("start", "group: start"))
    await much(house, ann, group)
    after = await visited(reads, screens)
    grown = {name: (before[name], each) for name, each in after.items() if not each.within(before[name])}
    assert grown.keys() <= _BY_KEY, grown


async def much(house: House, ann: Chat, group: Chat) -> None:
    """Twenty more numbers, rentals, watches and keys of hers, and twenty more people and numbers there."""
    [mine], [theirs] = [await house.codebell.keys.list(chat.chat_id) for chat in (ann, group)]
    for each in range(MANY):
        at = house.clock() - timedelta(minutes=1 + each)
        hers = {"owner_id": ann.person_id, "created_at": at, "ended_at": at, "provider": "alpha"}
        await put(house.database, number(mine, f"hers-{each}", State.FINISHED, **hers))
        await put(house.database, number(theirs, f"ours-{each}", State.FINISHED, **hers))
        await put(house.database, *_waited_for(mine.id, f"more-{each}", ann, at))
        await house.codebell.groups.meet(group.chat_id, 1000 + each, f"Member {each}")
        for chat in (ann, group):
            await house.connect(chat, house.alpha, f"another-key-{each}-{chat.chat_id}")


def _waited_for(key_id: str, name: str, ann: Chat, at: datetime) -> tuple[Rental, Watch]:
    """A rented number and a watch, which nobody looks at any more."""
    whose: dict[str, Any] = {"id": name, "chat_id": ann.chat_id, "owner_id": ann.person_id, "created_at": at}
    rented = {"key_id": key_id, "provider": "alpha", "provider_id": name, "ended_at": at}
    what = {"service": "telegram", "service_name": "Telegram", "country": "US", "country_name": "US"}
    return (
        Rental(**whose, **rented, country="US", state=RentalState.ENDED),
        Watch(**whose, **what, state=WatchState.WATCHING, until=at + timedelta(days=1)),
    )
