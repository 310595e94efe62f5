import asyncio
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.errors import (
    BadKey,
    BadReply,
    CodeArrived,
    CodebellError,
    NotYours,
    Refused,
    TooEarly,
    TooLate,
    Unavailable,
    Unclear,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import ENDED, Capability, Held, Outcome, Reading, Timing
from storage.models import OPEN, Activation, State
from tests.core import OWNER, STRANGER, Core, open_core
from tests.mortal import Killed

T = TypeVar("T")
LIFE = 1200


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def booked(core: Core) -> Activation:
    """A number whose minimum wait is over and whose cancel is wished for."""
    row = await core.buy()
    core.clock.advance(60)
    return await core.activations.cancel(row.id, OWNER)


def gap(row: Activation, core: Core) -> float:
    """Seconds from now to the next look."""
    assert row.next_poll_at is not None
    return (row.next_poll_at - core.clock()).total_seconds()


# Looking


async def test_a_number_is_looked_at_as_often_as_its_provider_allows_and_half_as_often_later(
    core: Core,
) -> None:
    row = await core.buy()
    assert gap(row, core) == 5
    row = await core.step(row.id)
    assert gap(row, core) == 5
    core.clock.advance(200)
    assert gap(await core.step(row.id), core) == 10


async def test_a_code_is_stored_with_its_message_and_nothing_is_looked_for_any_more(core: Core) -> None:
    row = await core.buy()
    core.alpha.delivers("0012-AB", "Your code is 0012-AB", "Telegram")
    row = await core.step(row.id)
    (sms,) = await core.numbers.all_sms(row.id)
    assert (sms.code, sms.text, sms.sender, sms.late) == (
        "0012-AB",
        "Your code is 0012-AB",
        "Telegram",
        False,
    )
    assert (row.state, row.last_code, row.next_poll_at) == (State.RECEIVED, "0012-AB", None)
    assert await core.posts() == sorted([f"card:{row.id}", f"code:{sms.id}"])


async def test_a_process_that_ends_after_reading_a_code_reads_it_again(core: Core) -> None:
    row = await core.buy()
    core.alpha.delivers("12345")
    core.alpha.deadly = {"after poll"}
    with pytest.raises(Killed):
        await core.step(row.id)
    core.reborn()
    await core.numbers.wake_all(core.clock())
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["12345"])


async def test_failures_end_nothing_and_are_told_once_then_forgotten(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", Unavailable())
    gaps = []
    for failures in range(1, 7):
        row = await core.step(row.id)
        gaps.append(gap(row, core))
        assert (row.state, row.failures) == (State.WAITING, failures)
        assert (row.reason == "Unavailable") is (failures >= 3)
    assert gaps == [10, 20, 40, 60, 60, 60]
    assert "does not answer; I keep asking" in await core.told(row.id)
    core.alpha.breaks("poll", None)
    row = await core.step(row.id)
    assert (row.failures, row.reason) == (0, "")
    assert "does not answer" not in await core.told(row.id)


async def test_no_failure_ever_makes_the_next_look_too_soon(core: Core) -> None:
    core.alpha.timing = Timing(min_poll=90, min_cancel=30, lifetime=LIFE)
    row = await core.buy()
    core.alpha.breaks("poll", BadReply())
    assert gap(await core.step(row.id), core) >= 90


async def test_no_such_number_is_believed_the_second_time(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", UnknownActivation())
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.WAITING, "UnknownActivation")
    row = await core.step(row.id)
    assert row.state is State.EXPIRED


async def test_an_answer_in_between_makes_it_the_first_time_again(core: Core) -> None:
    row = await core.buy()
    core.alpha.fails("poll", UnknownActivation())
    await core.step(row.id)
    await core.step(row.id)
    core.alpha.fails("poll", UnknownActivation())
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.WAITING, "UnknownActivation")


async def test_a_number_of_a_provider_that_is_configured_no_more_keeps_waiting(core: Core) -> None:
    row = await core.buy()
    core.providers.clear()
    for _ in range(3):
        row = await core.step(row.id)
    assert (row.state, gap(row, core)) == (State.WAITING, 60)


# The end


