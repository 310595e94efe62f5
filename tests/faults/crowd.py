"""People who buy, wait for codes, cancel and ask for more, while the bot dies all the time."""

import asyncio
import re
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from random import Random

from bot.sandbox.sites import Site
from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.ledger import Journalled
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.wire import Json
from tests.faults.harness import Sandbox, purchases
from tests.faults.person import Person, title

SITES = ("smsbower", "herosms")
#: Seconds after which somebody whose press was lost with the bot begins anew, and in which all comes to rest.
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
    #: Seconds after which somebody whose press was lost begins anew.
    patience: float = PATIENCE
    #: Seconds between two of their purchases, on average.
    pause: float = 0.0
    people: list[Person] = field(default_factory=list)
    #: The *Buy* buttons each of them ever pressed, by person and provider.
    pressed: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    #: The newest message of each chat at each death of the bot.
    _deaths: list[dict[int, int]] = field(default_factory=list)
    _living: list[asyncio.Task[None]] = field(default_factory=list)

    async def gather(self) -> None:
        """They come and add their keys; the bot lives meanwhile."""
        for site in SITES:
            # Who paid for what is read from all calls, however many there are.
            self.sandbox.sites[site].ledger.calls = deque()
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
            person.patience = self.patience
        self._living = [asyncio.create_task(self._live(person)) for person in self.people]

    async def rest(self) -> None:
        """Nobody begins anything any more."""
        for person in self.people:
            person.patience = CALM
        await over(self._living)

    # What they do

    async def _live(self, person: Person) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0, 2 * self.pause))
            # What they wait for may have died with the bot: then they press something else.
            with suppress(AssertionError):
                await self._deal(person)

    async def _deal(self, person: Person) -> None:
        """Buy, often with a second press; then cancel, or ask for another SMS, or let the code come."""
        waits = len(person.showing("Waiting for the SMS"))
        await self._wish(person)
        for _ in range(self.random.choice((1, 1, 2))):
            self._buy(person)
        await self._waits(lambda: len(person.showing("Waiting for the SMS")) > waits)
        for label in self.random.choice(PLANS):
            await person.press(label)

    async def _wish(self, person: Person) -> None:
        """An offer that waits for a press: an old one, else what was not bought before, else another."""
        if _offers(person):
            return
        if person.offered("Try again"):
            await person.press("Try again")
        else:
            await person.choose(self.random.choice(SITES))
        await self._waits(lambda: _offers(person))

    def _buy(self, person: Person) -> None:
        """Press the newest *Buy*; that button is good for one number, of one provider."""
        offer, *_ = _offers(person)
        site = next(site for site in SITES if title(self.sandbox.sites[site]) in offer["text"])
        (button,), *_ = offer["reply_markup"]["inline_keyboard"]
        self.pressed[person.id, site].add(button["callback_data"])
        person.click("Buy for")

    async def _waits(self, look: Callable[[], object]) -> None:
        await self.sandbox.eventually(look, "the bot lived long enough", self.patience)

    # What came of it

    def dies(self) -> None:
        """The bot has died: what it says from now on, another says."""
        self._deaths.append({person.id: _chat(person).last_message_id for person in self.people})

    def calls(self, person: Person, site: str) -> list[Journalled]:
        """The purchases a provider saw on somebody's key."""
        return paid_by(person.keys[site], self.sandbox.sites[site])

    def bought(self, person: Person, site: str) -> list[Activation]:
        """What a provider sold for somebody's key, as its own answers say."""
        return sold_to(person.keys[site], self.sandbox.sites[site])

    def owners(self) -> dict[str, Person]:
        """Who bought each number, by its id."""
        sold = (
            (person, number)
            for person in self.people
            for site in SITES
            for number in self.bought(person, site)
        )
        return {number.id: person for person, number in sold}

    def in_one_life(self, person: Person, rings: list[int]) -> bool:
        """Whether two of these messages were sent without a death between them."""
        tops = [newest[person.id] for newest in self._deaths]
        return any(not any(first <= top < then for top in tops) for first, then in pairwise(rings))

    def elsewhere(self, owner: Person, number: Activation) -> list[str]:
        """Who else can read of a number."""
        others = (person for person in self.people if person is not owner)
        return [
            other.name for other in others if any(number.phone in _digits(said) for said in other.messages())
        ]


def paid_by(key: str, site: Site) -> list[Journalled]:
    """The purchases a provider saw on a key."""
    return [call for call in purchases(site) if call.query.get("api_key") == f"…{key[-4:]}"]


def sold_to(key: str, site: Site) -> list[Activation]:
    """What a provider sold for a key, as its own answers say."""
    known = site.shop.by_phone
    words = [word for call in paid_by(key, site) for word in re.findall(r"\d+", call.answer)]
    return [known[word] for word in words if word in known]


async def over(living: Sequence[asyncio.Task[None]]) -> None:
    """They live until they are told to stop."""
    for task in living:
        task.cancel()
    for end in await asyncio.gather(*living, return_exceptions=True):
        if not isinstance(end, asyncio.CancelledError):
            raise AssertionError("somebody went away") from end


def rings(person: Person, number: Activation, code: str) -> list[int]:
    """The messages with which a code of a number rang in somebody's chat, oldest first."""
    said = [one for one in person.showing("🔔", code) if number.phone in _digits(one)]
    return sorted(one["message_id"] for one in said)


def _digits(message: Json) -> str:
    return re.sub(r"\D", "", str(message["text"]))


def _chat(person: Person) -> Chat:
    return person.sandbox.world.chats[person.id]


def _has_more(person: Person, before: int) -> bool:
    return len(_offers(person)) > before


def _offers(person: Person) -> list[Json]:
    """The messages that wait for a press on *Buy*, newest first."""
    return [message for message in person.messages() if "Buy for" in str(message.get("reply_markup"))]
