"""The countries in the order somebody chose: one offer stands for each, with its own price and record."""

import pytest
from sqlalchemy import update

from storage.models import Key, Sort
from tests.handlers.test_buy_lists import remembered
from tests.handlers.test_inline import sent, typed
from tests.house import Chat, House


@pytest.fixture
async def pair(chat: Chat, house: House) -> Chat:
    """Beta is cheap and seldom brings a code, Alpha is dearer and mostly does."""
    house.beta.prices_of = {("tg", "1"): ("0.20", 5)}
    await house.connect(chat, house.beta)
    await remembered(house, chat, "US", received=2, ended=20, provider="beta")
    await remembered(house, chat, "US", received=18, ended=20)
    return chat


async def test_an_order_is_one_press_and_stays_for_the_next_time(chat: Chat, house: House) -> None:
    await remembered(house, chat, "DE", received=28, ended=30)
    await remembered(house, chat, "US", received=5, ended=20)
    await chat.say("telegram")
    assert chat.buttons[3:7] == ["✓ Price", "Stock", "Success", "Per code"]
    await chat.press("Success")
    assert [label.split()[1] for label in chat.buttons[:3]] == ["Germany", "United", "United"]
    assert chat.buttons[0] == "🇩🇪 Germany · $0.90 · ≥ 79%"
    assert "Sorted by what is sure: how often a code comes at least, by our own records." in chat.screen
    await chat.press("Per code")
    assert chat.buttons[0] == "🇺🇸 United States · $0.50 a code · 25%"
    assert "Per code: the price, with what was paid for numbers without a code." in chat.screen
    await chat.say("/buy telegram")
    assert "✓ Per code" in chat.buttons
    assert (await house.codebell.preferences.of(chat.chat_id)).sort is Sort.EXPECTED


async def test_a_country_shows_the_price_and_the_share_of_one_offer(pair: Chat) -> None:
    await pair.say("telegram")
    assert pair.buttons[0] == "🇺🇸 United States · $0.20 · 15 left · 10%"
    await pair.press("Success")
    assert "No codes counted yet" not in pair.screen
    assert "🇺🇸 United States · $0.50 · ≥ 70%" in pair.buttons
    await pair.press("Per code")
    assert "🇺🇸 United States · $0.20 a code · 10%" in pair.buttons


async def test_prices_and_cards_tell_the_share_of_the_offer_whose_price_they_tell(pair: Chat) -> None:
    await pair.say("/prices telegram")
    assert "$0.20 · 🇺🇸 United States · 15 left · 10% success" in pair.screen
    [card] = (await typed(pair, "telegram us"))["results"]
    assert card["title"].endswith("from $0.20")
    assert card["description"] == "2 providers · 15 left · 10% success"
    await pair.house.codebell.preferences.choose(pair.chat_id, sort=Sort.SUCCESS)
    await pair.say("/prices telegram")
    assert "$0.50 · 🇺🇸 United States · 15 left · ≥ 70% success" in pair.screen
    assert "Sorted by what is sure" in pair.screen


async def test_by_success_the_shares_fall_from_top_to_bottom(pair: Chat, house: House) -> None:
    await remembered(house, pair, "GB", received=10, ended=10)
    await remembered(house, pair, "DE", received=170, ended=200)
    await pair.say("telegram")
    await pair.press("Success")
    assert [label.split(" · ")[-1] for label in pair.buttons[:3]] == ["≥ 79%", "≥ 72%", "≥ 70%"]


async def test_what_a_code_costs_by_few_numbers_says_so_and_stands_last(pair: Chat, house: House) -> None:
    await remembered(house, pair, "GB", received=1, ended=1)
    await pair.say("telegram")
    await pair.press("Per code")
    assert pair.buttons[:2] == [
        "🇺🇸 United States · $0.20 a code · 10%",
        "🇬🇧 United Kingdom · ≈ $0.40 a code",
    ]
    assert "≈ few data: fewer than 10 numbers." in pair.screen
    await pair.press("United Kingdom")
    assert "1 of 1 number got a code (few data) · usually in 14 seconds · about $0.40 a code" in pair.screen


async def test_what_a_code_costs_is_rounded_to_cents(chat: Chat, house: House) -> None:
    house.alpha.prices_of = {("tg", "1"): ("0.235", 9)}
    await remembered(house, chat, "US", received=10, ended=10)
    await chat.say("telegram us")
    assert "Alpha · $0.235" in chat.screen
    assert "about $0.24 a code" in chat.screen


async def test_an_order_nothing_is_known_for_says_that_it_is_by_price(chat: Chat, house: House) -> None:
    await house.codebell.preferences.choose(chat.chat_id, sort=Sort.SUCCESS)
    await chat.say("telegram")
    assert "No codes counted yet: by price." in chat.screen
    assert "✓ Price" in chat.buttons


async def test_a_card_tells_the_lowest_price_of_each_currency(pair: Chat, house: House) -> None:
    house.alpha.currency = "UAH"
    house.alpha.prices_of["tg", "1"] = ("18.50", 9)
    card = await sent(pair, "telegram us", house.group(pair).seat(pair))
    assert "A number for one code from ₴18.50 / $0.20" in card["text"]


async def test_a_key_that_stopped_is_marked_and_stands_behind_those_that_work(
    pair: Chat, house: House
) -> None:
    async with house.database.begin() as session:
        stopped = {"stopped_at": house.clock(), "stop_reason": "BadKey"}
        await session.execute(update(Key).where(Key.provider == "beta").values(stopped))
    await pair.say("telegram us")
    assert pair.buttons[:2] == ["Alpha · $0.50", "⛔ Beta · $0.20"]
    assert "⛔ Stopped on" in pair.screen
    house.alpha.prices_of["tg", "1"] = ("0.50", 0)
    house.clock.advance(120)
    await pair.say("telegram")
    assert "🇺🇸 United States · ⛔ $0.20 · 5 left · 10%" in pair.buttons
    assert "⛔ is a key that its provider does not take any more: /keys" in pair.screen
