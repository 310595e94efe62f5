"""The life of a rented number: what its owner may want of it, and numbers taken over from the account's list.

What its provider says of it is in `bot.rental_looks`. A wish of the SIM is stored after the call, also when
its answer was lost: asking twice does no harm, and the list tells whether it came true.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import NotOffered, NotYours, TooLate, Unavailable, Unclear, UnknownActivation, Unsupported
from bot.leases import by_id, rented
from bot.mobile import country_of
from bot.providers.base import Capability, Provider
from bot.providers.renting import Rented, SimAnswer, Tariff
from bot.rental_looks import RentalLooks, texts
from bot.rental_times import RentalTimes
from bot.shops import Listing, Shop, Shops
from storage.keys import KeyStore
from storage.models import Key, Rental, RentalState, RentalText, SimWish
from storage.outbox import new_id
from storage.rental_sms import Text
from storage.rentals import RentalStore

#: Telegram forgets a press after some fifteen seconds: a provider is not waited for longer than this.
PATIENCE = 8.0
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A number the account rents that this bot does not know yet."""

    key: Key
    provider: Provider
    rented: Rented


class Rentals:
    """What happens to rented numbers after they were rented."""

    def __init__(
        self,
        store: RentalStore,
        keys: KeyStore,
        shops: Shops,
        providers: Mapping[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._keys = keys
        self._shops = shops
        self._providers = providers
        self._clock = clock
        self._nudge = nudge
        self._times = RentalTimes(providers, clock)
        self._looks = RentalLooks(store, keys, providers, clock, nudge)
        self._patience = patience

    async def mine(self, rental_id: str, person_id: int) -> Rental:
        """A rental of this person's. Raises `NotYours` or `UnknownActivation`."""
        row = await self._store.get(rental_id)
        if row is None:
            raise UnknownActivation
        if row.owner_id != person_id:
            raise NotYours
        return row

    async def recent(self, person_id: int, chat_id: int) -> Sequence[Rental]:
        """The rentals of a person in a chat that are open or ended within the last week, newest first."""
        return await self._store.recent(person_id, chat_id, self._clock() - _RECENT)

    async def texts(self, rental_id: str, person_id: int) -> Sequence[RentalText]:
        """Every SMS that came, newest first. Raises as `mine`."""
        return await self._store.texts((await self.mine(rental_id, person_id)).id)

    async def hang_anew(self, rental_id: str, person_id: int) -> None:
        """Let the card come as a new message. Raises as `mine`."""
        await self._store.hang_anew((await self.mine(rental_id, person_id)).id, self._clock())
        self._nudge()

    async def read_now(self, rental_id: str, person_id: int) -> None:
        """Look for new SMS and the SIM at once, as soon as the provider allows.

        Raises as `mine`, or `TooLate`.
        """
        row = await self._lasting(rental_id, person_id)
        await self._store.press(row.id, self._times.earliest(row), self._clock())
        self._nudge()

    async def switch_sim(self, rental_id: str, person_id: int, *, on: bool) -> SimAnswer:
        """Ask the provider to switch the SIM on or off. `Unclear`: it may have happened.

        Raises as `mine`, `TooLate` or `Unsupported`.
        """
        row = await self._lasting(rental_id, person_id)
        provider = self._providers.get(row.provider)
        if provider is None or not provider.can(Capability.SIM):
            raise Unsupported
        try:
            told = await self._ask_sim(row, provider, on=on)
        except Unclear as unclear:
            if unclear.sent:
                await self._wish(row, on=on)
            raise
        if told is not SimAnswer.REFUSED:
            await self._wish(row, on=on)
        return told

    async def _ask_sim(self, row: Rental, provider: Provider, *, on: bool) -> SimAnswer:
        key = await self._keys.open(row.key_id, row.chat_id)
        async with self._in_time():
            return await (provider.sim_on if on else provider.sim_off)(key, rented(row))

    async def _wish(self, row: Rental, *, on: bool) -> None:
        wish = SimWish.ON if on else SimWish.OFF
        await self._store.wish(row.id, wish, self._times.earliest(row), self._clock())
        self._nudge()

    async def renewals(self, rental_id: str, person_id: int) -> Sequence[Tariff]:
        """The tariffs it can be renewed by, shortest first.

        Raises as `mine`, `TooLate`, or `NotOffered` when its country has none.
        """
        row = await self._lasting(rental_id, person_id)
        ask = self._shops.ask_one
        every = await ask(row.key_id, row.chat_id, lambda provider, key: provider.tariffs(key))
        same = [tariff for tariff in every if row.country and tariff.iso2 == row.country]
        if not same:
            raise NotOffered
        return sorted(same, key=lambda tariff: (tariff.days, tariff.cost))

    async def elsewhere(self, chat_id: int) -> Listing[Elsewhere]:
        """The numbers the chat's accounts rent and the bot does not watch yet. Raises `NoKeys`."""
        asked = await self._shops.ask(chat_id, self._unwatched, Capability.RENTED)
        return Listing([found for _, group in asked.items for found in group], asked.troubles)

    async def _unwatched(self, shop: Shop) -> list[Elsewhere]:
        found: list[Elsewhere] = []
        for key in shop.keys:
            listed = await shop.provider.rented(await self._keys.open(key.id, key.chat_id))
            every = [number for number in listed if not self._times.overdue(number.until)]
            known = await self._store.known(key.id, [number.id for number in every])
            found += [Elsewhere(key, shop.provider, number) for number in every if number.id not in known]
        return found

    async def take_over(self, chat_id: int, owner_id: int, key_id: str, provider_id: str) -> Rental:
        """Watch a number rented elsewhere: its SMS so far do not ring, all later ones do. Its card is sent.

        Raises `UnknownActivation` when the account does not list it, `AlreadyDone` when somebody watches it,
        `BeingRented` while the key rents one, and the provider's errors: what cannot be told from news now
        could not be told from it later.
        """
        provider = await self._shops.seller(chat_id, key_id)
        find = partial(_found, provider_id)
        number, sms = await self._shops.ask_one(key_id, chat_id, find)
        row = self._taken_over(number, chat_id, owner_id, key_id, provider)
        await self._store.take_over(row, sms, self._clock())
        self._nudge()
        return row

    def _taken_over(
        self, number: Rented, chat_id: int, owner_id: int, key_id: str, provider: Provider
    ) -> Rental:
        now = self._clock()
        return Rental(
            id=new_id(),
            chat_id=chat_id,
            owner_id=owner_id,
            key_id=key_id,
            provider=provider.name,
            country=country_of(number.phone),
            state=RentalState.ACTIVE,
            provider_id=number.id,
            phone=number.phone,
            raw=number.raw,
            until=number.until,
            online=number.online,
            taken_over=True,
            created_at=now,
            listed_at=now,
            polled_at=now,
            answered_at=now,
            next_poll_at=now + timedelta(seconds=provider.timing.min_poll),
        )

    async def step(self, row: Rental) -> None:
        """Do what is due for a rental: read its SMS, now and then the account's list."""
        await self._looks.step(row)

    async def _lasting(self, rental_id: str, person_id: int) -> Rental:
        row = await self.mine(rental_id, person_id)
        if row.state is not RentalState.ACTIVE:
            raise TooLate
        return row

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """A person waits for this. Raises `Unavailable` when it takes too long; it may have happened."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError:
            raise Unavailable("not in time") from None


async def _found(provider_id: str, provider: Provider, key: SecretStr) -> tuple[Rented, list[Text]]:
    """The number in the account's list, and what came to it so far."""
    number = by_id(await provider.rented(key), provider_id)
    if number is None:
        raise UnknownActivation
    return number, texts(await provider.rental_sms(key, number))
