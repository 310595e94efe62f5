"""What a look at the provider means for a number, and how a wished cancel is carried out.

Only the provider's word ends a number, or a day without any after its life; a code that came first wins
over a cancel. If the process dies

    between `cancelling` and the call  the next look reads the status and calls again: no harm in two
    between the call and `cancelled`   the next look finds it ended: cancelled, but nothing is promised
    after a code was read              it was not stored, so the next look reads it again; where a provider
                                       gives a code once (sms.ski) it is lost, and the card says so
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from bot.clock import Clock, Left
from bot.errors import CodeArrived, CodebellError, TooEarly, TooLate, Unclear, UnknownActivation, UnknownKey
from bot.failpoints import Failpoint, reach
from bot.providers.base import ENDED, WAITING, Capability, Held, Outcome, Provider, Reading
from bot.timetable import Overtime, Timetable
from storage.activations import ActivationStore, Heard
from storage.keys import KeyStore
from storage.models import OPEN, Activation, Sms, State
from storage.reasons import Reason, not_cancelled
from storage.rental_sms import RINGING
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: After so many failures in a row the card says that the provider does not answer.
_TELL_AFTER = 3
#: Seconds that a code waits for the SMS around it.
MORE_SMS = 5.0


class Looks:
    """What the watcher does with a due number, one at a time."""

    def __init__(
        self,
        store: ActivationStore,
        waits: WaitStore,
        keys: KeyStore,
        providers: Mapping[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
        more_sms: float = MORE_SMS,
    ) -> None:
        self._store = store
        self._waits = waits
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._times, self._overtime = Timetable(providers, clock), Overtime(clock)
        self._nudge = nudge
        self._more_sms = more_sms
        self._writing: set[asyncio.Task[Sms | None]] = set()

    async def step(self, row: Activation) -> Left | None:
        """Carry out a wished cancel, or look for a code; that there is nothing new is left to be stored."""
        if (at := self._times.earliest(row)) > self._clock():
            await self._store.put_off(row.id, at)
            self._nudge()
            return None
        if row.state is State.WAITING and row.cancel_at is not None and row.cancel_at <= self._clock():
            return await self._try_cancel(row)
        return await self._look(row)

    async def _look(self, row: Activation) -> Left | None:
        reading = await self._read(row)
        if reading is None or (reading.outcome is Outcome.RECEIVED and await self._receive(row, reading)):
            return None
        if reading.outcome is Outcome.ENDED:
            await self._end(row)
            return None
        return await self._wait_on(row)

    async def _wait_on(self, row: Activation) -> Left | None:
        """Nothing new: what is due for a number that still waits."""
        if self._overtime.is_over(row) and (row.failures or row.state is not State.CANCELLING):
            await self._give_up(row)
        elif row.state is State.CANCELLING:
            await self._call_cancel(row)
        elif row.state is State.RECEIVED and row.reason == Reason.FINISHING:
            await self._finish_at_last(row)
        else:
            return partial(self._answered, row.id, self._clock())
        return None

    async def _answered(self, activation_id: str, at: datetime) -> None:
        """Nothing new, said at this moment: from then on the spacing counts, however late it is stored."""
        if await self._store.answered(activation_id, at, partial(self._times.next_look, answered=at)):
            self._nudge()

    async def _read(self, row: Activation) -> Reading | None:
        """The provider's word on a number; None when there was none, and the next look is arranged."""
        provider = self._providers.get(row.provider)
        if provider is None:
            await self._unanswered(row, Reason.NOT_SET_UP)
            return None
        try:
            key = await self._keys.open(row.key_id, row.chat_id)
            if provider.gives_once:
                await self._store.asking(row.id, self._clock())
            return await provider.poll(key, self.held(row))
        except UnknownActivation:
            return await self._doubt(row)
        except CodebellError as failure:
            if isinstance(failure, UnknownKey) and row.reason == Reason.FINISHING:
                return WAITING
            await self._unanswered(row, type(failure).__name__)
            return None

    async def _doubt(self, row: Activation) -> Reading | None:
        """ "No such number" for one that was paid for is believed at the second time, unless it is listed."""
        again = row.reason == UnknownActivation.__name__
        if row.state is not State.WAITING or (again and await self._is_gone(row)):
            return ENDED
        await self._unanswered(row, UnknownActivation.__name__, tell=not again)
        return None

    async def _is_gone(self, row: Activation) -> bool:
        """By the account's list, where there is one; after its time whatever stands there."""
        provider = self._providers[row.provider]
        if not provider.can(Capability.ACTIVE) or self._times.overdue(row):
            return True
        try:
            listed = await provider.active(await self._keys.open(row.key_id, row.chat_id))
        except CodebellError:
            return False
        return row.provider_id not in {number.id for number in listed}

    async def _unanswered(self, row: Activation, reason: str, *, tell: bool = False) -> None:
        log.info("number %s: %s", row.id, reason)
        if self._times.hopeless(row):
            await self._give_up(row, Reason.NEVER_ANSWERED, Reason.ANSWER_LOST)
            return
        tell = tell or (row.failures + 1 == _TELL_AFTER and row.state in OPEN)
        await self._store.unanswered(row.id, reason, self._clock(), self._times.after_failure, tell=tell)
        if tell:
            self._nudge()

    async def _receive(self, row: Activation, reading: Reading) -> bool:
        """Whether there is anything new in it."""
        readings = await self._all_sms(row, reading)
        reach(Failpoint.AFTER_READING)
        if not any([await self._write(row, each) is not None for each in readings]):
            return False
        reach(Failpoint.AFTER_CODE)
        self._nudge()
        return True

    async def _all_sms(self, row: Activation, reading: Reading) -> list[Reading]:
        """Among all of them in order, where they are told: two may come at once. Of a flood, the newest."""
        if not (provider := self._providers[row.provider]).can(Capability.ALL_SMS):
            return [reading]
        try:
            async with asyncio.timeout(self._more_sms):
                told = await provider.all_sms(await self._keys.open(row.key_id, row.chat_id), self.held(row))
        except (CodebellError, TimeoutError):
            return [reading]
        return (told if reading in told else [*told, reading])[-RINGING:]

    async def _write(self, row: Activation, reading: Reading) -> Sms | None:
        """Not the caller's task: a look that took too long must not lose a code that is given once."""
        heard = Heard(reading.code, reading.text, reading.sender, reading.written)
        writing = asyncio.create_task(self._store.received(row.id, heard, self._clock()))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        return await asyncio.shield(writing)

    async def _end(self, row: Activation) -> None:
        """The provider says it is over, whatever that was called."""
        now = self._clock()
        self._overtime.forget(row)
        match row.state:
            case State.CANCELLING if row.cancel_called_at is not None:
                await self._store.cancelled(row.id, now, self._times.late_look(row), Reason.UNCONFIRMED)
            case State.CANCELLING:
                await self._store.expired(row.id, Reason.ENDED_FIRST, now, self._times.late_look(row))
            case State.RECEIVED:
                await self._store.finished(row.id, now, Reason.ANSWER_LOST if self._answers_lost(row) else "")
            case State.WAITING:
                await self._store.expired(row.id, self._why_ended(row), now, self._times.late_look(row))
            case _:
                await self._answered(row.id, now)
                return
        self._nudge()

    def _why_ended(self, row: Activation) -> str:
        if self._answers_lost(row):
            return Reason.ANSWER_LOST
        return Reason.ENDED_EARLY if self._times.ended_early(row) else ""

    def _answers_lost(self, row: Activation) -> bool:
        """Whether the looks before this one had no answer; a "no such number" was one."""
        provider, asked, answered = self._providers[row.provider], row.polled_at, row.answered_at
        if provider.gives_once and asked is not None and (answered is None or asked > answered):
            return True
        return row.failures > (row.reason == UnknownActivation.__name__)

    async def _give_up(self, row: Activation, why: str = Reason.OVERDUE, finished: str = "") -> None:
        """Watched long past its life; the provider still says "waiting", or nothing for a day."""
        self._overtime.forget(row)
        if row.state is State.RECEIVED:
            await self._store.finished(row.id, self._clock(), finished)
        else:
            await self._store.expired(row.id, why, self._clock(), None)
        self._nudge()

    # Cancelling

    async def _try_cancel(self, row: Activation) -> Left | None:
        """One more look first: a code that is there wins."""
        again = row.reason == TooEarly.__name__
        moved = await self._store.cancelling(row.id, self._clock(), self._times.soon(row), again=again)
        if moved is None:
            return None
        self._nudge()
        return await self._look(moved)

    async def _call_cancel(self, row: Activation) -> None:
        if await self._store.calling_cancel(row.id, self._clock()) is None:
            return
        try:
            await self._ask_to_cancel(row)
        except TooEarly as early:
            await self._too_early(row, early)
        except (CodeArrived, TooLate, UnknownActivation, Unclear) as unsure:
            await self._unsure(row, unsure)
        except CodebellError as refused:
            await self._keep_waiting(row, None, not_cancelled(type(refused).__name__))
        else:
            await self._store.cancelled(row.id, self._clock(), self._times.late_look(row))
            reach(Failpoint.AFTER_CANCELLED)
            self._nudge()

    async def _ask_to_cancel(self, row: Activation) -> None:
        key = await self._keys.open(row.key_id, row.chat_id)
        reach(Failpoint.BEFORE_CANCEL)
        try:
            await self._providers[row.provider].cancel(key, self.held(row))
        finally:
            reach(Failpoint.AFTER_CANCEL)

    async def _unsure(self, row: Activation, unsure: CodebellError) -> None:
        """Not cancelled by the provider's word: the code it gave is kept, else the next look tells."""
        code = unsure.code if isinstance(unsure, CodeArrived) else ""
        if code and await self._receive(row, Reading(Outcome.RECEIVED, code)):
            return
        if row.cancel_called_at is None and unsure.changed_nothing:
            await self._store.call_denied(row.id)
        await self._unanswered(row, type(unsure).__name__)

    async def _too_early(self, row: Activation, early: TooEarly) -> None:
        """Learn from it, keep the wish, and say when the next try is."""
        await self._waits.refused(row.provider, self._times.age(row), self._clock())
        await self._keep_waiting(row, self._times.retry_cancel(row, early.seconds), TooEarly.__name__)

    async def _keep_waiting(self, row: Activation, cancel_at: datetime | None, reason: str) -> None:
        next_at = self._times.soon(row) if cancel_at is None else cancel_at
        await self._store.still_waiting(row.id, self._clock(), cancel_at, reason, next_at)
        self._nudge()

    # Finishing

    async def _finish_at_last(self, row: Activation) -> None:
        """The one more look brought nothing new. Without an answer to the finish it is tried again."""
        try:
            await self.tell_finished(row)
        except CodebellError as failure:
            await self._unanswered(row, type(failure).__name__)
        else:
            await self._store.finished(row.id, self._clock())
            self._nudge()

    async def tell_finished(self, row: Activation) -> None:
        provider = self._providers.get(row.provider)
        if provider is None or not provider.can(Capability.FINISH):
            return
        try:
            await provider.finish(await self._keys.open(row.key_id, row.chat_id), self.held(row))
        except (TooLate, UnknownActivation, UnknownKey) as ended:
            log.info("finish of %s: %s", row.id, type(ended).__name__)
        finally:
            reach(Failpoint.AFTER_FINISH)

    def held(self, row: Activation) -> Held:
        return Held(
            id=row.provider_id or "",
            raw=row.raw or "",
            age=self._times.age(row),
            last_code=row.last_code,
            last_written=row.last_written,
            asked_again=row.asked_again,
        )
