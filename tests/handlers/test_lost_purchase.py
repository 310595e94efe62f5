"""A purchase whose answer was lost, as its owner sees it; and one that the disk has no room for."""

import pytest
from pydantic import SecretStr

from bot.errors import Unavailable
from bot.providers.base import Capability, Wish
from tests.doubles import KEY
from tests.full_disk import fill, make_room
from tests.house import Chat, House

#: The list of active numbers may lag so long.
LAG = 162


@pytest.fixture
async def asking(chat: Chat, house: House) -> Chat:
    """Somebody whose order did not arrive in time at a provider that lists numbers."""
    house.alpha.capabilities |= {Capability.ACTIVE}
    house.alpha.fails("buy", Unavailable("timeout"))
    await chat.buys()
    return chat


async def test_b_7_while_it_is_looked_for_the_card_says_so_then_that_it_was_not_bought(
    asking: Chat, house: House
) -> None:
    assert "Checking…" in asking.screen
    assert "Balance before: $18.74\nBalance after: $18.74" in asking.screen
    await asking.wait(LAG)
    assert "🚫 Not bought: the answer of Alpha was lost, but it lists no such number." in asking.screen
    assert asking.buttons == ["🔁 Try again", "➡ Next cheapest"]
    assert len(house.alpha.called("buy")) == 1
    await asking.press("Try again")
    await asking.press("Buy for")
    assert "+1 201-555-0001" in asking.screen


async def test_b_12_a_number_listed_after_that_comes_as_a_new_message_and_its_code_rings(
    asking: Chat, house: House
) -> None:
    await asking.wait(LAG)
    await house.alpha.buy(SecretStr(KEY), Wish("tg", "1"))
    await asking.wait(600 - LAG)
    [card] = asking.news
    assert "Alpha listed this number late" in card["text"]
    assert "+1 201-555-0001" in card["text"]
    house.alpha.delivers("4711")
    await asking.wait(10)
    assert "4711" in asking.find("🔔")["text"]


async def test_b_16_a_full_disk_orders_nothing_and_says_so(
    chat: Chat, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await fill(house.database)
    await chat.press("Buy for")
    assert chat.alert is not None
    assert chat.alert.startswith("My database takes nothing right now: nothing was ordered or paid.")
    assert house.alpha.called("buy") == []
    assert "an intent was not written" in caplog.text
    caplog.clear()
    await make_room(house.database)
    await chat.press("Buy for")
    assert "+1 201-555-0001" in chat.screen
