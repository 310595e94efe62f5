"""Strays: numbers an account holds that nobody bought here, or only after the backup that was restored.

They are shown to whoever has the key, and watched only when they say so. A process that dies before the row
is committed has taken nothing over; after it the watcher goes on from the row. No call here spends anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from pydantic import SecretStr

from bot.accounts import Accounts
from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import UnknownActivation
from bot.providers.base import Capability, Country, Number, Provider, Service
from bot.services import nice_name, slug
from bot.shops import Listing, Shop, Shops
from storage.keys import KeyStore
from storage.models import Activation, Key, State
from storage.outbox import new_id
from storage.strays import StrayStore


@dataclass(frozen=True, slots=True)
class Stray:
    """A number an account holds and nobody watches, with what it is for where the provider's lists tell."""

    key: Key
    provider: Provider
    number: Number
    service: Service
    country: Country

    @property
    def service_name(self) -> str:
        return nice_name(slug(self.service.name), self.service.name)


class Strays:
    """Finds them in the accounts' lists, and takes over those that somebody wants."""

    def __init__(
        self,
        store: StrayStore,
        keys: KeyStore,
        shops: Shops,
        catalogue: Catalogue,
        accounts: Accounts,
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._shops = shops
        self._catalogue = catalogue
        self._accounts = accounts
        self._clock = clock
        self._nudge = nudge

    async def listed(self, chat_id: int) -> Listing[Stray]:
        """What the chat's accounts hold and nobody watches. Raises `NoKeys` where none of them tells."""
        asked = await self._shops.ask(chat_id, self._unwatched, Capability.ACTIVE)
        return Listing([stray for _, group in asked.items for stray in group], asked.troubles)

    async def take_over(self, chat_id: int, owner_id: int, key_id: str, provider_id: str) -> Activation:
        """Watch a stray from now on; its card is sent, and its SMS ring.

        Raises `UnknownActivation` when the account does not hold it, `AlreadyDone` when somebody watches it,
        `StillLooking` while the account may have bought it for somebody here, and the provider's errors.
        """
        await self._shops.seller(chat_id, key_id)
        [key] = [each for each in await self._keys.list(chat_id) if each.id == key_id]
        find = partial(self._find, key, provider_id)
        row = self._row(await self._shops.ask_one(key_id, chat_id, find), chat_id, owner_id)
        # A purchase under way has its number in the account's list before it has its row.
        async with await self._accounts.turn(row):
            await self._store.take_over(row, self._clock())
        self._nudge()
        return row

    async def _find(self, key: Key, provider_id: str, provider: Provider, secret: SecretStr) -> Stray:
        for number in await provider.active(secret):
            if number.id == provider_id:
                return await self._told(key, provider, secret, number)
        raise UnknownActivation

    async def _unwatched(self, shop: Shop) -> list[Stray]:
        found: list[Stray] = []
        for key in shop.keys:
            secret = await self._keys.open(key.id, key.chat_id)
            held = await shop.provider.active(secret)
            known = await self._store.known(key.id, [number.id for number in held])
            strays = [number for number in held if number.id not in known]
            found += [await self._told(key, shop.provider, secret, number) for number in strays]
        return found

    async def _told(self, key: Key, provider: Provider, secret: SecretStr, number: Number) -> Stray:
        services = {each.code: each for each in await self._catalogue.services(provider, secret)}
        countries = await self._catalogue.countries(provider, secret)
        service = services.get(number.service, Service(number.service, number.service or "?"))
        country = countries.get(number.country, Country(number.country, "", ""))
        return Stray(key, provider, number, service, country)

    def _row(self, stray: Stray, chat_id: int, owner_id: int) -> Activation:
        """Its age is not told: the minimum wait and the life are counted from now on."""
        now, timing, number = self._clock(), stray.provider.timing, stray.number
        cost = Decimal(0) if number.cost is None else number.cost
        return Activation(
            id=new_id(),
            nonce=new_id(),
            chat_id=chat_id,
            owner_id=owner_id,
            key_id=stray.key.id,
            provider=stray.provider.name,
            service=slug(stray.service.name)[:64],
            service_name=stray.service_name[:128],
            service_code=number.service,
            country=stray.country.iso2,
            country_name=stray.country.name[:64],
            country_code=number.country,
            operator=number.operator,
            cost=cost,
            agreed=cost,
            currency=stray.provider.currency,
            state=State.WAITING,
            reason="",
            provider_id=number.id,
            phone=number.phone,
            raw=number.raw,
            another_sms=number.another_sms,
            created_at=now,
            bought_at=now,
            cancel_from=now + timedelta(seconds=timing.min_cancel),
            expires_at=now + timedelta(seconds=timing.lifetime),
            next_poll_at=now,
            failures=0,
            last_written="",
            asked_again=False,
            told_sent=False,
        )
