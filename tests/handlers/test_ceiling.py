"""The chat's limit for one number: kept by the provider where it can, and passed only on purpose."""

from decimal import Decimal

import pytest

from bot.providers.base import Capability, Wish
from tests.house import Chat, House


async def looking(chat: Chat, house: House, limit: str | None) -> Chat:
    """Somebody with such a limit who looks at an offer for $0.50."""
    amount = None if limit is None else Decimal(limit)
    await house.codebell.preferences.cap(chat.chat_id, "USD", amount)
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    return chat


def wished(house: House) -> Wish:
    [call] = house.alpha.called("buy")
    assert isinstance(call.about, Wish)
    return call.about


async def test_a_limit_above_the_price_is_the_maximum_of_a_new_quote(chat: Chat, house: House) -> None:
    await looking(chat, house, "1.00")
    assert "At most $1.00 each: your limit" in chat.screen
    assert chat.buttons[0] == "✅ Buy for at most $1.00"
    assert not any("✖" in label for label in chat.buttons)
    await chat.press("Buy for")
    assert wished(house).max_price == Decimal("1.00")


async def test_a_limit_that_is_the_price_changes_nothing(chat: Chat, house: House) -> None:
    await looking(chat, house, "0.50")
    assert chat.buttons[0] == "✅ Buy for $0.50"


async def test_where_no_maximum_can_be_given_the_price_shown_is_the_most(chat: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.MAX_PRICE}
    await looking(chat, house, "1.00")
    assert chat.buttons[0] == "✅ Buy for $0.50"
    house.alpha.prices_of["tg", "1"] = ("0.60", 9)
    await chat.press("Buy for")
    assert "It costs $0.60 now, you agreed to $0.50." in chat.screen
    assert house.alpha.called("buy") == []


@pytest.mark.parametrize("can", [True, False], ids=["enforced", "asked for"])
async def test_above_the_limit_it_takes_one_press_more(chat: Chat, house: House, can: bool) -> None:
    if not can:
        house.alpha.capabilities -= {Capability.MAX_PRICE}
    await looking(chat, house, "0.49")
    assert "⚠️ Above your limit of $0.49 for one number." in chat.screen
    assert chat.buttons[:2] == ["💸 Pay $0.50 this time", "⚙️ Change the limit"]
    await chat.press("Pay $0.50")
    assert house.alpha.called("buy") == []
    assert "⚠️ Above your limit of $0.49 for one number." in chat.screen
    await chat.press("Buy for $0.50")
    assert "+1 201-555-0001" in chat.screen


async def test_paying_more_is_taken_back_by_one_press(chat: Chat, house: House) -> None:
    await looking(chat, house, "0.49")
    await chat.press("Pay $0.50")
    await chat.press("✖ Price")
    assert chat.buttons[0] == "💸 Pay $0.50 this time"


async def test_a_forged_buy_above_the_limit_buys_nothing(chat: Chat, house: House) -> None:
    await looking(chat, house, None)
    button = chat.data("Buy for")
    await house.codebell.preferences.cap(chat.chat_id, "USD", Decimal("0.49"))
    await chat.forge(button)
    assert chat.alert is not None
    assert chat.alert.startswith("That costs more than your limit for one number")
    assert house.alpha.called("buy") == []


async def test_the_limit_comes_back_when_a_choice_is_taken_back(chat: Chat, house: House) -> None:
    await looking(chat, house, "1.00")
    await chat.press("Maximum price")
    await chat.say("0.70")
    assert "At most $0.70 each" in chat.screen
    await chat.press("✖ Price")
    assert "At most $1.00 each: your limit" in chat.screen


async def test_a_limit_in_another_currency_is_none(chat: Chat, house: House) -> None:
    await house.codebell.preferences.cap(chat.chat_id, "EUR", Decimal("0.10"))
    await looking(chat, house, None)
    assert chat.buttons[0] == "✅ Buy for $0.50"


async def test_a_dearer_supplier_is_shown_to_be_above_the_limit(chat: Chat, house: House) -> None:
    await looking(chat, house, "0.55")
    await chat.press("Suppliers")
    await chat.press("38 ·")
    assert "⚠️ Above your limit of $0.55 for one number." in chat.screen
    await chat.press("✖ Suppliers")
    assert "At most $0.55 each: your limit" in chat.screen


async def test_a_limit_at_a_provider_that_tells_no_currency_holds_there_and_nowhere_else(
    chat: Chat, house: House
) -> None:
    house.alpha.currency = house.beta.currency = ""
    house.beta.prices_of["tg", "1"] = ("18.00", 5)
    await house.connect(chat, house.beta)
    await house.codebell.preferences.cap(chat.chat_id, "alpha", Decimal("0.40"))
    await chat.say("/buy telegram us")
    await chat.press("Beta")
    assert chat.buttons[0] == "✅ Buy for 18.00"
    await chat.press("Other offers")
    await chat.press("Alpha")
    assert "⚠️ Above your limit of 0.40 for one number." in chat.screen


async def test_a_limit_of_a_provider_is_asked_again_where_money_goes(chat: Chat, house: House) -> None:
    house.alpha.currency = ""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await house.codebell.preferences.cap(chat.chat_id, "alpha", Decimal("0.49"))
    await chat.press("Buy for")
    assert house.alpha.called("buy") == []
