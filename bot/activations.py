"""The life of a bought number: what a look at the provider means, and what its owner may want of it.

Only the provider's word ends a number, and a code that came first wins over a cancel. A cancel is a wish with
a moment: the watcher carries it out here, after one more look at the status. If the process dies

    before the wish is committed       nothing happened; the button is still there
    between `cancelling` and the call  the next look reads the status and calls again: no harm in two
    between the call and `cancelled`   the next look finds the number ended: cancelled
    after a code was read              it was not stored, so the next look reads it again
    around *another SMS*               stored before the call: at worst it was never asked, never asked twice
    between *finish* and `finished`    pressed again, the provider says it has ended: finished
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.clock import Clock
from bot.errors import (
    CodeArrived,
    CodebellError,
    NotYours,
    Refused,
    TooEarly,
    TooLate,
    Unclear,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import Capability, Held, Outcome, Provider, Reading
from bot.timetable import Timetable
from storage.activations import ActivationStore, Heard
from storage.keys import KeyStore
from storage.models import Activation, State
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: After so many failures in a row the card says that the provider does not answer.
_TELL_AFTER = 3


class Activations:
    """What happens to numbers after they were bought."""

    def __init__(
        self,
        store: ActivationStore,
        waits: WaitStore,
        keys: KeyStore,
        providers: Mapping[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._waits = waits
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._times = Timetable(providers, clock)
        self._nudge = nudge

    # What the watcher calls

    async def step(self, row: Activation) -> None:
        """Do what is due for a number: carry out a wished cancel, or look whether a code came."""
        if row.state is State.WAITING and row.cancel_at is not None and row.cancel_at <= self._clock():
            await self._try_cancel(row)
        else:
            await self._look(row)
        self._nudge()

    async def _look(self, row: Activation) -> None:
        reading = await self._read(row)
        match reading:
            case None:
                return
            case Reading(outcome=Outcome.RECEIVED):
                await self._receive(row, reading)
            case Reading(outcome=Outcome.ENDED):
                await self._end(row)
            case _ if self._times.overdue(row) and (row.failures or row.state is not State.CANCELLING):
                await self._give_up(row)
            case _ if row.state is State.CANCELLING:
                await self._call_cancel(row)
            case _:
                await self._store.answered(row.id, self._clock(), self._times.next_look)

    async def _read(self, row: Activation) -> Reading | None:
        """The provider's word on a number; None when there was none, and the next look is arranged."""
        try:
            provider = self._providers[row.provider]
            return await provider.poll(await self._keys.open(row.key_id), self._held(row))
        except UnknownActivation:
            return await self._doubt(row)
        except (CodebellError, KeyError) as failure:
            await self._unanswered(row, type(failure).__name__)
            return None

    async def _doubt(self, row: Activation) -> Reading | None:
        """ "No such number" for one that was paid for is believed at the second time."""
        if row.reason == UnknownActivation.__name__ or row.state is not State.WAITING:
            return Reading(Outcome.ENDED)
        await self._unanswered(row, UnknownActivation.__name__, tell=True)
        return None

    async def _unanswered(self, row: Activation, reason: str, *, tell: bool = False) -> None:
        log.info("number %s: %s", row.id, reason)
        tell = tell or row.failures + 1 == _TELL_AFTER
        await self._store.unanswered(row.id, reason, self._clock(), self._times.after_failure, tell=tell)

    async def _receive(self, row: Activation, reading: Reading) -> None:
        now = self._clock()
        heard = Heard(reading.code, reading.text, reading.sender)
        if await self._store.received(row.id, heard, now) is None:
            await self._store.answered(row.id, now, self._times.next_look)

    async def _end(self, row: Activation) -> None:
        """The provider says it is over, whatever that was called."""
        now = self._clock()
        match row.state:
            case State.CANCELLING:
                await self._cancelled(row)
            case State.RECEIVED:
                await self._store.finished(row.id, now)
            case State.WAITING:
                reason = "EndedEarly" if self._times.ended_early(row) else ""
                await self._store.expired(row.id, reason, now, self._times.late_look(row))
            case _:
                await self._store.answered(row.id, now, self._times.next_look)

    async def _give_up(self, row: Activation) -> None:
        """Long past its life by our clock, and the provider still says "waiting"."""
        if row.state is State.RECEIVED:
            await self._store.finished(row.id, self._clock())
        else:
            await self._store.expired(row.id, "Overdue", self._clock(), None)

    # Cancelling

    async def _try_cancel(self, row: Activation) -> None:
        """One more look first: a code that is there wins."""
        moved = await self._store.cancelling(row.id, self._clock(), self._times.soon(row))
        if moved is not None:
            await self._look(moved)

    async def _call_cancel(self, row: Activation) -> None:
        provider = self._providers[row.provider]
        try:
            await provider.cancel(await self._keys.open(row.key_id), self._held(row))
        except TooEarly as early:
            await self._too_early(row, early)
        except (CodeArrived, TooLate, UnknownActivation, Unclear) as unsure:
            await self._unsure(row, unsure)
        except CodebellError as refused:
            await self._keep_waiting(row, None, type(refused).__name__)
        else:
            await self._cancelled(row)

    async def _unsure(self, row: Activation, unsure: CodebellError) -> None:
        """Not cancelled by the provider's word: the code it gave is kept, else the next look tells."""
        if isinstance(unsure, CodeArrived) and unsure.code:
            await self._receive(row, Reading(Outcome.RECEIVED, unsure.code))
        else:
            await self._unanswered(row, type(unsure).__name__)

    async def _cancelled(self, row: Activation) -> None:
        await self._store.cancelled(row.id, self._clock(), self._times.late_look(row))

    async def _too_early(self, row: Activation, early: TooEarly) -> None:
        """Learn from it, keep the wish, and say when the next try is."""
        await self._waits.refused(row.provider, self._times.age(row), self._clock())
        await self._keep_waiting(row, self._times.retry_cancel(row, early.seconds), TooEarly.__name__)

    async def _keep_waiting(self, row: Activation, cancel_at: datetime | None, reason: str) -> None:
        next_at = self._times.soon(row) if cancel_at is None else cancel_at
        await self._store.still_waiting(row.id, self._clock(), cancel_at, reason, next_at)

    # What the person calls

    async def cancel(self, activation_id: str, person_id: int) -> Activation:
        """Wish for a cancel: carried out at the first moment the provider allows. Raises `Refused`."""
        row = await self.mine(activation_id, person_id)
        self._able(row, Capability.CANCEL)
        if row.state is State.CANCELLING or row.cancel_at is not None:
            return row
        if row.state is State.RECEIVED:
            raise CodeArrived
        booked = await self._store.book_cancel(row.id, self._times.first_cancel(row), self._clock())
        if booked is None:
            raise TooLate
        self._nudge()
        return booked

    async def another_sms(self, activation_id: str, person_id: int) -> None:
        """Ask for one more SMS to the same number, once."""
        row = await self.mine(activation_id, person_id)
        provider = self._able(row, Capability.ANOTHER_SMS)
        if row.state is not State.RECEIVED:
            raise TooLate
        if await self._store.ask_again(row.id, self._clock(), self._times.soon(row)) is None:
            return
        try:
            await provider.another_sms(await self._keys.open(row.key_id), self._held(row))
        except Refused:
            await self._store.asked_in_vain(row.id, self._clock())
            raise
        finally:
            self._nudge()

    async def sent(self, activation_id: str, person_id: int) -> None:
        """Tell the provider that the SMS is on its way."""
        row = await self.mine(activation_id, person_id)
        provider = self._able(row, Capability.SENT)
        if row.state is not State.WAITING:
            raise TooLate
        await provider.sent(await self._keys.open(row.key_id), self._held(row))
        await self._store.told_sent(row.id, self._clock())
        self._nudge()

    async def finish(self, activation_id: str, person_id: int) -> None:
        """Close a number that did its work. Where the provider has no such call, for us alone."""
        row = await self.mine(activation_id, person_id)
        if row.state is State.FINISHED:
            return
        if row.state is not State.RECEIVED:
            raise TooLate
        await self._tell_finished(row)
        await self._store.finished(row.id, self._clock())
        self._nudge()

    async def _tell_finished(self, row: Activation) -> None:
        provider = self._providers.get(row.provider)
        if provider is None or not provider.can(Capability.FINISH):
            return
        try:
            await provider.finish(await self._keys.open(row.key_id), self._held(row))
        except (TooLate, UnknownActivation) as ended:
            log.info("finish of %s: %s", row.id, type(ended).__name__)

    async def mine(self, activation_id: str, person_id: int) -> Activation:
        """A number of this person's. Raises `NotYours` or `UnknownActivation`."""
        row = await self._store.get(activation_id)
        if row is None:
            raise UnknownActivation
        if row.owner_id != person_id:
            raise NotYours
        return row

    def _able(self, row: Activation, capability: Capability) -> Provider:
        provider = self._providers.get(row.provider)
        if provider is None or not provider.can(capability):
            raise Unsupported
        return provider

    def _held(self, row: Activation) -> Held:
        return Held(
            id=row.provider_id or "",
            raw=row.raw or "",
            age=self._times.age(row),
            last_code=row.last_code,
            asked_again=row.asked_again,
        )
