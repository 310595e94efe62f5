"""Looking after provider keys: the list, a key's end, its name, its removal."""

from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from tests.doubles import FakeProvider
from tests.house import Chat, House


class Expiring(FakeProvider):
    """Its keys say when they end, as a JWT does."""

    def __init__(self, name: str, clock: Clock, ends: datetime) -> None:
        super().__init__(name, clock)
        self.until = ends

    def expires_at(self, key: SecretStr) -> datetime | None:
        return self.until


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (400, "It expires on 5 Jun 2027."),
        (15, "It expires on 16 May 2026."),
        (14, "⚠️ It expires on 15 May 2026: add a new one soon."),
        (0, "⚠️ It expired on 1 May 2026: add a new one."),
    ],
)
async def test_a_keys_screen_says_when_it_expires_and_warns_in_time(
    newcomer: Chat, house: House, days: int, words: str
) -> None:
    ends = house.clock() + timedelta(days=days)
    house.codebell.providers["alpha"] = Expiring("alpha", house.clock, ends)
    await house.connect(newcomer, house.alpha)
    await newcomer.say("/keys")
    await newcomer.press("Alpha")
    assert newcomer.screen.splitlines()[1:] == [words]


async def test_a_key_that_says_no_end_is_shown_without_one(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    assert chat.screen.splitlines() == ["Alpha …abcd · $18.74 · not used yet"]


async def test_a_key_can_be_named(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Name")
    await chat.say("  my <b>work</b>\u202e key that is much too long for a button ")
    assert "Alpha my <b>work</b> key that is much…" in chat.screen
    assert any(label.startswith("Alpha my <b>work</b>") for label in chat.buttons)


async def test_a_key_is_removed_only_after_a_question(chat: Chat, house: House) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Remove")
    assert "Remove this key?" in chat.screen
    await chat.press("No")
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1
    await chat.press("Alpha")
    await chat.press("Remove")
    await chat.press("Yes")
    assert chat.screen == "You have no provider keys yet."
    assert await house.codebell.keys.list(chat.chat_id) == ()


async def test_a_removed_key_still_brings_the_code_of_its_open_number(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Buy for")
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Remove")
    await chat.press("Yes")
    house.alpha.delivers("777888")
    await chat.wait(10)
    assert "777888" in chat.find("🔔")["text"]


async def test_a_button_of_a_removed_key_says_so(chat: Chat, house: House) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    stale = chat.last
    [key] = await house.codebell.keys.list(chat.chat_id)
    await house.codebell.keys.remove(key.id, chat.chat_id, house.clock())
    await chat.press("Remove", on=stale)
    assert chat.alert == "This key was removed."


async def test_ones_keys_are_not_listed_in_a_group(chat: Chat, house: House) -> None:
    group = house.group(chat, status="administrator")
    await group.say("/start")
    await group.forge("k")
    assert group.alert == "Keys are added in a private chat with me, never in a group."
    assert not any("abcd" in message["text"] for message in group.messages)
