"""A *Buy* buys what it shows: where something else was chosen meanwhile it buys nothing and shows that."""

import copy
from decimal import Decimal

import pytest

from bot.sandbox.telegram.wire import Json
from storage.models import Quote
from storage.quotes import mark
from tests.handlers.conftest import telegram_us
from tests.house import Chat, House, labels

CHANGED = "It was changed meanwhile: look again."


@pytest.fixture
async def offer(chat: Chat) -> Chat:
    """Somebody who looks at an offer of Alpha."""
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    return chat


async def two_messages(offer: Chat, typed: str) -> tuple[Json, Json]:
    """The question for a maximum price, taken back, and the confirmation after the answer to it."""
    await offer.press("Maximum price")
    question = offer.last
    await offer.say(typed)
    await offer.press("◀ Back", on=question)
    [old] = [message for message in offer.messages if message["message_id"] == question["message_id"]]
    return copy.deepcopy(old), offer.last


async def test_of_two_messages_of_one_offer_each_buys_what_it_shows(offer: Chat, house: House) -> None:
    old, new = await two_messages(offer, "0.70")
    assert labels(old)[0] == labels(new)[0] == "✅ Buy for at most $0.70"
    await offer.press("×5", on=new)
    await offer.press("Buy for at most $0.70", on=old)
    assert offer.alert == CHANGED
    assert house.alpha.called("buy") == []
    [shown] = [each for each in offer.messages if each["message_id"] == old["message_id"]]
    assert labels(shown)[0] == "✅ Buy 5 for at most $3.50"
    await offer.press("Buy 5", on=shown)
    assert len(house.alpha.called("buy")) == 5


async def test_a_maximum_typed_elsewhere_is_not_that_of_an_older_button(offer: Chat, house: House) -> None:
    old, new = await two_messages(offer, "0.60")
    await offer.press("Maximum price", on=new)
    await offer.say("9.00")
    await offer.press("Buy for at most $0.60", on=old)
    assert offer.alert == CHANGED
    assert house.alpha.called("buy") == []


async def test_a_button_that_is_not_redrawn_yet_buys_nothing_else(offer: Chat, house: House) -> None:
    old = offer.data("Buy for $0.50")
    await offer.press("×5")
    await offer.forge(old)
    assert (offer.alert, offer.buttons[0]) == (CHANGED, "✅ Buy 5 for $2.50")
    assert house.alpha.called("buy") == []


async def test_what_was_chosen_and_taken_back_is_what_the_older_button_shows(
    offer: Chat, house: House
) -> None:
    old = copy.deepcopy(offer.last)
    await offer.press("×5")
    await offer.press("×1")
    await offer.press("Buy for $0.50", on=old)
    assert len(house.alpha.called("buy")) == 1


async def test_after_the_purchase_an_older_button_says_that_it_was_made(offer: Chat, house: House) -> None:
    old = offer.data("Buy for")
    await offer.press("×2")
    await offer.press("Buy 2")
    await offer.forge(old)
    assert offer.alert == "Already done: this button was pressed before."
    assert len(house.alpha.called("buy")) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"count": 2},
        {"cost": Decimal("0.60")},
        {"min_price": Decimal("0.50")},
        {"max_price": Decimal("0.50")},
        {"operator": "verizon"},
        {"suppliers": "21"},
        {"except_suppliers": "21"},
        {"avoid_prefixes": "1917"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_everything_that_is_bought_is_in_the_mark(
    chat: Chat, house: House, changed: dict[str, object]
) -> None:
    before = await telegram_us(chat, house)
    after: Quote = copy.copy(await telegram_us(chat, house))
    for name, value in changed.items():
        setattr(after, name, value)
    assert mark(before) != mark(after)
    assert len(mark(after)) == 12
