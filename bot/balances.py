"""The money on the accounts behind a chat's keys, asked of the providers and remembered with the keys."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.errors import CodebellError, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability, Provider
from storage.keys import KeyStore
from storage.models import Key

#: A balance younger than this is not asked for again by a screen.
FRESH = timedelta(seconds=30)
#: Seconds a screen waits for a balance before it shows the last one known.
PATIENCE = 4.0


class Balances:
    """Asks for balances; a provider that does not answer keeps nobody waiting."""

    def __init__(self, keys: KeyStore, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._keys = keys
        self._providers = providers
        self._clock = clock

    async def key(self, key_id: str, chat_id: int) -> Key:
        """A chat's key, its balance as fresh as can be had quickly. Raises `UnknownKey` or `NotOffered`."""
        row = await self._keys.get(key_id)
        if row is None or row.chat_id != chat_id or row.removed_at is not None:
            raise UnknownKey
        if row.provider not in self._providers:
            raise NotOffered
        if row.balance_at is None or self._clock() - row.balance_at > FRESH:
            await self.ask(row)
        return await self._keys.get(key_id) or row

    async def all(self, chat_id: int) -> Sequence[tuple[Key, CodebellError | None]]:
        """Every key of a chat, asked at once; with what went wrong where something did."""
        rows = await self._keys.list(chat_id)
        troubles = await asyncio.gather(*(self.ask(row) for row in rows))
        return list(zip(await self._keys.list(chat_id), troubles, strict=False))

    async def ask(self, row: Key) -> CodebellError | None:
        """Ask one account and remember the answer; what went wrong, if anything did."""
        try:
            provider = self._providers[row.provider]
            if not provider.can(Capability.BALANCE):
                return None
            async with asyncio.timeout(PATIENCE):
                balance = await provider.balance(await self._keys.open(row.id, row.chat_id))
        except KeyError:
            return NotOffered()
        except TimeoutError:
            return Unavailable()
        except CodebellError as error:
            return error
        currency = balance.currency or provider.currency
        await self._keys.note_balance(row.id, balance.amount, currency, self._clock())
        return None
