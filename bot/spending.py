"""Spending money, once: the one way that purchases, rents, renewals and messages go.

What is left when the process dies, and what the next one makes of it in `recover`:

    before the intent is committed     nothing; the button can be pressed again
    before the call is noted           an intent that was never called: failed, nothing was paid; so is one
                                       that had to wait too long, though nothing died
    around the call                    an intent that was called: looked for or told as unknown, with the
                                       balance before and after; never called again
    before its outcome is committed    the same
    after it                           the watcher and the postman go on from the rows
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.accounts import Accounts, Charge
from bot.clock import Clock
from bot.errands import Errands, NeverCalled
from bot.errors import BadReply, CodebellError, Refused, Unclear, text
from bot.failpoints import Failpoint, reach
from bot.providers.base import Provider
from storage.models import OutgoingMessage, RentalOrder

log = logging.getLogger(__name__)

#: Why an outcome is lost when this process knows nothing of the call.
INTERRUPTED = "Interrupted"
#: An intent that had to wait longer, for its account or the database, is carried out no more.
PATIENCE = timedelta(minutes=5)

Row = TypeVar("Row", bound=Charge)


class Unwritten(Refused):
    text = text("My database takes nothing right now: nothing was ordered or paid. Please try again later.")


class WaitedTooLong(Refused):
    text = text("It had to wait too long, so nothing was ordered or paid. Order again if you still want it.")


@dataclass(frozen=True, slots=True)
class Ready(Generic[Row]):
    """An intent right before its call; `balance` is what the account has, None where that is not told.

    From `until` on it is not called any more, however little it waited. That is kept in memory only: what was
    never called when the process died is never called.
    """

    row: Row
    provider: Provider
    key: SecretStr
    balance: Decimal | None
    until: datetime | None = field(default=None, kw_only=True)


Order = TypeVar("Order", bound=Ready[Any])
Answer = TypeVar("Answer")
#: Asks the provider for what has to be known before the call.
Prepare = Callable[[Provider, SecretStr], Awaitable[Order]]
_Store = Callable[[], Awaitable[None]]


class Spending(ABC, Generic[Row, Order, Answer]):
    """Carries intents out, one at a time per account; its heirs know what is called and stored."""

    #: What an intent is called in the log.
    kind: ClassVar[str]

    def __init__(self, accounts: Accounts, clock: Clock, nudge: Callable[[], None], errands: Errands) -> None:
        self._accounts = accounts
        self._clock = clock
        self._nudge = nudge
        self._errands = errands

    # What is particular

    @abstractmethod
    async def _note(self, order: Order) -> Row | None:
        """Commit that the call is made now; None when the intent was settled meanwhile."""

    @abstractmethod
    async def _call(self, order: Order) -> Answer:
        """The one call that spends money."""

    @abstractmethod
    async def _keep(self, order: Order, answer: Answer) -> None:
        """Store what was answered, however long that takes."""

    @abstractmethod
    async def _lost(self, row: Row, reason: str, *, late: bool) -> None:
        """It may have been paid for: find out, or store that it is unknown. `late`: nobody waits for it."""

    @abstractmethod
    async def _failed(self, row: Row, reason: str, *, late: bool) -> None:
        """Commit that nothing was paid."""

    async def _refused(self, row: Row, error: CodebellError) -> None:
        """Commit that nothing was paid, in the words of this answer."""
        await self._failed(row, type(error).__name__, late=False)

    async def _follow(self, row: Row) -> None:
        """What comes after an intent, whatever became of it; nothing where it stands alone."""

    @abstractmethod
    async def _stranded(self) -> Sequence[Row]:
        """Intents that have no outcome."""

    # The one way

    @contextmanager
    def intending(self) -> Iterator[None]:
        """Around the transaction that writes an intent. Raises `Paused`, or `Unwritten` when that failed."""
        self._errands.admit()
        reach(Failpoint.BEFORE_INTENT)
        try:
            yield
        except SQLAlchemyError as failure:
            log.exception("an intent was not written")
            raise Unwritten from failure

    def begin(self, intent: Row, prepare: Prepare[Order]) -> None:
        """The intent is committed: it is carried out now, whatever becomes of the caller."""
        reach(Failpoint.AFTER_INTENT)
        self._errands.run(intent.id, self._carry_out(intent, prepare))
        self._nudge()

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left; each as fast as its provider answers."""
        made_before = self._clock() - older_than
        for row in await self._stranded():
            if row.id in self._errands or _intended_at(row) > made_before:
                continue
            if row.called_at is None:
                await self._failed(row, NeverCalled.__name__, late=True)
            else:
                self._errands.run(row.id, self._recover(row))
        self._nudge()

    async def _recover(self, row: Row) -> None:
        async with await self._errands.insist(row.id, lambda: self._accounts.turn(row)):
            reach(Failpoint.IN_RECOVERY)
            await self._lost(row, INTERRUPTED, late=True)
        self._nudge()

    async def _carry_out(self, intent: Row, prepare: Prepare[Order]) -> None:
        async with await self._errands.insist(intent.id, lambda: self._accounts.turn(intent)):
            try:
                await self._spend(intent, prepare)
            except Exception:
                log.exception("%s %s broke off", self.kind, intent.id)
                await self._settle(intent)
        self._nudge()
        await self._follow(intent)

    async def _spend(self, intent: Row, prepare: Prepare[Order]) -> None:
        order = await self._ready(intent, prepare)
        if order is None:
            return
        reach(Failpoint.BEFORE_CALL)
        store = await self._outcome(order)
        reach(Failpoint.AFTER_CALL)
        await store()
        reach(Failpoint.AFTER_OUTCOME)

    async def _ready(self, intent: Row, prepare: Prepare[Order]) -> Order | None:
        """Everything before the call; None when it is not to be made."""
        try:
            return await self._noted(intent, prepare)
        except CodebellError as refused:
            await self._refuse(intent, refused)
        except Exception:
            log.exception("%s %s was not tried", self.kind, intent.id)
            await self._refuse(intent, CodebellError())
        return None

    async def _noted(self, intent: Row, prepare: Prepare[Order]) -> Order | None:
        """Once this is committed the call may have been made."""
        order = await prepare(*await self._accounts.behind(intent))
        self._errands.still_wanted()
        now = self._clock()
        if now - _intended_at(intent) > PATIENCE or (order.until is not None and now >= order.until):
            raise WaitedTooLong
        row = await self._note(order)
        return None if row is None else replace(order, row=row)

    async def _outcome(self, order: Order) -> _Store:
        """The one call, and how its outcome is stored. It is never made again."""
        try:
            answer = await self._call(order)
        except Refused as refused:
            return partial(self._refuse, order.row, refused)
        except Unclear as unclear:
            return self._unclear(order, unclear)
        except Exception:
            log.exception("%s %s: a mistake of ours while it was ordered", self.kind, order.row.id)
            return partial(self._lost, order.row, BadReply.__name__, late=False)
        return partial(self._keep, order, answer)

    def _unclear(self, order: Order, unclear: Unclear) -> _Store:
        if not unclear.sent:
            return partial(self._refuse, order.row, unclear)
        reason = type(unclear).__name__
        log.warning("%s %s is unclear: %s", self.kind, order.row.id, reason)
        return partial(self._lost, order.row, reason, late=False)

    async def _refuse(self, row: Row, error: CodebellError) -> None:
        """Nothing was paid."""
        reason = type(error).__name__
        log.info("%s %s was refused: %s", self.kind, row.id, reason)
        await self._errands.insist(row.id, lambda: self._refused(row, error))

    async def _settle(self, intent: Row) -> None:
        """After a mistake of ours the row tells whether the call may have been made."""
        for row in await self._errands.insist(intent.id, self._stranded):
            if row.id == intent.id and row.called_at is None:
                await self._refuse(row, CodebellError())
            elif row.id == intent.id:
                await self._lost(row, INTERRUPTED, late=False)


def _intended_at(row: Charge) -> datetime:
    match row:
        case RentalOrder():
            return row.ordered_at or row.created_at
        case OutgoingMessage():
            return row.confirmed_at or row.created_at
        case _:
            return row.created_at
