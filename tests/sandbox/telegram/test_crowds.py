"""Thousands of people at once, and the counting of what is said to them."""

import time

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter

from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import Scene

MANY = 500
#: Milliseconds of this machine's work that a copy may cost the sandbox and aiogram together.
DEAR = 2.0


async def test_a_crowd_has_started_the_bot_and_the_page_does_not_see_it(scene: Scene) -> None:
    told: list[Json] = []
    scene.world.events.listen(told.append)
    crowd = scene.human.crowd(MANY, blocked=50)
    assert (len(crowd["users"]), len(crowd["blocked"])) == (MANY, 50)
    assert len({one // 10 for one in (crowd["users"].index(user) for user in crowd["blocked"])}) == 50
    await scene.bot.send_message(crowd["users"][0], "news")
    with pytest.raises(TelegramForbiddenError, match="blocked by the user"):
        await scene.bot.send_message(crowd["blocked"][0], "news")
    assert (scene.human.state()["chats"], scene.human.state()["users"]) == ([], [])
    assert {event["type"] for event in told} == {"call"}
    assert scene.world.take_updates() == []


def test_more_than_all_of_a_crowd_cannot_block_the_bot(scene: Scene) -> None:
    with pytest.raises(Nonsense):
        scene.human.crowd(3, blocked=4)


async def test_copies_to_a_crowd_cost_little(scene: Scene) -> None:
    ann, crowd = scene.person(), scene.human.crowd(MANY)["users"]
    news = await scene.bot.send_message(ann, "<b>News</b>")
    began = time.process_time()
    for one in crowd:
        await scene.bot.copy_message(one, ann, news.message_id)
    assert (time.process_time() - began) * 1000 / MANY < DEAR
    assert all(len(scene.messages(one)) == 1 for one in crowd)


async def test_the_pace_is_the_most_in_any_second_and_to_any_chat(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    for _ in range(3):
        await scene.bot.send_message(ann, "x")
        scene.clock.pass_(0.4)
    await scene.bot.send_message(bob, "x")
    await scene.bot.send_chat_action(bob, "typing")
    scene.clock.pass_(10)
    await scene.bot.edit_message_text("y", chat_id=ann, message_id=2)
    assert scene.human.pace() == {
        "messages": 5,
        "second": 3,
        "chat_second": 3,
        "chat_minute": 4,
        "refused": 0,
    }
    assert scene.human.pace(scene.clock())["messages"] == 1
    assert scene.human.pace(chat_id=bob)["messages"] == 1


async def test_what_is_refused_and_what_is_broken_counts_as_tried(scene: Scene) -> None:
    ann, [blocked] = scene.person(), scene.human.crowd(1, blocked=1)["blocked"]
    scene.human.fault("sendMessage", retry_after=7)
    with pytest.raises(TelegramRetryAfter):
        await scene.bot.send_message(ann, "x")
    with pytest.raises(TelegramForbiddenError):
        await scene.bot.send_message(blocked, "x")
    assert scene.human.pace()["second"] == 2


async def test_a_group_takes_20_messages_a_minute_edits_included_where_limits_are_on(scene: Scene) -> None:
    team = scene.group(scene.person())
    scene.human.limits()
    first = await scene.bot.send_message(team, "0")
    for turn in range(1, 20):
        scene.clock.pass_(1)
        await first.edit_text(str(turn))
    with pytest.raises(TelegramRetryAfter, match="retry after 41") as told:
        await scene.bot.send_message(team, "x")
    scene.clock.pass_(told.value.retry_after)
    await scene.bot.send_message(team, "x")
    assert scene.human.pace()["refused"] == 1


async def test_30_messages_a_second_pass_and_15_to_one_person_in_ten(scene: Scene) -> None:
    ann, crowd = scene.person(), scene.human.crowd(40)["users"]
    scene.human.limits()
    for one in crowd[:30]:
        await scene.bot.send_message(one, "x")
    with pytest.raises(TelegramRetryAfter, match="retry after 1"):
        await scene.bot.send_message(crowd[30], "x")
    scene.clock.pass_(1)
    for _ in range(15):
        scene.clock.pass_(0.5)
        await scene.bot.send_message(ann, "x")
    with pytest.raises(TelegramRetryAfter):
        await scene.bot.send_message(ann, "x")
    scene.human.limits(on=False)
    await scene.bot.send_message(ann, "x")
