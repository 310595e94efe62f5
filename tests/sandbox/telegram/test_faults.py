"""Floods, broken answers, lost calls and other weather, as aiogram meets it."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.sandbox.telegram.inprocess import InProcessSession
from tests.sandbox.telegram.scene import TOKEN, Scene


async def test_a_flood_tells_how_long_to_wait_and_hits_one_chat_only(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    scene.human.fault("sendMessage", chat_id=ann, retry_after=6775)
    await scene.bot.send_message(bob, "x")
    with pytest.raises(TelegramRetryAfter, match="Too Many Requests: retry after 6775") as flood:
        await scene.bot.send_message(ann, "x")
    assert flood.value.retry_after == 6775
    await scene.bot.send_message(ann, "y")
    assert scene.last(ann)["text"] == "y"


async def test_a_fault_strikes_as_often_as_it_says(scene: Scene) -> None:
    ann = scene.person()
    scene.human.fault("sendMessage", code=502, times=2)
    for _ in range(2):
        with pytest.raises(TelegramServerError, match="Bad Gateway"):
            await scene.bot.send_message(ann, "x")
    await scene.bot.send_message(ann, "x")


async def test_a_lasting_fault_ends_when_it_is_healed(scene: Scene) -> None:
    scene.human.fault(code=401, times=None)
    for _ in range(3):
        with pytest.raises(TelegramUnauthorizedError, match="Unauthorized"):
            await scene.bot.get_me()
    scene.human.heal()
    assert (await scene.bot.get_me()).username == "codebell_bot"


async def test_healing_one_method_leaves_the_faults_of_others(scene: Scene) -> None:
    scene.human.fault("getMe", code=500, times=None)
    scene.human.fault("sendMessage", code=500, times=None)
    scene.human.heal("getMe")
    await scene.bot.get_me()
    with pytest.raises(TelegramServerError):
        await scene.bot.send_message(scene.person(), "x")


async def test_a_body_that_is_no_json_cannot_be_decoded(scene: Scene) -> None:
    scene.human.fault("getMe", code=502, body="<html>Bad Gateway</html>")
    with pytest.raises(ClientDecodeError, match="Failed to decode object"):
        await scene.bot.get_me()


async def test_an_odd_body_may_come_with_200(scene: Scene) -> None:
    scene.human.fault("getMe", body='{"ok": true, "result": {"odd": 1}}')
    with pytest.raises(ClientDecodeError, match="Failed to deserialize object"):
        await scene.bot.get_me()


async def test_a_migration_can_be_claimed_out_of_the_blue(scene: Scene) -> None:
    ann = scene.person()
    scene.human.fault("sendMessage", migrate_to_chat_id=-100123)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await scene.bot.send_message(ann, "x")
    assert moved.value.migrate_to_chat_id == -100123


@pytest.mark.parametrize(("after", "delivered"), [(False, 0), (True, 1)])
async def test_a_dropped_call_was_carried_out_or_not(scene: Scene, after: bool, delivered: int) -> None:
    ann = scene.person()
    before = len(scene.messages(ann))
    scene.human.fault("sendMessage", drop=True, after_processing=after)
    with pytest.raises(TelegramNetworkError, match="Server disconnected"):
        await scene.bot.send_message(ann, "x")
    assert len(scene.messages(ann)) - before == delivered


@pytest.mark.parametrize(("after", "delivered"), [(False, 0), (True, 1)])
async def test_a_hanging_call_ends_by_the_callers_own_timeout(
    scene: Scene, after: bool, delivered: int
) -> None:
    ann, hasty = scene.person(), Bot(TOKEN, session=InProcessSession(scene.world, timeout=0.01))
    before = len(scene.messages(ann))
    scene.human.fault("sendMessage", hang=True, after_processing=after)
    with pytest.raises(TelegramNetworkError, match="Request timeout error"):
        await hasty.send_message(ann, "x")
    assert len(scene.messages(ann)) - before == delivered


async def test_the_journal_keeps_every_call_and_never_the_token(scene: Scene) -> None:
    ann = scene.person()
    await scene.bot.send_message(ann, "<b>x</b>")
    scene.human.fault("getMe", code=500)
    with pytest.raises(TelegramServerError):
        await scene.bot.get_me()
    sent, asked = scene.human.calls()["calls"]
    assert (sent["method"], sent["ok"], sent["error"]) == ("sendMessage", True, None)
    assert sent["params"] == {"chat_id": str(ann), "text": "<b>x</b>", "parse_mode": "HTML"}
    assert (asked["method"], asked["ok"], asked["at"]) == ("getMe", False, scene.clock.now)
    assert scene.human.calls(since=sent["seq"])["calls"] == [asked]
    assert TOKEN not in str(scene.human.calls())


@pytest.mark.parametrize("after", [False, True])
async def test_a_broken_call_stands_in_the_journal_once(scene: Scene, after: bool) -> None:
    ann = scene.person()
    scene.human.fault("sendMessage", drop=True, after_processing=after)
    with pytest.raises(TelegramNetworkError):
        await scene.bot.send_message(ann, "x")
    (call,) = scene.human.calls()["calls"]
    assert (call["ok"], call["error"]) == (False, "fault: drop")


async def test_a_refused_call_stands_in_the_journal_with_its_reason(scene: Scene) -> None:
    with pytest.raises(TelegramServerError):
        await scene.bot.send_voice(scene.person(), "x")
    (call,) = scene.human.calls()["calls"]
    assert call["error"] == "Not Implemented: the sandbox has no method sendVoice"
