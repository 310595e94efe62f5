"""A provider that rents what a test tells it to: the renting half of `tests.doubles.FakeProvider`."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.errors import NoMoney, NoNumbers, Unavailable, UnknownActivation
from bot.providers.base import Capability
from bot.providers.renting import RentalSms, RentalStock, Rented, SimAnswer, Tariff
from tests.scripted import Scripted

RENTING = frozenset(
    {Capability.RENT, Capability.RENTED, Capability.SIM, Capability.RENTAL_SMS, Capability.RENEW}
)
TARIFFS = (
    Tariff("1", 1, Decimal("1.50"), "US", "US"),
    Tariff("2", 7, Decimal("4.00"), "US", "US"),
    Tariff("3", 7, Decimal("3.00"), "GB", "GB"),
)


@dataclass(slots=True)
class Lease:
    """A rented number as its provider sees it."""

    rented: Rented
    sms: list[RentalSms] = field(default_factory=list)


class FakeRenting(Scripted):
    """Rents numbers from a small stock; what the provider answers to an order tells nothing, as in life."""

    accounts: dict[str, Decimal]

    def __init__(self) -> None:
        self.rental_stocks = {"US": 5, "GB": 1}
        self.rental_tariffs: tuple[Tariff, ...] = TARIFFS
        self.leases: dict[str, Lease] = {}
        self.sim_answer = SimAnswer.SENT

    # What a test says

    def texts(self, text: str, sender: str = "Taxify", lease: Lease | None = None) -> None:
        """An SMS comes to the newest rented number."""
        now = self._clock()
        sms = RentalSms(sender, text, f"{now:%Y-%m-%d %H:%M:%S}", now)
        (lease or self.newest_lease).sms.append(sms)

    def turns(self, *, online: bool) -> None:
        """The SIM of the newest rented number is in the network, or not."""
        lease = self.newest_lease
        lease.rented = replace(lease.rented, online=online)

    def lasts(self, hours: float) -> None:
        """The newest rented number ends so long from now, as the account's list tells it."""
        lease = self.newest_lease
        lease.rented = replace(lease.rented, until=self._clock() + timedelta(hours=hours))

    def falls_silent(self) -> None:
        """It answers nothing about rented numbers any more."""
        for question in ("rental_sms", "rented"):
            self.breaks(question, Unavailable("503"))

    def speaks_again(self) -> None:
        for question in ("rental_sms", "rented"):
            self.breaks(question, None)

    def drops(self) -> None:
        """The newest rented number is not the account's any more."""
        del self.leases[self.newest_lease.rented.id]

    def rents_out(self, days: float = 7) -> Lease:
        """A number is rented elsewhere, with the same key."""
        return self._lease(days)

    @property
    def newest_lease(self) -> Lease:
        return [*self.leases.values()][-1]

    # What the bot asks

    async def rental_stock(self, key: SecretStr) -> list[RentalStock]:
        self._hear("rental_stock")
        return [RentalStock(country, country, stock) for country, stock in self.rental_stocks.items()]

    async def tariffs(self, key: SecretStr) -> list[Tariff]:
        self._hear("tariffs")
        return [*self.rental_tariffs]

    async def rent(self, key: SecretStr, tariff: Tariff) -> None:
        self._hear("rent", tariff)
        if not self.rental_stocks[tariff.country]:
            raise NoNumbers
        self._pay(key, tariff)
        self.rental_stocks[tariff.country] -= 1
        self._lease(tariff.days)
        self._scripts["rent"].end()

    async def renew(self, key: SecretStr, rented: Rented, tariff: Tariff) -> None:
        self._hear("renew", rented)
        self._pay(key, tariff)
        lease = self.leases[rented.id]
        until = (lease.rented.until or self._clock()) + timedelta(days=tariff.days)
        lease.rented = replace(lease.rented, until=until)
        self._scripts["renew"].end()

    async def rented(self, key: SecretStr) -> list[Rented]:
        self._hear("rented")
        return [lease.rented for lease in self.leases.values()]

    async def sim_on(self, key: SecretStr, rented: Rented) -> SimAnswer:
        self._hear("sim_on", rented)
        return self.sim_answer

    async def sim_off(self, key: SecretStr, rented: Rented) -> SimAnswer:
        self._hear("sim_off", rented)
        return self.sim_answer

    async def rental_sms(self, key: SecretStr, rented: Rented, last: int | None = None) -> list[RentalSms]:
        self._hear("rental_sms", rented)
        if rented.id not in self.leases:
            raise UnknownActivation
        sms = self.leases[rented.id].sms
        return [*sms] if last is None else sms[-last:]

    def _lease(self, days: float) -> Lease:
        count = len(self.leases) + 1
        phone = f"+4477009{count:05}"
        until = self._clock() + timedelta(days=days)
        rented = Rented(f"{self.name}-rent-{count}", phone, phone, until, online=True)
        lease = self.leases[rented.id] = Lease(rented)
        return lease

    def _pay(self, key: SecretStr, tariff: Tariff) -> None:
        if self.accounts[key.get_secret_value()] < tariff.cost:
            raise NoMoney
        self.accounts[key.get_secret_value()] -= tariff.cost
