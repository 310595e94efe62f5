"""What became of purchases: stored however long the database fails, looked for where the answer was lost."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from bot.accounts import Accounts, held_since
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import AlreadyDone, CodebellError
from bot.providers.base import Capability, Number, Provider, Timing
from storage.keys import KeyStore
from storage.models import Activation
from storage.purchases import Bought, PurchaseStore
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: A list of active numbers may lag behind a purchase: it is read again after so many seconds, then given up.
LOOKS = (2.0, 10.0, 30.0, 120.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a number is bought: `wait` in seconds to the first cancel, `price` where it was read."""

    timing: Timing
    wait: float
    price: Decimal | None = None


class Outcomes:
    """The ends of purchases."""

    def __init__(
        self,
        store: PurchaseStore,
        waits: WaitStore,
        keys: KeyStore,
        accounts: Accounts,
        clock: Clock,
        errands: Errands,
    ) -> None:
        self._store = store
        self._waits = waits
        self._keys = keys
        self._accounts = accounts
        self._clock = clock
        self._errands = errands

    async def terms(self, provider: Provider, price: Decimal | None = None) -> Terms:
        """The first cancel is a look later than where one was refused lately."""
        refused = await self._waits.seconds(provider.name, self._clock())
        learned = refused + provider.timing.min_poll if refused else 0.0
        return Terms(provider.timing, max(provider.timing.min_cancel, learned), price)

    async def keep(self, row: Activation, number: Number, terms: Terms, at: datetime | None = None) -> None:
        """What was bought (`at`: now) is ours, unless the provider gave the id of a number we have open."""
        bought = self._bought(number, terms, at or self._clock())
        try:
            await self._errands.insist(row.id, lambda: self._store.bought(row.id, bought, self._clock()))
        except (AlreadyDone, IntegrityError):
            log.error("purchase %s: the provider gave the id of a number that is open", row.id)
            await self.lost(row, AlreadyDone.__name__)
        else:
            await self._keys.note_use(row.key_id, self._clock())

    def _bought(self, number: Number, terms: Terms, at: datetime) -> Bought:
        return Bought(
            provider_id=number.id,
            phone=number.phone,
            raw=number.raw,
            cost=terms.price if number.cost is None else number.cost,
            operator=number.operator,
            another_sms=number.another_sms,
            at=at,
            cancel_from=at + timedelta(seconds=terms.wait),
            expires_at=at + timedelta(seconds=terms.timing.lifetime),
            next_poll_at=self._clock() + timedelta(seconds=terms.timing.min_poll),
        )

    # Where the answer was lost

    async def lost(self, row: Activation, reason: str) -> None:
        """It may have been bought. Never called again; adopted where the provider can list it."""
        if await self._found(row):
            return
        balance = await self._accounts.balance_after(row)
        look_at = None if row.held_before is None else self._clock() + timedelta(seconds=LOOKS[0])
        await self._errands.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), look_at)
        )

    async def look_for(self, row: Activation) -> None:
        """Look once more whether an unknown purchase stands in the account's list."""
        if not await self._found(row):
            await self._store.looked_in_vain(row.id, self._clock(), self._next_look(row))

    def _next_look(self, row: Activation) -> datetime | None:
        later = LOOKS[row.failures + 1 : row.failures + 2]
        return self._clock() + timedelta(seconds=later[0]) if later else None

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
        await self.keep(row, new[unknown.pop()], await self.terms(provider), row.called_at)
        return True
