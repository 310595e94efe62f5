"""People who buy, wait for codes, cancel and ask for more, while the bot dies all the time."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random

from bot.sandbox.sites.activation import Activation
from bot.sandbox.telegram.wire import Json
from tests.faults.harness import Sandbox
from tests.faults.person import Person

SITES = ("smsbower", "herosms")
#: Seconds after which somebody whose press was lost with the bot begins anew.
PATIENCE, CALM = 3.0, 25.0
#: Codes come by themselves after so many seconds, for that share of the numbers.
CODES = {"after_seconds": [0.2, 3.0], "share": 0.7}
#: What they press when they have a number, in turn.
PLANS = (("Cancel",), ("Another SMS", "Finish"), ("Finish",), (), ())


@dataclass(slots=True)
class Crowd:
    """So many people at the providers of one sandbox, each with a key of both."""

    sandbox: Sandbox
    random: Random
    size: int
    people: list[Person] = field(default_factory=list)
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self) -> None:
        """They come and add their keys; the bot lives meanwhile."""
        self.people = [Person(self.sandbox, f"Person {number}") for number in range(self.size)]
        await asyncio.gather(*(person.connect(*SITES) for person in self.people))
        for site in SITES:
            self.sandbox.sites[site].control("auto", **CODES)
            self.sandbox.sites[site].control("balance", amount=1_000_000)

    async def choose(self, offers: int) -> None:
        """Everybody has so many offers in the chat, which wait for one press; the bot lives meanwhile."""
        await asyncio.gather(*(self._choose(person, offers) for person in self.people))

    async def _choose(self, person: Person, offers: int) -> None:
        while (before := len(_offers(person))) < offers:
            await person.choose(self.random.choice(SITES))
            await self.sandbox.eventually(partial(_has_more, person, before), "there is one more offer")

    def go(self) -> None:
        """From now on they press."""
        for person in self.people:
            person.patience = PATIENCE
        self._living = [asyncio.create_task(self._live(person)) for person in self.people]

    async def rest(self) -> None:
        """Nobody begins anything any more."""
        for person in self.people:
            person.patience = CALM
        for task in self._living:
            task.cancel()
        for end in await asyncio.gather(*self._living, return_exceptions=True):
            if not isinstance(end, asyncio.CancelledError):
                raise AssertionError("somebody went away") from end

    async def _live(self, person: Person) -> None:
        while True:
            # What they wait for may have died with the bot: then they press something else.
            with suppress(AssertionError):
                await self._deal(person)

    async def _deal(self, person: Person) -> None:
        """Buy, often with a second press; then cancel, or ask for another SMS, or let the code come."""
        waits = len(person.showing("Waiting for the SMS"))
        await self._waits(lambda: person.offered("Buy for"))
        for _ in range(self.random.choice((1, 1, 2))):
            person.click("Buy for")
        await self._waits(lambda: len(person.showing("Waiting for the SMS")) > waits)
        for label in self.random.choice(PLANS):
            await person.press(label)

    async def _waits(self, look: Callable[[], object]) -> None:
        await self.sandbox.eventually(look, "the bot lived long enough", PATIENCE)

    def rings(self, number: Activation, code: str) -> int:
        """How often a code of a number rang, whoever heard it."""
        return sum(code in text for person in self.people for text in _bells(person, number))


def _bells(person: Person, number: Activation) -> list[str]:
    """What rang in somebody's chat for a number."""
    said = [message["text"] for message in person.showing("🔔")]
    return [text for text in said if re.sub(r"\D", "", text.splitlines()[0]) == number.phone]


def _has_more(person: Person, before: int) -> bool:
    return len(_offers(person)) > before


def _offers(person: Person) -> list[Json]:
    """The messages that wait for a press on *Buy*."""
    return [message for message in person.messages() if "Buy for" in str(message.get("reply_markup"))]
