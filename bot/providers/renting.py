"""What a provider that rents numbers for days can be asked, and the values it answers with."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import SecretStr

from bot.errors import Unsupported


@dataclass(frozen=True, slots=True)
class RentalStock:
    """How many numbers of a country can be rented now; `iso2` is "" where it could not be told."""

    country: str
    iso2: str
    stock: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """What renting a number of a country for so many days costs, in the provider's currency.

    `id` and `country` go back to the provider verbatim; a tariff is of one country.
    """

    id: str
    days: int
    cost: Decimal
    country: str
    iso2: str


@dataclass(frozen=True, slots=True)
class Rented:
    """A number the account rents now. `id` and `raw` go back verbatim; `phone` is E.164 with a plus.

    `until` is when the rent ends and `online` whether its SIM is in the network, None where not told.
    """

    id: str
    phone: str
    raw: str
    until: datetime | None
    online: bool | None


@dataclass(frozen=True, slots=True)
class RentalSms:
    """One SMS of a rented number. `written` is its time as the provider writes it, "" where it does not.

    Two readings of one SMS are equal; `at` is None where the time cannot be read. `text` is never "".
    """

    sender: str | None
    text: str
    written: str
    at: datetime | None


class SimAnswer(StrEnum):
    """What came of a wish to switch a SIM on or off."""

    REFUSED = "refused"
    SENT = "sent"
    UNDER_WAY = "under_way"


class Renting:
    """The calls of renting; whatever a provider cannot do raises `Unsupported`."""

    async def rental_stock(self, key: SecretStr) -> list[RentalStock]:
        """The countries numbers can be rented in; empty when nothing is left."""
        raise Unsupported

    async def tariffs(self, key: SecretStr) -> list[Tariff]:
        """Every tariff of every country."""
        raise Unsupported

    async def rent(self, key: SecretStr, tariff: Tariff) -> None:
        """Spend money once. Never repeated here or above.

        Raises `Refused` for a documented no and `Unclear` for anything lost or unreadable. Returning is no
        yes either: what was rented is told by `rented`, before and after.
        """
        raise Unsupported

    async def renew(self, key: SecretStr, rented: Rented, tariff: Tariff) -> None:
        """Spend money once to rent it longer. What came of it is told by `rented`, as with `rent`."""
        raise Unsupported

    async def rented(self, key: SecretStr) -> list[Rented]:
        """The numbers the account rents now."""
        raise Unsupported

    async def sim_on(self, key: SecretStr, rented: Rented) -> SimAnswer:
        """Ask for the SIM to be brought into the network; it takes a while."""
        raise Unsupported

    async def sim_off(self, key: SecretStr, rented: Rented) -> SimAnswer:
        raise Unsupported

    async def rental_sms(self, key: SecretStr, rented: Rented, last: int | None = None) -> list[RentalSms]:
        """Its SMS, oldest first: all of them, or the newest `last` ones."""
        raise Unsupported
