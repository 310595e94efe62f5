"""The life of a watch: it looks until something can be had, and then rings, or buys one number.

A watch that buys goes the way of every purchase (`bot.purchases`), within the price, the time and the keys
its person confirmed. What is left when the process dies:

    before `buying` is committed       nothing; the next look finds it again
    before the intent is committed     `buying` with a nonce that no purchase has: it watches on, and what
                                       that nonce offered is deleted, so that nobody buys it any more
    from the intent on                 the purchase as `bot.purchases` leaves it, by its nonce
    before its outcome is committed    the purchase of that nonce is asked again

So no watch has two purchases that may both have bought: the next nonce is made only after the last one surely
bought nothing. An order goes out before the time is over; what its provider takes to answer comes on top.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.clock import Clock
from bot.errands import NeverCalled, Paused, Rivalled
from bot.errors import (
    AlreadyDone,
    BadInput,
    BadReply,
    CodebellError,
    Expired,
    NoKeys,
    NoNumbers,
    NotOffered,
    PriceChanged,
    Refused,
    TooEarly,
    TooLate,
    Unavailable,
    UnknownKey,
    named,
)
from bot.failpoints import Failpoint, reach
from bot.lookout import Find, Lookout, Payer, Sight
from bot.purchases import Purchases
from bot.spending import Unwritten, WaitedTooLong
from storage.chats import ChatStore
from storage.models import Quote, State, Watch, WatchState
from storage.outbox import new_id
from storage.watches import WatchStore, may_have_bought, next_nonce

#: Between two looks, and between two questions what came of an order.
EVERY, WHILE_BUYING = timedelta(seconds=45), timedelta(seconds=3)
#: After looks without an answer, or orders that came too late, the pause doubles up to this.
SLOWEST = timedelta(minutes=15)
#: How long it is watched for who only wants to be told.
TOLD_WITHIN = timedelta(days=7)
#: Why an order that bought nothing is no end: the next one may.
_PASSING = (
    *(NoNumbers, PriceChanged, NotOffered, Unavailable, BadReply, TooEarly, Expired, UnknownKey),
    *(NeverCalled, WaitedTooLong, Paused, Rivalled, Unwritten),
)


def lanes_of(row: Watch) -> tuple[str, str]:
    """A look may ask several providers: those of one chat on a lane, all watches on another."""
    return str(row.chat_id), row.__tablename__


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody waits for: a service (its slug) in a country, at most at a price, for so long.

    `by` says who pays, as `Payer.by`; only without a price it may be "".
    """

    service: str
    iso2: str
    buys: bool
    max_price: Decimal | None
    by: str
    lasts: timedelta


