"""Buying a number: intent before money, one call, and the truth about its outcome.

What is left when the process dies, line by line of `_carry_out`:

    before `intend` is committed      nothing; the button can be pressed again
    before `calling` is committed     `buying`, never called: recovered as `failed`, nothing was bought
    during or right after the call    `buying`, called: recovered as `unknown` with the balance before and
                                      after, or adopted where the provider lists what the account holds
    before `bought` is committed      the same
    after it                          `waiting`: the watcher and the postman go on from the row
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.accounts import Accounts, held, held_since, price_now, wish
from bot.clock import Clock
from bot.errands import Errands, NeverCalled
from bot.errors import AlreadyDone, BadReply, CodebellError, Refused, Unclear
from bot.outcomes import Outcomes
from bot.providers.base import Capability, Number, Provider, Wish
from storage.caps import Caps
from storage.keys import KeyStore
from storage.models import Activation, Quote
from storage.purchases import Bought, PurchaseStore
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: A list of active numbers may lag behind a purchase: it is read again after so many seconds, then given up.
LOOKS = (2.0, 10.0, 30.0, 120.0)


@dataclass(frozen=True, slots=True)
class _Order:
    """A purchase right before its call: `wait` in seconds, `price` as it is now where that was read."""

    row: Activation
    provider: Provider
    key: SecretStr
    wait: float
    price: Decimal | None


class Purchases:
    """Buys numbers, one at a time per key, and finds out what became of a lost answer."""

    def __init__(
        self,
        store: PurchaseStore,
        waits: WaitStore,
        keys: KeyStore,
        accounts: Accounts,
        caps: Caps,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        self._store = store
        self._waits = waits
        self._keys = keys
        self._accounts = accounts
        self._caps = caps
        self._clock = clock
        self._nudge = nudge
        self._errands = errands
        self._outcomes = Outcomes(store, clock, errands)

    async def buy(self, nonce: str, owner_id: int, chat_id: int, card_id: int | None) -> Activation:
        """Start buying what a quote offers, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card.
        """
        self._errands.admit()
        intent, quote = await self._store.intend(nonce, owner_id, chat_id, card_id, self._caps, self._clock())
        self._errands.run(intent.id, self._carry_out(intent, quote))
        self._nudge()
        return intent

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left; each as fast as its provider answers."""
        made_before = self._clock() - older_than
        for row in await self._store.stranded():
            if row.id in self._errands or row.created_at > made_before:
                continue
            if row.called_at is None:
                await self._store.failed(row.id, NeverCalled.__name__, self._clock())
            else:
                self._errands.run(row.id, self._recover(row))
        self._nudge()

    async def look_for(self, row: Activation) -> None:
        """Look once more whether an unknown purchase stands in the account's list."""
        async with await self._accounts.turn(row):
            if not await self._found(row):
                await self._store.looked_in_vain(row.id, self._clock(), self._next_look(row))

    def _next_look(self, row: Activation) -> datetime | None:
        later = LOOKS[row.failures + 1 : row.failures + 2]
        return self._clock() + timedelta(seconds=later[0]) if later else None

    async def _recover(self, row: Activation) -> None:
        async with await self._errands.insist(row.id, lambda: self._accounts.turn(row)):
            await self._lost(row, "Interrupted")
        self._nudge()

    async def _carry_out(self, intent: Activation, quote: Quote) -> None:
        async with await self._errands.insist(intent.id, lambda: self._accounts.turn(intent)):
            await self._purchase(intent, quote)
        self._nudge()

    async def _purchase(self, intent: Activation, quote: Quote) -> None:
        try:
            await self._spend(intent, quote)
        except CodebellError as refused:
            log.info("purchase %s was refused: %s", intent.id, type(refused).__name__)
            await self._outcomes.failed(intent, type(refused))
        except Exception:
            log.exception("purchase %s broke off", intent.id)
            await self._settle(intent.id)

    async def _settle(self, activation_id: str) -> None:
        """The row tells whether the call may have been made."""
        for row in await self._errands.insist(activation_id, self._store.stranded):
            if row.id == activation_id and row.called_at is None:
                await self._outcomes.failed(row, CodebellError)
            elif row.id == activation_id:
                await self._lost(row, "Interrupted")

    async def _spend(self, intent: Activation, quote: Quote) -> None:
        """Raises `CodebellError` only when nothing was bought."""
        provider, key = await self._accounts.behind(intent)
        order = await self._ready(intent, provider, key)
        number = None if order is None else await self._call(order, wish(quote, provider))
        if order is not None and number is not None:
            await self._keep(order, number)

    async def _ready(self, intent: Activation, provider: Provider, key: SecretStr) -> _Order | None:
        """Note what the account has and holds; once this is committed the call may have been made."""
        try:
            balance = await self._accounts.balance(provider, intent.key_id, key)
            had = await held(provider, key)
            price = await price_now(intent, provider, key)
            # Before the call: after it, nothing may stand between the number and its row.
            wait = await self._wait(provider)
            self._errands.still_wanted()
            row = await self._store.calling(intent.id, balance, had, self._clock())
        except CodebellError:
            raise
        except Exception as broken:
            log.exception("purchase %s was not tried", intent.id)
            raise CodebellError from broken
        return None if row is None else _Order(row, provider, key, wait, price)

    async def _call(self, order: _Order, asked: Wish) -> Number | None:
        """The one call that spends money; None when its answer is lost. Raises when nothing was bought."""
        row = order.row
        try:
            return await order.provider.buy(order.key, asked)
        except Refused:
            raise
        except Unclear as unclear:
            if not unclear.sent:
                raise
            log.warning("purchase %s is unclear: %s", row.id, type(unclear).__name__)
            await self._lost(row, type(unclear).__name__)
        except Exception:
            log.exception("purchase %s: a mistake of ours while it was made", row.id)
            await self._lost(row, BadReply.__name__)
        return None

    async def _wait(self, provider: Provider) -> float:
        """Seconds from the purchase to the first cancel: a look later than where one was refused lately."""
        refused = await self._waits.seconds(provider.name, self._clock())
        learned = refused + provider.timing.min_poll if refused else 0.0
        return max(provider.timing.min_cancel, learned)

    async def _keep(self, order: _Order, number: Number, at: datetime | None = None) -> None:
        """What was bought (`at`: now) is ours, unless the provider gave the id of a number we have open."""
        row = order.row
        bought = self._bought(order, number, at or self._clock())
        try:
            await self._outcomes.bought(row, bought)
        except AlreadyDone:
            log.error("purchase %s: the provider gave the id of a number that is open", row.id)
            await self._lost(row, AlreadyDone.__name__)
        else:
            await self._keys.note_use(row.key_id, self._clock())

    def _bought(self, order: _Order, number: Number, at: datetime) -> Bought:
        timing = order.provider.timing
        return Bought(
            provider_id=number.id,
            phone=number.phone,
            raw=number.raw,
            cost=order.price if number.cost is None else number.cost,
            operator=number.operator,
            another_sms=number.another_sms,
            at=at,
            cancel_from=at + timedelta(seconds=order.wait),
            expires_at=at + timedelta(seconds=timing.lifetime),
            next_poll_at=self._clock() + timedelta(seconds=timing.min_poll),
        )

    async def _lost(self, row: Activation, reason: str) -> None:
        """It may have been bought. Never called again; adopted where the provider can list it."""
        if await self._found(row):
            return
        balance = await self._accounts.balance_after(row)
        look_at = None if row.held_before is None else self._clock() + timedelta(seconds=LOOKS[0])
        await self._outcomes.unknown(row, reason, balance, look_at)

    async def _found(self, row: Activation) -> bool:
        """Whether the provider lists the lost purchase; it is ours then."""
        if row.held_before is None:
            return False
        try:
            provider, key = await self._accounts.behind(row)
            return provider.can(Capability.ACTIVE) and await self._adopt(row, provider, key)
        except CodebellError:
            return False
        except Exception:
            log.exception("purchase %s was not looked for", row.id)
            return False

    async def _adopt(self, row: Activation, provider: Provider, key: SecretStr) -> bool:
        """Whether exactly one number of this service and country is new since the call; it is ours then."""
        new = await held_since(row, provider, key)
        unknown = new.keys() - await self._store.known(row.key_id, new.keys())
        if len(unknown) != 1:
            return False
        order = _Order(row, provider, key, await self._wait(provider), None)
        await self._keep(order, new[unknown.pop()], row.called_at)
        return True
