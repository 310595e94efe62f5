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
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, repeat
from typing import Any, TypeVar

from pydantic import SecretStr
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.clock import Clock
from bot.errors import (
    AlreadyDone,
    BadReply,
    CodebellError,
    NoNumbers,
    NotOffered,
    PriceChanged,
    Refused,
    Unclear,
    text,
)
from bot.providers.base import Capability, Number, Provider, Wish
from storage.keys import KeyStore
from storage.models import Activation, Quote
from storage.purchases import Bought, Caps, PurchaseStore
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: A list of active numbers may lag behind a purchase: it is read again after so many seconds, then given up.
LOOKS = (2.0, 10.0, 30.0, 120.0)
#: Seconds between tries to store what became of a purchase; the last one again and again.
SAVES = (1.0, 2.0, 5.0, 10.0, 30.0)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class NeverCalled(Refused):
    text = text("The bot was stopped before it could order the number.")


class Paused(Refused):
    text = text("A number that was just bought cannot be stored yet. Until it is, nothing more is bought.")


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
        providers: Mapping[str, Provider],
        caps: Caps,
        clock: Clock,
        nudge: Callable[[], None],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = store
        self._waits = waits
        self._keys = keys
        self._providers = providers
        self._caps = caps
        self._clock = clock
        self._nudge = nudge
        self._sleep = sleep
        self._turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: set[asyncio.Task[None]] = set()
        #: Ids of the intents this process is carrying out, and of those whose outcome is not stored yet.
        self._alive: set[str] = set()
        self._unsaved: set[str] = set()
        self._halted = False

    async def buy(self, nonce: str, owner_id: int, chat_id: int, card_id: int | None) -> Activation:
        """Start buying what a quote offers, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card.
        """
        if self._unsaved:
            raise Paused
        intent, quote = await self._store.intend(nonce, owner_id, chat_id, card_id, self._caps, self._clock())
        # Not the caller's task: a cancelled handler must not lose a number that is being bought.
        self._alive.add(intent.id)
        self._start(self._carry_out(intent, quote))
        self._nudge()
        return intent

    def halt(self) -> None:
        """The stop began: what waits in line is not ordered any more."""
        self._halted = True

    async def drain(self, seconds: float) -> None:
        """At the stop: let purchases under way find their end."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left; each as fast as its provider answers."""
        made_before = self._clock() - older_than
        for row in await self._store.stranded():
            if row.id in self._alive or row.created_at > made_before:
                continue
            if row.called_at is None:
                await self._store.failed(row.id, NeverCalled.__name__, self._clock())
            else:
                self._start(self._recover(row))
        self._nudge()

    async def look_for(self, row: Activation) -> None:
        """Look once more whether an unknown purchase stands in the account's list."""
        async with await self._turn(row):
            if not await self._found(row):
                await self._store.looked_in_vain(row.id, self._clock(), self._next_look(row))

    def _next_look(self, row: Activation) -> datetime | None:
        later = LOOKS[row.failures + 1 : row.failures + 2]
        return self._clock() + timedelta(seconds=later[0]) if later else None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _turn(self, row: Activation) -> asyncio.Lock:
        """One purchase at a time per account: two chats may have the same key."""
        key = await self._keys.get(row.key_id)
        return self._turns[row.provider, row.key_id if key is None else key.tail]

    async def _recover(self, row: Activation) -> None:
        async with await self._turn(row):
            await self._lost(row, "Interrupted")
        self._nudge()

    async def _carry_out(self, intent: Activation, quote: Quote) -> None:
        try:
            turn = await self._insist(intent.id, lambda: self._turn(intent))
            async with turn:
                await self._purchase(intent, quote)
        finally:
            self._alive.discard(intent.id)
        self._nudge()

    async def _purchase(self, intent: Activation, quote: Quote) -> None:
        try:
            await self._spend(intent, quote)
        except CodebellError as refused:
            log.info("purchase %s was refused: %s", intent.id, type(refused).__name__)
            await self._failed(intent.id, type(refused).__name__)
        except Exception:
            log.exception("purchase %s broke off", intent.id)
            await self._settle(intent.id)

    async def _settle(self, activation_id: str) -> None:
        """The row tells whether the call may have been made."""
        for row in await self._insist(activation_id, self._store.stranded):
            if row.id == activation_id and row.called_at is None:
                await self._failed(row.id, NeverCalled.__name__)
            elif row.id == activation_id:
                await self._lost(row, "Interrupted")

    async def _spend(self, intent: Activation, quote: Quote) -> None:
        """Raises `CodebellError` only when nothing was bought."""
        provider, key = await self._behind(intent)
        order = await self._ready(intent, provider, key)
        number = None if order is None else await self._call(order, _wish(quote, provider))
        if order is not None and number is not None:
            await self._keep(order, number)

    async def _behind(self, row: Activation) -> tuple[Provider, SecretStr]:
        if row.provider not in self._providers:
            raise NotOffered
        return self._providers[row.provider], await self._keys.open(row.key_id)

    async def _ready(self, intent: Activation, provider: Provider, key: SecretStr) -> _Order | None:
        """Note what the account has and holds; once this is committed the call may have been made."""
        try:
            balance = await self._balance(provider, intent.key_id, key)
            held = await self._held(provider, key)
            price = await self._price(intent, provider, key)
            # Before the call: after it, nothing may stand between the number and its row.
            wait = await self._wait(provider)
            if self._halted:
                raise NeverCalled
            if self._unsaved:
                raise Paused
            row = await self._store.calling(intent.id, balance, held, self._clock())
        except CodebellError:
            raise
        except Exception as broken:
            log.exception("purchase %s was not tried", intent.id)
            raise CodebellError from broken
        return None if row is None else _Order(row, provider, key, wait, price)

    async def _call(self, order: _Order, wish: Wish) -> Number | None:
        """The one call that spends money; None when its answer is lost. Raises when nothing was bought."""
        row = order.row
        try:
            return await order.provider.buy(order.key, wish)
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

    async def _balance(self, provider: Provider, key_id: str, key: SecretStr) -> Decimal | None:
        """Read right before and after a purchase: the best hint there is when its answer is lost."""
        if not provider.can(Capability.BALANCE):
            return None
        balance = await provider.balance(key)
        currency = balance.currency or provider.currency
        await self._keys.note_balance(key_id, balance.amount, currency, self._clock())
        return balance.amount

    async def _held(self, provider: Provider, key: SecretStr) -> set[str] | None:
        """What the account holds; None where that is not told: a lost purchase is not adopted then."""
        if not provider.can(Capability.ACTIVE):
            return None
        try:
            return {number.id for number in await provider.active(key)}
        except CodebellError as untold:
            log.warning("%s does not list what is held: %s", provider.name, type(untold).__name__)
            return None

    async def _price(self, intent: Activation, provider: Provider, key: SecretStr) -> Decimal | None:
        """What is asked now, where no maximum can be given. Raises when it is more than was agreed."""
        if provider.can(Capability.MAX_PRICE) or not provider.can(Capability.PRICES):
            return None
        wanted = (intent.service_code, intent.country_code)
        listed = await provider.prices(key, *wanted)
        costs = [price.cost for price in listed if (price.service, price.country) == wanted]
        if not costs:
            raise NoNumbers
        if min(costs) > intent.agreed:
            raise PriceChanged(minimum=min(costs))
        return min(costs)

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
            await self._insist(row.id, lambda: self._store.bought(row.id, bought, self._clock()))
        except (AlreadyDone, IntegrityError):
            log.error("purchase %s: the provider gave the id of a number that is open", row.id)
            await self._lost(row, AlreadyDone.__name__)
        else:
            await self._keys.note_use(row.key_id, self._clock())

    async def _failed(self, activation_id: str, reason: str) -> None:
        await self._insist(activation_id, lambda: self._store.failed(activation_id, reason, self._clock()))

    async def _insist(self, activation_id: str, work: Callable[[], Awaitable[T]]) -> T:
        """While the database fails it is tried again: nobody else knows what became of the purchase."""
        pauses = chain(SAVES, repeat(SAVES[-1]))
        try:
            while True:
                try:
                    return await work()
                except (DataError, IntegrityError):
                    # What it does not take now, it never will.
                    raise
                except SQLAlchemyError:
                    log.exception("purchase %s: the database fails, it is tried again", activation_id)
                    self._unsaved.add(activation_id)
                    await self._sleep(next(pauses))
        finally:
            self._unsaved.discard(activation_id)

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
        balance = await self._balance_after(row)
        look_at = None if row.held_before is None else self._clock() + timedelta(seconds=LOOKS[0])
        await self._insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), look_at)
        )

    async def _balance_after(self, row: Activation) -> Decimal | None:
        try:
            provider, key = await self._behind(row)
            return await self._balance(provider, row.key_id, key)
        except CodebellError:
            return None
        except Exception:
            log.exception("purchase %s: the balance after it is not known", row.id)
            return None

    async def _found(self, row: Activation) -> bool:
        """Whether the provider lists the lost purchase; it is ours then."""
        if row.held_before is None:
            return False
        try:
            provider, key = await self._behind(row)
            return provider.can(Capability.ACTIVE) and await self._adopt(row, provider, key)
        except CodebellError:
            return False
        except Exception:
            log.exception("purchase %s was not looked for", row.id)
            return False

    async def _adopt(self, row: Activation, provider: Provider, key: SecretStr) -> bool:
        """Whether exactly one number of this service and country is new since the call; it is ours then."""
        before = set((row.held_before or "").split(","))
        wanted = (row.service_code, row.country_code)
        new = {
            number.id: number
            for number in await provider.active(key)
            if number.id not in before and (number.service, number.country) == wanted
        }
        unknown = new.keys() - await self._store.known(row.key_id, new.keys())
        if len(unknown) != 1:
            return False
        order = _Order(row, provider, key, await self._wait(provider), None)
        await self._keep(order, new[unknown.pop()], row.called_at)
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
