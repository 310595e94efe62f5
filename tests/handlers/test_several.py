"""Several numbers at once as a person meets them: how many, for how much, a card each, where it stands."""

from decimal import Decimal

import pytest
from sqlalchemy import delete

from bot.errors import NoMoney
from bot.providers.base import Outcome, Reading
from storage.hindsight import mistrust
from storage.models import Activation, Step
from tests.doubles import KEY
from tests.house import Chat, House, labels


@pytest.fixture
async def offer(chat: Chat) -> Chat:
    """Somebody who looks at an offer of Alpha."""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    return chat


def cards(chat: Chat) -> list[str]:
    return [message["text"] for message in chat.messages if "Number " in message["text"]]


async def test_the_confirmation_shows_count_times_price_and_the_total(offer: Chat) -> None:
    await offer.press("×3")
    assert "Alpha · 3 × $0.50 = $1.50 of your $18.74" in offer.screen
    assert offer.buttons[:6] == ["✅ Buy 3 for $1.50", "×1", "×2", "✓ ×3", "×4", "×5"]


async def test_the_count_is_taken_back_by_one_press(offer: Chat) -> None:
    before = offer.screen
    await offer.press("×5")
    await offer.press("×1")
    assert (offer.screen, offer.buttons[0]) == (before, "✅ Buy for $0.50")


async def test_every_number_has_its_card(offer: Chat, house: House) -> None:
    await offer.press("×3")
    await offer.press("Buy 3")
    assert offer.alert == "Buying…"
    assert [card.split("\n")[0] for card in cards(offer)] == [
        f"📱 +1 201-555-000{number}" for number in (1, 2, 3)
    ]
    assert [f"Number {number} of 3" in card for number, card in enumerate(cards(offer), 1)] == [True] * 3
    assert house.alpha.accounts[KEY] == Decimal("17.24")


async def test_two_presses_buy_each_number_once(offer: Chat, house: House) -> None:
    await offer.press("×2")
    first, second = offer.click("Buy 2"), offer.click("Buy 2")
    await house.settle()
    assert (offer.answer(first), offer.answer(second)) == (
        "Buying…",
        "Already done: this button was pressed before.",
    )
    assert len(house.alpha.called("buy")) == 2


async def test_where_the_balance_reaches_for_some_only_it_says_so(offer: Chat, house: House) -> None:
    await offer.wait(60)
    house.alpha.accounts[KEY] = Decimal("1.20")
    await offer.press("×4")
    assert "Your balance reaches for 2 of them." in offer.screen
    await offer.press("Buy 4")
    assert "Bought: 2 of 4. The rest was not ordered." in offer.find("Not bought")["text"]


async def test_the_rest_is_ordered_from_the_card_that_tells_of_it(offer: Chat, house: House) -> None:
    house.alpha.prices_of["tg", "1"] = ("0.50", 2)
    await offer.press("×5")
    await offer.press("Buy 5")
    assert "No numbers in stock there right now.\nBought: 2 of 5. The rest was not ordered." in offer.screen
    house.alpha.prices_of["tg", "1"] = ("0.50", 9)
    await offer.press("Order the rest")
    assert offer.buttons[0] == "✅ Buy 3 for $1.50"
    await offer.press("Buy 3")
    assert len(house.alpha.lines) == 5


async def test_after_a_restart_in_between_the_rest_is_told_and_not_ordered(offer: Chat, house: House) -> None:
    await offer.press("×3")
    house.alpha.fails("buy", NoMoney())
    quote = offer.data("Buy 3").split(":")[1]
    purchases, store = house.codebell.purchases, house.codebell.purchases._store
    await store.intend(
        quote, offer.person_id, offer.chat_id, None, purchases._caps(offer.person_id), house.clock()
    )
    house.clock.advance(1)
    await house.restart()
    assert "🚫 Not bought, not paid.\nThe bot was stopped before it could order this." in offer.screen
    assert "Bought: 0 of 3. The rest was not ordered." in offer.screen
    assert house.alpha.called("buy") == []


