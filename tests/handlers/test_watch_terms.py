"""What can be chosen for a watch: prices, keys, and the words that lead to it."""

from decimal import Decimal

import pytest

from tests.house import Chat, House


@pytest.fixture
async def waiting(chat: Chat, house: House) -> Chat:
    """Somebody in whose chat Telegram in the US is out of stock."""
    sells(house, "0.50", 0)
    return chat


def sells(house: House, cost: str, stock: int) -> None:
    house.alpha.prices_of["tg", "1"] = (cost, stock)


@pytest.mark.parametrize("words", ["x", "0", "-1", "0.5.5", "12345678", "half"])
async def test_what_is_no_price_is_asked_for_again(waiting: Chat, words: str) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Buy by itself")
    await waiting.press("Another price")
    await waiting.say(words)
    assert waiting.screen == "That is not a price. Send a number like 0.50."
    await waiting.say("0.75 USD")
    assert "At most: $0.75" in waiting.screen


async def test_the_chats_own_limit_is_offered(waiting: Chat, house: House) -> None:
    await house.codebell.preferences.cap(waiting.chat_id, "USD", Decimal("0.70"))
    await waiting.say("/watch telegram us")
    await waiting.press("Buy by itself")
    assert "$0.70 · your limit" in waiting.buttons


async def test_with_several_keys_one_can_be_chosen(waiting: Chat, house: House) -> None:
    house.beta.currency = "EUR"
    await house.connect(waiting, house.beta, "beta-key-0123456789-wxyz")
    house.beta.accounts["beta-key-0123456789-wxyz"] = Decimal(9)
    sells(house, "0.50", 0)
    await waiting.say("/watch telegram gb")
    await waiting.press("Buy by itself")
    await waiting.press("Another key")
    assert waiting.buttons[2:4] == ["Alpha", "Beta"]
    await waiting.press("Beta")
    assert "With: Beta" in waiting.screen
    await waiting.press("€0.30")
    await waiting.press("6 hours")
    assert "At most: €0.30" in waiting.screen
    await waiting.press("Start the watch")
    house.alpha.prices_of["tg", "2"] = ("0.10", 9)
    house.beta.prices_of["tg", "2"] = ("0.25", 9)
    await waiting.wait(200)
    assert (len(house.alpha.called("buy")), len(house.beta.called("buy"))) == (0, 1)


async def test_words_that_lead_nowhere_are_asked_for_again(chat: Chat) -> None:
    await chat.say("/watch telegram")
    assert "Which service, and from which country?" in chat.screen


async def test_whoever_has_no_key_is_led_to_adding_one(newcomer: Chat) -> None:
    await newcomer.say("/watch telegram us")
    assert "Add a provider key" in str(newcomer.buttons)
