"""The bot comes up: what it hides before it says anything, and whom it hears although Telegram limps."""

import asyncio
import base64
import os

from bot.log import HIDDEN, secrets
from bot.process import conceal
from bot.settings import Settings
from tests.house import PATIENCE, House


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
