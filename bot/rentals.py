"""The life of a rented number: its SMS, its SIM, its end, and numbers taken over from the account's list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.providers.base import Provider
from bot.providers.renting import Rented, SimAnswer, Tariff
from bot.shops import Listing, Shops
from storage.keys import KeyStore
from storage.models import Key, Rental, RentalText
from storage.rentals import RentalStore


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
    ) -> None:
        self._store = store
        self._keys = keys
        self._shops = shops
        self._providers = providers
        self._clock = clock
        self._nudge = nudge

    async def mine(self, rental_id: str, person_id: int) -> Rental:
        """A rental of this person's. Raises `NotYours` or `UnknownActivation`."""
        raise NotImplementedError

    async def recent(self, person_id: int, chat_id: int) -> Sequence[Rental]:
        """The rentals of a person in a chat that are open or ended within the last week, newest first."""
        raise NotImplementedError

    async def texts(self, rental_id: str, person_id: int) -> Sequence[RentalText]:
        """Every SMS that came, newest first. Raises as `mine`."""
        raise NotImplementedError

    async def read_now(self, rental_id: str, person_id: int) -> None:
        """Look for new SMS and the SIM at once, as soon as the provider allows. Raises as `mine`."""
        raise NotImplementedError

    async def switch_sim(self, rental_id: str, person_id: int, *, on: bool) -> SimAnswer:
        """Ask the provider to switch the SIM on or off. `Unclear`: it may have happened."""
        raise NotImplementedError

    async def renewals(self, rental_id: str, person_id: int) -> Sequence[Tariff]:
        """The tariffs it can be renewed by, shortest first. Raises as `mine`, or `TooLate`."""
        raise NotImplementedError

    async def elsewhere(self, chat_id: int) -> Listing[Elsewhere]:
        """The numbers the chat's accounts rent and the bot does not watch yet. Raises `NoKeys`."""
        raise NotImplementedError

    async def take_over(self, chat_id: int, owner_id: int, key_id: str, provider_id: str) -> Rental:
        """Watch a number rented elsewhere: its SMS so far are read, but do not ring. Its card is sent.

        Raises `UnknownActivation` when the account does not list it, `AlreadyDone` when somebody watches it.
        """
        raise NotImplementedError

    async def step(self, row: Rental) -> None:
        """Do what is due for a rental: read its SMS, now and then the account's list."""
        raise NotImplementedError
