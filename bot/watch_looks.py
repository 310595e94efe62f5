"""What a look means for a watch: it rings, or buys one number; and what came of the number it ordered.

A watch that buys goes the way of every purchase (`bot.purchases`), within the price, the time and the keys
its person confirmed. What is left when the process dies:

    before `buying` is committed       nothing; the next look finds it again
    before the intent is committed     `buying` with a nonce that no purchase has: it watches on, and what
                                       that nonce offered is deleted, so that nobody buys it any more
    from the intent on                 the purchase as `bot.purchases` leaves it, by its nonce
    before its outcome is committed    the purchase of that nonce is asked again
    before another key is tried        the same, or a watch that looks on: which keys were refused for good
                                       stands in the purchases

So no watch has two purchases that may both have bought: the next nonce is made only after the last one surely
bought nothing. A look that ends after the time is over is the end; an order that waits in line until then is
not called. What a provider takes to answer a call comes on top.
"""

from collections.abc import Callable, Collection, Container, Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errands import NeverCalled, Paused, Rivalled
from bot.errors import (
    AlreadyDone,
    BadKey,
    BadReply,
    Banned,
    BrokenKey,
    CodebellError,
    Expired,
    NoKeys,
    NoMoney,
    NoNumbers,
    NotOffered,
    PriceChanged,
    Refused,
    TooEarly,
    Unavailable,
    UnknownKey,
    named,
)
from bot.failpoints import Failpoint, reach
from bot.lookout import Find, Lookout, Sight
from bot.purchases import Purchases
from bot.spending import Unwritten, WaitedTooLong
from storage.caps import OrdersPaused
from storage.chats import ChatStore
from storage.models import Quote, State, Watch, WatchState
from storage.reasons import Reason
from storage.watches import WatchStore, may_have_bought, next_nonce

#: Between two looks, and between two questions what came of an order.
EVERY, WHILE_BUYING = timedelta(seconds=45), timedelta(seconds=3)
#: After looks without an answer, or orders that came too late, the pause doubles up to this.
SLOWEST = timedelta(minutes=15)
#: Why an order came too late for what was seen: the next one may pay all that was confirmed.
_TOO_LATE = (NoNumbers, PriceChanged)
#: Why an order that bought nothing is no end either: the next one may go well.
_PASSING = (
    *(NotOffered, Unavailable, BadReply, TooEarly, Expired, UnknownKey),
    *(NeverCalled, WaitedTooLong, Paused, Rivalled, Unwritten, OrdersPaused),
)
#: Why a key buys nothing more for a watch, where another key still may.
_OF_ITS_KEY = (NoMoney, BadKey, Banned, BrokenKey)


