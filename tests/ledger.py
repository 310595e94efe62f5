"""A provider that keeps a ledger: who paid for which number, what came to it, what the bot was told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr

from bot.errors import TooLate
from bot.providers.base import ENDED, WAITING, Capability, Held, Number, Outcome, Reading, Timing, Wish
from tests.doubles import FakeClock, FakeProvider, Line
from tests.scripted import About


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS as the provider wrote it down; `late` if its number had ended before."""

    number: str
    code: str
    late: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """One question about a number, and in which of its lives the bot asked it."""

    life: int
    number: str
    at: datetime


class Ledger(FakeProvider):
    """Lists its numbers, ends them in time, and pays back those to which nothing came."""

    def __init__(self, name: str, clock: FakeClock, moment: Callable[[], None]) -> None:
        super().__init__(name, clock)
        self._moment = moment
        self.timing = Timing(min_poll=20, min_cancel=30, lifetime=600)
        self.capabilities |= {Capability.ACTIVE}
        self.payers: dict[str, str] = {}
        self.sms: list[Sms] = []
        self.told: set[str] = set()
        self.polls: list[Poll] = []
        #: Numbers to which another SMS may come; meanwhile they may show the last one still.
        self.asked: set[str] = set()
        self.shows_the_last = False
        #: Numbers that were bought without the bot.
        self.elsewhere: set[str] = set()
        #: For how many seconds the list does not show what was bought.
        self.lag = 0.0
        #: How often the list could not be read.
        self.unlisted = 0
        #: How often the bot has died.
        self.life = 0
        #: Comes to the number whose cancel is the next on its way.
        self.in_the_way = ""
        #: How many intents to buy are committed, and the purchases called without one.
        self.intents: Callable[[], int] = lambda: 0
        self.unwritten = 0

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        bought = len(self.lines)
        self.unwritten += len(self.called("buy")) >= self.intents()
        try:
            return await super().buy(key, wish)
        finally:
            for number in [*self.lines][bought:]:
                self.payers[number] = key.get_secret_value()

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        await asyncio.sleep(0)
        reading = await super().poll(key, held)
        self.polls.append(Poll(self.life, held.id, self._clock()))
        if reading.outcome is Outcome.RECEIVED:
            self.told.add(reading.code)
        await asyncio.sleep(0)
        return reading

    async def cancel(self, key: SecretStr, held: Held) -> None:
        if self.in_the_way:
            self.receives(held.id, self.in_the_way)
            self.in_the_way = ""
        await super().cancel(key, held)
        await asyncio.sleep(0)

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        self._hear("another_sms", held)
        if self.lines[held.id].reading is ENDED:
            raise TooLate
        self.lines[held.id].reading = WAITING

    async def active(self, key: SecretStr) -> list[Number]:
        """The numbers of this key's account alone."""
        payer = key.get_secret_value()
        self.unlisted += 1
        every = await super().active(key)
        self.unlisted -= 1
        return [one for one in every if self.payers[one.id] == payer and self.age(one.id) >= self.lag]

    def age(self, number: str) -> float:
        """Seconds since it was bought."""
        return (self._clock() - self.lines[number].bought_at).total_seconds()

    def heals(self) -> None:
        """Every call does what it should again."""
        self._scripts.clear()
        self.lag = 0.0

    def sells_elsewhere(self, key: str) -> None:
        """Somebody buys on the website what people buy here, with the account of this key."""
        number = self._number(Decimal("0.50"))
        self.lines[number.id] = Line(number, Wish("tg", "1"), self._clock())
        self.payers[number.id] = key
        self.accounts[key] -= Decimal("0.50")
        self.elsewhere.add(number.id)

    def receives(self, number: str, code: str) -> None:
        """An SMS comes to a number, unless it shows one that nobody asked to follow."""
        line = self.lines[number]
        if line.reading.outcome is not Outcome.RECEIVED:
            self.sms.append(Sms(number, code, late=line.reading is ENDED))
            line.reading = Reading(Outcome.RECEIVED, code)

    @property
    def paid(self) -> set[str]:
        """The numbers that are not over without an SMS: those are paid back."""
        came = {sms.number for sms in self.sms}
        return {name for name, line in self.lines.items() if name in came or line.reading is not ENDED}

    def _hear(self, name: str, about: About = None) -> None:
        self._moment()
        for line in self.lines.values():
            self._end_in_time(line)
        super()._hear(name, about)

    def _end_in_time(self, line: Line) -> None:
        number = line.number.id
        young = self.age(number) < self.timing.lifetime
        if young or (line.reading is not WAITING and number not in self.asked):
            return
        line.reading = ENDED
        self.asked.discard(number)
        if number not in {sms.number for sms in self.sms}:
            self.accounts[self.payers[number]] += line.number.cost or 0
