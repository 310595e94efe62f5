"""The process dies around a send: everything is said at least once, and what kills it is found out."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import failpoints
from bot.failpoints import Failpoint
from storage.outbox import CRASHED, TRYING
from tests.mortal import Killed
from tests.office import ANN, BOB, Office, open_office

POISON, INNOCENT = "poison", "innocent"
#: What the process died over three times rests so long.
MINUTES = timedelta(minutes=10)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as made:
        yield made


@pytest.fixture
def deadly() -> Iterator[None]:
    """Whatever a test armed is harmless after it."""
    yield
    failpoints.arm("")


def die() -> None:
    raise Killed


async def life(office: Office) -> Office:
    """The next process, over the same database."""
    reborn = Office(office.database, office.clock)
    await reborn.postman.start()
    await reborn.postman.settle(10)
    return reborn


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize(
    ("point", "before", "after"),
    [
        (Failpoint.IN_DRAWING, 0, 1),
        (Failpoint.BEFORE_SEND, 0, 1),
        (Failpoint.AFTER_SEND, 1, 1),
        (Failpoint.AFTER_MARK, 1, 0),
    ],
)
async def test_c_3_c_4_killed_around_a_send_a_code_is_said_again_unless_it_was_marked(
    office: Office, point: Failpoint, before: int, after: int
) -> None:
    failpoints.arm(point, die)
    await office.deliver()
    failpoints.arm("")
    assert len(office.texts) == before
    assert len((await life(office)).texts) == after
    assert (await life(office)).texts == []


async def test_s_21_what_the_process_died_over_three_times_is_put_aside(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.arm(POISON)
    for _ in TRYING:
        await office.killed_over(POISON)
    with caplog.at_level(logging.CRITICAL):
        assert (await life(office)).texts == []
    assert f"code:{POISON} is put aside for 0:10:00" in caplog.text
    post = await office.post(POISON)
    assert (post.next_try_at, post.failure) == (office.clock() + MINUTES, CRASHED)


async def test_s_21_what_was_put_aside_by_mischance_is_said_after_all(office: Office) -> None:
    await office.arm(POISON)
    for _ in TRYING:
        await office.killed_over(POISON)
    assert (await life(office)).texts == []
    office.clock.advance(MINUTES.total_seconds())
    assert (await life(office)).texts == [f"<b>{POISON}</b>"]


async def test_s_21_what_kills_every_time_rests_longer_and_longer(office: Office) -> None:
    await office.arm(POISON)
    rests = []
    for deaths in (len(TRYING), 1, 1, 1):
        for _ in range(deaths):
            await office.killed_over(POISON)
        assert (await life(office)).texts == []
        rest = await office.rest_of(POISON)
        rests.append(rest / 60)
        office.clock.advance(rest)
    assert rests == [10, 60, 360, 1440]


async def test_s_21_what_was_only_beside_it_is_said(office: Office) -> None:
    await office.arm(POISON)
    await office.arm(INNOCENT, chat_id=BOB)
    for _ in range(2):
        await office.killed_over(POISON, INNOCENT)
    third = Office(office.database)
    third.drawings[POISON] = Killed()
    with pytest.raises(Killed):
        await third.postman.start()
    fourth = Office(office.database)
    fourth.drawings[POISON] = Killed()
    await fourth.postman.start()
    await fourth.postman.settle(10)
    assert fourth.texts == [f"<b>{INNOCENT}</b>"]


async def test_s_21_what_was_put_aside_rests_until_somebody_asks_for_it(office: Office) -> None:
    await office.arm(POISON)
    for _ in TRYING:
        await office.killed_over(POISON)
    await life(office)
    await office.arm(POISON)
    assert (await life(office)).texts == []
    await office.arm(POISON, anew=True)
    assert (await life(office)).texts == [f"<b>{POISON}</b>"]


async def test_s_21_a_send_that_a_stop_breaks_off_is_no_crash(office: Office) -> None:
    office.telegram.hold(ANN)
    await office.arm(INNOCENT)
    for _ in range(4):
        await office.postman.round()
        await office.telegram.hears(ANN)
        await office.postman.rest()
    post = await office.post(INNOCENT)
    assert (post.failure, post.attempts, post.next_try_at) == ("", 0, office.clock())
