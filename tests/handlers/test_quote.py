"""The confirmation and *Buy*: whose it is, how long it holds, and one press, at most one number."""

from decimal import Decimal

import pytest

from bot.errors import Unavailable
from bot.providers.base import Wish
from tests.doubles import KEY
from tests.house import Chat, House


async def test_the_confirmation_shows_price_and_balance(chat: Chat) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States\nAlpha · $0.50 of your $18.74")
    assert chat.buttons[0] == "✅ Buy for $0.50"


async def test_the_confirmation_asks_for_the_balance_when_the_known_one_is_old(
    chat: Chat, house: House
) -> None:
    await chat.wait(60)
    house.alpha.accounts[KEY] = Decimal("2.00")
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    assert "of your $2.00" in chat.screen


async def test_a_confirmation_shows_the_last_known_balance_when_nobody_answers(
    chat: Chat, house: House
) -> None:
    await chat.wait(60)
    house.alpha.breaks("balance", Unavailable("503"))
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    assert "of your" not in chat.screen
    assert chat.screen.endswith("\nAlpha · $0.50\nLast known balance: $18.74, as of 1 May 12:00")
    await chat.press("×3")
    assert "Alpha · 3 × $0.50 = $1.50\n" in chat.screen


async def test_a_key_that_its_provider_takes_no_more_is_marked_as_stopped(chat: Chat, house: House) -> None:
    await chat.wait(60)
    house.alpha.accounts.clear()
    await chat.say("/balance")
    await chat.say("/buy telegram us")
    await chat.press("Alpha ·")
    stopped = "⛔ This key stopped on 1 May 12:01. The provider does not accept this key."
    assert stopped in chat.screen
    assert "Last known balance: $18.74" in chat.screen
    await chat.press("🔑 Keys")
    assert "Your keys" in chat.screen


async def test_the_confirmation_becomes_the_card_of_the_number(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    confirmation = chat.last["message_id"]
    await chat.press("Alpha")
    await chat.press("Buy for")
    assert chat.alert == "Buying…"
    assert chat.last["message_id"] == confirmation
    assert "+1 201-555-0001" in chat.screen
    assert house.alpha.accounts[KEY] == Decimal("18.24")


async def test_the_price_agreed_to_is_the_most_that_is_paid(chat: Chat, house: House) -> None:
    await chat.buys()
    [call] = house.alpha.called("buy")
    assert call.about == Wish("tg", "1", max_price=Decimal("0.50"))


async def test_b_1_two_presses_at_once_buy_once_and_both_are_answered(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    first, second = chat.click("Buy for"), chat.click("Buy for")
    await house.settle()
    assert chat.answer(first) == "Buying…"
    assert chat.answer(second) == "Already done: this button was pressed before."
    assert len(house.alpha.called("buy")) == 1


async def test_b_3_a_press_repeated_after_the_purchase_buys_nothing(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    button = chat.data("Buy for")
    await chat.press("Buy for")
    await chat.wait(60)
    await chat.forge(button)
    assert chat.alert == "Already done: this button was pressed before."
    assert len(house.alpha.called("buy")) == 1


async def test_b_3_an_offer_older_than_a_quarter_of_an_hour_is_not_bought(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.wait(15 * 60 + 1)
    await chat.press("Buy for")
    assert chat.alert is not None
    assert chat.alert.startswith("This offer is too old to buy from.")
    assert house.alpha.called("buy") == []


async def test_an_offer_just_a_quarter_of_an_hour_old_is_bought(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.wait(15 * 60)
    await chat.press("Buy for")
    assert len(house.alpha.called("buy")) == 1


async def test_nobody_buys_by_somebody_elses_button(chat: Chat, newcomer: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await newcomer.say("/start")
    await newcomer.forge(chat.data("Buy for"))
    assert newcomer.alert == "This button belongs to somebody else."
    await newcomer.forge(chat.data("Maximum price"))
    assert newcomer.alert == "This button belongs to somebody else."
    assert house.alpha.called("buy") == []
    await chat.press("Buy for")
    assert len(house.alpha.called("buy")) == 1


async def test_the_same_again_is_for_the_owner_alone(chat: Chat, newcomer: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.ends()
    await chat.wait(10)
    await newcomer.say("/start")
    await newcomer.forge(chat.data("Buy the same again"))
    assert newcomer.alert == "This button belongs to somebody else."


async def test_t_20_a_purchase_by_an_inaccessible_message_hangs_its_card_anew(
    chat: Chat, house: House
) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Buy for", inaccessible=True)
    assert chat.alert == "Buying…"
    assert "+1 201-555-0001" in chat.news[0]["text"]
    assert len(house.alpha.called("buy")) == 1


async def test_a_purchase_whose_message_was_deleted_hangs_its_card_anew(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    click = chat.click("Buy for")
    chat.delete(chat.last)
    await house.settle()
    assert chat.answer(click) == "Buying…"
    assert "+1 201-555-0001" in chat.screen


async def test_an_old_buy_button_works_after_a_restart(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await house.restart()
    await chat.press("Buy for")
    assert "+1 201-555-0001" in chat.screen


async def test_the_price_of_the_same_again_is_todays(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.prices_of["tg", "1"] = ("0.75", 9)
    house.alpha.delivers("123456")
    await chat.wait(600)
    card = chat.messages[0]
    await chat.press("Buy the same again")
    assert chat.buttons[0] == "✅ Buy for $0.75"
    assert "+1 201-555-0001" in card["text"]
    await chat.press("Buy for")
    assert "+1 201-555-0002" in chat.screen


async def test_the_same_again_while_the_provider_is_down_says_so(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("123456")
    await chat.wait(8 * 24 * 3600)
    house.alpha.breaks("services", Unavailable("502"))
    await chat.press("Buy the same again")
    assert chat.alert == "The provider does not answer right now."


async def test_an_offer_that_is_gone_gives_way_to_what_is_sold_now(chat: Chat, house: House) -> None:
    await chat.say("/buy telegram us")
    del house.alpha.prices_of["tg", "1"]
    await chat.wait(600)
    await chat.press("Alpha")
    assert chat.alert == "The provider does not offer that any more."
    assert len(house.sent("answerCallbackQuery")) == 1
    assert not any("United States" in label for label in chat.buttons)
    assert "Which country should the number be from?" in chat.screen


@pytest.mark.parametrize("held", [0, 1], ids=["unused", "with an open number"])
async def test_an_offer_of_a_removed_key_is_not_bought(chat: Chat, house: House, held: int) -> None:
    for _ in range(held):
        await chat.buys()
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    offer = chat.last
    await chat.say("/keys")
    await chat.press("Alpha", on=chat.last)
    await chat.press("Remove")
    await chat.press("Yes")
    await chat.press("Buy for", on=offer)
    assert chat.alert is not None
    assert chat.alert.startswith("This key was removed." if held else "This offer is too old to buy from.")
    assert len(house.alpha.called("buy")) == held
