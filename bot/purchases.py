"""Buying a number: intent before money, one call, and the truth about its outcome.

What is left when the process dies, line by line of `bot.spending`:

    before `intend` is committed      nothing; the button can be pressed again
    before `calling` is committed     `buying`, never called: recovered as `failed`, nothing was bought
    during or right after the call    `buying`, called: recovered as `unknown` with the balance before and
                                      after, or adopted where the provider lists what the account holds
    before `bought` is committed      the same
    after it                          `waiting`: the watcher and the postman go on from the row
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import SecretStr

from bot.accounts import Accounts, held, price_now, wish
from bot.clock import Clock
from bot.errands import Errands
from bot.outcomes import Outcomes, Terms
from bot.providers.base import Number, Provider, Wish
from bot.spending import Ready, Spending
from storage.caps import Caps
from storage.keys import KeyStore
from storage.models import Activation, Quote
from storage.purchases import PurchaseStore
from storage.waits import WaitStore


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
        caps: Caps,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        super().__init__(accounts, clock, nudge, errands)
        self._store = store
        self._caps = caps
        self._outcomes = Outcomes(store, waits, keys, accounts, clock, errands)

    async def buy(self, nonce: str, owner_id: int, chat_id: int, card_id: int | None) -> Activation:
        """Start buying what a quote offers, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card.
        """
        caps, now = self._caps, self._clock()
        with self.intending():
            intent, quote = await self._store.intend(nonce, owner_id, chat_id, card_id, caps, now)
        self.begin(intent, partial(self._prepare, intent, quote))
        return intent

    async def look_for(self, row: Activation) -> None:
        """Look once more whether a lost purchase stands in the account's list."""
        async with await self._accounts.turn(row):
            await self._outcomes.look_for(row)

    async def _prepare(self, intent: Activation, quote: Quote, provider: Provider, key: SecretStr) -> _Order:
        balance = await self._accounts.balance(provider, intent.key_id, key)
        had = await held(provider, key)
        price = await price_now(intent, provider, key)
        # Before the call: after it, nothing may stand between the number and its row.
        terms = await self._outcomes.terms(provider, price)
        return _Order(intent, provider, key, balance, wish(quote, provider), terms, had)

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
