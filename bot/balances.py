"""The money on the accounts behind a chat's keys, asked of the providers and remembered with the keys."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import CodebellError, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability, Provider
from storage.keys import KeyStore
from storage.models import Key
from storage.unasked import Unasked

#: A balance younger than this is not asked for again by a screen.
FRESH = timedelta(seconds=30)
#: Seconds a screen waits for a balance before it shows the last one known.
PATIENCE = 4.0
#: Seconds between two looks, and the keys of a provider that are asked about in one.
LOOK, FEW = 60.0, 3
#: How often a look asks about a key: the longer, the less often its balance is known to change.
OFTEN, SELDOM = timedelta(minutes=10), timedelta(hours=1)
#: Whoever has not used a key for so long is not told about it unasked.
IN_USE = timedelta(days=7)


class Balances:
    """Asks for balances; a provider that does not answer keeps nobody waiting."""

    def __init__(self, keys: KeyStore, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._keys = keys
        self._providers = providers
        self._clock = clock
        #: When a look asked about a key last.
        self._looked: dict[str, datetime] = {}

    async def key(self, key_id: str, chat_id: int) -> Key:
        """A chat's key, its balance as fresh as can be had quickly. Raises `UnknownKey` or `NotOffered`."""
        row = await self._keys.get(key_id)
        if row is None or row.chat_id != chat_id or row.removed_at is not None:
            raise UnknownKey
        if row.provider not in self._providers:
            raise NotOffered
        if not self.is_fresh(row):
            await self.ask(row)
        return await self._keys.get(key_id) or row

    def is_fresh(self, row: Key) -> bool:
        """Whether its balance is the one of now, and not merely the last one known."""
        return row.balance_at is not None and self._clock() - row.balance_at <= FRESH

    async def all(self, chat_id: int, rows: Sequence[Key]) -> Sequence[tuple[Key, CodebellError | None]]:
        """All these keys of a chat, asked at once to be shown; with what went wrong where something did."""
        answers = await asyncio.gather(*(self.ask(row, shown=True) for row in rows))
        troubles = {row.id: answer for row, answer in zip(rows, answers, strict=True)}
        return [(row, troubles.get(row.id)) for row in await self._keys.list(chat_id)]

    async def ask(self, row: Key, *, shown: bool = False) -> CodebellError | None:
        """Ask one account and remember the answer; what went wrong, if anything did.

        A balance that is `shown` with its mark is not told another time for being low.
        """
        try:
            provider = self._providers[row.provider]
            if not provider.can(Capability.BALANCE):
                return None
            async with asyncio.timeout(PATIENCE):
                balance = await provider.balance(self._keys.unseal(row))
        except KeyError:
            return NotOffered()
        except TimeoutError:
            return Unavailable()
        except CodebellError as error:
            return error
        currency = balance.currency or provider.currency
        await self._keys.note_balance(row.id, balance.amount, currency, self._clock(), shown=shown)
        return None

    async def look(self) -> None:
        """Ask about some keys in use whose balance nobody knows: a few of each provider, one after another.

        What is learned is told by who remembers it: that there is little left, or that a key works again.
        """
        now = self._clock()
        self._looked = {each: at for each, at in self._looked.items() if now - at < SELDOM}
        due = [row for row in await self._keys.unasked(now - IN_USE, now - SELDOM) if self._is_due(row, now)]
        few = [[row for row in due if row.provider == name][:FEW] for name in self._providers]
        self._looked |= {row.id: now for rows in few for row in rows}
        await asyncio.gather(*(self._ask_in_turn(rows) for rows in few))

    def _is_due(self, row: Unasked, now: datetime) -> bool:
        """Something was bought with it since, or it is long ago."""
        looked = self._looked.get(row.id)
        return looked is None or now - looked >= (OFTEN if row.balance_at is None else SELDOM)

    async def _ask_in_turn(self, rows: Iterable[Unasked]) -> None:
        for row in rows:
            still = await self._keys.get(row.id)
            if still is not None and still.removed_at is None:
                await self.ask(still)
