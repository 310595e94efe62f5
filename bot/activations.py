"""The life of a bought number: what its owner may want of it; what its provider says of it is in `bot.looks`.

A cancel is a wish with a moment, and so is a finish while another SMS is waited for: the watcher carries them
out. If the process dies

    before the wish is committed       nothing happened; the button is still there
    around *another SMS*               stored before the call: at worst it was never asked, never asked twice
    between *finish* and `finished`    pressed again, the provider says it has ended: finished
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

from bot.clock import Clock, Left
from bot.errors import (
    CodeArrived,
    CodebellError,
    NoSmsYet,
    NotYours,
    Refused,
    TooLate,
    Unavailable,
    UnknownActivation,
    Unsupported,
)
from bot.failpoints import Failpoint, reach
from bot.looks import Looks
from bot.providers.base import Capability, Provider
from bot.timetable import Timetable
from storage.activations import ActivationStore
from storage.keys import KeyStore
from storage.models import OPEN, Activation, State
from storage.waits import WaitStore

#: Telegram forgets a press after some fifteen seconds: a provider is not waited for longer than this.
PATIENCE = 8.0


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
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._times = Timetable(providers, clock)
        self._looks = Looks(store, waits, keys, providers, clock, nudge)
        self._nudge = nudge
        self._patience = patience

    async def step(self, row: Activation) -> Left | None:
        """Carry out a wished cancel, or look for a code; that there is nothing new is left to be stored."""
        return await self._looks.step(row)

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

    async def cancel_all(self, rows: Iterable[Activation], person_id: int) -> int:
        """The same for each of several, where it can be; for how many it was wished."""
        wished = 0
        for row in rows:
            with suppress(Refused):
                await self.cancel(row.id, person_id)
                wished += 1
        return wished

    async def another_sms(self, activation_id: str, person_id: int) -> None:
        """Ask for one more SMS to the same number, once."""
        row = await self.mine(activation_id, person_id)
        provider = self._able(row, Capability.ANOTHER_SMS)
        if not _in_use(row):
            raise TooLate
        if await self._store.ask_again(row.id, self._clock(), self._times.soon(row)) is None:
            return
        try:
            await self._ask_for_another(row, provider)
        except CodebellError as failure:
            if failure.changed_nothing:
                await self._store.asked_in_vain(row.id, self._clock())
            raise
        finally:
            self._nudge()

    async def _ask_for_another(self, row: Activation, provider: Provider) -> None:
        key = await self._keys.open(row.key_id, row.chat_id)
        reach(Failpoint.BEFORE_ANOTHER)
        try:
            async with self._in_time():
                await provider.another_sms(key, self._looks.held(row))
        finally:
            reach(Failpoint.AFTER_ANOTHER)

    async def sent(self, activation_id: str, person_id: int) -> None:
        """Tell the provider that the SMS is on its way."""
        row = await self.mine(activation_id, person_id)
        provider = self._able(row, Capability.SENT)
        if row.state is not State.WAITING:
            raise TooLate
        key = await self._keys.open(row.key_id, row.chat_id)
        async with self._in_time():
            await provider.sent(key, self._looks.held(row))
        await self._store.told_sent(row.id, self._clock())
        self._nudge()

    async def forward(self, activation_id: str, person_id: int, phone: str) -> None:
        """Let calls to the number ring at `phone` (E.164 with a plus), once an SMS came.

        After an `Unclear` it may be set or not; it can be set again. Stored after the call: if the process
        dies in between, the card does not tell of it.
        """
        row, provider = await self.forwardable(activation_id, person_id)
        key = await self._keys.open(row.key_id, row.chat_id)
        async with self._in_time():
            await provider.forward(key, self._looks.held(row), phone)
        await self._store.forwarded(row.id, phone, self._clock())
        self._nudge()

    async def forwardable(self, activation_id: str, person_id: int) -> tuple[Activation, Provider]:
        """A number whose calls can be forwarded now. Raises `Unsupported`, `NoSmsYet` or `TooLate`."""
        row = await self.mine(activation_id, person_id)
        provider = self._able(row, Capability.FORWARD)
        if row.state in OPEN:
            raise NoSmsYet
        if not _in_use(row):
            raise TooLate
        return row, provider

    async def finish(self, activation_id: str, person_id: int) -> Activation:
        """Close a number that did its work. Where the provider has no such call, for us alone.

        While another SMS is waited for it is only wished for: the watcher looks once more before, as the SMS
        may be there already. Then the number is returned as RECEIVED.
        """
        row = await self.mine(activation_id, person_id)
        if row.state is State.FINISHED:
            return row
        if not _in_use(row):
            raise TooLate
        return await self._look_before(row) or await self._finish_now(row)

    async def _look_before(self, row: Activation) -> Activation | None:
        if not row.asked_again or row.provider not in self._providers:
            return None
        booked = await self._store.book_finish(row.id, self._times.earliest(row), self._clock())
        self._nudge()
        return booked

    async def _finish_now(self, row: Activation) -> Activation:
        async with self._in_time():
            await self._looks.tell_finished(row)
        finished = await self._store.finished(row.id, self._clock())
        self._nudge()
        return finished or row

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """A person waits for this. Raises `Unavailable` when it takes too long; it may have happened."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError:
            raise Unavailable("not in time") from None

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


def _in_use(row: Activation) -> bool:
    """Whether it has a code and lives on at its provider; what came after a cancel came to a dead number."""
    return row.state is State.RECEIVED and row.given_back is None
