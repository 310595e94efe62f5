"""The providers a chat has keys for, asked all at once.

One that does not answer is left out and named; it never holds up the others for long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import SecretStr

from bot.errors import BrokenKey, CodebellError, NoKeys, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability, Provider
from storage.keys import KeyStore
from storage.models import Key

T = TypeVar("T")

#: Seconds a provider is given: Telegram takes the answer to a press for about 15, and a screen may ask twice.
PATIENCE = 7.0


@dataclass(frozen=True, slots=True)
class Shop:
    """A provider as one chat can ask it: with the first of its keys that can be read; all of them can buy."""

    provider: Provider
    keys: Sequence[Key]
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class Trouble:
    """A provider that could not be asked, and why; `as_of`: when it told what is shown of it all the same."""

    title: str
    error: CodebellError
    shop: Shop | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What was found, and who could not be asked."""

    items: Sequence[T]
    troubles: Sequence[Trouble] = ()


class Shops:
    """A chat's keys, grouped by provider."""

    def __init__(self, keys: KeyStore, providers: Mapping[str, Provider], patience: float = PATIENCE) -> None:
        self._keys = keys
        self._providers = providers
        self._patience = patience

    async def ask(
        self,
        chat_id: int,
        question: Callable[[Shop], Awaitable[T]],
        able: Capability = Capability.BUY,
        keys: Sequence[Key] | None = None,
    ) -> Listing[tuple[Shop, T]]:
        """Ask every provider of the chat that is able to do this; those that fail become troubles.

        With `keys`, those of the chat, they are not read again. Raises `NoKeys` where there is none to ask.
        """
        shops, troubles = self._of(await self.keys(chat_id) if keys is None else keys, able)
        if not (shops or troubles):
            raise NoKeys
        answers = await asyncio.gather(*(self._answer(question, shop) for shop in shops))
        good: list[tuple[Shop, T]] = []
        for shop, answer in zip(shops, answers, strict=True):
            if isinstance(answer, CodebellError):
                troubles.append(Trouble(shop.provider.title, answer, shop))
            else:
                good.append((shop, answer))
        return Listing(good, troubles)

    async def ask_one(
        self, key_id: str, chat_id: int, question: Callable[[Provider, SecretStr], Awaitable[T]]
    ) -> T:
        """Ask the provider of a chat's key. Raises its errors, `UnknownKey`, or `NotOffered` if it left."""
        key = await self._keys.get(key_id)
        if key is None:
            raise UnknownKey
        if key.provider not in self._providers:
            raise NotOffered
        secret = self._keys.opened(key, chat_id)
        return await self._in_time(question(self._providers[key.provider], secret))

    async def seller(self, chat_id: int, key_id: str) -> Provider:
        """The provider a chat can buy from with this key. Raises `UnknownKey`, or `NotOffered`."""
        return self.seller_of(await self.keys(chat_id), key_id)

    def seller_of(self, keys: Sequence[Key], key_id: str) -> Provider:
        """The same, of these keys."""
        for key in keys:
            if key.id == key_id and key.provider in self._providers:
                return self._providers[key.provider]
            if key.id == key_id:
                raise NotOffered
        raise UnknownKey

    async def _answer(self, question: Callable[[Shop], Awaitable[T]], shop: Shop) -> T | CodebellError:
        try:
            return await self._in_time(question(shop))
        except CodebellError as error:
            return error

    async def _in_time(self, answer: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError:
            raise Unavailable("no answer in time") from None

    async def keys(self, chat_id: int) -> Sequence[Key]:
        """The chat's keys, oldest first."""
        return await self._keys.list(chat_id)

    async def able(self, chat_id: int, to: Capability) -> bool:
        """Whether the chat has a key of a provider that can do this."""
        return any(provider.can(to) for provider in await self.known(chat_id))

    async def known(self, chat_id: int) -> list[Provider]:
        """The providers the chat has keys for."""
        return self.behind(await self.keys(chat_id))

    def behind(self, keys: Sequence[Key]) -> list[Provider]:
        """The providers of some keys, as far as the bot has them."""
        held = {key.provider for key in keys}
        return [provider for name, provider in self._providers.items() if name in held]

    def _of(self, keys: Sequence[Key], able: Capability) -> tuple[list[Shop], list[Trouble]]:
        """The providers that can be asked, and those of which no key can be read."""
        grouped: dict[str, list[Key]] = {}
        for key in keys:
            grouped.setdefault(key.provider, []).append(key)
        shops: list[Shop] = []
        troubles: list[Trouble] = []
        for name, provider in self._providers.items():
            if name in grouped and provider.can(able):
                secret = self._first_readable(grouped[name])
                if isinstance(secret, BrokenKey):
                    troubles.append(Trouble(provider.title, secret))
                else:
                    shops.append(Shop(provider, grouped[name], secret))
        return shops, troubles

    def _first_readable(self, keys: Sequence[Key]) -> SecretStr | BrokenKey:
        problem = BrokenKey()
        for key in keys:
            try:
                return self._keys.unseal(key)
            except BrokenKey as broken:
                problem = broken
        return problem