class WatchLooks:
    """What the watcher does with a due watch.

    `serves` tells whether somebody may use this bot still, `paused` whether nothing is bought for now: a
    watch that buys waits until it is again, within its time.
    """

    def __init__(
        self,
        store: WatchStore,
        lookout: Lookout,
        purchases: Purchases,
        chats: ChatStore,
        blocked: Container[str],
        serves: Callable[[int], bool],
        paused: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._store = store
        self._lookout = lookout
        self._purchases = purchases
        self._chats = chats
        self._blocked = blocked
        self._serves = serves
        self._paused = paused
        self._clock = clock

    async def step(self, row: Watch) -> None:
        """Look what a watch waits for; of one that ordered, ask what came of it."""
        if row.state is WatchState.BUYING:
            await self._settle(row)
        elif row.until <= self._clock():
            await self._store.ended(row.id, self._clock())
        else:
            await self._look(row)

    async def _look(self, row: Watch) -> None:
        if not self._serves(row.owner_id):
            await self._store.failed(row.id, Reason.NOT_SERVED, self._clock())
            return
        try:
            if row.service in self._blocked:
                raise NotOffered
            out = await self._out(row)
            if out and not await self._another(row, out):
                await self._store.failed(row.id, [*out.values()][-1], self._clock())
                return
            sight = await self._lookout.look(row.chat_id, row.service, row.country, row.key_id)
        except (NoKeys, UnknownKey, NotOffered) as gone:
            await self._store.failed(row.id, type(gone).__name__, self._clock())
            return
        await self._act(row, sight.without(out))

    async def _out(self, row: Watch) -> Mapping[str, str]:
        """The keys that buy nothing more for a watch over all of them, and why, the last one last."""
        if row.nonce is None or row.key_id is not None:
            return {}
        tried = await self._store.refusals(row)
        return {key_id: reason for key_id, reason in tried.items() if _is(reason, _OF_ITS_KEY)}

    async def _another(self, row: Watch, out: Collection[str]) -> bool:
        """Whether a key that is charged alike is left, as far as that can be read."""
        try:
            payers = await self._lookout.payers(row.chat_id)
        except BrokenKey:
            return True
        alike = [payer.key for payer in payers if payer.currency == row.currency]
        return any(key is not None and key.id not in out for key in alike)

    async def _act(self, row: Watch, sight: Sight) -> None:
        if row.until <= self._clock():
            await self._store.ended(row.id, self._clock())
            return
        offered = sight.bests if row.max_price is None else sight.finds
        find = next((find for find in offered if _is_wanted(row, find)), None)
        now = self._clock()
        if not sight.answered:
            reason = type(sight.troubles[0].error).__name__
            await self._store.unanswered(row.id, reason, now, self._later(row))
        elif find is None or (row.buys and (self._paused() or not await self._is_heard(row))):
            await self._store.looked(row.id, now, min(now + EVERY, row.until))
        elif row.buys:
            await self._buy(row, find)
        else:
            await self._store.found(row.id, find.cost, find.currency, now)

    async def _is_heard(self, row: Watch) -> bool:
        """Nothing is bought for who blocked the bot: nobody would see the number. What is said waits."""
        chat = await self._chats.get(row.chat_id)
        return chat is None or chat.unreachable_at is None

    async def _buy(self, row: Watch, find: Find) -> None:
        now = self._clock()
        taken = await self._store.buying(row.id, _quote(row, find, now), now, now + WHILE_BUYING)
        if taken is None or taken.nonce is None:
            return
        reach(Failpoint.WATCH_FOUND)
        try:
            await self._purchases.buy(taken.nonce, row.owner_id, row.chat_id, None, until=row.until)
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
                await self._in_vain(row, purchase.reason)
            elif purchase.state in (State.UNKNOWN, State.FAILED):
                await self._store.unclear(row.id, now)
            else:
                await self._store.bought(row.id, now)

    async def _in_vain(self, row: Watch, reason: str) -> None:
        """An order bought nothing: where that was the key's fault, another one is tried at once."""
        if _is(reason, _OF_ITS_KEY) and (out := await self._out(row)) and await self._another(row, out):
            await self._store.resumed(row.id, self._clock(), self._clock(), failures=0)
        else:
            await self._refused(row, reason)

    async def _refused(self, row: Watch, reason: str) -> None:
        """Nothing was bought: watched again where the next order may go well, else the end."""
        if _is(reason, _TOO_LATE):
            await self._store.resumed(row.id, self._clock(), self._later(row), failures=0, late=1)
        elif _is(reason, _PASSING):
            await self._store.resumed(row.id, self._clock(), self._later(row))
        else:
            await self._store.failed(row.id, reason, self._clock())

    def _later(self, row: Watch) -> datetime:
        """Twice as long after each failure in a row; its end is told in time."""
        now = self._clock()
        pause = min(SLOWEST, EVERY * 2.0 ** min(row.failures + row.late, 8))
        return max(now, min(now + pause, row.until))


def _is(reason: str, kinds: tuple[type[CodebellError], ...]) -> bool:
    return issubclass(named(reason) or CodebellError, kinds)


def _is_wanted(row: Watch, find: Find) -> bool:
    """A price is compared within one currency, or with the one key it was meant for."""
    if row.max_price is None or not find.there:
        return find.there
    same = find.currency == row.currency and bool(row.currency or row.key_id)
    return same and find.cost <= row.max_price


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
        max_price=row.max_price if row.late else find.cost,
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=now,
    )
