"""What can be chosen for a watch: prices, keys, and the words that lead to it."""

from decimal import Decimal

import pytest

from tests.handlers.test_watch import watches_to_buy
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


async def test_a_price_in_another_currency_is_asked_for_again(waiting: Chat) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Buy by itself")
    await waiting.say("20 ₴")
    assert waiting.screen == "This price is in USD. Send the number alone, like 0.50."
    await waiting.say("$0.60")
    assert "At most: $0.60" in waiting.screen


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
    await waiting.press("Choose a key")
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


# What is typed


async def test_of_a_service_alone_the_country_is_asked_for(waiting: Chat) -> None:
    await waiting.say("/watch telegram")
    assert waiting.screen == "Telegram\nWhich country do you wait for? Send its name."
    assert waiting.buttons == ["🇬🇧 United Kingdom", "🇩🇪 Germany", "🇺🇸 United States", "◀ Watches"]
    await waiting.say("usa")
    assert "Tell me: one message as soon as it can be had." in waiting.screen
    await waiting.say("/watch telegram")
    await waiting.press("Germany")
    assert "🇩🇪 Germany" in waiting.screen


async def test_of_a_country_alone_the_service_is_asked_for(waiting: Chat) -> None:
    await waiting.say("/watch usa")
    assert waiting.screen == "🇺🇸 United States\nWhich service do you wait for? Send its name."
    assert waiting.buttons == ["Telegram", "WhatsApp", "Google", "◀ Watches"]
    await waiting.say("whatsapp 0.20")
    assert "WhatsApp · 🇺🇸 United States" in waiting.screen
    assert "At most: $0.20" in waiting.screen


async def test_a_service_nobody_knows_is_named_and_asked_for_again(waiting: Chat) -> None:
    await waiting.say("/watch xyz")
    assert waiting.screen.startswith("I know no service like “xyz”. Which service do you wait for")
    assert waiting.buttons == ["◀ Watches"]
    await waiting.say("telegram us")
    assert "Out of stock right now." in waiting.screen


async def test_of_several_services_one_is_pressed(waiting: Chat, house: House) -> None:
    house.alpha.names |= {"m1": "Mailbox one", "m2": "Mailbox two"}
    await waiting.wait(4000)
    await waiting.say("/watch mailbox")
    assert waiting.buttons == ["Mailbox one", "Mailbox two", "◀ Watches"]
    await waiting.press("Mailbox two")
    assert waiting.screen.startswith("Mailbox two\nWhich country")
    await waiting.say("uk")
    assert "Mailbox two · 🇬🇧 United Kingdom" in waiting.screen


@pytest.mark.parametrize("price", ["0.3", "$0,30", "0.30 usd"])
async def test_a_price_typed_with_the_rest_is_taken(waiting: Chat, house: House, price: str) -> None:
    await waiting.say(f"/watch telegram us {price}")
    assert "At most: $0.30" in waiting.screen
    await waiting.press("Buy by itself")
    await waiting.press("60 minutes")
    await waiting.press("Start the watch")
    sells(house, "0.31", 9)
    await waiting.wait(100)
    assert house.alpha.called("buy") == []
    sells(house, "0.30", 9)
    await waiting.wait(100)
    assert len(house.alpha.called("buy")) == 1


async def test_a_price_is_taken_in_the_currency_it_was_typed_in_or_not_at_all(
    waiting: Chat, house: House
) -> None:
    house.beta.currency = "UAH"
    await house.connect(waiting, house.beta)
    await waiting.say("/watch telegram us 20 uah")
    assert "At most: ₴20.00\nWith: the cheapest of your keys in UAH" in waiting.screen
    await waiting.say("/watch telegram us €20")
    assert "At most" not in waiting.screen
    assert "Tell me: one message as soon as it can be had." in waiting.screen


async def test_to_be_told_at_a_typed_price_takes_one_press(waiting: Chat) -> None:
    await waiting.say("/watch telegram us 0.3")
    await waiting.press("Tell me")
    assert "Tells you, and buys nothing.\nAt most: $0.30" in waiting.screen


async def test_a_price_may_be_typed_where_prices_are_shown(waiting: Chat) -> None:
    await waiting.say("/watch telegram us")
    await waiting.press("Buy by itself")
    assert "Press one, or send an amount like 0.50." in waiting.screen
    await waiting.say("0.33")
    assert "At most: $0.33" in waiting.screen


async def test_whoever_has_no_key_is_led_to_adding_one(newcomer: Chat) -> None:
    await newcomer.say("/watch telegram us")
    assert "Add a provider key" in str(newcomer.buttons)


async def test_watches_of_the_same_are_told_apart_by_their_price(waiting: Chat) -> None:
    await watches_to_buy(waiting, "0.55")
    await watches_to_buy(waiting, "0.60")
    await waiting.say("/watch")
    assert sorted(waiting.buttons[:2]) == ["🛒 Telegram 🇺🇸 · $0.55", "🛒 Telegram 🇺🇸 · $0.60"]


# Where a provider tells no currency


@pytest.fixture
async def two_unknown(waiting: Chat, house: House) -> Chat:
    """Somebody with keys of two providers that tell no currency: one counts in roubles, one in dollars."""
    house.alpha.currency = house.beta.currency = ""
    await house.connect(waiting, house.beta, "beta-key-0123456789-wxyz")
    house.beta.accounts["beta-key-0123456789-wxyz"] = Decimal(90)
    sells(house, "18.00", 0)
    house.beta.prices_of["tg", "1"] = ("0.25", 0)
    return waiting


async def test_without_a_currency_a_watch_buys_with_the_key_it_was_meant_for(
    two_unknown: Chat, house: House
) -> None:
    await two_unknown.say("/watch telegram us")
    assert "Its price was 18.00 · Alpha." in two_unknown.screen
    assert "Its price was 0.25 · Beta." in two_unknown.screen
    await two_unknown.press("Buy by itself")
    await two_unknown.press("Choose a key")
    assert two_unknown.buttons == ["Alpha", "Beta", "◀ Back"]
    await two_unknown.press("Alpha")
    assert "With: Alpha" in two_unknown.screen
    await two_unknown.press("18.00")
    await two_unknown.press("60 minutes")
    assert "With: Alpha" in two_unknown.screen
    await two_unknown.press("Start the watch")
    house.beta.prices_of["tg", "1"] = ("15.00", 9)
    await two_unknown.wait(200)
    assert house.beta.called("buy") == []
    sells(house, "17.00", 9)
    await two_unknown.wait(100)
    assert (len(house.alpha.called("buy")), len(house.beta.called("buy"))) == (1, 0)


async def test_a_currency_and_a_provider_that_tells_none_are_watched_apart(
    two_unknown: Chat, house: House
) -> None:
    house.beta.currency = "USD"
    await two_unknown.say("/watch telegram us")
    await two_unknown.press("Tell me")
    await two_unknown.press("Only at a price")
    await two_unknown.press("Choose a key")
    assert two_unknown.buttons == ["the cheapest of your keys in USD", "Alpha", "Beta", "◀ Back"]
    await two_unknown.press("in USD")
    await two_unknown.press("$0.25")
    assert "With: the cheapest of your keys in USD" in two_unknown.screen
    sells(house, "0.20", 9)
    await two_unknown.wait(200)
    assert two_unknown.news == []
