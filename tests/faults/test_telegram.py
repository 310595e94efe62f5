"""Telegram on the wire: it floods and garbles, messages and updates kill the bot, and codes arrive."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.failpoints import KILLED, Failpoint
from bot.sandbox.sites.activation import Activation
from tests.faults.harness import BotProcess, Sandbox, opened
from tests.faults.person import Person

SMSBOWER = "smsbower"
GARBLED = '{"ok": true, "result": {"message_id": "no number", "chat": 7}}'


async def owner(sandbox: Sandbox, name: str) -> tuple[Person, Activation]:
    """Somebody with a number that waits for its code."""
    person = Person(sandbox, name)
    await person.connect(SMSBOWER)
    return person, await person.buy(SMSBOWER)


def deliver(sandbox: Sandbox, number: Activation, code: str) -> None:
    sandbox.sites[SMSBOWER].control("sms", id=number.id, code=code)


async def flooded(sandbox: Sandbox, name: str, seconds: int) -> Person:
    """Somebody whose code, 404-1, Telegram told to wait for so long."""
    person, number = await owner(sandbox, name)
    sandbox.human.fault("sendMessage", chat_id=person.id, retry_after=seconds)
    deliver(sandbox, number, "404-1")
    await sandbox.eventually(lambda: _blocked(sandbox, person), "what Telegram said is stored")
    return person


def _blocked(sandbox: Sandbox, person: Person) -> bool:
    """Whether the bot has stored that nothing is to be said to somebody."""
    query = "SELECT blocked_until FROM chats WHERE id = ?"
    with closing(sqlite3.connect(f"file:{sandbox.database}?mode=ro", uri=True)) as file:
        return any(until for (until,) in file.execute(query, (person.id,)))


def said_to(sandbox: Sandbox, person: Person, seq: int) -> int:
    """How often something was said to somebody since then."""
    calls = sandbox.calls("sendMessage", seq)
    return len([call for call in calls if int(call["params"]["chat_id"]) == person.id])


async def test_t_1_a_code_that_met_a_flood_is_said_after_it_once_and_another_chats_at_once(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    bob, number = await owner(sandbox, "Bob")
    ann = await flooded(sandbox, "Ann", 6000)
    deliver(sandbox, number, "700-2")
    await bob.sees("🔔", "700-2")
    assert not ann.showing("🔔")
    sandbox.advance(6000)
    await ann.sees("🔔", "404-1")
    assert len(ann.showing("🔔", "404-1")) == 1


async def test_t_2_a_long_flood_outlives_a_restart_and_holds_up_nothing_else(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    dan, number = await owner(sandbox, "Dan")
    cat = await flooded(sandbox, "Cat", 6775)
    await bot.stop(signal.SIGKILL)
    deliver(sandbox, number, "700-3")
    await bot.start()
    seq = sandbox.world.events.seq
    await dan.sees("🔔", "700-3")
    cat.say("/numbers")
    await cat.sees("Your numbers", "404-1")
    assert said_to(sandbox, cat, seq) <= 1
    assert not cat.showing("🔔")
    sandbox.advance(6775)
    await cat.sees("🔔", "404-1")
    assert len(cat.showing("🔔", "404-1")) == 1


async def test_t_24_a_long_flood_on_the_first_code_after_a_start_keeps_nobody_else_waiting(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    (dan, dans), (cat, cats) = [await owner(sandbox, name) for name in ("Dan", "Cat")]
    await bot.stop(signal.SIGKILL)
    sandbox.human.fault("sendMessage", chat_id=cat.id, retry_after=5827)
    deliver(sandbox, cats, "404-6")
    deliver(sandbox, dans, "700-6")
    await bot.start()
    dan.say("/help")
    await dan.sees("How it works")
    await dan.sees("🔔", "700-6")
    await sandbox.eventually(lambda: _blocked(sandbox, cat), "what Telegram said is stored")
    assert not cat.showing("🔔")
    sandbox.advance(5827)
    await cat.sees("🔔", "404-6")


async def test_t_4_an_answer_nobody_can_read_is_a_yes_the_second_time(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    eve, number = await owner(sandbox, "Eve")
    sandbox.human.fault("sendMessage", chat_id=eve.id, body=GARBLED, after_processing=True, times=None)
    deliver(sandbox, number, "404-4")
    await eve.sees("🔔", "404-4")
    await sandbox.eventually(lambda: len(eve.showing("🔔", "404-4")) == 2, "it is said once more")
    sandbox.advance(3600)
    eve_seq = sandbox.world.events.seq
    sandbox.human.heal()
    eve.say("/help")
    await eve.sees("How it works")
    assert said_to(sandbox, eve, eve_seq) == 1
    assert len(eve.showing("🔔", "404-4")) == 2


async def test_t_13_an_update_nobody_can_read_holds_up_nobody(sandbox: Sandbox, bot: BotProcess) -> None:
    fay, before = Person(sandbox, "Fay"), bot.log.count("skipped")
    sandbox.human.strange_update("message", {"message_id": "poison", "chat": {"id": fay.id, "type": "alien"}})
    sandbox.human.strange_update("invented_yesterday", {"from": {"id": "x"}})
    fay.say("/help")
    await fay.sees("How it works")
    assert bot.log.count("skipped") - before == 2


async def test_s_21_a_code_that_kills_the_bot_each_time_is_put_aside_and_stays_among_the_numbers(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as sandbox:
        bot = BotProcess(sandbox)
        await bot.start()
        gil, number = await owner(sandbox, "Gil")
        await bot.arm(Failpoint.IN_DRAWING)
        deliver(sandbox, number, "404-5")
        assert await bot.ended() == KILLED
        deadly = BotProcess(sandbox, FAILPOINT=Failpoint.IN_DRAWING)
        for _ in range(2):
            await deadly.launch()
            assert await deadly.ended() == KILLED
        await bot.start()
        aside = "is put aside for 0:10:00: the process died over it 3 times"
        await sandbox.eventually(lambda: aside in bot.log, "the code is put aside")
        gil.say("/numbers")
        await gil.sees("Your numbers", "404-5")
        assert await bot.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize("point", [Failpoint.BEFORE_HANDLER, Failpoint.AFTER_HANDLER])
async def test_killed_around_a_handler_the_bot_answers_after_its_start(
    sandbox: Sandbox, bot: BotProcess, point: Failpoint
) -> None:
    hal = Person(sandbox, point)
    await bot.arm(point)
    hal.say("/help")
    assert await bot.ended() == KILLED
    await bot.start()
    hal.say("/help")
    await hal.sees("How it works")
