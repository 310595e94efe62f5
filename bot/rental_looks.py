"""What a look at the provider means for a rented number: new SMS ring, the account's list tells its end.

If the process dies

    after SMS were read         they were not stored, so the next look reads them again
    after they were stored      they lie in the outbox: each rings once
    after the list was read     it is read again; an end is believed after `until`, or after long
    before the last SMS are read, or while that fails  the list and the SMS are read again
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import CodebellError, UnknownActivation, Unsupported
from bot.leases import by_id, listed, rented
from bot.providers.base import Provider
from bot.providers.renting import RentalSms
from bot.rental_times import RentalTimes
from storage.keys import KeyStore
from storage.models import Rental, RentalState
from storage.reasons import Reason
from storage.rental_sms import Text
from storage.rentals import RentalStore

log = logging.getLogger(__name__)

#: So many SMS are read at a look; when there is news among them, all are.
WINDOW = 10

T = TypeVar("T")


class RentalLooks:
    """What the watcher does with a due rental, one call at a time."""

    def __init__(
        self,
        store: RentalStore,
        keys: KeyStore,
        providers: Mapping[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._times = RentalTimes(providers, clock)
        self._nudge = nudge

    async def step(self, row: Rental) -> None:
        """Do what is due for a rental: read its SMS, now and then the account's list."""
        if (at := self._times.earliest(row)) > self._clock():
            await self._store.put_off(row.id, at)
            self._nudge()
        elif self._times.list_due(row):
            await self._look_at_list(row)
        else:
            await self._look_for_sms(row)

    async def _look_for_sms(self, row: Rental) -> None:
        told = await self._ask(row, lambda provider, key: self._newest(row, provider, key))
        if told is None:
            return
        if await self._store.heard(row.id, told, self._clock(), self._times.after_sms):
            self._nudge()

    async def _newest(self, row: Rental, provider: Provider, key: SecretStr) -> Sequence[Text]:
        """A window without news, or all of them: fewer than were asked for do not say that these are all."""
        newest = texts(await provider.rental_sms(key, rented(row), last=WINDOW))
        if await self._store.knows_all(row.id, newest):
            return newest
        return texts(await provider.rental_sms(key, rented(row)))

    async def _look_at_list(self, row: Rental) -> None:
        every = await self._ask(row, lambda provider, key: provider.rented(key), of_list=True)
        if every is None:
            return
        number = by_id(every, row.provider_id)
        if number is None or self._times.overdue(number.until):
            await self._miss(row, over=number is not None)
        elif await self._store.listed(row, listed(number), self._clock(), self._times.after_list):
            self._nudge()

    async def _miss(self, row: Rental, *, over: bool) -> None:
        """It stands in the list as long `over`, or not at all: a mistake, perhaps, until its time is over."""
        gone = row.state is RentalState.ACTIVE and (over or self._times.is_gone(row))
        if gone and await self._has_ended(row):
            return
        since = self._times.missing_since(row)
        await self._store.missed(row, since, self._clock(), self._times.after_list)
        self._nudge()

    async def _has_ended(self, row: Rental) -> bool:
        """Put off, not for ever, while its SMS cannot be read: afterwards nobody reads them any more."""
        heard = await self._hear_the_last(row)
        if not heard and self._times.may_wait(row):
            return False
        early = self._times.ended_early(row)
        reason = Reason.ENDED_EARLY if early else "" if heard else Reason.SMS_UNREAD
        if await self._store.ended(row, reason, self._clock(), self._times.after_list):
            self._nudge()
        return True

    async def _hear_the_last(self, row: Rental) -> bool:
        """Whether what came since the last look is stored, or can never be read."""
        provider = self._providers.get(row.provider)
        try:
            if provider is None:
                return False
            told = await self._newest(row, provider, await self._keys.open(row.key_id, row.chat_id))
        except (UnknownActivation, Unsupported):
            return True
        except CodebellError as failure:
            log.info("rental %s: the last of its SMS: %s", row.id, type(failure).__name__)
            return False
        await self._store.heard(row.id, told, self._clock(), self._times.after_sms)
        return True

    async def _ask(
        self,
        row: Rental,
        question: Callable[[Provider, SecretStr], Awaitable[T]],
        *,
        of_list: bool = False,
    ) -> T | None:
        """The provider's answer; None when there was none, and the next look is arranged."""
        provider = self._providers.get(row.provider)
        if provider is None:
            await self._unanswered(row, Reason.NOT_SET_UP, of_list=of_list)
            return None
        try:
            return await question(provider, await self._keys.open(row.key_id, row.chat_id))
        except CodebellError as failure:
            await self._unanswered(row, type(failure).__name__, of_list=of_list)
            return None

    async def _unanswered(self, row: Rental, reason: str, *, of_list: bool) -> None:
        log.info("rental %s: %s", row.id, reason)
        if row.state is RentalState.ACTIVE and self._times.overdue(row.until):
            await self._has_ended(row)
            return
        now, next_look = self._clock(), self._times.after_failure
        if await self._store.unanswered(row.id, reason, now, next_look, list_asked=of_list):
            self._nudge()


def texts(told: Sequence[RentalSms]) -> list[Text]:
    """SMS as they are stored."""
    return [Text.fitting(each.sender, each.text, each.written, each.at) for each in told]
