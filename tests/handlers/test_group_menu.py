"""What a group is shown by /start and /help, and what its administrators choose in /settings."""

from datetime import timedelta

from bot.providers.base import Capability
from handlers import choices
from handlers.leading import NotALeader
from handlers.private import SETTINGS
from storage.models import Buyers
from tests.handlers.belongings import Presser
from tests.handlers.teams import buy, group, team
from tests.house import Chat, House

__all__ = ["group"]

#: The settings that only people have.
OF_PEOPLE = [
    choices.Open(what=choices.Choice.QUIET),
    choices.Open(what=choices.Choice.SORT),
    choices.Open(what=choices.Choice.CEILINGS),
    choices.Hush(first=1320, last=420),
    choices.Order(sort="price"),
    choices.Ceiling(value="USD"),
    choices.NoCeiling(value="USD"),
]


async def test_a_group_without_rules_is_shown_who_sets_them(house: House, bob: Chat) -> None:
    group = house.group(bob)
    await group.say("/start")
    assert "This group shares no numbers yet. An administrator sets it up" in group.screen
    assert group.buttons == ["⚙️ Set up sharing", "❔ Help"]


async def test_a_group_that_shares_has_a_short_menu(group: Chat, bob: Chat, house: House) -> None:
    await group.say("/start")
    assert group.buttons == ["📱 Buy a number", "📋 Numbers", "💰 Balance", "⚙️ Sharing", "❔ Help"]
    other = group.seat(bob)
    await other.say("/start")
    assert "⚙️ Sharing" not in other.buttons
    await buy(house, group)
    await group.say("/start")
    assert "1 number of yours waits for an SMS." in group.screen


async def test_who_may_not_buy_is_told_who_does(group: Chat, bob: Chat, house: House) -> None:
    sharings, other = house.codebell.sharings, group.seat(bob)
    await sharings.set(group.chat_id, house.clock(), who_buys=Buyers.ADMINS)
    await other.say("/start")
    assert other.screen.endswith("Buying here: administrators. Ask one of them.")
    assert other.buttons == ["📋 Numbers", "❔ Help"]
    await sharings.set(group.chat_id, house.clock(), who_buys=Buyers.NAMED)
    await sharings.let_buy(group.chat_id, bob.person_id, True, house.clock())
    await other.say("/start")
    assert "📱 Buy a number" in other.buttons


async def test_with_keys_that_sell_nothing_a_group_is_not_ready(chat: Chat, house: House) -> None:
    group = await team(house, chat)
    house.alpha.capabilities -= {Capability.BUY}
    await group.say("/start")
    assert "📱 Buy a number" not in group.buttons
    await group.press("Set up sharing")
    assert group.screen.endswith("Next: add a key of a provider that sells numbers.")


async def test_the_menu_leads_to_help_and_back(group: Chat) -> None:
    await group.say("/start")
    await group.press("Help")
    assert group.screen.startswith("How it works in this group")
    await group.press("◀ Menu")
    assert "for this group" in group.screen


async def test_help_tells_the_rules_of_the_group(group: Chat, bob: Chat, house: House) -> None:
    await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.NAMED, numbers_per_day=3)
    await group.seat(bob).say("/help")
    assert "🛒 Who buys: named members" in group.screen
    assert "🔢 Numbers a day: 3" in group.screen


async def test_help_in_a_group_without_rules_says_who_sets_them(house: House, bob: Chat) -> None:
    group = house.group(bob)
    await group.say("/help")
    assert "An administrator sets it up with /share." in group.screen


async def test_an_administrator_chooses_how_the_group_is_spoken_to(group: Chat, house: House) -> None:
    await group.say("/settings")
    assert group.screen.startswith("⚙️ Settings of this group\n\n🌐 Language: English\n🕑 Clock: ")
    assert group.buttons == ["🌐 Language", "🕑 Time zone", "🙈 Spoiler on", "◀ Menu"]
    await group.press("Spoiler on")
    assert "🙈 Spoiler over codes: on" in group.screen
    assert "🙈 Spoiler off" in group.buttons
    await group.press("Language")
    assert "As in Telegram" not in str(group.buttons)
    await group.press("Українська")
    assert await house.codebell.chats.language(group.chat_id) == "uk"


async def test_a_group_has_a_clock_that_is_pressed_not_typed(group: Chat, house: House) -> None:
    await group.say("/settings")
    await group.press("Time zone")
    assert "What time is it where this group is?" in group.screen
    there = (house.clock() + timedelta(hours=9)).strftime("%H:%M")
    await group.press(there)
    assert "(UTC+9)" in group.screen
    assert (await house.codebell.preferences.of(group.chat_id)).utc_offset == 540


async def test_a_member_is_told_that_administrators_choose(group: Chat, bob: Chat) -> None:
    other = group.seat(bob)
    await other.say("/settings")
    assert other.screen == NotALeader.text
    await group.say("/settings")
    await other.forge(group.data("Spoiler on"))
    assert "Only Ann may use these buttons." in str(other.alert)


async def test_what_people_choose_for_themselves_is_no_setting_of_a_group(group: Chat, house: House) -> None:
    await group.say("/settings")
    answers = await Presser(group).press(*(one.pack() for one in OF_PEOPLE))
    assert set(answers.values()) == {SETTINGS}
    assert await house.codebell.preferences.ceilings(group.chat_id) == {}
    chosen = await house.codebell.preferences.of(group.chat_id)
    assert chosen.quiet_from is None
