"""What goes on in a soak beside those who buy for themselves: groups talk and buy, an operator tells news."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.telegram.wire import Json
from tests.faults.announcing import announce, people_come
from tests.faults.crowd import over, sold_to
from tests.faults.harness import Sandbox
from tests.faults.person import Person, new_key, title

SITE = "smsbower"
#: Groups and the people in each; who gets the news besides those who buy, and how many of them are gone.
GROUPS, EACH, AUDIENCE, GONE = 3, 6, 300, 15
#: Seconds between two words in a group, and between two broadcasts.
BETWEEN, NEWS = 8.0, 60.0
WHAT = "We moved: the new address is below"
WORDS = ("good morning", "who has a number?", "/help", "/numbers", "/balance")


@dataclass(slots=True)
class Square:
    """Groups that share numbers, and an operator."""

    sandbox: Sandbox
    random: Random
    operator: Person
    #: Each group as its people see it, the keys they buy with, and who gets the news.
    groups: list[list[Person]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    audience: list[int] = field(default_factory=list)
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self, people: list[Person]) -> None:
        """They come together, and the groups get their keys; the bot lives meanwhile."""
        self.audience, _ = people_come(self.sandbox, AUDIENCE, GONE)
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
        """They buy, then say this and that and now and then buy; what a failing Telegram loses is left."""
        buys = True
        while True:
            seat = self.random.choice(group)
            with suppress(AssertionError):
                await (self._buy(seat) if buys else self._say(seat))
            await asyncio.sleep(self.random.uniform(0, 2 * BETWEEN))
            buys = self.random.random() < 0.2

    async def _say(self, seat: Person) -> None:
        seat.say(self.random.choice(WORDS))

    async def _buy(self, seat: Person) -> None:
        """On a screen of their own: everybody else's refuses them."""
        seat = seat.afresh()
        await seat.choose(SITE)
        await seat.press("Buy for")

    async def _tell(self) -> None:
        while True:
            with suppress(AssertionError):
                await announce(self.operator, WHAT)
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
        self.keys.append(new_key(self.sandbox.sites[SITE]))
        leader.say(self.keys[-1])
        await leader.sees("connected for Team")

    # What came of it

    def wrong(self) -> list[str]:
        """A soak in which they had no part proves nothing."""
        found = {"no group bought anything": self.bought, "no broadcast went out": self.copies}
        return [words for words, happened in found.items() if not happened]

    @property
    def bought(self) -> int:
        """Numbers that were sold for the groups' keys."""
        return sum(len(sold_to(key, self.sandbox.sites[SITE])) for key in self.keys)

    @property
    def copies(self) -> int:
        """News that the audience has in its chats."""
        chats = [self.sandbox.world.chats[person].messages.values() for person in self.audience]
        return sum(message.get("text") == WHAT for messages in chats for message in messages)


def _word(message: Json) -> str:
    """What its link says to the bot."""
    links = [
        button["url"]
        for row in message["reply_markup"]["inline_keyboard"]
        for button in row
        if "url" in button
    ]
    return str(links[0]).partition("?start=")[2]
