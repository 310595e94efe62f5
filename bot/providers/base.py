"""What every provider can be asked, and the values it answers with.

A provider says what it can do as data (`capabilities` and three times in seconds); the keyboards read that,
so no flow names a provider. A method outside its capabilities raises `Unsupported`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import SecretStr

from bot.errors import Unsupported, text
from bot.providers.renting import Renting
from bot.providers.sending import Sending


class Capability(StrEnum):
    """What a provider's API offers; a row of the feature table in the README each."""

    BALANCE = "balance"
    SERVICES = "services"
    COUNTRIES = "countries"
    PRICES = "prices"
    STOCK = "stock"
    TIERS = "tiers"
    SUPPLIERS = "suppliers"
    MAX_PRICE = "max_price"
    MIN_PRICE = "min_price"
    PREFIXES = "prefixes"
    OPERATOR = "operator"
    BUY = "buy"
    CODE = "code"
    FULL_TEXT = "full_text"
    SENT = "sent"
    ANOTHER_SMS = "another_sms"
    FINISH = "finish"
    CANCEL = "cancel"
    ACTIVE = "active"
    ALL_SMS = "all_sms"
    FORWARD = "forward"
    RENT = "rent"
    RENTED = "rented"
    SIM = "sim"
    RENTAL_SMS = "rental_sms"
    RENEW = "renew"
    SENDERS = "senders"
    CHANNEL_BALANCES = "channel_balances"
    SEND_PRICES = "send_prices"
    SEND_SMS = "send_sms"
    SEND_VIBER = "send_viber"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Balance:
    """Money on a provider's account; `currency` is ISO 4217 or "" where the provider never says."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service by the provider's own code; codes are never shared between providers."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country by the provider's own id; `iso2` is upper case, "" where it could not be told."""

    code: str
    iso2: str
    name: str


@dataclass(frozen=True, slots=True)
class Price:
    """What a number for one service in one country costs; `stock` is None where it is not told."""

    service: str
    country: str
    cost: Decimal
    stock: int | None


@dataclass(frozen=True, slots=True)
class Tier:
    """How many numbers (not cumulative) there are at one price."""

    cost: Decimal
    stock: int


@dataclass(frozen=True, slots=True)
class Supplier:
    """One of the sources a provider sells from; `id` goes into `Wish.suppliers`."""

    id: str
    cost: Decimal
    stock: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What to buy, in the provider's own codes. Prefixes are digits only, country code first ("7918")."""

    service: str
    country: str
    operator: str | None = None
    max_price: Decimal | None = None
    min_price: Decimal | None = None
    suppliers: tuple[str, ...] = ()
    except_suppliers: tuple[str, ...] = ()
    avoid_prefixes: tuple[str, ...] = ()

    def needs(self) -> frozenset[Capability]:
        """What a provider must be capable of to grant this; a wish is refused rather than half granted."""
        asked = {
            Capability.BUY: True,
            Capability.OPERATOR: self.operator,
            Capability.MAX_PRICE: self.max_price is not None,
            Capability.MIN_PRICE: self.min_price is not None,
            Capability.SUPPLIERS: self.suppliers or self.except_suppliers,
            Capability.PREFIXES: self.avoid_prefixes,
        }
        return frozenset(capability for capability, wanted in asked.items() if wanted)


@dataclass(frozen=True, slots=True)
class Number:
    """A bought number. `id` and `raw` go back to the provider verbatim; `phone` is E.164 with a plus.

    Where `phone` cannot be read it is what the provider wrote, made safe to show, or "".
    `service` and `country` are the provider's codes, told by `active` only, so that the right one is adopted.
    """

    id: str
    phone: str
    raw: str
    cost: Decimal | None = None
    operator: str | None = None
    another_sms: bool | None = None
    service: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A number of ours as a call needs it; `age`: seconds it is ours; `last_written`: as of a reading."""

    id: str
    raw: str
    age: float
    last_code: str | None = None
    last_written: str = ""
    asked_again: bool = False


class Outcome(StrEnum):
    """What a provider says of a number now."""

    WAITING = "waiting"
    RECEIVED = "received"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer to one poll: `code` only with RECEIVED, `text` and `sender` where they are told.

    `written` is the SMS's time as the provider writes it, or "": it tells a resent SMS from one read twice.
    """

    outcome: Outcome
    code: str = ""
    text: str | None = None
    sender: str | None = None
    written: str = ""

    @property
    def whole(self) -> str | None:
        """The code where nothing else came with it: all that an error can carry."""
        return self.code if self.text is None else None


