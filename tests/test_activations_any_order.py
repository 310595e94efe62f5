"""Anything may happen in any order, and what was promised holds after each step."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.errors import (
    BadReply,
    CodebellError,
    Refused,
    TooEarly,
    TooLate,
    Unavailable,
    Unclear,
    UnknownActivation,
)
from bot.providers.base import ENDED, Held, Outcome, Reading
from storage.models import OPEN, State
from tests.core import OWNER, open_core
from tests.mortal import Killed

T = TypeVar("T")
LIFE = 1200


class Numbers(RuleBasedStateMachine):
    """Anything may happen to three numbers in any order; what was promised holds after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.core = self.wait_for(self.stack.enter_async_context(open_core(folder)))
        self.alpha, self.said, self.count = self.core.alpha, list[tuple[str, str]](), 0
        self.alpha.poll = self.overheard(self.alpha.poll)  # type: ignore[method-assign] # it listens in
        self.ids = [self.wait_for(self.core.buy()).id for _ in range(3)]

    def teardown(self) -> None:
        self.wait_for(self.stack.aclose())
        self.loop.close()

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def overheard(self, poll: Any) -> Any:
        """Whatever code the provider gives away is noted."""

        async def noted(key: object, held: Held) -> Reading:
            reading: Reading = await poll(key, held)
            if reading.outcome is Outcome.RECEIVED:
                self.said.append((held.id, reading.code))
            return reading

        return noted

    def press(self, what: str, which: int) -> None:
        with suppress(Refused, Unclear):
            self.wait_for(getattr(self.core.activations, what)(self.ids[which], OWNER))

    @rule(seconds=st.sampled_from([1, 5, 30, 60, 700]))
    def time_passes(self, seconds: float) -> None:
        """What falls due meanwhile is looked at, at its own moment."""
        until = self.core.clock() + timedelta(seconds=seconds)
        for _ in range(8):
            rows = self.wait_for(self.core.rows())
            due = [(row.next_poll_at, row.id) for row in rows if row.next_poll_at is not None]
            if not due or min(due)[0] > until:
                break
            self.wait_for(self.core.step(min(due)[1]))
        self.core.clock.now = max(until, self.core.clock.now)

    @rule(which=st.integers(0, 2), same=st.booleans())
    def a_code_arrives(self, which: int, same: bool) -> None:
        line = self.alpha.lines[f"alpha-{which + 1}"]
        if line.reading is not ENDED:
            self.count += not same
            line.reading = Reading(Outcome.RECEIVED, f"code-{self.count}")

    @rule(which=st.integers(0, 2))
    def a_late_code_arrives(self, which: int) -> None:
        self.count += 1
        self.alpha.lines[f"alpha-{which + 1}"].reading = Reading(Outcome.RECEIVED, f"code-{self.count}")

    @rule(which=st.integers(0, 2))
    def the_provider_ends_it(self, which: int) -> None:
        self.alpha.lines[f"alpha-{which + 1}"].reading = ENDED

    @rule(which=st.integers(0, 2), what=st.sampled_from(["cancel", "another_sms", "finish", "sent"]))
    def a_button_is_pressed(self, which: int, what: str) -> None:
        self.press(what, which)

    @rule(
        method=st.sampled_from(["poll", "cancel", "another_sms", "finish"]),
        error=st.sampled_from(
            [Unavailable(), BadReply(), UnknownActivation(), TooLate(), TooEarly(seconds=1)]
        ),
    )
    def the_provider_fails(self, method: str, error: CodebellError) -> None:
        if not isinstance(error, TooLate | TooEarly) or method == "cancel":
            self.alpha.fails(method, error)

    @rule()
    def the_answer_to_a_cancel_is_lost(self) -> None:
        self.alpha.loses_the_answer("cancel", Unavailable())

    @rule(which=st.integers(0, 2))
    def a_code_arrives_right_before_the_cancel(self, which: int) -> None:
        async def arrive() -> None:
            self.a_code_arrives(which, same=False)

        self.alpha.meanwhile["before cancel"] = arrive

    @rule(point=st.sampled_from(["after poll", "before cancel", "after cancel"]), which=st.integers(0, 2))
    def the_process_ends_and_another_starts(self, point: str, which: int) -> None:
        self.alpha.deadly = {point}
        try:
            self.wait_for(self.core.step(self.ids[which]))
        except Killed:
            self.said = [(held, code) for held, code in self.said if held != f"alpha-{which + 1}"]
        self.core.reborn()
        self.core.clock.advance(10)
        self.wait_for(self.core.numbers.wake_all(self.core.clock()))

    @invariant()
    def every_code_the_provider_gave_is_stored_and_will_be_told(self) -> None:
        stored, untold = self.wait_for(self.core.stored())
        given = {(self.ids[int(held.removeprefix("alpha-")) - 1], code) for held, code in self.said}
        assert given <= stored
        assert not untold

    @invariant()
    def no_provider_is_asked_sooner_than_it_allows(self) -> None:
        asked: dict[str, Any] = {}
        for call in self.alpha.called("poll"):
            assert isinstance(call.about, Held)
            last = asked.get(call.about.id)
            assert last is None or call.at - last >= timedelta(seconds=self.alpha.timing.min_poll)
            asked[call.about.id] = call.at

    @invariant()
    def what_is_open_is_looked_at_and_what_is_over_is_over(self) -> None:
        for row in self.wait_for(self.core.rows()):
            if row.state in OPEN:
                assert row.next_poll_at is not None
            if row.state in (State.FINISHED, State.FAILED):
                assert row.next_poll_at is None
            if row.state is State.CANCELLED:
                assert self.alpha.lines[row.provider_id or ""].reading.outcome is not Outcome.WAITING


# Fifteen steps need no shrinking, which would take minutes.
Numbers.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
)
TestAnyOrder = Numbers.TestCase
