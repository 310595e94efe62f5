"""A provider that sells what a test tells it to, and a clock that moves only when a test says so.

The other end of the world, a person in a chat, is in `tests.house`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from pydantic import SecretStr

from bot.errors import BadKey, CodeArrived, NoMoney, NoNumbers, PriceChanged, TooEarly, TooLate
from bot.providers.base import (
    ENDED,
    WAITING,
    Balance,
    Capability,
    Country,
    Held,
    Number,
    Outcome,
    Price,
    Reading,
    Service,
    Supplier,
    Tier,
    Timing,
    Wish,
)
from bot.sandbox.telegram.inprocess import InProcessSession
from tests.renting import RENTING, FakeRenting
from tests.scripted import Scripted, refuse_in_transaction
from tests.sending import SENDING, FakeSending

#: What a test has to switch on.
OFF = {Capability.ACTIVE, Capability.ALL_SMS, Capability.FORWARD} | RENTING | SENDING
SELLING = frozenset(Capability) - OFF

KEY = "alpha-key-0123456789-abcd"


class FakeClock:
    """A moment that stands still until it is moved; `sleep` jumps over what it is asked to sleep."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


class Wire(InProcessSession):
    """The bot's way to Telegram; nobody may hold a transaction open while talking over it."""

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        refuse_in_transaction(method.__api_method__)
        return await super().make_request(bot, method, timeout)


@dataclass(slots=True)
class Line:
    """A number as its provider sees it."""

    number: Number
    wish: Wish
    bought_at: datetime
    reading: Reading = WAITING
    #: SMS that came before the one it reads.
    earlier: list[Reading] = field(default_factory=list)


class FakeProvider(FakeRenting, FakeSending):
    """Sells numbers from a small stock and writes down every call. Every key it knows has an account."""

    where_key = "The key is under Profile."

    def __init__(self, name: str, clock: Callable[[], datetime], currency: str = "USD") -> None:
        Scripted.__init__(self, clock)
        FakeRenting.__init__(self)
        FakeSending.__init__(self)
        self.name, self.title, self.currency = name, name.capitalize(), currency
        self.timing = Timing(min_poll=5, min_cancel=30, lifetime=300)
        self.capabilities = SELLING
        #: The provider's own minimum wait, which it need not tell.
        self.lets_go_after = 30.0
        self.accounts: dict[str, Decimal] = {KEY: Decimal("18.74")}
        self.names = {"tg": "Telegram", "wa": "WhatsApp", "go": "Google"}
        self.places = {"1": "US", "2": "GB", "3": "DE", "4": "VN"}
        self.prices_of: dict[tuple[str, str], tuple[str, int | None]] = {
            ("tg", "1"): ("0.50", 10),
            ("tg", "2"): ("0.40", 3),
            ("tg", "3"): ("0.90", 50),
            ("wa", "1"): ("0.30", 7),
        }
        self.operator_names = ["tmobile", "verizon"]
        self.lines: dict[str, Line] = {}
        self.phone = "+1201555{:04}"
        #: Seconds until a key's next turn.
        self.line = 0.0

    # What a test says

    def delivers(self, code: str, text: str | None = None, sender: str | None = None) -> None:
        """An SMS comes to the newest number."""
        self.newest.reading = Reading(Outcome.RECEIVED, code, text, sender)

    def ends(self) -> None:
        """The newest number is over."""
        self.newest.reading = ENDED

    @property
    def newest(self) -> Line:
        return [*self.lines.values()][-1]

    # What the bot asks

    def wait(self, key: SecretStr) -> float:
        return self.line

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        self._hear("balance")
        return Balance(self._account(key), self.currency)

    async def services(self, key: SecretStr) -> list[Service]:
        self._hear("services")
        return [Service(code, name) for code, name in self.names.items()]

    async def countries(self, key: SecretStr) -> list[Country]:
        self._hear("countries")
        return [Country(code, iso2, f"{iso2} by {self.title}") for code, iso2 in self.places.items()]

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        self._hear("prices", service)
        return [
            Price(code, place, Decimal(cost), stock)
            for (code, place), (cost, stock) in self.prices_of.items()
            if service in (None, code) and country in (None, place)
        ]

    async def tiers(self, key: SecretStr, service: str, country: str) -> list[Tier]:
        self._hear("tiers")
        return [Tier(Decimal("0.50"), 4), Tier(Decimal("0.70"), 6)]

    async def suppliers(self, key: SecretStr, service: str, country: str) -> list[Supplier]:
        self._hear("suppliers")
        return [Supplier("21", Decimal("0.50"), 4), Supplier("38", Decimal("0.60"), 9)]

    async def operators(self, key: SecretStr, country: str) -> list[str]:
        self._hear("operators")
        return self.operator_names

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        self._hear("buy", wish)
        cost = self._sell(key, wish)
        number = self._number(cost)
        self.lines[number.id] = Line(number, wish, self._clock())
        self._scripts["buy"].end()
        return number

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        self._hear("poll", held)
        return self.lines[held.id].reading

    async def sent(self, key: SecretStr, held: Held) -> None:
        self._hear("sent", held)

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        self._hear("another_sms", held)
        self.lines[held.id].reading = WAITING

    async def finish(self, key: SecretStr, held: Held) -> None:
        self._hear("finish", held)
        self.lines[held.id].reading = ENDED

    async def cancel(self, key: SecretStr, held: Held) -> None:
        self._hear("cancel", held)
        self._let_go(key, self.lines[held.id])
        self._scripts["cancel"].end()

    async def all_sms(self, key: SecretStr, held: Held) -> list[Reading]:
        self._hear("all_sms", held)
        return [*self.lines[held.id].earlier, self.lines[held.id].reading]

    async def forward(self, key: SecretStr, held: Held, phone: str) -> None:
        self._hear("forward", phone)
        self._scripts["forward"].end()

    async def active(self, key: SecretStr) -> list[Number]:
        self._hear("active")
        return [
            replace(line.number, service=line.wish.service, country=line.wish.country)
            for line in self.lines.values()
            if line.reading is not ENDED
        ]

    def _account(self, key: SecretStr) -> Decimal:
        if key.get_secret_value() not in self.accounts:
            raise BadKey
        return self.accounts[key.get_secret_value()]

    def _sell(self, key: SecretStr, wish: Wish) -> Decimal:
        """Take the money and the number out of stock; what it cost."""
        cost, stock = self.prices_of[wish.service, wish.country]
        if stock == 0:
            raise NoNumbers
        if wish.max_price is not None and wish.max_price < Decimal(cost):
            raise PriceChanged(minimum=Decimal(cost))
        if self._account(key) < Decimal(cost):
            raise NoMoney
        self.accounts[key.get_secret_value()] -= Decimal(cost)
        self.prices_of[wish.service, wish.country] = (cost, None if stock is None else stock - 1)
        return Decimal(cost)

    def _number(self, cost: Decimal) -> Number:
        count = len(self.lines) + 1
        phone = self.phone.format(count)
        return Number(id=f"{self.name}-{count}", phone=phone, raw=phone[1:], cost=cost)

    def _let_go(self, key: SecretStr, line: Line) -> None:
        left = self.lets_go_after - (self._clock() - line.bought_at).total_seconds()
        if line.reading.outcome is Outcome.RECEIVED:
            raise CodeArrived
        if line.reading is ENDED:
            raise TooLate
        if left > 0:
            raise TooEarly
        line.reading = ENDED
        self.accounts[key.get_secret_value()] += line.number.cost or 0