WAITING = Reading(Outcome.WAITING)
ENDED = Reading(Outcome.ENDED)


@dataclass(frozen=True, slots=True)
class Timing:
    """A provider's times in seconds: between polls, from purchase to the first cancel, a number's life."""

    min_poll: float
    min_cancel: float
    lifetime: float

    def with_overrides(self, changes: Mapping[str, float]) -> "Timing":
        """The same with some of the three replaced, as the settings `PROVIDERS__<NAME>__<TIME>` ask."""
        return replace(self, **changes)


class Provider(Renting, Sending):
    """One provider, for every key of it: the key is passed per call and never kept.

    Every method raises only `bot.errors`: `Refused` (a definite no) or `Unclear` (it may have happened).
    """

    name: str
    title: str
    currency: str
    timing: Timing
    capabilities: frozenset[Capability] = frozenset()
    where_key: str = text("The key is on the provider's site, under API.")
    gives_once: bool = False  # A code is told once: an answer that is lost on its way takes it along.

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def expires_at(self, key: SecretStr) -> datetime | None:
        """When this key ends, where it says so itself; no call is made."""
        return None

    def wait(self, key: SecretStr) -> float:
        """Seconds until this key's next turn to ask, 0 where it is free; no call is made."""
        return 0.0

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        """The money on the account; a wrong key raises `BadKey`. `paid`: to learn of a lost purchase."""
        raise Unsupported

    async def services(self, key: SecretStr) -> list[Service]:
        raise Unsupported

    async def countries(self, key: SecretStr) -> list[Country]:
        raise Unsupported

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        """Prices in `currency`, of one service or country or of everything; empty when nothing is sold."""
        raise Unsupported

    async def tiers(self, key: SecretStr, service: str, country: str) -> list[Tier]:
        """Price tiers, cheapest first."""
        raise Unsupported

    async def suppliers(self, key: SecretStr, service: str, country: str) -> list[Supplier]:
        """Suppliers, cheapest first."""
        raise Unsupported

    async def operators(self, key: SecretStr, country: str) -> list[str]:
        raise Unsupported

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        """Spend money once. Never repeated here or above; `Unclear` means it may have been bought."""
        raise Unsupported

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        """What the provider says of this number now; not sooner than `timing.min_poll` after the last."""
        raise Unsupported

    async def sent(self, key: SecretStr, held: Held) -> None:
        """Tell the provider that the SMS was sent to the number."""
        raise Unsupported

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        """Ask for one more SMS to the same number. Not to be repeated blindly."""
        raise Unsupported

    async def finish(self, key: SecretStr, held: Held) -> None:
        raise Unsupported

    async def cancel(self, key: SecretStr, held: Held) -> None:
        """Give the number back. Raises `TooEarly`, `TooLate`, `Unclear`, or `CodeArrived`: poll then."""
        raise Unsupported

    async def active(self, key: SecretStr) -> list[Number]:
        """The numbers the account holds now: the way to adopt a purchase whose answer was lost."""
        raise Unsupported

    async def all_sms(self, key: SecretStr, held: Held) -> list[Reading]:
        """Every SMS this number got, oldest first; all RECEIVED, empty before the first."""
        raise Unsupported

    async def forward(self, key: SecretStr, held: Held, phone: str) -> None:
        """Let calls to this number ring at `phone` (E.164 with a plus), after the first SMS.

        Setting it twice does no harm. Raises `NotForwardable` where the service allows no forwarding.
        """
        raise Unsupported

    async def close(self) -> None:
        """Release the connections."""
