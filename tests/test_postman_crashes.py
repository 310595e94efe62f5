"""The process dies around a send: everything is said at least once, and what kills it is found out."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import failpoints
from bot.failpoints import Failpoint
from storage.models import Post
from storage.outbox import CRASHED, TRYING, OutboxStore
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


class BreakingOff(OutboxStore):
    """Stops at one of its strokes, for ever: before that is written, or when it is and nobody heard of it."""

    def __init__(self, database: Any, stroke: str, *, written: bool) -> None:
        super().__init__(database)
        self._stroke, self._written = stroke, written
        self.there = asyncio.Event()

    async def trying(self, post: Post) -> None:
        await self._at("trying", super().trying(post))

    async def sent(self, post: Post, message_id: int, now: datetime, again_at: datetime | None) -> None:
        await self._at("sent", super().sent(post, message_id, now, again_at))

    async def later(self, post: Post, at: datetime, failure: str) -> None:
        await self._at("later", super().later(post, at, failure))

    async def _at(self, stroke: str, writing: Coroutine[Any, Any, None]) -> None:
        if stroke != self._stroke or self._written:
            await writing
        if stroke == self._stroke:
            writing.close()
            self.there.set()
            await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("stroke", "written", "before", "after"),
    [
        ("trying", False, 0, 1),
        ("trying", True, 0, 1),
        ("sent", False, 1, 1),
        ("sent", True, 1, 0),
        ("later", False, 1, 1),
        ("later", True, 1, 1),
    ],
)
async def test_a_stop_within_any_stroke_costs_no_code_and_counts_as_no_try(
    office: Office, stroke: str, written: bool, before: int, after: int
) -> None:
    office.outbox = outbox = BreakingOff(office.database, stroke, written=written)
    postman = office.hire()
    office.answers(*([TimeoutError()] if stroke == "later" else []))
    await office.arm(INNOCENT)
    await postman.round()
    await outbox.there.wait()
    await postman.rest()
    post = await office.post(INNOCENT)
    assert (len(office.texts), post.failure, post.attempts) == (before, "", 0)
    office.clock.advance(MINUTES.total_seconds())
    assert len((await life(office)).texts) == after
    assert (await life(office)).texts == []
