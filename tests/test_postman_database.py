"""The database fails around a send: nothing is lost, nothing is said twice for it, and nobody died."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, exceptions
from aiogram.methods import TelegramMethod
from sqlalchemy.exc import OperationalError

from bot.drawing import Drawing
from bot.paces import Paces
from storage.models import Post
from storage.outbox import TRYING, Kind, OutboxStore
from tests.office import BOB, METHOD, FakeTelegram, Office, open_office

FULL = OperationalError("UPDATE outbox", {}, Exception("database or disk is full"))


class FailingOutbox(OutboxStore):
    """Takes what a test lets it take."""

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.refuses: set[str] = set()

    async def sent(self, post: Post, message_id: int, now: datetime, again_at: datetime | None) -> None:
        self._refuse("sent")
        await super().sent(post, message_id, now, again_at)

    async def later(self, post: Post, at: datetime, failure: str) -> None:
        self._refuse("later")
        await super().later(post, at, failure)

    async def trying(self, post: Post) -> None:
        self._refuse("trying")
        await super().trying(post)

    def _refuse(self, what: str) -> None:
        if what in self.refuses:
            raise FULL


class OddTelegram(FakeTelegram):
    """Its answers are read with a mistake that is no error of aiogram."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        await super().make_request(bot, method, timeout)
        raise KeyError("a mistake of somebody's")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as made:
        yield made


@pytest.fixture
async def outbox(office: Office) -> FailingOutbox:
    """The office's own, from now on."""
    office.outbox = made = FailingOutbox(office.database)
    office.postman = office.hire()
    return made


async def rounds(office: Office, count: int = len(TRYING) + 1, seconds: float = 1) -> None:
    for _ in range(count):
        office.clock.advance(seconds)
        await office.round()


async def test_c_4_what_was_sent_is_marked_when_the_database_works_again_and_not_sent_again(
    office: Office, outbox: FailingOutbox
) -> None:
    outbox.refuses = {"sent", "later"}
    await office.deliver()
    said_at = office.clock()
    await office.arm("next")
    await rounds(office)
    assert office.texts == ["<b>code</b>"]
    outbox.refuses.clear()
    await office.round()
    post = await office.post("code")
    assert (post.sent_at, post.message_id, post.next_try_at, post.failure) == (said_at, 1, None, "")
    assert office.texts == ["<b>code</b>", "<b>next</b>"]
    assert office.hangs == [("code", 1), ("next", 2)]


async def test_what_was_sent_is_marked_at_the_next_round_though_nothing_else_is_due(
    office: Office, outbox: FailingOutbox
) -> None:
    outbox.refuses = {"sent"}
    await office.deliver("card", Kind.CARD)
    await office.arm("card", Kind.CARD)
    office.drawings["card"] = Drawing("news", edits=1)
    outbox.refuses.clear()
    await rounds(office)
    assert office.texts == ["<b>card</b>", "news"]


async def test_s_21_a_mistake_around_a_send_is_no_crash_and_the_code_goes_on_being_tried(
    office: Office,
) -> None:
    office.telegram, sane = OddTelegram(), office.telegram
    office.postman = office.hire()
    await office.deliver()
    await rounds(office, 5, 60)
    post = await office.post("code")
    assert (post.failure, len(office.texts)) == ("KeyError", 6)
    office.telegram = sane
    office.postman = office.hire()
    await rounds(office, 1, 60)
    assert (await office.post("code")).sent_at is not None


@pytest.mark.parametrize("refused", ["trying", "later"])
async def test_s_21_a_database_that_fails_meanwhile_is_no_crash(
    office: Office, outbox: FailingOutbox, refused: str
) -> None:
    office.answers(*[exceptions.TelegramNetworkError(METHOD, "down")] * 10)
    outbox.refuses = {refused}
    await office.deliver()
    await rounds(office)
    outbox.refuses.clear()
    office.answers()
    await rounds(office)
    assert (await office.post("code")).sent_at is not None


async def test_s_21_suspects_hold_up_the_start_for_a_moment_however_many_they_are(office: Office) -> None:
    suspects = range(1000, 1040)
    for chat_id in suspects:
        await office.arm(f"code{chat_id}", chat_id=chat_id)
        await office.killed_over(f"code{chat_id}")
        await office.killed_over(f"code{chat_id}")
        office.telegram.hold(chat_id)
    postman, began = office.hire(suspects=0.4), time.monotonic()
    await postman.start()
    assert time.monotonic() - began < 0.4 / 2 * len(suspects) / 2
    for gate in office.telegram.gates.values():
        gate.set()
    await postman.settle(10)


async def test_t_21_a_code_waits_behind_no_cards_of_others(office: Office) -> None:
    postman, crowd = office.hire(Paces((1, 0.1), (1000, 1.0), (1000, 1.0))), range(1000, 1062)
    for chat_id in crowd:
        await office.arm(f"card{chat_id}", Kind.CARD, chat_id)
    await postman.round()
    await office.arm("code", chat_id=BOB)
    before = len(office.texts)
    await postman.round()
    async with asyncio.timeout(10):
        while "<b>code</b>" not in office.texts:  # noqa: ASYNC110 - the fake has no event of its own
            await asyncio.sleep(0.01)
    assert office.texts.index("<b>code</b>") <= before + 10
    await postman.rest()
