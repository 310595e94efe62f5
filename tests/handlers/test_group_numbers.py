"""/numbers and /cancel in a group, and what each member used in a month."""

import pytest

from bot.errors import LimitReached
from storage.models import Buyers, Eyes
from tests.handlers.belongings import Presser
from tests.handlers.reading import marked
from tests.handlers.teams import buy, hears, rings, team
from tests.house import Chat, House, labels


@pytest.fixture
def bob(house: House) -> Chat:
    return house.person("Bob")


@pytest.fixture
async def group(chat: Chat, bob: Chat, house: House) -> Chat:
    """Ann has a number with a code, Bob one that waits; only who bought one sees its codes."""
    await chat.say("/start")
    group = await team(house, chat, bob)
    await buy(house, group)
    await hears(house, "31337", "It is 31337")
    await buy(house, group.seat(bob))
    return group


async def test_everybody_sees_who_holds_what_and_nobody_a_code(group: Chat, bob: Chat) -> None:
    for seat, number in ((group, "0001"), (group.seat(bob), "0002")):
        await seat.say("/numbers")
        assert "Numbers of this group" in seat.screen
        assert "Telegram · waiting for the SMS" in seat.screen
        assert "Telegram · code received" in seat.screen
        assert "👤 Bought by: Ann" in seat.screen
        assert "👤 Bought by: Bob" in seat.screen
        assert "31337" not in seat.screen
        [card] = [label for label in seat.buttons if label.startswith("🗂")]
        assert number in card
    assert seat.buttons[1:] == ["📱 Buy a number", "📊 Usage", "◀ Menu"]


async def test_who_may_not_buy_there_has_no_way_to_it(group: Chat, bob: Chat, house: House) -> None:
    await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.ADMINS)
    seat = group.seat(bob)
    await seat.say("/numbers")
    assert seat.buttons[1:] == ["📊 Usage", "◀ Menu"]


async def test_where_everyone_sees_codes_they_stand_in_the_list(chat: Chat, house: House) -> None:
    group = await team(house, chat, sees=Eyes.EVERYONE)
    await buy(house, group)
    await hears(house, "31337")
    await group.say("/numbers")
    assert "Code: 31337" in group.screen


async def test_a_card_of_ones_own_comes_anew_from_the_list(group: Chat, house: House) -> None:
    await group.say("/numbers")
    await group.press("🗂 +1")
    card = group.find("📱 +1")
    assert "👤 Bought by: Ann" in card["text"]
    assert labels(card)[-4:] == ["👁 Show code", "✉️ Another SMS", "✅ Finish", "🤝 Hand over"]
    assert rings(group, "your code for Telegram came") == 1


async def test_an_empty_list_says_so(chat: Chat, house: House) -> None:
    group = await team(house, chat)
    await group.say("/numbers")
    assert group.screen == "This group has no numbers from the last 24 hours."


async def test_many_numbers_have_pages(group: Chat, bob: Chat, house: House) -> None:
    for seat in [group, group.seat(bob)] * 4:
        await buy(house, seat)
    await group.say("/numbers")
    assert group.screen.count("👤") == 10
    assert "2 ▶" not in group.buttons
    house.alpha.prices_of["tg", "1"] = ("0.50", 1)
    await buy(house, group)
    await group.say("/numbers")
    await group.press("2 ▶")
    assert group.screen.count("👤") == 1


async def test_cancel_in_a_group_offers_ones_own(group: Chat, bob: Chat, house: House) -> None:
    await group.say("/cancel")
    assert group.screen == "There is no number that could be cancelled."
    assert group.buttons == []
    seat = group.seat(bob)
    await house.wait(31)
    await seat.say("/cancel")
    assert "Which number shall be cancelled?" in seat.screen
    await seat.press("❌ +1")
    await house.wait(10)
    assert "❌ Cancelled" in group.find("📱")["text"]


async def test_a_limit_of_the_provider_leads_to_the_numbers_of_all(group: Chat, house: House) -> None:
    house.alpha.fails("buy", LimitReached())
    await buy(house, group)
    assert labels(group.find("Not bought")) == ["📋 Numbers", "🔁 Try again"]


async def test_usage_counts_for_who_bought_and_is_for_all_to_see(
    group: Chat, bob: Chat, house: House
) -> None:
    await buy(house, group)
    await group.press("🤝 Hand over", on=group.find("📱"))
    await group.press("👤 Bob")
    await group.press("✅ Hand it over")
    seat = group.seat(bob)
    await seat.say("/numbers")
    await seat.press("📊 Usage")
    assert "Usage of the members" in seat.screen
    [table] = marked(seat.last, "pre")
    assert seat.screen.startswith("📊 Usage of the members · May 2026\n")
    head, ann, anns_waits, bobs = table.splitlines()
    assert head.split() == ["name", "numbers", "codes", "paid"]
    assert ann.split() == ["Ann", "2", "1", "$0.50"]
    assert anns_waits.split() == ["+$0.50?"]
    assert bobs.split() == ["Bob", "1", "0", "+$0.50?"]
    assert "money that still waits for its code" in seat.screen
    assert max(map(len, table.splitlines())) <= 34


async def test_the_last_month_is_another_page(group: Chat, house: House) -> None:
    await group.say("/numbers")
    await group.press("📊 Usage")
    await group.press("Last month")
    assert "Nothing was bought in this month." in group.screen
    await house.wait(32 * 86400)
    await group.press("This month")
    assert "Nothing was bought in this month." in group.screen
    await group.press("Last month")
    assert "Ann" in group.screen
    await group.press("◀ Numbers")
    assert group.screen == "This group has no numbers from the last 24 hours."


async def test_in_private_usage_is_ones_own(group: Chat, chat: Chat) -> None:
    await chat.say("/numbers")
    await chat.forge("nu:t:0")
    assert "Nothing was bought in this month." in chat.screen


async def test_who_left_turns_no_page_there(group: Chat, chat: Chat, house: House) -> None:
    await group.say("/numbers")
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    assert await Presser(group).press("nu:t:0", "np:0") == {
        "nu:t:0": "You are not in this group any more.",
        "np:0": "You are not in this group any more.",
    }
