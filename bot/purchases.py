"""Buying a number: intent before money, one call, and the truth about its outcome.

What is left when the process dies, line by line of `bot.spending`:

    before `intend` is committed      nothing; the button can be pressed again
    before `calling` is committed     `buying`, never called: recovered as `failed`, nothing was bought
    during or right after the call    `buying`, called: recovered as `unknown` with the balance before and
                                      after, or adopted where the provider lists what the account holds
    before `bought` is committed      the same
    after it                          `waiting`: the watcher and the postman go on from the row

Several numbers of one quote are intended one after the other, each when the one before it is ours:

    between two of them               nothing is ordered by itself any more, as nobody may be watching: the
                                      next position gets a row that says so, and never a call
    before that row is committed      the same at the next start: it is written once, its nonce is unique
    while one is under way            as above for that one, and for those after it as between two
    a press that stops the rest       writes the row of the next position: before it is committed nothing was
                                      stopped, after it nobody orders that position any more
    a backup from between two         those after it may have been bought since: `unknown`, and told so
    after one was charged for beyond  as between two, and told so: nothing more is ordered, with or without
    what was agreed to                a death

A group adds nothing to this table: its rules and quotas are checked, and who sees the code is written, in
the transaction of the intent (`storage.group_rules`). Who leads the group is asked before it: a death there
leaves nothing. Of several, the next one goes on by what was allowed at the press, as long as no rule was
changed since and the member's quota holds; without that it gets a row that says why, and never a call.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pydantic import SecretStr

from bot.accounts import Accounts, held, price_now, wish
from bot.catalogue import Catalogue
from bot.clock import Clock
from bot.errands import Errands, NeverCalled
from bot.errors import CodebellError, NoNumbers, NotOffered, PriceChanged, Refused, Unavailable
from bot.outcomes import Outcomes, Terms
from bot.providers.base import Number, Provider, Wish
from bot.spending import Ready, Spending
from storage.caps import CapsOf
from storage.group_rules import Seat
from storage.intents import NOT_BOUGHT
from storage.keys import KeyStore
from storage.models import Activation, Quote, State
from storage.outlook import Outlook
from storage.purchases import PurchaseStore
from storage.reasons import Reason
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: What was ordered this long before all was settled can be left unfinished no more.
_SETTLED_FOR_GOOD = timedelta(days=7)
#: Where somebody presses in a private chat.
_NOWHERE = Seat()


@dataclass(frozen=True, slots=True)
class _Order(Ready[Activation]):
    """A purchase right before its call; `held` are the ids the account holds, None where that is not told."""

    wish: Wish
    terms: Terms
    held: set[str] | None


class Purchases(Spending[Activation, _Order, Number]):
    """Buys numbers, and finds out what became of a lost answer."""

    kind = "purchase"

    def __init__(
        self,
        store: PurchaseStore,
        waits: WaitStore,
        keys: KeyStore,
        accounts: Accounts,
        caps: CapsOf,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
        catalogue: Catalogue,
    ) -> None:
        super().__init__(accounts, clock, nudge, errands)
        self._store = store
        self._caps = caps
        self._catalogue = catalogue
        self._outcomes = Outcomes(store, waits, keys, accounts, clock, errands)
        #: Of what was ordered before this moment nothing is left to be settled; None until it was looked at.
        self._settled: datetime | None = None

    async def buy(
        self,
        nonce: str,
        owner_id: int,
        chat_id: int,
        card_id: int | None,
        seen: str | None = None,
        until: datetime | None = None,
        seat: Seat = _NOWHERE,
    ) -> Activation:
        """Start buying what a quote offers, once each. Raises `Refused` when nothing was tried.

        `seen` is the mark of what the pressed button showed (`storage.quotes`): a quote that says something
        else is not bought. From `until` on nothing is called any more. In a group `seat` is where it was
        pressed, and by whom. The intent is committed when this returns; what becomes of it stands in the row
        and on its card.
        """
        return await self._order(nonce, owner_id, chat_id, card_id, seen=seen, until=until, seat=seat)

    async def last(self, chat_id: int, owner_id: int) -> Activation | None:
        """What this person bought last in this chat."""
        return await self._store.last(chat_id, owner_id)

    async def room(self, owner_id: int, chat_id: int) -> int | None:
        """How many more numbers of this person may wait for a code there; None where there is no limit."""
        return await self._store.room(owner_id, chat_id, self._caps(owner_id), self._clock())

    async def outlook(self, quote: Quote, provider: str) -> Outlook:
        """What a group's rules say of a quote: who will read its codes, and which limit it would pass."""
        return await self._store.outlook(quote, provider, self._clock())

    async def together(self, row: Activation) -> Sequence[Activation]:
        """All that were ordered with one press, in order; a number alone is alone."""
        return [row] if row.batch is None else await self._store.together(row.batch)

    async def stop_rest(self, row: Activation) -> bool:
        """Let nothing more be ordered of those this one belongs to; whether there was anything to stop."""
        stopped = row.batch is not None and await self._store.stop(row.batch, self._clock())
        self._nudge()
        return stopped

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """The same; of several, what a dead process did not order is told and never ordered."""
        made_before = self._clock() - older_than
        begun = self._clock()
        # A clock that was set back tells nothing of what was settled.
        since = None if self._settled is None or self._settled > begun else self._settled
        for row in await self._store.unfinished(since):
            if row.id not in self._errands and row.created_at <= made_before:
                await self._store.leave_out(row, _why_left(row), self._clock())
        self._settled = begun - _SETTLED_FOR_GOOD
        await super().recover(older_than)

    async def look_for(self, row: Activation) -> None:
        """Look once more whether a lost purchase stands in the account's list."""
        async with await self._accounts.turn(row):
            await self._outcomes.look_for(row)

    async def _prepare(
        self, intent: Activation, quote: Quote, until: datetime | None, provider: Provider, key: SecretStr
    ) -> _Order:
        balance = await self._accounts.balance(provider, intent.key_id, key)
        had = await held(provider, key)
        price = await price_now(intent, provider, key)
        # Before the call: after it, nothing may stand between the number and its row.
        terms = await self._outcomes.terms(provider, price)
        return _Order(intent, provider, key, balance, wish(quote, provider), terms, had, until=until)

    async def _note(self, order: _Order) -> Activation | None:
        return await self._store.calling(order.row.id, order.balance, order.held, self._clock())

    async def _call(self, order: _Order) -> Number:
        return await order.provider.buy(order.key, order.wish)

    async def _keep(self, order: _Order, answer: Number) -> None:
        await self._outcomes.keep(order.row, answer, order.terms)

    async def _lost(self, row: Activation, reason: str, *, late: bool) -> None:
        await self._outcomes.lost(row, reason)

    async def _failed(self, row: Activation, reason: str, *, late: bool) -> None:
        await self._store.failed(row.id, reason, self._clock())

    async def _stranded(self) -> Sequence[Activation]:
        return await self._store.stranded()

    async def _refused(self, row: Activation, error: CodebellError) -> None:
        pause = error.retry_after if isinstance(error, Unavailable) and not error.sent else None
        now = self._clock()
        try_from = now + timedelta(seconds=pause) if pause else None
        asked = error.minimum if isinstance(error, PriceChanged) else None
        if isinstance(error, NoNumbers | NotOffered | PriceChanged):
            self._catalogue.doubt_prices(row.provider, row.service_code)
        await self._store.failed(row.id, type(error).__name__, now, try_from, asked)

    # Several, one after the other

    async def _follow(self, row: Activation) -> None:
        if row.position >= row.count:
            return
        try:
            await self._next(row)
        except Exception:
            log.exception("purchase %s: the one after it was not ordered", row.id)
            await self._leave_out(row, CodebellError.__name__)

    async def _next(self, before: Activation) -> None:
        """After a number that is ours, at the price agreed to, the next one; after anything else none."""
        row = await self._errands.insist(before.id, lambda: self._store.get(before.id))
        if row is None or row.state in (State.FAILED, State.BUYING):
            return
        if (reason := _why_not_on(row)) is not None:
            await self._leave_out(row, reason)
            return
        try:
            self._errands.still_wanted()
            buyer = row.bought_by or row.owner_id
            await self._order(row.batch or "", buyer, row.chat_id, None, row.position + 1)
        except Refused as refused:
            await self._leave_out(row, type(refused).__name__)

    async def _leave_out(self, row: Activation, reason: str) -> None:
        log.info("purchase %s: nothing is ordered after it: %s", row.id, reason)
        await self._errands.insist(row.id, lambda: self._store.leave_out(row, reason, self._clock()))
        self._nudge()

    async def _order(
        self,
        nonce: str,
        owner_id: int,
        chat_id: int,
        card_id: int | None,
        position: int = 1,
        seen: str | None = None,
        until: datetime | None = None,
        seat: Seat | None = None,
    ) -> Activation:
        how = (card_id, self._caps(owner_id), self._clock(), position, seen, seat)
        with self.intending():
            intent, quote = await self._store.intend(nonce, owner_id, chat_id, *how)
        self.begin(intent, partial(self._prepare, intent, quote, until))
        return intent


def _why_left(last: Activation) -> str:
    """Why nothing was ordered after it when the process died."""
    return _why_not_on(last) or NeverCalled.__name__


def _why_not_on(last: Activation) -> Reason | None:
    """What became of it that the next one must not be ordered after."""
    if last.state in NOT_BOUGHT:
        return Reason.AFTER_UNCLEAR
    return Reason.OVERCHARGED if last.cost > last.agreed else None