async def test_a_backup_from_in_between_does_not_say_that_the_rest_was_not_bought(
    offer: Chat, house: House
) -> None:
    await offer.press("×3")
    await offer.press("Buy 3")
    async with house.database.begin() as session:
        await session.execute(delete(Step))
        await session.execute(delete(Activation).where(Activation.position > 1))
    await mistrust(house.database, house.clock())
    house.clock.advance(1)
    await house.restart()
    told = [message["text"] for message in offer.messages if "restored from a backup in" in message["text"]]
    assert [f"Number {number} of 3" in text for number, text in zip((2, 3), told, strict=True)] == [True] * 2
    assert "It may have been bought since: your account at Alpha shows it." in told[0]
    assert not any("was stopped before it could order" in message["text"] for message in offer.messages)
    assert not any("Order the rest" in label for message in offer.messages for label in labels(message))


async def test_the_rest_is_stopped_from_the_card_of_what_is_being_bought(offer: Chat, house: House) -> None:
    await offer.press("×3")
    quote, card = offer.data("Buy 3").split(":")[1], offer.last["message_id"]
    purchases = house.codebell.purchases
    await purchases._store.intend(
        quote, offer.person_id, offer.chat_id, card, purchases._caps(offer.person_id), house.clock()
    )
    await house.settle()
    assert offer.buttons == ["⏹ Stop the rest"]
    await offer.press("Stop the rest")
    assert offer.alert is not None
    assert offer.alert.startswith("Stopped: no more is ordered.")
    assert "🚫 Not bought, not paid.\nYou stopped the rest.\nThe rest was not ordered." in offer.screen
    await offer.press("Stop the rest")
    assert offer.alert == "There is nothing left to stop: nothing more of it will be ordered."
    await offer.press("Order the rest")
    assert offer.buttons[0] == "✅ Buy 2 for $1.00"


@pytest.mark.parametrize("count", ["0", "-1", "1000", "many"])
async def test_a_count_that_is_none_does_nothing(offer: Chat, count: str) -> None:
    await offer.forge(offer.data("×5").removesuffix("5") + count)
    assert offer.alert == "This button is too old. Please open /start again."


async def test_more_than_five_are_five(offer: Chat) -> None:
    await offer.forge(offer.data("×5").removesuffix("5") + "999")
    assert offer.buttons[0] == "✅ Buy 5 for $2.50"


async def test_the_count_is_not_changed_after_the_purchase(offer: Chat, house: House) -> None:
    button = offer.data("×5")
    await offer.press("Buy for")
    await offer.forge(button)
    assert offer.alert is not None
    assert len(house.alpha.called("buy")) == 1


async def test_all_are_cancelled_by_one_press_on_the_last_card(offer: Chat, house: House) -> None:
    await offer.press("×3")
    await offer.press("Buy 3")
    assert sum("❌ Cancel all 3" in labels(message) for message in offer.messages) == 1
    await offer.press("Cancel all 3")
    assert offer.alert is not None
    assert offer.alert.endswith(": 3.")
    await offer.wait(60)
    assert [("pays it back" in card) for card in cards(offer)] == [True] * 3
    assert house.alpha.accounts[KEY] == Decimal("18.74")


async def test_who_cancels_all_keeps_what_has_its_code(offer: Chat, house: House) -> None:
    await offer.press("×2")
    await offer.press("Buy 2")
    first, _ = house.alpha.lines.values()
    first.reading = Reading(Outcome.RECEIVED, "4711")
    await offer.wait(10)
    await offer.press("Cancel all 2")
    assert offer.alert is not None
    assert offer.alert.endswith(": 1.")
    await offer.wait(60)
    assert [("pays it back" in card) for card in cards(offer)] == [False, True]


async def test_nobody_cancels_all_of_another(offer: Chat, newcomer: Chat, house: House) -> None:
    await offer.press("×2")
    await offer.press("Buy 2")
    await newcomer.say("/start")
    await newcomer.forge(offer.data("Cancel all 2"))
    assert newcomer.alert == "This button belongs to somebody else."
    await offer.wait(60)
    assert house.alpha.called("cancel") == []


@pytest.mark.parametrize("settings", [{"limits": {"active_numbers": 2}}])
async def test_how_many_more_may_wait_at_once_is_said_before(offer: Chat) -> None:
    assert "may wait for a code" not in offer.screen
    await offer.press("Buy for")
    await offer.say("/buy telegram us")
    await offer.press("Alpha")
    assert "⚠️" not in offer.screen
    await offer.press("×5")
    assert "⚠️ Only 1 more number may wait for a code at once: the rest would not be ordered." in offer.screen
    await offer.press("×1")
    await offer.press("Buy for")
    await offer.say("/buy telegram us")
    await offer.press("Alpha")
    assert "⚠️ As many numbers wait for a code as you may have: cancel one" in offer.screen
