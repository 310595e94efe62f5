"""The whole bot while anything happens in any order; when all is healed, every promise was kept.

EXAMPLES=500 plays so many games of forty events by chance instead of the few that are played every time;
SEED=… plays those of an earlier run again, which named it when it failed.
"""

import asyncio
import os
import random
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bot.errors import BadReply, CodebellError, TooEarly, Unavailable
from bot.providers.base import Capability, Outcome
from bot.sandbox.telegram.wire import Json
from tests.fate import open_fated_house
from tests.house import Chat, labels
from tests.promises import keeps_its_promises

SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(2**32)))
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
BUTTONS = ("Cancel", "Another SMS", "Finish", "I sent")
BAD_GATEWAY, UNREADABLE = {"code": 502, "body": "<html>502</html>"}, {"body": "<html>200</html>"}


def sometimes(event: str, **how: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A method of the machine with its arguments."""
    return st.tuples(st.just(event), st.fixed_dictionaries(how))


def one(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


#: Whose, and the how manieth of all there are.
who, which = one(0, 1), st.integers(0, 9)
buying = sometimes("somebody_buys", who=who, times=one(1, 2, 3))
press = sometimes("a_button_is_pressed", who=who, which=st.integers(0, 30), times=one(1, 2))
code = sometimes("a_code_comes", which=which, when=one("in time", "in time", "late", "with a cancel"))
time = sometimes("time_passes", seconds=one(1, 5, 10, 20, 40, 60))
failure = sometimes(
    "the_provider_fails",
    method=one("poll", "cancel", "another_sms", "finish", "buy", "buy", "active", "balance"),
    failure=one(Unavailable(), Unavailable(sent=False), BadReply()),
    how=one(1, 2, 4, "answer lost", "down"),
)
silence = sometimes(
    "telegram_fails",
    method=one("sendMessage", "editMessageText", "answerCallbackQuery"),
    how=one(BAD_GATEWAY, {"drop": True}, {"retry_after": 5}, {"retry_after": 600}, UNREADABLE),
    done=st.booleans(),
    times=one(1, 2, 3),
)
death = sometimes("the_bot_is_killed", moments=st.integers(0, 40), sleeps=one(0, 1, 20))
others = (
    sometimes("an_old_buy_button_is_pressed_again", which=which),
    sometimes("a_cancel_is_too_early", times=one(1, 3)),
    sometimes("everything_is_well_again"),
    sometimes("the_bot_is_restarted", sleeps=one(0, 10, 60)),
    sometimes("the_machine_sleeps", seconds=one(20, 60, 600)),
    sometimes("the_list_lags", seconds=one(5, 60, 150)),
    sometimes("somebody_buys_on_the_website", who=who),
    sometimes("two_answers_are_lost_and_one_number_is_bought", who=who),
)
#: Not one rule for each: of so many, half would be switched off in a game, most often those that matter.
EVENTS = one(*[buying, press, press, code, time] * 2, failure, failure, silence, death, *others).flatmap(
    lambda event: event
)


class AnyOrder(RuleBasedStateMachine):
    """Two people, one provider, one Telegram, and a bot that may be killed at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.loop, self.stack = asyncio.new_event_loop(), AsyncExitStack()
        self.loop.set_exception_handler(lambda *_: None)
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.house = self.loop.run_until_complete(self.stack.enter_async_context(open_fated_house(folder)))
        self.ledger, self.human = self.house.ledger, self.house.human
        self.people: list[Chat] = []
        self.keys: list[str] = []
        self.offers: list[tuple[Chat, str]] = []
        self.codes = 100_000

    def live(self, doing: Awaitable[object]) -> None:
        self.loop.run_until_complete(self.house.live(doing))

    def teardown(self) -> None:
        note(f"SEED={SEED}")
        try:
            self.live(self.quiesce())
            self.loop.run_until_complete(keeps_its_promises(self.house, self.people))
        finally:
            self.loop.run_until_complete(self.stack.aclose())
            self.loop.close()

    async def quiesce(self) -> None:
        """Heal everything, and let everything come to its end."""
        self.house.fate.left = None
        self.everything_is_well_again()
        await self.house.wait(2400)
        await self.house.codebell.housekeeping()
        await self.house.wait(60)

    @initialize(lists=one(True, True, False), shows_the_last=st.booleans(), one_account=st.booleans())
    def two_people_have_a_key_and_a_number_each(
        self, lists: bool, shows_the_last: bool, one_account: bool
    ) -> None:
        self.ledger.shows_the_last = shows_the_last
        self.ledger.capabilities -= set() if lists else {Capability.ACTIVE}
        for index, name in enumerate(("Ann", "Bob")):
            person = self.house.person(name)
            self.people.append(person)
            account = "both" if one_account else name.lower()
            self.live(self.house.connect(person, self.ledger, f"alpha-key-0123456789-{account}"))
            self.keys.append(f"alpha-key-0123456789-{account}")
            self.somebody_buys(index, 1)
        if one_account:
            self.two_answers_are_lost_and_one_number_is_bought(0)

    @rule(event=EVENTS)
    def happens(self, event: tuple[str, dict[str, Any]]) -> None:
        name, how = event
        getattr(self, name)(**how)

    # What people do

    def somebody_buys(self, who: int, times: int) -> None:
        # The promises tell purchases apart by their moments.
        self.house.clock.advance(1)
        self.live(self.people[who].say("/buy telegram us"))
        self.press(self.people[who], "Alpha", 1)
        self.press(self.people[who], "Buy for", times)

    def an_old_buy_button_is_pressed_again(self, which: int) -> None:
        if self.offers:
            person, data = self.offers[which % len(self.offers)]
            self.live(person.forge(data))

    def a_button_is_pressed(self, who: int, which: int, times: int) -> None:
        """One of those under their newest messages, so many times at once."""
        person = self.people[who]
        shown = [
            (message, label)
            for message in reversed(person.messages)
            for label in BUTTONS
            if any(label in one for one in labels(message))
        ]
        if shown:
            message, label = shown[which % len(shown)]
            self.press(person, label, times, message)

    def press(self, person: Chat, label: str, times: int, on: Json | None = None) -> None:
        """The newest button with this label, or that of a message, if there is one."""
        if not any(label in one for message in person.messages for one in labels(message)):
            return
        if label == "Buy for":
            self.offers.append((person, person.data(label)))
        for _ in range(times):
            person.click(label, on)
        self.live(self.house.settle_while_looking())

    # What the provider does

    def a_code_comes(self, which: int, when: str) -> None:
        if when == "with a cancel":
            self.ledger.in_the_way = self.code()
        wanted = Outcome.ENDED if when == "late" else Outcome.WAITING
        shown = {name: line.reading.outcome for name, line in self.ledger.lines.items()}
        asked = self.ledger.asked if when != "late" else set()
        lines = [name for name, outcome in shown.items() if outcome is wanted or name in asked]
        if lines:
            self.ledger.receives(lines[which % len(lines)], self.code())

    def code(self) -> str:
        self.codes += 1
        return str(self.codes)

    def the_provider_fails(self, method: str, failure: CodebellError, how: int | str) -> None:
        if isinstance(how, int):
            self.ledger.fails(method, *[failure] * how)
        elif how == "down":
            self.ledger.breaks(method, failure)
        elif method in ("buy", "cancel"):
            self.ledger.loses_the_answer(method, Unavailable())

    def a_cancel_is_too_early(self, times: int) -> None:
        self.ledger.fails("cancel", *[TooEarly(seconds=7)] * times)

    def the_list_lags(self, seconds: float) -> None:
        self.ledger.lag = seconds

    def two_answers_are_lost_and_one_number_is_bought(self, who: int) -> None:
        self.the_list_lags(60)
        self.ledger.fails("buy", Unavailable())
        self.somebody_buys(1 - who, 1)
        self.ledger.loses_the_answer("buy", Unavailable())
        self.somebody_buys(who, 1)

    def somebody_buys_on_the_website(self, who: int) -> None:
        self.house.clock.advance(1)
        self.ledger.sells_elsewhere(self.keys[who])

    def everything_is_well_again(self) -> None:
        self.human.heal()
        self.ledger.heals()

    # What Telegram does

    def telegram_fails(self, method: str, how: dict[str, object], done: bool, times: int) -> None:
        if how == UNREADABLE:
            done, times = True, 1
        self.house.fail(method, after_processing=done and "retry_after" not in how, times=times, **how)

    # Time, and the process

    def time_passes(self, seconds: float) -> None:
        self.live(self.house.wait(seconds))

    def the_machine_sleeps(self, seconds: float) -> None:
        self.house.clock.advance(seconds)
        self.live(self.house.settle())

    def the_bot_is_killed(self, moments: int, sleeps: float) -> None:
        """After so many moments; killed at once, another one starts some time later."""
        if moments:
            self.house.fate.left = moments
        else:
            self.house.fate.dead = True
            self.the_machine_sleeps(sleeps)

    def the_bot_is_restarted(self, sleeps: float) -> None:
        self.house.clock.advance(sleeps)
        self.live(self.house.restart())


def _settings(examples: int, steps: int, *, fixed: bool) -> settings:
    """Without shrinking, which would take minutes: forty events can be read."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=fixed,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


class ByChance(AnyOrder):
    """The same with other games every time."""


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = _settings(6, 20, fixed=True)
seed(SEED)(ByChance)
TestByChance = ByChance.TestCase
TestByChance.settings = _settings(EXAMPLES or 2, 40 if EXAMPLES else 20, fixed=False)
