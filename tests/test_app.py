"""The bot comes up: what it hides before it says anything, and whom it hears although Telegram limps."""

import asyncio
import base64
import os

from bot.heartbeat import Heartbeat
from bot.log import HIDDEN, secrets
from bot.process import conceal
from bot.settings import Settings
from storage.outbox import Kind, arm
from tests.house import PATIENCE, Chat, House


def test_every_master_key_is_hidden_by_itself() -> None:
    keys = [base64.b64encode(os.urandom(32)).decode() for _ in range(3)]
    token = "123456:ABC-secret-token-0123456789"
    conceal(Settings(bot_token=token, master_key=f"{keys[0]}\n{keys[1]}, {keys[2]}\n"))
    assert [secrets.hide(f"<{value}>") for value in (*keys, token)] == [f"<{HIDDEN}>"] * 4


async def test_people_are_heard_while_the_menu_of_commands_cannot_be_set(house: House) -> None:
    house.human.fault("setMyCommands", code=502, description="Bad Gateway", times=None)
    ann = house.person("Ann")
    await house.codebell.start()
    house.human.message(ann.chat_id, ann.person_id, "/help")
    async with asyncio.timeout(PATIENCE):
        while not house.sent("sendMessage"):  # noqa: ASYNC110 - Telegram has no event for it
            await asyncio.sleep(0.01)
    await house.codebell.stop()
    assert "How it works" in ann.screen


async def test_the_heartbeat_stops_while_the_outbox_is_not_worked_off(house: House) -> None:
    bell, chat = house.codebell, house.person("Ann")
    beats: list[str] = []
    bell.heartbeat = Listening(beats)
    await bell.write_heartbeat()
    async with house.database.begin() as session:
        await arm(session, Kind.CODE, "late", chat.chat_id, house.clock())
    house.clock.advance(59)
    await bell.write_heartbeat()
    house.clock.advance(2)
    await bell.write_heartbeat()
    assert beats == ["outbox", "outbox"]
    await bell.chats.mark_unreachable(chat.chat_id, house.clock())
    await bell.write_heartbeat()
    assert len(beats) == 3


class Listening(Heartbeat):
    """Notes what it hears."""

    def __init__(self, beats: list[str]) -> None:
        super().__init__(None)
        self._beats = beats

    def beat(self, part: str, quiet: float = 0.0) -> None:
        self._beats.append(part)


async def test_t_15_beside_another_poller_nothing_is_ordered(chat: Chat, house: House) -> None:
    house.codebell.errands.rival(True)
    await chat.buys()
    assert "Another copy of this bot is running" in str(chat.alert)
    assert house.alpha.called("buy") == []
    house.codebell.errands.rival(False)
    await chat.press("Buy for")
    assert len(house.alpha.called("buy")) == 1
