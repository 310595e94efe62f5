"""What people wait for: a service in a country that is out of stock or too dear, started, listed and stopped.

What buys is offered first, with all it would do, and started by one press, once. Only what was started looks.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.clock import Clock
from bot.errors import (
    BadInput,
    NotOffered,
    NotSoldHere,
    TooLate,
    UnknownKey,
)
from bot.lookout import Lookout, Payer, Sight
from bot.watch_looks import WatchLooks
from storage.due import Claim
from storage.models import Watch, WatchState
from storage.outbox import new_id
from storage.watches import WatchStore

#: How long it is watched for who only wants to be told.
TOLD_WITHIN = timedelta(days=7)


def lanes_of(claim: Claim) -> tuple[str, str]:
    """A look may ask several providers: those of one chat on a lane, all watches on another."""
    return str(claim.chat_id), Watch.__tablename__


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
        looks: WatchLooks,
        blocked: Container[str],
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._lookout = lookout
        self._looks = looks
        self._blocked = blocked
        self._clock = clock
        self._nudge = nudge

    # What the person wants

    async def look(self, chat_id: int, service: str, iso2: str) -> Sight:
        """What can be had right now. Raises `NoKeys`, or `NotSoldHere` for a service nobody may buy."""
        if service in self._blocked:
            raise NotSoldHere
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

    async def start(self, watch_id: str, owner_id: int, chat_id: int, *, another: bool = False) -> Watch:
        """Start what was offered, once. Raises `Refused`: `AlreadyWatched` unless one more is wanted."""
        watch = await self._store.start(watch_id, owner_id, chat_id, self._clock(), another=another)
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
        if wanted.service in self._blocked:
            raise NotSoldHere
        if len(wanted.iso2) != len("US"):
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

    async def step(self, row: Watch) -> None:
        """What the watcher does with a watch that is due."""
        await self._looks.step(row)
        self._nudge()
