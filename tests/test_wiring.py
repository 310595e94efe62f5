"""The parts of a running bot hear of each other: who beats, who watches, and what a stop says last."""

import asyncio
import threading

import pytest

from bot.heartbeat import ASK, HUNG
from tests.house import PATIENCE, Chat, House
from tests.test_heartbeat import Watch


@pytest.fixture
def watch(house: House) -> Watch:
    """The monotonic clock of the bot's heartbeat; none of its parts was heard of since long ago."""
    watch = Watch()
    heartbeat = house.codebell.heartbeat
    heartbeat._monotonic = watch
    for part in HUNG:
        heartbeat.beat(part)
    watch.seconds += max(HUNG.values()) + 1
    return watch


@pytest.mark.usefixtures("watch")
async def test_a_poll_is_heard_of_before_telegram_answers(house: House) -> None:
    house.human.fault("getUpdates", code=502, description="Bad Gateway")
    with pytest.raises(Exception, match="Bad Gateway"):
        await house.codebell.poller.fetch(0)
    assert "polling" not in house.codebell.heartbeat.hung()


@pytest.mark.usefixtures("watch")
async def test_a_start_that_telegram_does_not_answer_is_heard_of(house: House) -> None:
    house.human.fault("deleteWebhook", code=502, description="Bad Gateway", times=None)
    await house.codebell.start()
    async with asyncio.timeout(PATIENCE):
        while "polling" in house.codebell.heartbeat.hung():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
    await house.codebell.stop()


@pytest.mark.usefixtures("watch")
async def test_a_tick_that_fails_is_known_not_to_hang(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ValueError

    await house.codebell._ticks.each({"watch": fails})
    assert sorted(house.codebell.heartbeat.hung()) == ["polling", "post"]
    caplog.clear()


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.usefixtures("watch")
async def test_b_17_the_watchdog_asks_for_no_end_while_an_outcome_is_not_stored(
    house: House, held: bool, caplog: pytest.LogCaptureFixture
) -> None:
    bell = house.codebell
    bell.errands._unsaved |= {"paid"} if held else set()
    for _ in range(ASK):
        bell._watchdog.look()
    await asyncio.sleep(0)
    assert bell.stopped.done() is not held
    caplog.clear()


async def test_a_running_bot_is_watched_and_goes_round_by_itself(house: House) -> None:
    bell = house.codebell
    await bell.start()
    jobs = bell._ticks._scheduler.get_jobs()
    came = {str(job.args[0]) if job.args else job.func.__name__: job.trigger.interval for job in jobs}
    assert {name: every.total_seconds() for name, every in came.items()} == {
        "watch": 1,
        "post": 1,
        "copies": 1,
        "alarms": 60,
        "heartbeat": 10,
        "balances": 60,
        "housekeeping": 3600,
    }
    assert bell.write_heartbeat in [job.args[1] for job in jobs if job.args]
    assert "watchdog" in {thread.name for thread in threading.enumerate()}
    await bell.stop()


async def test_s_15_what_was_heard_is_not_told_by_telegram_again_after_a_stop(
    chat: Chat, house: House
) -> None:
    house.human.message(chat.chat_id, chat.person_id, "/help")
    assert await house.codebell.poller.fetch(0) == 1
    assert house.world.bot().updates.pending
    await house.codebell.stop()
    assert "How it works" in chat.screen
    assert not house.world.bot().updates.pending


async def test_s_15_a_code_that_was_just_found_is_said_before_it_goes(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("31337")
    house.clock.advance(10)
    await house.codebell.watcher.tick()
    await house.codebell.watcher.settle(PATIENCE)
    assert [message for message in chat.messages if "31337" in message["text"]] == []
    await house.codebell.stop()
    assert [message for message in chat.messages if "31337" in message["text"]]
