"""The trade of renting: a number for days, its SIM brought into the network and out of it, all its SMS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial

from bot.sandbox.sites.activation import Sms
from bot.sandbox.sites.shop import Denied, Shop
from bot.sandbox.sites.texts import Draft, draft
from bot.sandbox.sites.wire import Json

DAY = 86400.0
#: The second SMS that comes by itself takes so many times as long as the first.
SECOND = 4


class Sim(StrEnum):
    """Where a rented number's SIM stands; turning it on or off takes a while."""

    OFFLINE = "offline"
    ENABLING = "enabling"
    ONLINE = "online"
    DISABLING = "disabling"


#: States in which the SIM is in the network and takes SMS.
IN_NETWORK = frozenset({Sim.ONLINE, Sim.DISABLING})


@dataclass(frozen=True, slots=True)
class Tariff:
    """What so many days of one country's number cost."""

    id: str
    days: int
    cost: Decimal
    country: str
    country_id: int


@dataclass(slots=True)
class Rental:
    """A rented number until a moment. `held` are SMS that wait for its SIM, `due` when booked ones come."""

    id: str
    phone: str
    country: str
    until: float
    paid: Decimal
    sim: Sim = Sim.OFFLINE
    sms: list[Sms] = field(default_factory=list)
    held: list[Draft] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    turns_at: float | None = None

    @property
    def in_network(self) -> bool:
        return self.sim in IN_NETWORK

    def read(self, now: float) -> Json:
        """The number as the page and the ledger show it."""
        return {
            "id": self.id,
            "phone": self.phone,
            "country": self.country,
            "until": self.until,
            "paid": str(self.paid),
            "state": "rented" if now < self.until else "ended",
            "sim": self.sim.value,
            "sms": [
                {"code": sms.code, "text": sms.text, "from": sms.sender, "at": sms.at} for sms in self.sms
            ],
            "held": len(self.held),
            "due_in": max(0.0, round(min(self.due) - now, 1)) if self.due else None,
        }


class Rentals:
    """The rented numbers of one account, beside its shop: the same money, clock and agenda.

    `stock` is how many of a country can be rented, `turn` the seconds a SIM takes to come or go.
    """

    def __init__(self, shop: Shop, tariffs: Iterable[Tariff], stock: Mapping[str, int], turn: float) -> None:
        self.shop = shop
        self.tariffs = {tariff.id: tariff for tariff in tariffs}
        self.stock = dict(stock)
        self.turn = turn
        self.all: dict[str, Rental] = {}
        self._last_id = shop.random.randrange(19_000_000, 20_000_000)

    def rent(self, tariff: Tariff) -> Rental | Denied:
        """A number of the tariff's country, charged for all its days at once."""
        phone = self._phone(tariff.country) if self.stock[tariff.country] else None
        if phone is None:
            return Denied.NO_NUMBERS
        affordable = self.shop.ledger.balance >= tariff.cost
        return self._hand_over(tariff, phone) if affordable else Denied.NO_BALANCE

    def renew(self, rental: Rental, tariff: Tariff) -> Denied | None:
        """The tariff's days are added to the end; None when that is done."""
        if self.shop.ledger.balance < tariff.cost:
            return Denied.NO_BALANCE
        self._charge(rental, tariff)
        return None

    def running(self) -> list[Rental]:
        now = self.shop.clock.now()
        return [rental for rental in self.all.values() if now < rental.until]

    def find(self, number: str) -> Rental | None:
        """A running rental by its id."""
        return next((rental for rental in self.running() if rental.id == number), None)

    def at(self, phone: str) -> Rental | None:
        """A running rental by its phone, with or without a plus."""
        return next((rental for rental in self.running() if rental.phone == phone.removeprefix("+")), None)

    def enable(self, rental: Rental) -> bool:
        """False when the SIM is on its way already."""
        if rental.sim is Sim.ENABLING:
            return False
        if rental.sim is not Sim.ONLINE:
            self._begin(rental, Sim.ENABLING, Sim.ONLINE)
        return True

    def disable(self, rental: Rental) -> None:
        if rental.sim not in (Sim.OFFLINE, Sim.DISABLING):
            self._begin(rental, Sim.DISABLING, Sim.OFFLINE)

    def draft(self, code: str | None = None, text: str | None = None) -> Draft:
        """An SMS of any service: a rented number is everybody's."""
        brands = [service.brand for service in self.shop.goods.services.values() if service.brand]
        brand = self.shop.random.choice(brands) if text is None else ""
        return draft(self.shop.random, brand, code, text)

    def book(self, rental: Rental, sms: Draft, seconds: float) -> None:
        """Let this SMS be sent in so many seconds; it arrives once the SIM is in the network."""
        at = self.shop.clock.now() + seconds
        rental.due.append(at)
        self.shop.agenda.put(at, partial(self._arrive, rental, sms))

    def _arrive(self, rental: Rental, sms: Draft, at: float) -> None:
        rental.due.remove(at)
        if at >= rental.until:
            return
        if rental.in_network:
            rental.sms.append(Sms(sms.code, sms.text, sms.sender, at))
        else:
            rental.held.append(sms)

    def _begin(self, rental: Rental, sim: Sim, goal: Sim) -> None:
        rental.sim = sim
        rental.turns_at = self.shop.clock.now() + self.turn
        self.shop.agenda.put(rental.turns_at, partial(self._turn, rental, goal))

    def _turn(self, rental: Rental, goal: Sim, at: float) -> None:
        """Nothing happens when the SIM was told otherwise meanwhile."""
        if rental.turns_at != at or at >= rental.until:
            return
        rental.sim, rental.turns_at = goal, None
        if goal is Sim.ONLINE:
            rental.sms += [Sms(sms.code, sms.text, sms.sender, at) for sms in rental.held]
            rental.held.clear()
            self._book_auto(rental)

    def _book_auto(self, rental: Rental) -> None:
        """The first SMS after the usual delay, the second some time later."""
        auto, random = self.shop.auto, self.shop.random
        if auto is None or rental.due:
            return
        first = random.uniform(*auto.after_seconds)
        for seconds in (first, first * SECOND):
            if random.random() < auto.share:
                self.book(rental, self.draft(), seconds)

    def _hand_over(self, tariff: Tariff, phone: str) -> Rental:
        self._last_id += self.shop.random.randrange(1, 40)
        now = self.shop.clock.now()
        rental = Rental(str(self._last_id), phone, tariff.country, until=now, paid=Decimal(0))
        self.stock[tariff.country] -= 1
        self.all[rental.id] = rental
        self._charge(rental, tariff)
        return rental

    def _charge(self, rental: Rental, tariff: Tariff) -> None:
        rental.until += tariff.days * DAY
        rental.paid += tariff.cost
        self.shop.ledger.charge(self.shop.clock.now(), tariff.cost, rental.id)

    def _phone(self, country: str) -> str | None:
        plan = self.shop.goods.countries[country].plans[""]
        taken = {*self.shop.by_phone, *(rental.phone for rental in self.all.values())}
        return plan.draw(self.shop.random, taken=taken.__contains__)
