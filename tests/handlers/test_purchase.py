"""What became of a purchase: refused, lost, adopted, or stopped by a limit; told as it is."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.errors import (
    BadKey,
    BadReply,
    Banned,
    CodebellError,
    LimitReached,
    NoMoney,
    NoNumbers,
    NotOffered,
    NotSoldHere,
    PriceChanged,
    Unavailable,
    Unclear,
)
from bot.providers.base import Capability
from storage.caps import Caps
from storage.models import Quote
from storage.purchases import PurchaseStore
from tests.doubles import KEY
from tests.house import Chat, House

REFUSALS: list[CodebellError] = [
    NoNumbers(),
    NoMoney(),
    BadKey(),
    Banned(until="tomorrow"),
    PriceChanged(),
    NotOffered(),
    LimitReached(),
    Unavailable("no connection", sent=False),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
async def test_b_20_a_refused_purchase_says_that_nothing_was_bought_and_why(
    chat: Chat, house: House, refusal: CodebellError
) -> None:
    house.alpha.fails("buy", refusal)
    await chat.buys()
    assert chat.find("🚫 Not bought, not paid.\n" + refusal.text)
    await chat.wait(60)
    assert len(house.alpha.called("buy")) == 1
    assert house.alpha.accounts[KEY] == Decimal("18.74")


async def test_after_a_refusal_the_same_can_be_tried_again(chat: Chat, house: House) -> None:
    house.alpha.fails("buy", NoNumbers())
    await chat.buys()
    await chat.press("Try again")
    await chat.press("Buy for")
    assert "+1 201-555-0001" in chat.screen
    assert len(house.alpha.called("buy")) == 2


async def test_nothing_is_ordered_where_the_balance_cannot_be_read_first(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    house.alpha.fails("balance", Unavailable("503"))
    await chat.press("Buy for")
    assert "Not bought, not paid" in chat.screen
    assert house.alpha.called("buy") == []


@pytest.mark.parametrize("lost", [Unavailable("timeout"), BadReply("<html>")], ids=["timeout", "nonsense"])
async def test_b_15_a_lost_answer_is_unknown_told_with_both_balances_and_never_repeated(
    chat: Chat, house: House, lost: Unclear
) -> None:
    house.alpha.loses_the_answer("buy", lost)
    await chat.buys()
    assert "it is unknown whether a number was bought" in chat.screen
    assert "Balance before: $18.74\nBalance after: $18.24" in chat.screen
    await chat.wait(3600)
    await house.restart()
    assert len(house.alpha.called("buy")) == 1


async def test_a_lost_order_that_never_came_shows_the_same_balance_twice(chat: Chat, house: House) -> None:
    house.alpha.fails("buy", Unavailable("timeout"))
    await chat.buys()
    assert "Balance before: $18.74\nBalance after: $18.74" in chat.screen
    assert "<html>" not in chat.screen


async def test_b_8_a_lost_purchase_is_adopted_where_the_account_lists_it(chat: Chat, house: House) -> None:
    house.alpha.capabilities |= {Capability.ACTIVE}
    house.alpha.loses_the_answer("buy", Unavailable("timeout"))
    await chat.buys()
    assert "+1 201-555-0001" in chat.screen
    house.alpha.delivers("4711")
    await chat.wait(10)
    assert "4711" in chat.find("🔔")["text"]
    assert len(house.alpha.called("buy")) == 1


@pytest.mark.parametrize("settings", [{"limits": {"active_numbers": 1}}])
async def test_the_limit_of_open_numbers_is_told_before_anything_is_bought(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.buys()
    assert chat.alert == "The limit of numbers that wait for a code is 1: cancel one, or let its code come."
    house.alpha.ends()
    await chat.wait(10)
    await chat.press("Buy for")
    assert len(house.alpha.called("buy")) == 2


@pytest.mark.parametrize("settings", [{"limits": {"purchases_per_day": 1}}])
async def test_the_limit_of_a_day_is_over_after_a_day(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.ends()
    await chat.wait(3600)
    await chat.buys()
    assert chat.alert == "That is the limit of 1 purchases a day; try again later."
    await chat.wait(24 * 3600)
    await chat.buys()
    assert len(house.alpha.called("buy")) == 2


@pytest.mark.parametrize("settings", [{"limits": {"spend_per_day": "0.90"}}])
async def test_the_spending_limit_counts_what_was_not_paid_back(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.buys("telegram gb")
    await chat.buys("telegram gb")
    assert chat.alert == "That would pass the daily spending limit of 0.90 at this provider."
    assert len(house.alpha.called("buy")) == 2


@pytest.mark.parametrize("settings", [{"blocked_services": "telegram"}])
async def test_a_blocked_service_is_neither_listed_nor_sold(chat: Chat) -> None:
    await chat.say("/buy")
    assert "Telegram" not in chat.buttons
    await chat.say("/start buy_telegram_US")
    assert chat.screen == NotSoldHere.text
    assert len(chat.news) == 1
    await chat.press("Another service")
    assert "Which service" in chat.screen


async def test_a_service_blocked_after_the_offer_was_opened_is_not_sold(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    house._settings = house._settings.model_copy(update={"blocked_services": ("Telegram",)})
    await house.restart()
    await chat.press("Buy for")
    assert chat.alert == NotSoldHere.text
    assert house.alpha.called("buy") == []


async def quoted(chat: Chat, house: House) -> str:
    """Open an offer; what its *Buy* button stands for."""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    async with house.database.begin() as session:
        return (await session.scalars(select(Quote.nonce))).one()


async def test_once_the_stop_began_nothing_more_is_ordered(chat: Chat, house: House) -> None:
    nonce = await quoted(chat, house)
    purchases = house.codebell.purchases
    await house.codebell.stop()
    await purchases.buy(nonce, chat.person_id, chat.chat_id, None)
    await house.codebell.errands.drain(10)
    await house.restart()
    assert "The bot was stopped before it could order this." in chat.screen
    assert house.alpha.called("buy") == []


async def test_an_order_that_nobody_carries_out_is_settled_by_housekeeping(chat: Chat, house: House) -> None:
    nonce = await quoted(chat, house)
    store = PurchaseStore(house.database)
    await store.intend(nonce, chat.person_id, chat.chat_id, None, Caps(), house.clock())
    await chat.wait(300)
    await house.codebell.housekeeping()
    await chat.wait(1)
    assert "Not bought, not paid" in chat.screen


async def test_nobody_is_accused_of_charging_more_for_what_was_not_bought(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Maximum price")
    await chat.say("0.10")
    await chat.press("Buy for")
    assert "Alpha · at most $0.10" in chat.screen
    assert "charged more" not in chat.screen
    assert "It costs $0.50 now, you agreed to $0.10. Nothing was bought." in chat.screen
