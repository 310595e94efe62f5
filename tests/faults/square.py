"""What goes on in a soak beside those who buy for themselves: groups talk and buy, an operator tells news."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.telegram.wire import Json
from tests.faults.announcing import announce, people_come
from tests.faults.crowd import over
from tests.faults.harness import Sandbox
from tests.faults.person import Person, new_key, title

SITE = "smsbower"
#: Groups and the people in each; who gets the news besides those who buy, and how many of them are gone.
GROUPS, EACH, AUDIENCE, GONE = 3, 6, 300, 15
#: Seconds between two words in a group, and between two broadcasts.
BETWEEN, NEWS = 4.0, 60.0
WORDS = ("good morning", "who has a number?", "/help", "/numbers", "/balance")


@dataclass(slots=True)
class Square:
    """Groups that share numbers, and an operator; `bought` and `told` count what was confirmed."""

    sandbox: Sandbox
    random: Random
    operator: Person
    #: Each group as its people see it.
    groups: list[list[Person]] = field(default_factory=list)
    bought: int = 0
    told: int = 0
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self, people: list[Person]) -> None:
        """They come together, and the groups get their keys; the bot lives meanwhile."""
        people_come(self.sandbox, AUDIENCE, GONE)
        for _ in range(GROUPS):
            self.groups.append(await self._group(self.random.sample(people, EACH)))

    def go(self) -> None:
        """From now on they talk."""
        doing: list[Coroutine[None, None, None]] = [self._talk(group) for group in self.groups]
        self._living = [asyncio.create_task(each) for each in (*doing, self._tell())]

    async def rest(self) -> None:
        """Nobody begins anything any more."""
        await over(self._living)

    async def _talk(self, group: list[Person]) -> None:
        """Words, commands, and now and then a purchase; what is lost with a failing Telegram is left."""
        while True:
            await asyncio.sleep(self.random.uniform(0, 2 * BETWEEN))
            seat = self.random.choice(group)
            with suppress(AssertionError):
                await (self._buy(seat) if self.random.random() < 0.2 else self._say(seat))

    async def _say(self, seat: Person) -> None:
        seat.say(self.random.choice(WORDS))

    async def _buy(self, seat: Person) -> None:
        await seat.choose(SITE)
        await seat.press("Buy for")
        self.bought += 1

    async def _tell(self) -> None:
        while True:
            with suppress(AssertionError):
                await announce(self.operator, "We moved: the new address is below")
                self.told += 1
            await asyncio.sleep(NEWS)

    async def _group(self, people: list[Person]) -> list[Person]:
        """The first leads it; everybody may buy."""
        chat = self.sandbox.human.chat("supergroup", "Team", [one.id for one in people])["chat"]
        self.sandbox.human.add_bot(chat["id"], people[0].id, "administrator")
        seats = [one.seat(chat["id"]) for one in people]
        await self._key(people[0], seats[0])
        seats[0].say("/share")
        for label in ("Who buys", "Everyone here"):
            await seats[0].press(label)
        return seats

    async def _key(self, leader: Person, seat: Person) -> None:
        """It is sent in private, by a link from the group."""
        seat.say("/share")
        await seat.press("Add a key")
        leader.say(f"/start {_word(await seat.sees('This button works only for who asked'))}")
        await leader.press(title(self.sandbox.sites[SITE]))
        await leader.sees(", for Team", "Send the key")
        leader.say(new_key(self.sandbox.sites[SITE]))
        await leader.sees("connected for Team")

    # What came of it

    def wrong(self) -> list[str]:
        """A soak in which they had no part proves nothing."""
        found = {"no group bought anything": self.bought, "no broadcast went out": self.told}
        return [words for words, happened in found.items() if not happened]


def _word(message: Json) -> str:
    """What its link says to the bot."""
    links = [
        button["url"]
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if "url" in button
    ]
    return str(links[0]).partition("?start=")[2]
