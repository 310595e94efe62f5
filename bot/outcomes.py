"""What became of purchases: stored however long the database fails, looked for where the answer was lost.

If the process dies while a lost purchase is looked for, the next look reads the list again: what is ours is
stored in one transaction, and a number that is stored is known and never taken for another purchase.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from sqlalchemy.exc import IntegrityError

from bot.accounts import Accounts, held_since, ids_before
from bot.clock import Clock
from bot.errands import Errands
from bot.errors import AlreadyDone, CodebellError
from bot.providers.base import Capability, Number, Provider, Timing
from storage.keys import KeyStore
from storage.models import Activation, State
from storage.purchases import PurchaseStore
from storage.reasons import Reason
from storage.sold import Bought
from storage.waits import WaitStore

log = logging.getLogger(__name__)

#: A list of active numbers may lag behind a purchase: it is read again after so many seconds.
LOOKS = (2.0, 10.0, 30.0, 120.0)
#: What it does not show by then was not bought; what it shows later is ours all the same, looked for so long
#: after the answer was lost.
LAG = timedelta(seconds=sum(LOOKS))
LATER = (timedelta(minutes=10), timedelta(minutes=30))
#: A list that cannot be read tells nothing: it is tried again and again, for a day.
SLOWEST = timedelta(minutes=5)
TRIED_FOR = timedelta(days=1)


class Sight(Enum):
    """What an account's list tells of a lost purchase."""

    OURS = auto()
    NONE = auto()
    #: It is not there, but what was bought would have ended by now.
    GONE = auto()
    #: More than one number may be it.
    SEVERAL = auto()
    #: The one number that may be it may be another lost purchase's as well.
    CLAIMED = auto()
    #: It could not be read, which tells nothing.
    UNREAD = auto()


#: Why only the person can tell.
_UNDECIDED = {Sight.SEVERAL: Reason.SEVERAL, Sight.CLAIMED: Reason.CLAIMED}


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
        if await self._sight(row) is Sight.OURS:
            return
        balance = await self._accounts.balance_after(row)
        look_at = None if row.held_before is None else self._clock() + timedelta(seconds=LOOKS[0])
        await self._errands.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), look_at)
        )

    async def look_for(self, row: Activation) -> None:
        """Look once more whether a lost purchase stands in the account's list."""
        sight = await self._sight(row)
        row, now = await self._weighed(row, sight), self._clock()
        match sight:
            case Sight.OURS:
                return
            case Sight.SEVERAL | Sight.CLAIMED:
                await self._store.undecided(row.id, _UNDECIDED[sight], now)
            case Sight.NONE if self._certain(row):
                await self._store.not_bought(row.id, now, now + LATER[0] - LAG)
            case _:
                await self._store.looked_in_vain(row.id, now, self._next_look(row, sight))

    async def _weighed(self, row: Activation, sight: Sight) -> Activation:
        """The row of a purchase that is not listed with the balance after it, if that was not read before."""
        if sight is not Sight.NONE or row.balance_before is None or row.balance_after is not None:
            return row
        balance = await self._accounts.balance_after(row)
        if balance is None:
            return row
        return await self._store.weighed(row.id, balance, self._clock()) or row

    def _certain(self, row: Activation) -> bool:
        """Whether a list without it proves that nothing was bought: not before the lag is over.

        Not when the account was or may have been charged meanwhile, nor when a number was answered.
        """
        before, after = row.balance_before, row.balance_after
        charged = before is not None and (after is None or after < before)
        answered = row.reason == AlreadyDone.__name__
        return row.state is State.UNKNOWN and self._looked_enough(row) and not charged and not answered

    def _looked_enough(self, row: Activation) -> bool:
        """Whether this look makes it as many, over as long, as a list may lag: a clock may be set forward."""
        return row.failures + 1 >= len(LOOKS) and self._waited(row) >= LAG

    def _waited(self, row: Activation) -> timedelta:
        """How long ago the answer was lost, or it was given up."""
        return self._clock() - (row.ended_at or row.created_at)

    def _next_look(self, row: Activation, sight: Sight) -> datetime | None:
        """None when it is looked for no more."""
        now, waited, looks = self._clock(), self._waited(row), row.failures + 1
        if sight is Sight.UNREAD:
            pause = timedelta(seconds=LOOKS[looks]) if looks < len(LOOKS) else SLOWEST
            return now + pause if waited < TRIED_FOR else None
        if row.state is State.UNKNOWN and not self._looked_enough(row):
            return now + timedelta(seconds=LOOKS[min(looks, len(LOOKS) - 1)])
        since = waited if row.state is State.UNKNOWN else waited + LAG
        return next((now + later - since for later in LATER if later > since), None)

    async def _sight(self, row: Activation) -> Sight:
        """What the account's list tells of a lost purchase; one that is ours is stored."""
        if row.held_before is None:
            return Sight.UNREAD
        try:
            provider, key = await self._accounts.behind(row)
            if not provider.can(Capability.ACTIVE):
                return Sight.UNREAD
            return await self._adopted(row, provider, await held_since(row, provider, key))
        except CodebellError as untold:
            log.info("purchase %s was not looked for: %s", row.id, type(untold).__name__)
        except Exception:
            log.exception("purchase %s was not looked for", row.id)
        return Sight.UNREAD

    async def _adopted(self, row: Activation, provider: Provider, new: Mapping[str, Number]) -> Sight:
        """Exactly one number of this service and country is new since the call: it is ours then."""
        unknown = new.keys() - await self._store.known(row.key_id, new.keys())
        if not unknown:
            return Sight.NONE if self._lives(row, provider) else Sight.GONE
        rivals = await self._rivals(row, unknown)
        if row.state is State.FAILED and any(_looked_for(rival) for rival in rivals):
            # What was given up has the weaker claim.
            return Sight.NONE
        if len(unknown) > 1:
            return Sight.SEVERAL
        if rivals:
            return Sight.CLAIMED
        # What is listed late may have been bought late.
        at = row.called_at if row.state is not State.FAILED else None
        await self.keep(row, new[unknown.pop()], await self.terms(provider), at)
        return Sight.OURS

    async def _rivals(self, row: Activation, ids: Collection[str]) -> Sequence[Activation]:
        """Other lost purchases that may have bought one of these as well."""
        rivals = await self._store.rivals(row, LATER[-1])
        return [rival for rival in rivals if set(ids) - ids_before(rival)]

    def _lives(self, row: Activation, provider: Provider) -> bool:
        """Whether what was bought by the call would still be listed."""
        called = row.called_at or row.created_at
        return self._clock() < called + timedelta(seconds=provider.timing.lifetime)


def _looked_for(row: Activation) -> bool:
    """Whether a lost purchase may still turn out to be ours."""
    return row.state is State.BUYING or (row.state is State.UNKNOWN and row.next_poll_at is not None)
