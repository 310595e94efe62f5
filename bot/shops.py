"""The providers a chat has keys for, asked all at once.

One that does not answer is left out and named; it never holds up the others for long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import SecretStr

from bot.errors import CodebellError, NoKeys, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability, Provider
from storage.keys import KeyStore
from storage.models import Key

T = TypeVar("T")

#: Seconds after which a provider is left out of a list.
PATIENCE = 12.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A provider that is missing from a list, and why."""

    title: str
    error: CodebellError


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What was found, and who could not be asked."""

    items: Sequence[T]
    troubles: Sequence[Trouble] = ()


@dataclass(frozen=True, slots=True)
class Shop:
    """A provider as one chat can ask it: with the first of its keys; all of them can buy."""

    provider: Provider
    keys: Sequence[Key]
    secret: SecretStr


class Shops:
    """A chat's keys, grouped by provider."""

    def __init__(self, keys: KeyStore, providers: Mapping[str, Provider]) -> None:
        self._keys = keys
        self._providers = providers

    async def ask(self, chat_id: int, question: Callable[[Shop], Awaitable[T]]) -> Listing[tuple[Shop, T]]:
        """Ask every provider of the chat that sells numbers; those that fail become troubles.

        Raises `NoKeys` where there is none to ask.
        """
        shops = await self._of(chat_id)
        if not shops:
            raise NoKeys
        answers = await asyncio.gather(*(_patiently(question, shop) for shop in shops))
        good: list[tuple[Shop, T]] = []
        troubles: list[Trouble] = []
        for shop, answer in zip(shops, answers, strict=True):
            if isinstance(answer, CodebellError):
                troubles.append(Trouble(shop.provider.title, answer))
            else:
                good.append((shop, answer))
        return Listing(good, troubles)

    async def behind(self, key_id: str) -> tuple[Provider, SecretStr]:
        """The provider and secret of one key. Raises `UnknownKey`, or `NotOffered` for a site that left."""
        key = await self._keys.get(key_id)
        if key is None:
            raise UnknownKey
        if key.provider not in self._providers:
            raise NotOffered
        return self._providers[key.provider], await self._keys.open(key.id)

    async def _of(self, chat_id: int) -> list[Shop]:
        grouped: dict[str, list[Key]] = {}
        for key in await self._keys.list(chat_id):
            grouped.setdefault(key.provider, []).append(key)
        return [
            Shop(provider, grouped[name], await self._keys.open(grouped[name][0].id))
            for name, provider in self._providers.items()
            if name in grouped and provider.can(Capability.BUY)
        ]


async def _patiently(question: Callable[[Shop], Awaitable[T]], shop: Shop) -> T | CodebellError:
    try:
        async with asyncio.timeout(PATIENCE):
            return await question(shop)
    except TimeoutError:
        return Unavailable("no answer in time")
    except CodebellError as error:
        return error
