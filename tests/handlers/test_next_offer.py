"""Where a number was refused, the next offer is one whose price can be compared with it."""

from bot.errors import NoNumbers
from tests.house import Chat, House


async def test_the_next_offer_is_the_cheapest_in_the_currency_of_what_was_refused(
    chat: Chat, house: House
) -> None:
    house.beta.currency = "UAH"
    house.beta.places = {"1": "US", "9": "US"}
    house.beta.prices_of = {("tg", "1"): ("18.50", 4), ("tg", "9"): ("20.00", 4)}
    await house.connect(chat, house.beta)
    await chat.say("/buy telegram us")
    assert "Alpha" in chat.buttons[0]
    house.beta.fails("buy", NoNumbers())
    await chat.press("₴18.50")
    await chat.press("Buy for")
    await chat.press("➡ Next cheapest")
    assert "✅ Buy for ₴20.00" in chat.buttons


async def test_without_another_in_its_currency_the_next_offer_is_in_another(chat: Chat, house: House) -> None:
    house.beta.currency = "UAH"
    house.beta.prices_of = {("tg", "1"): ("18.50", 4)}
    await house.connect(chat, house.beta)
    house.beta.fails("buy", NoNumbers())
    await chat.buys(provider="Beta")
    await chat.press("➡ Next cheapest")
    assert "✅ Buy for $0.50" in chat.buttons
