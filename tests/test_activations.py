"""What a look brings: a code, nothing, a failure, or the end of the number."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import update

from bot.errors import (
    BadReply,
    Unavailable,
    UnknownActivation,
)
from bot.providers.base import Timing
from storage.models import Activation, State
from tests.core import Core, open_core
from tests.mortal import Killed
from tests.wishes import booked, gap

T = TypeVar("T")
LIFE = 1200


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


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


async def test_c_2_a_process_that_ends_after_reading_a_code_reads_it_again(core: Core) -> None:
    row = await core.buy()
    core.alpha.delivers("12345")
    core.alpha.deadly = {"after poll"}
    with pytest.raises(Killed):
        await core.step(row.id)
    core.reborn()
    await core.numbers.wake_all(core.clock())
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["12345"])


async def test_c_15_failures_end_nothing_and_are_told_once_then_forgotten(core: Core) -> None:
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


async def test_c_16_no_such_number_is_believed_the_second_time(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", UnknownActivation())
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.WAITING, "UnknownActivation")
    row = await core.step(row.id)
    assert row.state is State.EXPIRED


async def test_c_16_no_such_number_is_not_believed_while_the_account_lists_it(core: Core) -> None:
    core.alpha.lists_active()
    row = await core.buy()
    core.alpha.breaks("poll", UnknownActivation())
    for _ in range(4):
        row = await core.step(row.id)
        assert (row.state, row.reason) == (State.WAITING, "UnknownActivation")
    core.alpha.breaks("active", Unavailable())
    assert (await core.step(row.id)).state is State.WAITING
    core.alpha.breaks("active", None)
    core.alpha.ends()
    assert (await core.step(row.id)).state is State.EXPIRED


async def test_c_16_what_is_listed_for_ever_is_over_long_after_its_time(core: Core) -> None:
    core.alpha.lists_active()
    row = await core.buy()
    core.alpha.breaks("poll", UnknownActivation())
    await core.step(row.id)
    core.clock.advance(LIFE + 601)
    assert (await core.step(row.id)).state is State.EXPIRED


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
    core.clock.advance(LIFE - 60)
    while row.state is State.WAITING:
        row = await core.step(row.id)
    assert (row.reason, row.next_poll_at) == ("Overdue", None)
    assert row.expires_at is not None
    assert 600 <= (core.clock() - row.expires_at).total_seconds() <= 660


async def test_c_17_a_clock_set_forward_ends_no_number(core: Core) -> None:
    row = await core.step((await core.buy()).id)
    core.clock.advance(3600)
    for _ in range(30):
        row = await core.step(row.id)
        assert (row.state, gap(row, core)) == (State.WAITING, 10)
    core.alpha.delivers("12345")
    assert (await core.step(row.id)).state is State.RECEIVED


async def test_c_15_a_provider_that_does_not_answer_ends_nothing_however_late_it_is(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", Unavailable())
    core.clock.advance(24 * 3600)
    row = await core.step(row.id)
    assert row.state is State.WAITING


@pytest.mark.parametrize(
    ("state", "end", "told"),
    [
        (State.WAITING, State.EXPIRED, "No answer about this number reached me since 1 May"),
        (State.CANCELLING, State.EXPIRED, "No answer about this number reached me since 1 May"),
        (State.RECEIVED, State.FINISHED, "if an SMS came, look for it in your account"),
    ],
)
async def test_c_15_a_number_is_given_up_after_a_day_of_looks_without_an_answer_and_its_card_says_so(
    core: Core, state: State, end: State, told: str
) -> None:
    row = await unanswered(core, state, looks=1438)
    core.clock.advance(24 * 3600)
    row = await core.step(row.id)
    assert (row.state, row.failures) == (state, 1439)
    row = await core.step(row.id)
    assert (row.state, row.next_poll_at, row.ended_at) == (end, None, core.clock())
    assert told in await core.told(row.id)


async def test_c_15_a_number_within_its_life_is_never_given_up(core: Core) -> None:
    row = await unanswered(core, State.WAITING, looks=5000)
    assert (await core.step(row.id)).state is State.WAITING


async def unanswered(core: Core, state: State, looks: int) -> Activation:
    """A number that its provider has said nothing about for so many looks."""
    row = await core.buy()
    core.alpha.breaks("poll", Unavailable())
    async with core.database.begin() as session:
        values = {"state": state, "failures": looks, "asked_again": state is State.RECEIVED}
        await session.execute(update(Activation).values(**values))
    return row


@pytest.mark.parametrize("how", ["cancelled", "expired"])
async def test_c_9_a_late_code_is_delivered_and_marked(core: Core, how: str) -> None:
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


async def test_c_9_a_late_code_is_looked_for_once_a_minute_for_ten_minutes(core: Core) -> None:
    row = await core.step((await booked(core)).id)
    ended, core.alpha.calls = core.clock(), []
    while row.next_poll_at is not None:
        row = await core.step(row.id)
    looks = [(call.at - ended).total_seconds() for call in core.alpha.called("poll")]
    assert looks == [60.0 * minute for minute in range(1, 11)]
