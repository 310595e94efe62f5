"""Short ways back: the last number once more, and what else there is where one was refused."""

from decimal import Decimal

import pytest

from bot.errors import (
    BadKey,
    CodebellError,
    LimitReached,
    NoMoney,
    NoNumbers,
    NotOffered,
    PriceChanged,
    Unavailable,
)
from bot.providers.base import Capability
from tests.house import Chat, House, labels

NEXT, AGAIN = "➡ Next cheapest", "🔁 Try again"


@pytest.fixture
async def two_keys(chat: Chat, house: House) -> Chat:
    """Somebody with a key of Beta, too, which is dearer."""
    house.beta.prices_of["tg", "1"] = ("0.65", 4)
    await house.connect(chat, house.beta)
    return chat


async def refused(chat: Chat, house: House, refusal: CodebellError) -> None:
    house.alpha.fails("buy", refusal)
    await chat.buys()


# Repeat last


async def test_the_menu_has_the_last_number_at_the_price_of_today(chat: Chat, house: House) -> None:
    await chat.say("/start")
    assert not any("🔁" in label for label in chat.buttons)
    await chat.buys()
    house.alpha.prices_of["tg", "1"] = ("0.75", 9)
    await chat.wait(600)
    await chat.say("/start")
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸 · Alpha $0.75" in chat.buttons


