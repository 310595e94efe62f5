"""Buying a number: intent before money, one call, and the truth about its outcome.

What is left when the process dies, line by line of `_carry_out`:

    before `intend` is committed      nothing; the button can be pressed again
    before `calling` is committed     `buying`, never called: recovered as `failed`, nothing was bought
    during or right after the call    `buying`, called: recovered as `unknown` with the balance before and
                                      after, or adopted where the provider lists what the account holds
    before `bought` is committed      the same
    after it                          `waiting`: the watcher and the postman go on from the row
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import CodebellError, Refused, Unclear
from bot.providers.base import Capability, Number, Provider, Wish
from storage.activations import ActivationStore
from storage.keys import KeyStore
from storage.models import Activation, Quote
from storage.purchases import Bought, Caps, PurchaseStore
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: A list of active numbers may lag behind a purchase: it is read again after so many seconds, then given up.
LOOKS = (2.0, 10.0, 30.0, 120.0)


class Purchases:
    """Buys numbers, one at a time per key, and finds out what became of a lost answer."""

    def __init__(
        self,
        store: PurchaseStore,
        activations: ActivationStore,
        waits: WaitStore,
        keys: KeyStore,
        providers: Mapping[str, Provider],
        caps: Caps,
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._activations = activations
        self._waits = waits
        self._keys = keys
        self._providers = providers
        self._caps = caps
        self._clock = clock
        self._nudge = nudge
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: set[asyncio.Task[None]] = set()

    async def buy(self, nonce: str, owner_id: int, chat_id: int, card_id: int | None) -> Activation:
        """Start buying what a quote offers, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card.
        """
        intent, quote = await self._store.intend(nonce, owner_id, chat_id, card_id, self._caps, self._clock())
        # Not the caller's task: a cancelled handler must not lose a number that is being bought.
        task = asyncio.create_task(self._carry_out(intent, quote))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        self._nudge()
        return intent

    async def drain(self, seconds: float) -> None:
        """At the stop: let purchases under way find their end."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def recover(self) -> None:
        """At the start: settle the intents a dead process left behind."""
        for row in await self._store.stranded():
            if row.called_at is None:
                await self._store.failed(row.id, "NeverCalled", self._clock())
            else:
                await self._lost(row, "Interrupted")
        self._nudge()

    async def look_for(self, row: Activation) -> None:
        """Look once more whether an unknown purchase stands in the account's list."""
        provider, key = self._providers[row.provider], await self._keys.open(row.key_id)
        with suppress(CodebellError):
            if await self._adopt(row, provider, key):
                return
        await self._activations.unanswered(
            row.id, row.reason, self._clock(), self._next_look(row), tell=False
        )

    def _next_look(self, row: Activation) -> datetime | None:
        later = LOOKS[row.failures + 1 : row.failures + 2]
        return self._clock() + timedelta(seconds=later[0]) if later else None

    async def _carry_out(self, intent: Activation, quote: Quote) -> None:
        async with self._turns[intent.key_id]:
            try:
                await self._spend(intent, quote)
            except Refused as refused:
                await self._store.failed(intent.id, type(refused).__name__, self._clock())
            except CodebellError as broken:
                log.warning("purchase %s was not tried: %s", intent.id, type(broken).__name__)
                await self._store.failed(intent.id, type(broken).__name__, self._clock())
        self._nudge()

    async def _spend(self, intent: Activation, quote: Quote) -> None:
        provider, key = self._providers[intent.provider], await self._keys.open(intent.key_id)
        balance = await self._balance(provider, intent.key_id, key)
        held = await self._held(provider, key)
        row = await self._store.calling(intent.id, balance, held, self._clock())
        if row is None:
            return
        try:
            number = await provider.buy(key, _wish(quote, provider))
        except Unclear as unclear:
            if not unclear.sent:
                raise
            log.warning("purchase %s is unclear: %s", intent.id, type(unclear).__name__)
            await self._lost(row, type(unclear).__name__)
            return
        await self._keep(row, provider, number)

    async def _balance(self, provider: Provider, key_id: str, key: SecretStr) -> Decimal | None:
        """Read right before and after a purchase: the best hint there is when its answer is lost."""
        if not provider.can(Capability.BALANCE):
            return None
        balance = await provider.balance(key)
        await self._keys.note_balance(key_id, balance.amount, balance.currency, self._clock())
        return balance.amount

    async def _held(self, provider: Provider, key: SecretStr) -> set[str] | None:
        if not provider.can(Capability.ACTIVE):
            return None
        return {number.id for number in await provider.active(key)}

    async def _keep(self, row: Activation, provider: Provider, number: Number) -> None:
        now = self._clock()
        try:
            await self._store.bought(row.id, await self._bought(provider, number, now))
        except Refused as twice:
            log.error("purchase %s: %s", row.id, twice.detail)
            await self._lost(row, type(twice).__name__)
            return
        await self._keys.note_use(row.key_id, now)

    async def _bought(self, provider: Provider, number: Number, now: datetime) -> Bought:
        timing = provider.timing
        wait = max(timing.min_cancel, await self._waits.seconds(provider.name))
        return Bought(
            provider_id=number.id,
            phone=number.phone,
            raw=number.raw,
            cost=number.cost,
            operator=number.operator,
            another_sms=number.another_sms,
            at=now,
            cancel_from=now + timedelta(seconds=wait),
            expires_at=now + timedelta(seconds=timing.lifetime),
            next_poll_at=now + timedelta(seconds=timing.min_poll),
        )

    async def _lost(self, row: Activation, reason: str) -> None:
        """It may have been bought. Never called again; adopted where the provider can list it."""
        provider = self._providers.get(row.provider)
        balance, listing = None, False
        with suppress(CodebellError):
            if provider is not None:
                key = await self._keys.open(row.key_id)
                listing = provider.can(Capability.ACTIVE)
                if listing and await self._adopt(row, provider, key):
                    return
                balance = await self._balance(provider, row.key_id, key)
        look_at = self._clock() + timedelta(seconds=LOOKS[0]) if listing else None
        await self._store.unknown(row.id, reason, balance, self._clock(), look_at)

    async def _adopt(self, row: Activation, provider: Provider, key: SecretStr) -> bool:
        """Whether exactly one number of this service and country is new since the call; it is ours then."""
        known = set((row.held_before or "").split(",")) | await self._store.held_ids(row.key_id)
        new = [
            number
            for number in await provider.active(key)
            if number.id not in known
            and (number.service, number.country) == (row.service_code, row.country_code)
        ]
        if len(new) != 1:
            return False
        await self._keep(row, provider, new[0])
        return True


def _wish(quote: Quote, provider: Provider) -> Wish:
    """What to ask for. Where a maximum can be given it is always: the price the person agreed to."""
    return Wish(
        service=quote.service_code,
        country=quote.country_code,
        operator=quote.operator,
        max_price=(quote.max_price or quote.cost) if provider.can(Capability.MAX_PRICE) else None,
        min_price=quote.min_price,
        suppliers=_parts(quote.suppliers),
        except_suppliers=_parts(quote.except_suppliers),
        avoid_prefixes=_parts(quote.avoid_prefixes),
    )


def _parts(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(",") if part)