class Watches:
    """Starts, stops and carries on what people wait for."""

    def __init__(
        self,
        store: WatchStore,
        lookout: Lookout,
        purchases: Purchases,
        chats: ChatStore,
        blocked: Collection[str],
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._lookout = lookout
        self._purchases = purchases
        self._chats = chats
        self._blocked = frozenset(blocked)
        self._clock = clock
        self._nudge = nudge

    # What the person wants

    async def look(self, chat_id: int, service: str, iso2: str) -> Sight:
        """What can be had right now. Raises `NoKeys`, or `NotOffered` for a service nobody may buy."""
        if service in self._blocked:
            raise NotOffered
        return await self._lookout.look(chat_id, service, iso2)

    async def payers(self, chat_id: int) -> Sequence[Payer]:
        """What a watch may buy with. Raises `NoKeys`."""
        return await self._lookout.payers(chat_id)

    async def payer(self, chat_id: int, by: str) -> Payer:
        """The one a button names. Raises `UnknownKey` when it is gone, or `NoKeys`."""
        for payer in await self._lookout.payers(chat_id):
            if payer.by == by:
                return payer
        raise UnknownKey

    async def offer(self, chat_id: int, owner_id: int, wanted: Wanted) -> Watch:
        """Note a watch that buys, to be started by its button. Raises `Refused`."""
        if wanted.max_price is None:
            raise BadInput
        watch = await self._watch(chat_id, owner_id, wanted)
        await self._store.offer(watch)
        return watch

    async def start(self, watch_id: str, owner_id: int, chat_id: int) -> Watch:
        """Start what was offered, once. Raises `Refused`."""
        watch = await self._store.start(watch_id, owner_id, chat_id, self._clock())
        self._nudge()
        return watch

    async def tell(self, chat_id: int, owner_id: int, wanted: Wanted) -> Watch:
        """Start a watch that rings and buys nothing; one per service and country. Raises `Refused`."""
        watch = await self._store.tell(await self._watch(chat_id, owner_id, wanted), self._clock())
        self._nudge()
        return watch

    async def stop(self, watch_id: str, owner_id: int, chat_id: int) -> Watch:
        """Raises `NotYours`, `Expired`, or `TooLate` when it has ended or is buying."""
        await self._store.mine(watch_id, owner_id, chat_id)
        watch = await self._store.stopped(watch_id, self._clock())
        if watch is None:
            raise TooLate
        return watch

    async def mine(self, watch_id: str, owner_id: int, chat_id: int) -> Watch:
        """A person's watch. Raises `NotYours` or `Expired`."""
        return await self._store.mine(watch_id, owner_id, chat_id)

    async def listed(self, owner_id: int, chat_id: int) -> Sequence[Watch]:
        """A person's watches: the open ones, then what ended within a day."""
        return await self._store.listed(owner_id, chat_id, self._clock())

    async def _watch(self, chat_id: int, owner_id: int, wanted: Wanted) -> Watch:
        if wanted.service in self._blocked or len(wanted.iso2) != len("US"):
            raise NotOffered
        payer = None if wanted.max_price is None else await self.payer(chat_id, wanted.by)
        sight = await self._lookout.look(chat_id, wanted.service, wanted.iso2)
        now = self._clock()
        return Watch(
            id=new_id(),
            chat_id=chat_id,
            owner_id=owner_id,
            key_id=payer.key.id if payer and payer.key else None,
            service=wanted.service,
            service_name=sight.service_name[:128],
            country=wanted.iso2,
            country_name=sight.best.country_name[:64] if sight.best else wanted.iso2,
            max_price=wanted.max_price,
            currency=payer.currency if payer else "",
            buys=wanted.buys,
            state=WatchState.OFFERED,
            created_at=now,
            until=now + wanted.lasts,
        )

    # What the watcher does

    async def step(self, row: Watch) -> None:
        """Look what a watch waits for; of one that ordered, ask what came of it."""
        if row.state is WatchState.BUYING:
            await self._settle(row)
        elif row.until <= self._clock():
            await self._store.ended(row.id, self._clock())
        else:
            await self._look(row)
        self._nudge()

    async def _look(self, row: Watch) -> None:
        try:
            if row.service in self._blocked:
                raise NotOffered
            sight = await self._lookout.look(row.chat_id, row.service, row.country, row.key_id)
        except (NoKeys, UnknownKey, NotOffered) as gone:
            await self._store.failed(row.id, type(gone).__name__, self._clock())
            return
        await self._act(row, sight)

    async def _act(self, row: Watch, sight: Sight) -> None:
        find = next((find for find in sight.finds if _is_wanted(row, find)), None)
        now = self._clock()
        if not sight.answered:
            reason = type(sight.troubles[0].error).__name__
            await self._store.unanswered(row.id, reason, now, self._later(row))
        elif find is None or not await self._is_heard(row):
            await self._store.looked(row.id, now, min(now + EVERY, row.until))
        elif row.buys:
            await self._buy(row, find)
        else:
            await self._store.found(row.id, find.cost, find.currency, now)

    async def _is_heard(self, row: Watch) -> bool:
        """Nothing is bought for who blocked the bot: nobody would see the number. What is said waits."""
        chat = await self._chats.get(row.chat_id) if row.buys else None
        return chat is None or chat.unreachable_at is None

    async def _buy(self, row: Watch, find: Find) -> None:
        now = self._clock()
        taken = await self._store.buying(row.id, _quote(row, find, now), now, now + WHILE_BUYING)
        if taken is None or taken.nonce is None:
            return
        reach(Failpoint.WATCH_FOUND)
        try:
            await self._purchases.buy(taken.nonce, row.owner_id, row.chat_id, None)
        except AlreadyDone:
            return
        except Refused as refused:
            await self._refused(taken, type(refused).__name__)

    async def _settle(self, row: Watch) -> None:
        purchase = await self._store.purchase(row)
        now = self._clock()
        if purchase is None:
            await self._store.resumed(row.id, now, self._later(row))
        elif purchase.state is State.BUYING:
            await self._store.put_off(row.id, now + WHILE_BUYING)
        else:
            reach(Failpoint.WATCH_OUTCOME)
            if not may_have_bought(purchase):
                await self._refused(row, purchase.reason)
            elif purchase.state in (State.UNKNOWN, State.FAILED):
                await self._store.unclear(row.id, now)
            else:
                await self._store.bought(row.id, now)

    async def _refused(self, row: Watch, reason: str) -> None:
        """Nothing was bought: watched again where the next order may go well, else the end."""
        if issubclass(named(reason) or CodebellError, _PASSING):
            await self._store.resumed(row.id, self._clock(), self._later(row))
        else:
            await self._store.failed(row.id, reason, self._clock())

    def _later(self, row: Watch) -> datetime:
        """Twice as long after each failure in a row; its end is told in time."""
        now = self._clock()
        pause = min(SLOWEST, EVERY * 2.0 ** min(row.failures, 8))
        return max(now, min(now + pause, row.until))


def _is_wanted(row: Watch, find: Find) -> bool:
    if not find.there:
        return False
    return row.max_price is None or (find.currency == row.currency and find.cost <= row.max_price)


def _quote(row: Watch, find: Find, now: datetime) -> Quote:
    """At today's price, which may be no more than was confirmed; all of that after a try that came too late.

    A maximum above the price may be charged in full.
    """
    return Quote(
        nonce=next_nonce(row),
        chat_id=row.chat_id,
        owner_id=row.owner_id,
        key_id=find.key.id,
        service=row.service,
        service_name=row.service_name,
        service_code=find.service_code,
        country=row.country,
        country_name=find.country_name[:64],
        country_code=find.country_code,
        cost=find.cost,
        currency=find.currency,
        max_price=row.max_price if row.failures else find.cost,
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=now,
    )