async def test_buy_begins_with_the_last_number(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/buy")
    assert "🔁 Repeat: Telegram 🇺🇸 · Alpha $0.50" in chat.buttons


async def test_repeat_last_takes_the_place_of_the_menu(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/start")
    menu = chat.last["message_id"]
    await chat.press("🔁 Repeat")
    assert chat.last["message_id"] == menu
    assert chat.buttons[0] == "✅ Buy for $0.50"


async def test_what_is_not_sold_any_more_is_not_repeated(chat: Chat, house: House) -> None:
    await chat.buys()
    del house.alpha.prices_of["tg", "1"]
    await chat.wait(600)
    await chat.say("/start")
    assert not any("🔁" in label for label in chat.buttons)


async def test_while_the_provider_is_down_the_last_number_has_no_price(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.breaks("prices", Unavailable("503"))
    await chat.wait(3600)
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸" in chat.buttons


async def test_a_menu_waits_for_the_price_of_today(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.prices_of["tg", "1"] = ("0.75", 9)
    await chat.wait(600)
    asked = len(house.alpha.called("prices"))
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸 · Alpha $0.75" in chat.buttons
    assert len(house.alpha.called("prices")) == asked + 1


async def test_a_menu_does_not_stand_in_line_for_a_price_and_shows_no_old_one(
    chat: Chat, house: House
) -> None:
    await chat.buys()
    house.alpha.line = 0.2
    await chat.wait(90)
    asked = len(house.alpha.called("prices"))
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸" in chat.buttons
    assert len(house.alpha.called("prices")) == asked


async def test_a_refused_purchase_is_not_the_last_number(chat: Chat, house: House) -> None:
    await refused(chat, house, NoNumbers())
    await chat.say("/start")
    assert not any("🔁" in label for label in chat.buttons)


async def test_repeat_last_is_for_the_owner_alone(chat: Chat, newcomer: Chat) -> None:
    await chat.buys()
    await chat.say("/start")
    await newcomer.say("/start")
    await newcomer.forge(chat.data("🔁 Repeat"))
    assert newcomer.alert == "This button belongs to somebody else."


# After a refusal


@pytest.mark.parametrize(
    ("refusal", "buttons"),
    [
        (NoNumbers(), [NEXT, "🌍 Other countries", "👀 Watch for it", AGAIN]),
        (NotOffered(), [NEXT, "🌍 Other countries", "👀 Watch for it", AGAIN]),
        (NoMoney(), ["💰 Balance", NEXT, AGAIN]),
        (BadKey(), ["🔑 Keys", NEXT]),
        (LimitReached(), ["📋 My numbers", AGAIN]),
        (PriceChanged(), [AGAIN, NEXT]),
        (Unavailable(sent=False), [AGAIN, NEXT]),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, CodebellError) else "",
)
async def test_only_what_makes_sense_after_a_refusal_is_offered(
    chat: Chat, house: House, refusal: CodebellError, buttons: list[str]
) -> None:
    await refused(chat, house, refusal)
    assert labels(chat.find("Not bought")) == buttons


async def test_the_next_cheapest_offer_is_one_press_from_its_confirmation(
    two_keys: Chat, house: House
) -> None:
    await refused(two_keys, house, NoNumbers())
    card = two_keys.last
    await two_keys.press(NEXT)
    assert "Beta · $0.65" in two_keys.screen
    assert "Not bought" in two_keys.find("Not bought")["text"]
    assert two_keys.last["message_id"] != card["message_id"]
    assert house.beta.called("buy") == []
    await two_keys.press("Buy for")
    assert len(house.beta.called("buy")) == 1


async def test_without_another_offer_it_says_so(chat: Chat, house: House) -> None:
    await refused(chat, house, NoNumbers())
    await chat.press(NEXT)
    assert chat.alert == "None of your other offers has it there right now."


async def test_what_is_out_of_stock_is_no_next_offer(two_keys: Chat, house: House) -> None:
    house.beta.prices_of["tg", "1"] = ("0.65", 0)
    await refused(two_keys, house, NoNumbers())
    await two_keys.press(NEXT)
    assert two_keys.alert == "None of your other offers has it there right now."


@pytest.mark.parametrize(("refusal", "same"), [(NoMoney(), True), (NoNumbers(), False)])
async def test_another_key_of_the_same_provider_helps_where_it_was_the_keys_fault(
    chat: Chat, house: House, refusal: CodebellError, same: bool
) -> None:
    house.alpha.accounts["alpha-key-of-a-friend-4321"] = Decimal(9)
    await house.connect(chat, house.alpha, "alpha-key-of-a-friend-4321", "Friend")
    house.alpha.fails("buy", refusal)
    await chat.buys(provider="Alpha ·")
    await chat.press(NEXT)
    assert ("Alpha Friend" in chat.screen) is same


async def test_other_countries_are_those_of_the_same_service(chat: Chat, house: House) -> None:
    await refused(chat, house, NoNumbers())
    await chat.press("Other countries")
    assert "Telegram" in chat.screen
    assert any("Germany" in label for label in chat.buttons)


async def test_a_site_that_is_left_alone_is_told_with_the_second(chat: Chat, house: House) -> None:
    await refused(chat, house, Unavailable("left alone", retry_after=25, sent=False))
    assert "Alpha can be asked again from" in chat.screen
    house.clock.advance(25)
    until = house.codebell.catalogues.texts("en").time(house.clock())
    assert f"from {until}." in chat.screen


# Slow providers


async def test_a_slow_purchase_says_what_is_waited_for(chat: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.MAX_PRICE}
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    quote = chat.data("Buy for").split(":")[1]
    purchases = house.codebell.purchases
    await purchases._store.intend(
        quote,
        chat.person_id,
        chat.chat_id,
        chat.last["message_id"],
        purchases._caps(chat.person_id),
        house.clock(),
    )
    await house.settle()
    assert "⏳ Buying…" in chat.screen
    await chat.wait(2)
    assert "⏳ Buying…" in chat.screen
    await chat.wait(1)
    assert "⏳ Still waiting for Alpha…" in chat.screen


async def test_after_a_higher_price_both_prices_are_told_and_the_next_try_is_at_todays(
    chat: Chat, house: House
) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    house.alpha.prices_of["tg", "1"] = ("0.80", 9)
    await chat.press("Buy for")
    assert "Alpha · at most $0.50" in chat.screen
    assert "It costs $0.80 now, you agreed to $0.50. Nothing was bought." in chat.screen
    await chat.press(AGAIN)
    assert chat.buttons[0] == "✅ Buy for $0.80"
    await chat.press("Buy for")
    assert "+1 201-555-0001" in chat.screen


async def test_what_was_just_refused_is_not_listed_as_there(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    house.alpha.prices_of["tg", "1"] = ("0.50", 0)
    await chat.press("Buy for")
    await chat.say("/buy telegram us")
    assert "Alpha · $0.50 · out of stock" in chat.screen
    await chat.say("/watch telegram us")
    assert "Out of stock right now." in chat.screen


# A removed key

ANOTHER = "alpha-key-of-next-week-7890"


async def without_its_key(chat: Chat, house: House) -> None:
    """Somebody removes the key their last number was bought with."""
    await chat.buys()
    house.alpha.ends()
    await chat.wait(10)
    [key] = await house.codebell.keys.list(chat.chat_id)
    await house.codebell.keys.remove(key.id, chat.chat_id, house.clock())


async def test_what_was_bought_with_a_replaced_key_is_repeated_with_the_new_one(
    chat: Chat, house: House
) -> None:
    await without_its_key(chat, house)
    await house.connect(chat, house.alpha, ANOTHER)
    await chat.press("Buy the same again")
    assert chat.buttons[0] == "✅ Buy for $0.50"
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸 · Alpha $0.50" in chat.buttons
    await chat.press("🔁 Repeat")
    await chat.press("Buy for")
    assert "+1 201-555-0002" in chat.screen


async def test_without_any_key_of_its_provider_the_other_offers_are_shown(chat: Chat, house: House) -> None:
    await without_its_key(chat, house)
    await house.connect(chat, house.beta)
    await chat.press("Buy the same again")
    assert chat.alert == "This key was removed."
    assert "Beta · $0.50" in chat.buttons
    await chat.say("/start")
    assert "🔁 Repeat: Telegram 🇺🇸" in chat.buttons
    menu = chat.last["message_id"]
    await chat.press("🔁 Repeat")
    assert chat.alert == "This key was removed."
    assert chat.last["message_id"] == menu
    assert "Beta · $0.50" in chat.buttons


async def test_without_any_key_nothing_is_repeated(chat: Chat, house: House) -> None:
    await without_its_key(chat, house)
    await chat.say("/start")
    assert not any("🔁" in label for label in chat.buttons)


async def test_a_long_name_leaves_no_room_for_the_provider(chat: Chat, house: House) -> None:
    house.alpha.names["tg"] = "Bank of the Northern Islands"
    await chat.say("/buy northern us")
    for label in ("Bank", "Alpha ·", "Buy for"):
        await chat.press(label)
    await chat.say("/start")
    assert "🔁 Repeat: Bank of the Northern Islands 🇺🇸 · $0.50" in chat.buttons