@pytest.mark.parametrize(("age", "reason"), [(60, "EndedEarly"), (LIFE + 1, "")])
async def test_a_number_ends_by_the_providers_word(core: Core, age: float, reason: str) -> None:
    row = await core.buy()
    core.alpha.ends()
    core.clock.advance(age)
    row = await core.step(row.id)
    assert (row.state, row.reason, row.ended_at) == (State.EXPIRED, reason, core.clock())


async def test_a_number_past_its_life_is_given_up_only_after_a_grace(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(LIFE + 9 * 60)
    row = await core.step(row.id)
    assert row.state is State.WAITING
    core.clock.advance(61)
    row = await core.step(row.id)
    assert (row.state, row.reason, row.next_poll_at) == (State.EXPIRED, "Overdue", None)


async def test_a_provider_that_does_not_answer_ends_nothing_however_late_it_is(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", Unavailable())
    core.clock.advance(24 * 3600)
    row = await core.step(row.id)
    assert row.state is State.WAITING


@pytest.mark.parametrize("how", ["cancelled", "expired"])
async def test_a_late_code_is_delivered_and_marked(core: Core, how: str) -> None:
    row = await (booked(core) if how == "cancelled" else core.buy())
    if how == "expired":
        core.alpha.ends()
    row = await core.step(row.id)
    assert row.state == how
    core.alpha.delivers("99")
    row = await core.step(row.id)
    (sms,) = await core.numbers.all_sms(row.id)
    assert (row.state, sms.code, sms.late) == (State.RECEIVED, "99", True)
    assert f"code:{sms.id}" in await core.posts()


async def test_a_late_code_is_looked_for_once_a_minute_for_ten_minutes(core: Core) -> None:
    row = await core.step((await booked(core)).id)
    ended, core.alpha.calls = core.clock(), []
    while row.next_poll_at is not None:
        row = await core.step(row.id)
    looks = [(call.at - ended).total_seconds() for call in core.alpha.called("poll")]
    assert looks == [60.0 * minute for minute in range(1, 11)]


# Cancelling


async def test_a_cancel_before_its_time_is_booked_and_the_provider_is_not_bothered(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(10)
    row = await core.activations.cancel(row.id, OWNER)
    assert (row.state, row.cancel_at) == (State.WAITING, row.cancel_from)
    assert core.alpha.called("cancel") == []
    assert "A cancel is booked for" in await core.told(row.id)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    (call,) = core.alpha.called("cancel")
    assert (row.state, call.at) == (State.CANCELLED, row.cancel_from)
    assert core.alpha.accounts.popitem()[1].to_eng_string() == "18.74"


async def test_a_cancel_pressed_twice_is_one_cancel(core: Core) -> None:
    first = await booked(core)
    core.clock.advance(3)
    second = await core.activations.cancel(first.id, OWNER)
    assert second.cancel_at == first.cancel_at
    row = await core.step(first.id)
    assert (row.state, len(core.alpha.called("cancel"))) == (State.CANCELLED, 1)


async def test_a_minimum_wait_that_passed_while_the_bot_was_down_is_over(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(600)
    core.reborn()
    row = await core.activations.cancel(row.id, OWNER)
    assert row.cancel_at == core.clock()
    assert (await core.step(row.id)).state is State.CANCELLED


async def test_a_code_that_is_there_wins_over_the_cancel(core: Core) -> None:
    row = await booked(core)
    core.alpha.delivers("555")
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])
    assert (core.alpha.called("cancel"), row.cancel_at) == ([], None)
    with pytest.raises(CodeArrived):
        await core.activations.cancel(row.id, OWNER)


async def test_a_code_that_comes_between_the_look_and_the_cancel_wins_too(core: Core) -> None:
    row = await booked(core)

    async def arrive() -> None:
        core.alpha.delivers("555")

    core.alpha.meanwhile["before cancel"] = arrive
    row = await core.step(row.id)
    assert row.state is State.CANCELLING
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])


async def test_a_code_the_cancel_itself_was_answered_with_is_kept(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", CodeArrived(code="555"))
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["555"])


@pytest.mark.parametrize("done", [True, False])
async def test_a_cancel_without_an_answer_is_settled_by_the_providers_word(core: Core, done: bool) -> None:
    row = await booked(core)
    if done:
        core.alpha.loses_the_answer("cancel", Unavailable())
    else:
        core.alpha.fails("cancel", Unavailable())
    row = await core.step(row.id)
    assert row.state is State.CANCELLING
    row = await core.step(row.id)
    assert row.state is State.CANCELLED
    assert len(core.alpha.called("cancel")) == (1 if done else 2)
    assert core.alpha.newest.reading is ENDED


