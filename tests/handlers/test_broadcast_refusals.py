"""Copies that Telegram refuses: one chat's matter, or everybody's; nobody is given up on a doubtful word."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.methods import CopyMessage, TelegramMethod

from storage.outbox import EVERYWHERE
from tests.handlers.test_broadcast import copies, draft, house, operator, people, report, send_to_all
from tests.house import Chat, House

__all__ = ["house", "operator"]

NOT_FOUND = "Bad Request: chat not found"


async def send_to_groups(operator: Chat) -> None:
    await draft(operator)
    for label in ("Groups", "Send to", "Yes, send"):
        await operator.press(label)


async def groups(operator: Chat, count: int) -> list[Chat]:
    [ann] = await people(operator.house, "Ann")
    made = [operator.house.group(operator, ann) for _ in range(count)]
    for each in made:
        await each.say("/start")
    return made


async def is_lost(chat: Chat) -> bool:
    row = await chat.house.codebell.chats.get(chat.chat_id)
    return row is not None and row.unreachable_at is not None


@pytest.mark.parametrize(
    "said", ["not enough rights to send photos to the chat", "CHAT_SEND_PHOTOS_FORBIDDEN", "TOPIC_CLOSED"]
)
async def test_a_group_that_takes_no_such_thing_is_not_lost_and_stops_nobody_else(
    house: House, operator: Chat, said: str
) -> None:
    made = await groups(operator, 7)
    for group in made[:6]:
        house.human.fault(
            "copyMessage", group.chat_id, code=400, description=f"Bad Request: {said}", times=None
        )
    await send_to_groups(operator)
    await operator.wait(30)
    assert not any([await is_lost(group) for group in made])
    assert len(copies(made[6])) == 1
    assert "Refused by Telegram: 6" in report(operator)
    assert "· sent" in report(operator)


async def test_several_chats_in_a_row_that_are_not_found_pause_it_and_none_is_given_up(
    house: House, operator: Chat
) -> None:
    crowd = await people(house, *"ABCDEFGHIJ")
    house.human.fault("copyMessage", code=400, description=NOT_FOUND, times=None)
    await send_to_all(operator)
    await operator.wait(30)
    assert "I paused it: Telegram refused several copies in a row." in report(operator)
    house.human.heal("copyMessage")
    assert not any([await is_lost(one) for one in crowd])
    await operator.press("Resume")
    await operator.wait(30)
    assert [len(copies(one)) for one in crowd] == [1] * 10
    assert "Sent: 11" in report(operator)


async def test_chats_not_found_among_others_are_lost(house: House, operator: Chat) -> None:
    ann, bob, eve = await people(house, "Ann", "Bob", "Eve")
    for one in (ann, eve):
        house.human.fault("copyMessage", one.chat_id, code=400, description=NOT_FOUND)
    await send_to_all(operator)
    await operator.wait(30)
    assert [await is_lost(one) for one in (ann, bob, eve)] == [True, False, True]
    assert "Blocked me or gone: 2" in report(operator)
    assert "· sent" in report(operator)


async def test_chats_that_are_really_gone_pause_it_once_and_then_it_goes_past_them(
    house: House, operator: Chat
) -> None:
    crowd = await people(house, *"ABCDEFGH")
    for one in crowd[1:7]:
        house.human.fault("copyMessage", one.chat_id, code=400, description=NOT_FOUND, times=None)
    await send_to_all(operator)
    if "I paused it" in report(operator):
        await operator.press("Resume")
    await operator.wait(30)
    assert [await is_lost(one) for one in crowd] == [False, *[True] * 6, False]
    assert "Sent: 3" in report(operator)


async def test_a_chat_that_took_its_copy_after_all_is_not_lost(house: House, operator: Chat) -> None:
    crowd = await people(house, *"ABCDEFGH")
    house.human.fault("copyMessage", crowd[-1].chat_id, code=400, description=NOT_FOUND)
    for one in crowd[:7]:
        house.human.fault("copyMessage", one.chat_id, code=502)
    await send_to_all(operator)
    await operator.press("Pause")
    await operator.wait(60)
    await operator.press("Resume")
    await operator.wait(120)
    assert len(copies(crowd[-1])) == 1
    assert not await is_lost(crowd[-1])


async def test_a_group_and_what_it_became_get_one_copy(house: House, operator: Chat) -> None:
    old, new = await groups(operator, 2)
    bell = house.codebell
    await bell.chats.block_until(EVERYWHERE, house.clock() + timedelta(seconds=30))
    await send_to_groups(operator)
    await bell.copies.feed(house.clock())
    await bell.chats.migrate(old.chat_id, new.chat_id)
    await operator.wait(120)
    assert len(copies(old)) + len(copies(new)) == 1
    assert "· sent" in report(operator)


async def test_what_could_not_be_noted_is_noted_at_the_next_round(house: House, operator: Chat) -> None:
    crowd = await people(house, *"ABCD")
    house.human.fault("copyMessage", crowd[1].chat_id, retry_after=2)
    fails_once(house.codebell.copies, "later")
    await send_to_all(operator)
    await operator.wait(60)
    assert [len(copies(one)) for one in crowd] == [1] * 4
    assert "Sent: 5" in report(operator)


async def test_a_flood_limit_that_could_not_be_stored_is_one_nevertheless(
    house: House, operator: Chat
) -> None:
    [ann] = await people(house, "Ann")
    house.human.fault("copyMessage", ann.chat_id, retry_after=2)
    fails_once(house.codebell.chats, "block_until")
    await send_to_all(operator)
    await operator.wait(60)
    assert len(copies(ann)) == 1
    assert "Unsure" not in report(operator)


async def test_a_call_that_fails_as_nobody_foresaw_leaves_one_chat_unsure_and_the_others_get_theirs(
    house: House, operator: Chat
) -> None:
    crowd = await people(house, *"ABCD")
    house.codebell.bot.session.middleware(Broken())
    await send_to_all(operator)
    await operator.wait(60)
    assert sorted(len(copies(one)) for one in (*crowd, operator)) == [0, 1, 1, 1, 1]
    assert "Sent: 4" in report(operator)
    assert "Unsure whether it came: 1" in report(operator)
    assert "· sent" in report(operator)


class Broken(BaseRequestMiddleware):
    """The first copy meets a fault of a library."""

    def __init__(self) -> None:
        self._failed = False

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        if not self._failed and isinstance(method, CopyMessage):
            self._failed = True
            raise RuntimeError("the session is closed")
        return await make_request(bot, method)


def fails_once(store: object, name: str) -> None:
    """The first call finds the database locked."""
    real: Callable[..., Awaitable[Any]] = getattr(store, name)
    failed: list[bool] = []

    async def locked(*given: Any, **named: Any) -> Any:
        if not failed:
            failed.append(True)
            raise OSError("database is locked")
        return await real(*given, **named)

    setattr(store, name, locked)
