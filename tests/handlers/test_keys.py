"""Looking after provider keys: the list, a key's end, its name, its removal."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import Unavailable
from tests.doubles import KEY, FakeProvider
from tests.house import Chat, House

AUTOMATIC = "🔔 You are told when it would not pay for 3 more numbers."


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
    assert newcomer.screen.splitlines()[1:] == [words, "Not used yet.", AUTOMATIC]


async def test_a_key_that_says_no_end_is_shown_without_one(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    assert chat.screen.splitlines() == ["Alpha …abcd · $18.74", "Not used yet.", AUTOMATIC]


async def test_a_key_can_be_named(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Name")
    await chat.say("  <b>work</b>\u202e  key ")
    assert "Alpha <b>work</b> key …abcd" in chat.screen
    assert "Alpha <b>work</b> key" in chat.buttons


async def test_a_name_no_button_has_room_for_is_refused_and_asked_for_again(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Name")
    await chat.say("Main account of the agency")
    assert chat.screen == "That is too long for a button: at most 16 characters."
    assert chat.buttons == ["◀ Back"]
    await chat.say("Agency, main one")
    assert "Alpha Agency, main one" in chat.buttons


async def test_keys_with_long_names_have_a_row_each(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta, label="two")
    await chat.say("/keys")
    assert [len(row) for row in chat.last["reply_markup"]["inline_keyboard"]] == [2, 1, 1]
    await house.connect(chat, house.beta, "beta-key-of-the-agency-0123", label="of the whole agency")
    await chat.say("/keys")
    assert [len(row) for row in chat.last["reply_markup"]["inline_keyboard"]] == [1, 1, 1, 1, 1]


async def test_a_key_is_removed_only_after_a_question(chat: Chat, house: House) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Remove")
    assert "Remove this key?" in chat.screen
    await chat.press("No")
    assert len(await house.codebell.keys.list(chat.chat_id)) == 1
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


async def test_two_keys_of_one_provider_are_told_apart(chat: Chat, house: House) -> None:
    house.clock.advance(1)
    await house.connect(chat, house.alpha, "another-key-0123456789-wxyz", "2")
    await chat.say("/keys")
    assert "Alpha …abcd" in chat.screen
    assert "Alpha 2 …wxyz" in chat.screen
    assert chat.buttons[:2] == ["Alpha", "Alpha 2"]


async def test_many_keys_come_in_pages(chat: Chat, house: House) -> None:
    for number in range(2, 11):
        house.clock.advance(1)
        await house.connect(chat, house.alpha, f"key-number-{number}-0123456789", str(number))
    await chat.say("/keys")
    assert "Alpha 8 " in chat.screen
    assert "Alpha 9 " not in chat.screen
    await chat.press("2 ▶")
    assert "Alpha 9 " in chat.screen
    assert "Alpha 10" in chat.buttons


async def test_a_key_is_tested_by_its_balance(chat: Chat, house: House) -> None:
    house.alpha.accounts[KEY] = Decimal("7.50")
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Test")
    assert chat.alert == "✅ Alpha works: $7.50."
    assert "$7.50" in chat.screen


async def test_a_key_whose_provider_is_silent_is_not_called_wrong(chat: Chat, house: House) -> None:
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Test")
    assert chat.alert == "⚠️ Alpha: The provider does not answer right now."
    assert "⛔" not in chat.screen


async def test_a_limit_is_chosen_typed_and_turned_off(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Low balance")
    assert AUTOMATIC in chat.screen
    await chat.press("$5.00")
    assert "🔔 You are told below $5.00." in chat.screen
    await chat.press("Low balance")
    await chat.say("soon")
    assert chat.screen == "That is not an amount. Send a number like 7.50."
    await chat.say("$7,5")
    assert "🔔 You are told below $7.50." in chat.screen
    await chat.press("Low balance")
    await chat.press("Never")
    assert "🔕 You are not told when its balance is low." in chat.screen
    await chat.press("Low balance")
    await chat.press("Price of 3 numbers")
    assert AUTOMATIC in chat.screen


async def test_a_limit_is_offered_in_the_money_of_the_key(newcomer: Chat, house: House) -> None:
    house.beta.currency = "RUB"
    await house.connect(newcomer, house.beta)
    await newcomer.say("/keys")
    await newcomer.press("Beta")
    await newcomer.press("Low balance")
    assert newcomer.buttons[:4] == ["₽50.00", "₽100.00", "₽200.00", "₽500.00"]


async def test_no_client_can_choose_a_limit_that_is_no_amount(chat: Chat, house: House) -> None:
    [key] = await house.codebell.keys.list(chat.chat_id)
    await chat.say("/keys")
    await chat.forge(f"kl:{key.id}:-1")
    [same] = await house.codebell.keys.list(chat.chat_id)
    assert chat.alert
    assert same.low_at is None


async def test_who_removes_a_key_in_use_is_told_what_goes_on(owner: Chat) -> None:
    await owner.say("/keys")
    await owner.press("Alpha")
    await owner.press("Remove")
    assert "⏳ 1 number waits for a code" in owner.screen
    assert "I look after these to their end; then the key is erased." in owner.screen


async def test_a_key_without_anything_open_is_erased_at_once(chat: Chat) -> None:
    await chat.say("/keys")
    await chat.press("Alpha")
    await chat.press("Remove")
    assert chat.screen.splitlines()[-2:] == [
        "Remove this key? Nothing more is bought with it.",
        "It is erased at once.",
    ]
