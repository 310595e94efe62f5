"""Watches over the rooms they buy with: one file, one provider that can end the process, one clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from bot import failpoints
from bot.catalogue import Catalogue
from bot.failpoints import Failpoint
from bot.lookout import Lookout
from bot.providers.base import Wish
from bot.shops import Shops
from bot.watch_looks import WatchLooks
from bot.watches import Wanted, Watches
from storage.chats import ChatStore
from storage.models import Activation, Key, Post, Quote, Watch, WatchState
from storage.vault import Vault
from storage.watches import WatchStore
from tests.core import OWNER, Core, open_core
from tests.mortal import Killed
from tests.storage.shelf import MASTER

#: As the owner's key is charged.
USD = "USD"


class Vigil:
    """Watches of Telegram in the US, which is out of stock; `reborn` is the next process."""

    def __init__(self, core: Core) -> None:
        self.core, self.alpha, self.clock = core, core.alpha, core.clock
        self.blocked: frozenset[str] = frozenset()
        #: Who may not use the bot any more.
        self.strangers: set[int] = set()
        #: Whether an operator wants nothing to be bought.
        self.paused = False
        self.sells("0.50", 0)
        self.reborn()

    def reborn(self) -> None:
        core = self.core
        core.reborn()
        failpoints.arm("")
        self.store = WatchStore(core.database)
        self.chats = ChatStore(core.database, Vault([MASTER]))
        shops = Shops(core.keys, core.providers)
        lookout = Lookout(Catalogue(core.clock), shops, core.clock)
        looks = WatchLooks(
            *(self.store, lookout, core.purchases, self.chats, self.blocked, self._serves),
            *(lambda: self.paused, core.clock),
        )
        self.watches = Watches(self.store, lookout, looks, self.blocked, core.clock, core._nudge)

    def _serves(self, person_id: int) -> bool:
        return person_id not in self.strangers

    async def restart(self) -> None:
        """Another process goes on from the file, as every start does: money first, then what is due."""
        self.reborn()
        await self.core.purchases.recover()
        await self.core.errands.drain(10)
        await self.store.wake_all(self.clock())

    def sells(self, cost: str, stock: int | None) -> None:
        """What the provider asks for a number from now on, and how many it has; nobody remembers the old."""
        self.alpha.prices_of["tg", "1"] = (cost, stock)
        self.clock.advance(31)

    async def another_key(self) -> Key:
        """One more key of the same provider."""
        secret = SecretStr("another-key-of-mine-0123456789")
        self.alpha.accounts[secret.get_secret_value()] = Decimal(5)
        return await self.core.keys.add(OWNER, "alpha", "", secret, Decimal(5), USD, self.clock())

    async def tells(self, price: str | None = None, **more: Any) -> Watch:
        """A watch that rings; of any price unless one is given."""
        wanted = self._wanted(price, buys=False, **more)
        return await self.watches.tell(OWNER, OWNER, wanted)

    async def buys(self, price: str = "0.60", hours: int = 1, **more: Any) -> Watch:
        """A watch that buys, confirmed and started."""
        wanted = self._wanted(price, buys=True, lasts=timedelta(hours=hours), **more)
        offered = await self.watches.offer(OWNER, OWNER, wanted)
        return await self.watches.start(offered.id, OWNER, OWNER, another=True)

    def _wanted(self, price: str | None, **more: Any) -> Wanted:
        values = {"service": "telegram", "iso2": "US", "by": USD, "lasts": timedelta(days=7)}
        return Wanted(max_price=None if price is None else Decimal(price), **{**values, **more})

    async def look(self, watch: Watch) -> Watch:
        """What the watcher does with it at its next moment, and all that comes of it at once."""
        row = await self.row(watch)
        if row.next_poll_at is None:
            return row
        self.clock.now = max(self.clock.now, row.next_poll_at)
        await self.watches.step(row)
        await self.core.errands.drain(10)
        return await self.row(watch)

    async def to_its_end(self, watch: Watch) -> Watch:
        """Look until nothing is due any more."""
        for _ in range(200):
            row = await self.look(watch)
            if row.next_poll_at is None:
                return row
        raise AssertionError("it watches on and on")

    async def dies(self, watch: Watch, point: str) -> None:
        """Look in a process that ends at this point: one of its provider, of its store, or a failpoint."""
        if point in set(Failpoint):
            failpoints.arm(point, _die)
        (self.core.store if "call" in point or "bought" in point else self.alpha).deadly = {point}
        row = await self.row(watch)
        self.clock.now = max(self.clock.now, row.next_poll_at or self.clock.now)
        with suppress(Killed):
            await self.watches.step(row)
        await self.core.errands.drain(10)
        await self.restart()

    async def row(self, watch: Watch) -> Watch:
        row = await self.store.get(watch.id)
        assert row is not None
        return row

    async def bought(self, watch: Watch) -> list[Activation]:
        """Everything it ever ordered, oldest first."""
        rows = await self.core.rows()
        return [row for row in rows if row.nonce.startswith(f"{watch.id}@")]

    async def rings(self) -> list[str]:
        """What was said of watches beside cards."""
        async with self.core.database.begin() as session:
            posts = await session.scalars(select(Post.kind).where(Post.kind.like("watch%")))
            return sorted(posts)

    async def quotes(self) -> list[str]:
        """Quotes that something could be bought by."""
        async with self.core.database.begin() as session:
            return list(await session.scalars(select(Quote.nonce)))

    @property
    def maxima(self) -> list[Decimal | None]:
        """The most each order would have paid."""
        wishes = [call.about for call in self.alpha.called("buy")]
        return [wish.max_price for wish in wishes if isinstance(wish, Wish)]

    @property
    def asked(self) -> int:
        """How often the provider was asked for prices."""
        return len(self.alpha.called("prices"))


def _die() -> None:
    raise Killed


def is_open(watch: Watch) -> bool:
    return watch.state in (WatchState.WATCHING, WatchState.BUYING)


@asynccontextmanager
async def open_vigil(folder: Path) -> AsyncIterator[Vigil]:
    async with open_core(folder) as core:
        yield Vigil(core)
        failpoints.arm("")
