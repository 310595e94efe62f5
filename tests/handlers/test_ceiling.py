"""The chat's limit for one number: it raises nothing that may be paid, and is passed only on purpose."""

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


@pytest.mark.parametrize("limit", ["1.00", "0.50"])
async def test_a_limit_raises_nothing_that_may_be_paid(chat: Chat, house: House, limit: str) -> None:
    await looking(chat, house, limit)
    assert "At most" not in chat.screen
    assert not any("✖" in label for label in chat.buttons)
    await chat.press("Buy for $0.50")
    assert wished(house).max_price == Decimal("0.50")


async def test_up_to_the_limit_is_one_press_among_the_maximum_prices(chat: Chat, house: House) -> None:
    await looking(chat, house, "1.00")
    await chat.press("Maximum price")
    assert chat.buttons == ["Up to my limit: $1.00", "◀ Back"]
    await chat.press("Up to my limit")
    assert "At most $1.00 each: your limit" in chat.screen
    await chat.press("Buy for at most $1.00")
    assert wished(house).max_price == Decimal("1.00")


@pytest.mark.parametrize("limit", ["0.50", "0.40", None])
async def test_a_limit_that_is_no_more_than_the_price_is_no_maximum_to_choose(
    chat: Chat, house: House, limit: str | None
) -> None:
    await looking(chat, house, limit)
    await chat.press("Maximum price")
    assert chat.buttons == ["◀ Back"]


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


async def test_a_limit_that_was_lowered_holds_for_a_button_of_before(chat: Chat, house: House) -> None:
    await looking(chat, house, "2.00")
    await house.codebell.preferences.cap(chat.chat_id, "USD", Decimal("0.40"))
    await chat.press("Buy for")
    assert chat.alert is not None
    assert chat.alert.startswith("That costs more than your limit for one number")
    assert house.alpha.called("buy") == []


@pytest.mark.parametrize("typed", [None, "0.70"], ids=["by a press", "typed"])
async def test_a_maximum_is_taken_back_to_the_price(chat: Chat, house: House, typed: str | None) -> None:
    await looking(chat, house, "1.00")
    await chat.press("Maximum price")
    await (chat.press("Up to my limit") if typed is None else chat.say(typed))
    assert "At most" in chat.screen
    await chat.press("✖ Price")
    assert "At most" not in chat.screen
    assert chat.buttons[0] == "✅ Buy for $0.50"


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
    assert chat.buttons[0] == "✅ Buy for $0.50"


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
