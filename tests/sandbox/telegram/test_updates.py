"""Updates: queued, polled, confirmed, and fought over by two pollers."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramConflictError

from bot.sandbox.telegram.inprocess import InProcessSession
from tests.sandbox.telegram.scene import TOKEN, Scene


async def test_updates_come_again_until_a_higher_offset_confirms_them(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "one")
    scene.human.message(ann, ann, "two")
    first, second = await scene.bot.get_updates()
    assert await scene.bot.get_updates() == [first, second]
    assert await scene.bot.get_updates(offset=second.update_id) == [second]
    assert await scene.bot.get_updates(offset=second.update_id + 1) == []
    assert await scene.bot.get_updates() == []


async def test_the_limit_and_a_negative_offset_are_kept(scene: Scene) -> None:
    ann = scene.person()
    for word in ("one", "two", "three"):
        scene.human.message(ann, ann, word)
    assert len(await scene.bot.get_updates(limit=2)) == 2
    (last,) = await scene.bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "three"
    assert len(await scene.bot.get_updates()) == 1


async def test_a_long_poll_ends_with_the_next_update(scene: Scene) -> None:
    ann = scene.person()
    poll = asyncio.create_task(scene.bot.get_updates(timeout=50))
    await asyncio.sleep(0)
    assert not poll.done()
    scene.human.message(ann, ann, "hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "hello"


async def test_a_second_poll_takes_the_place_of_the_first(scene: Scene) -> None:
    ann = scene.person()
    other = Bot(TOKEN, session=InProcessSession(scene.world))
    first = asyncio.create_task(scene.bot.get_updates(timeout=50))
    await asyncio.sleep(0)
    second = asyncio.create_task(other.get_updates(timeout=50))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request; make sure that"):
        await first
    scene.human.message(ann, ann, "hello")
    assert len(await second) == 1


async def test_a_poll_given_up_by_the_client_is_no_conflict_for_the_next(scene: Scene) -> None:
    ann = scene.person()
    first = asyncio.create_task(scene.bot.get_updates(timeout=50))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    scene.human.message(ann, ann, "hello")
    assert len(await scene.bot.get_updates(timeout=50)) == 1


async def test_polling_is_refused_while_a_webhook_is_set(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "hello")
    scene.human.webhook("https://old.example/hook")
    assert (await scene.bot.get_webhook_info()).pending_update_count == 1
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await scene.bot.get_updates()
    await scene.bot.delete_webhook()
    assert len(await scene.bot.get_updates()) == 1


async def test_pending_updates_can_be_dropped_with_the_webhook(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "hello")
    await scene.bot.delete_webhook(drop_pending_updates=True)
    assert await scene.bot.get_updates() == []


async def test_only_the_kinds_asked_for_are_queued_until_others_are_asked_for(scene: Scene) -> None:
    ann = scene.person()
    await scene.bot.get_updates(allowed_updates=["callback_query"])
    scene.human.message(ann, ann, "unheard")
    await scene.bot.get_updates()
    scene.human.message(ann, ann, "unheard too")
    assert await scene.bot.get_updates(allowed_updates=["message"]) == []
    scene.human.message(ann, ann, "heard")
    assert len(await scene.bot.get_updates()) == 1


async def test_taking_updates_confirms_them(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "hello")
    assert [one["message"]["text"] for one in scene.world.take_updates()] == ["hello"]
    assert scene.world.take_updates() == []


async def test_updates_numbered_anew_reach_a_poller_with_an_old_offset(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "before")
    (before,) = await scene.bot.get_updates()
    scene.human.renumber(1000)
    scene.human.message(ann, ann, "after")
    old, new = await scene.bot.get_updates(offset=before.update_id + 1)
    assert (old, new.update_id) == (before, 1000)


async def test_an_update_nobody_knows_comes_through_as_it_is(scene: Scene) -> None:
    scene.human.strange_update("telepathy", {"mood": "blue"})
    (update,) = scene.world.take_updates()
    assert update["telepathy"] == {"mood": "blue"}