@pytest.mark.parametrize("point", ["before cancel", "after cancel"])
async def test_a_process_that_ends_around_the_cancel_ends_with_the_number_cancelled_once(
    core: Core, point: str
) -> None:
    row = await booked(core)
    core.alpha.deadly = {point}
    with pytest.raises(Killed):
        await core.step(row.id)
    core.reborn()
    await core.numbers.wake_all(core.clock())
    while row.state is not State.CANCELLED:
        row = await core.step(row.id)
    assert core.alpha.newest.reading is ENDED


async def test_a_cancel_refused_as_too_early_is_kept_and_learned_from(core: Core) -> None:
    core.alpha.lets_go_after = 100
    row = await booked(core)
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.WAITING, "TooEarly")
    assert row.cancel_at == row.cancel_from == core.clock() + timedelta(seconds=15)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    assert row.state is State.CANCELLED
    assert await core.waits.seconds("alpha", core.clock()) == 93.75
    next_one = await core.buy()
    assert next_one.cancel_from == core.clock() + timedelta(seconds=98.75)


async def test_a_refusal_that_says_how_long_is_believed_but_never_asked_too_soon(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", TooEarly(seconds=42), TooEarly(seconds=1))
    row = await core.step(row.id)
    assert gap(row, core) == 42
    row = await core.step(row.id)
    assert gap(row, core) == 5


async def test_a_cancel_that_is_refused_for_good_leaves_the_number_waiting(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", BadKey())
    row = await core.step(row.id)
    assert (row.state, row.cancel_at, row.reason) == (State.WAITING, None, "NotCancelled:BadKey")
    assert gap(row, core) == 5


async def test_a_number_that_can_neither_be_cancelled_nor_ends_is_not_asked_for_ever(core: Core) -> None:
    row = await booked(core)
    core.alpha.breaks("cancel", TooLate())
    gaps = []
    while row.state in OPEN:
        row = await core.step(row.id)
        gaps.append(gap(row, core) if row.next_poll_at is not None else 0)
    assert (row.state, row.reason) == (State.EXPIRED, "Overdue")
    assert gaps[:4] == [10, 20, 40, 60]
    assert core.clock() - (row.expires_at or core.clock()) < timedelta(minutes=12)


async def test_a_cancel_booked_before_a_long_downtime_is_still_tried(core: Core) -> None:
    row = await booked(core)
    core.clock.advance(24 * 3600)
    row = await core.step(row.id)
    assert (row.state, len(core.alpha.called("cancel"))) == (State.CANCELLED, 1)


async def test_what_ended_cannot_be_cancelled(core: Core) -> None:
    row = await core.buy()
    core.alpha.ends()
    await core.step(row.id)
    with pytest.raises(TooLate):
        await core.activations.cancel(row.id, OWNER)


async def test_a_cancel_booked_during_a_look_is_not_forgotten_by_it(core: Core) -> None:
    row = await core.buy()
    core.clock.advance(28)

    async def press() -> None:
        await core.activations.cancel(row.id, OWNER)

    core.alpha.meanwhile["before poll"] = press
    await core.activations.step(row)
    row = await core.row(row.id)
    assert (row.cancel_at, row.next_poll_at) == (row.cancel_from, core.clock() + timedelta(seconds=5))


# Another SMS, sent, finish


async def test_another_sms_is_asked_for_once_and_its_code_rings_too(core: Core) -> None:
    row = await core.received("1")
    await core.activations.another_sms(row.id, OWNER)
    await core.activations.another_sms(row.id, OWNER)
    assert len(core.alpha.called("another_sms")) == 1
    row = await core.row(row.id)
    assert (row.asked_again, gap(row, core)) == (True, 5)
    core.alpha.delivers("2")
    row = await core.step(row.id)
    assert (await core.codes(row.id), row.asked_again, row.next_poll_at) == (["1", "2"], False, None)


async def test_the_same_sms_read_again_is_not_told_twice(core: Core) -> None:
    row = await core.received("A")
    for code in ("A", "B"):
        await core.activations.another_sms(row.id, OWNER)
        core.alpha.delivers(code)
        row = await core.step(row.id)
    assert await core.codes(row.id) == ["A", "B"]


async def test_a_code_that_came_before_is_told_when_it_comes_again_after_another(core: Core) -> None:
    row = await core.received("A")
    for code in ("B", "A"):
        await core.activations.another_sms(row.id, OWNER)
        core.alpha.delivers(code)
        row = await core.step(row.id)
    assert await core.codes(row.id) == ["A", "B", "A"]


async def test_another_sms_whose_answer_is_lost_is_waited_for_and_not_asked_again(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("another_sms", Unavailable())
    with pytest.raises(Unavailable):
        await core.activations.another_sms(row.id, OWNER)
    await core.activations.another_sms(row.id, OWNER)
    row = await core.row(row.id)
    assert (row.asked_again, len(core.alpha.called("another_sms"))) == (True, 1)
    assert row.next_poll_at is not None


async def test_another_sms_that_is_refused_is_not_waited_for(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("another_sms", TooLate())
    with pytest.raises(TooLate):
        await core.activations.another_sms(row.id, OWNER)
    row = await core.row(row.id)
    assert (row.asked_again, row.next_poll_at, row.state) == (False, None, State.RECEIVED)


async def test_another_sms_that_never_comes_ends_as_finished(core: Core) -> None:
    row = await core.received()
    await core.activations.another_sms(row.id, OWNER)
    core.alpha.ends()
    row = await core.step(row.id)
    assert (row.state, row.next_poll_at) == (State.FINISHED, None)


async def test_i_sent_it_is_passed_on_and_remembered(core: Core) -> None:
    row = await core.buy()
    await core.activations.sent(row.id, OWNER)
    assert len(core.alpha.called("sent")) == 1
    assert (await core.row(row.id)).told_sent


async def test_i_sent_it_makes_no_sense_once_a_code_is_there(core: Core) -> None:
    row = await core.received()
    with pytest.raises(TooLate):
        await core.activations.sent(row.id, OWNER)


async def test_a_number_is_finished_once(core: Core) -> None:
    row = await core.received()
    await core.activations.finish(row.id, OWNER)
    await core.activations.finish(row.id, OWNER)
    assert len(core.alpha.called("finish")) == 1
    assert (await core.row(row.id)).state is State.FINISHED


@pytest.mark.parametrize("error", [TooLate(), UnknownActivation()])
async def test_a_number_that_had_ended_at_the_provider_is_finished_here(
    core: Core, error: CodebellError
) -> None:
    row = await core.received()
    core.alpha.fails("finish", error)
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_finish_without_an_answer_can_be_pressed_again(core: Core) -> None:
    row = await core.received()
    core.alpha.fails("finish", Unavailable())
    with pytest.raises(Unavailable):
        await core.activations.finish(row.id, OWNER)
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_number_without_its_provider_is_finished_for_us_alone(core: Core) -> None:
    row = await core.received()
    core.providers.clear()
    await core.activations.finish(row.id, OWNER)
    assert (await core.row(row.id)).state is State.FINISHED


async def test_a_number_that_still_waits_cannot_be_finished(core: Core) -> None:
    row = await core.buy()
    with pytest.raises(TooLate):
        await core.activations.finish(row.id, OWNER)


@pytest.mark.parametrize("act", ["cancel", "another_sms", "sent", "finish"])
async def test_nobody_touches_anothers_number(core: Core, act: str) -> None:
    row = await core.buy()
    core.alpha.calls.clear()
    with pytest.raises(NotYours):
        await getattr(core.activations, act)(row.id, STRANGER)
    with pytest.raises(UnknownActivation):
        await getattr(core.activations, act)("guessed", OWNER)
    assert core.alpha.calls == []


@pytest.mark.parametrize(
    ("act", "capability"),
    [
        ("cancel", Capability.CANCEL),
        ("another_sms", Capability.ANOTHER_SMS),
        ("sent", Capability.SENT),
    ],
)
async def test_what_a_provider_cannot_do_is_refused_here(
    core: Core, act: str, capability: Capability
) -> None:
    row = await core.buy()
    core.alpha.capabilities -= {capability}
    with pytest.raises(Unsupported):
        await getattr(core.activations, act)(row.id, OWNER)


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
