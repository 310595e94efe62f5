"""A provider's account around a purchase: whose turn it is, what it has, holds and is asked to pay."""

import asyncio
import logging
from collections.abc import Mapping
from decimal import Decimal
from weakref import WeakValueDictionary

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import CodebellError, NoNumbers, NotOffered, PriceChanged
from bot.providers.base import Capability, Number, Provider, Wish
from storage.keys import KeyStore
from storage.models import Activation, OutgoingMessage, Quote, RentalOrder

log = logging.getLogger(__name__)


#: What money is spent for.
Charge = Activation | RentalOrder | OutgoingMessage


class Accounts:
    """The accounts behind the stored keys."""

    def __init__(self, keys: KeyStore, providers: Mapping[str, Provider], clock: Clock) -> None:
        self._keys = keys
        self._providers = providers
        self._clock = clock
        #: A lock that nobody holds or waits for is forgotten.
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def turn(self, row: Charge) -> asyncio.Lock:
        """One purchase at a time per account: two chats may have the same key."""
        key = await self._keys.get(row.key_id)
        account = row.provider, row.key_id if key is None else key.tail
        return self._turns.setdefault(account, asyncio.Lock())

    async def behind(self, row: Charge) -> tuple[Provider, SecretStr]:
        """Where and with what something is bought. Raises `NotOffered`, `UnknownKey` or `BrokenKey`."""
        if row.provider not in self._providers:
            raise NotOffered
        return self._providers[row.provider], await self._keys.open(row.key_id, row.chat_id)

    async def balance(
        self, provider: Provider, key_id: str, key: SecretStr, *, paid: bool = False
    ) -> Decimal | None:
        """Read right before and after (`paid`) a purchase: the best hint there is when its answer is lost."""
        if not provider.can(Capability.BALANCE):
            return None
        balance = await provider.balance(key, paid=paid)
        currency = balance.currency or provider.currency
        await self._keys.note_balance(key_id, balance.amount, currency, self._clock())
        return balance.amount

    async def balance_after(self, row: Charge) -> Decimal | None:
        """The same after a purchase that is settled whether it can be read or not; None where it cannot.

        A site that has just lost an answer is likely to fail: it is asked all the same.
        """
        try:
            provider, key = await self.behind(row)
            return await self.balance(provider, row.key_id, key, paid=True)
        except CodebellError:
            return None
        except Exception:
            log.exception("purchase %s: the balance after it is not known", row.id)
            return None


async def held(provider: Provider, key: SecretStr) -> set[str] | None:
    """Ids of what the account holds; None where that is not told: a lost purchase is not adopted then."""
    if not provider.can(Capability.ACTIVE):
        return None
    try:
        return {number.id for number in await provider.active(key)}
    except CodebellError as untold:
        log.warning("%s does not list what is held: %s", provider.name, type(untold).__name__)
        return None


async def held_since(row: Activation, provider: Provider, key: SecretStr) -> dict[str, Number]:
    """What the account holds of this service and country that it did not hold before the call, by its id."""
    before, wanted = ids_before(row), (row.service_code, row.country_code)
    return {
        number.id: number
        for number in await provider.active(key)
        if number.id not in before and (number.service, number.country) == wanted
    }


def ids_before(row: Activation) -> set[str]:
    """What the account held before the call, by its id."""
    return set((row.held_before or "").split(","))


async def price_now(intent: Activation, provider: Provider, key: SecretStr) -> Decimal | None:
    """What is asked now, read where no maximum can be given. Raises when it is more than was agreed."""
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


def wish(quote: Quote, provider: Provider) -> Wish:
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
