"""What operators switch, as a person feels it: the pause, maintenance, access, blocked services."""

import pytest

from storage.caps import OrdersPaused
from tests.handlers.operating import OPERATED, last_deed, opens, operated_by, operator_of
from tests.house import Chat, House

pytestmark = operated_by(OPERATED)
TEXT = "New prices are being put up. Back at 14:00."


@pytest.fixture
def operator(house: House) -> Chat:
    return operator_of(house)


@pytest.fixture
async def ann(operator: Chat, house: House) -> Chat:
    ann = house.person("Ann")
    await house.connect(ann, house.alpha)
    return ann


async def closes(operator: Chat) -> None:
    await opens(operator, "Maintenance")
    await operator.say(TEXT)
    await operator.press("Switch on")


# The pause


async def test_while_orders_are_paused_nobody_buys_and_it_is_said_why(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.say("/buy telegram us")
    await ann.press("Alpha")
    await opens(operator, "Pause …", "Pause orders")
    assert "Orders are paused" in operator.screen
    await ann.press("Buy for")
    assert OrdersPaused.text in (ann.alert or "", ann.screen)
    assert house.alpha.called("buy") == []
    assert await last_deed(house) == (operator.person_id, "set paused", "yes")


async def test_what_is_open_goes_on_through_a_pause_and_a_restart(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.buys()
    await opens(operator, "Pause …", "Pause orders")
    await house.restart()
    house.alpha.delivers("4711")
    await ann.wait(10)
    assert "4711" in ann.screen
    await opens(operator)
    assert "Orders are paused." in operator.screen
    await operator.press("Resume …")
    await operator.press("Resume orders")
    await ann.buys("telegram gb")
    assert len(house.alpha.called("buy")) == 2


# Maintenance


async def test_in_maintenance_whoever_begins_anything_reads_the_text(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.say("/start")
    await closes(operator)
    assert TEXT in operator.screen
    for words in ("/start", "/buy", "telegram usa", "/stats"):
        await ann.say(words)
        assert ann.screen == f"🛠 {TEXT}"
    await ann.press("Buy a number", on=ann.messages[0])
    assert ann.alert == TEXT
    await opens(operator)
    assert "People read your text" in operator.screen
    assert await last_deed(house) == (operator.person_id, "set maintenance", TEXT)


async def test_numbers_one_has_go_on_in_maintenance(operator: Chat, ann: Chat, house: House) -> None:
    await ann.buys()
    card = ann.last
    await closes(operator)
    for command in ("/numbers", "/cancel"):
        await ann.say(command)
        assert TEXT not in ann.screen
    await ann.press("Cancel", on=card)
    assert TEXT not in (ann.alert or "")
    house.alpha.delivers("4711")
    await ann.wait(10)
    assert any("4711" in message["text"] for message in ann.messages)


async def test_an_answer_that_was_asked_for_before_is_still_taken(operator: Chat, house: House) -> None:
    ann = house.person("Ann")
    house.alpha.accounts["key-of-anns-0123456789"] = house.alpha.accounts.popitem()[1]
    await ann.say("/keys")
    await ann.press("Add")
    await ann.press("Alpha")
    await closes(operator)
    await ann.say("key-of-anns-0123456789")
    assert "Alpha connected" in ann.screen


async def test_a_maintenance_text_is_shown_before_anybody_reads_it(
    operator: Chat, ann: Chat, house: House
) -> None:
    await opens(operator, "Maintenance")
    await operator.say("Back son")
    assert "they will read:\nBack son" in operator.screen
    await ann.say("/start")
    assert "Codebell" in ann.screen
    await operator.say("Back <soon> 🛠 & well")
    await house.restart()
    await operator.press("Switch on")
    await ann.say("/start")
    assert ann.screen == "🛠 Back <soon> 🛠 & well"
    await operator.press("Switch on", on=operator.find("Back son"))
    await ann.say("/start")
    assert ann.screen == "🛠 Back son"


async def test_a_long_text_is_cut_in_an_alert_and_one_too_long_is_not_taken(
    operator: Chat, ann: Chat
) -> None:
    await ann.say("/start")
    await opens(operator, "Maintenance")
    await operator.say("x" * 1001)
    assert "1000 characters are the most" in operator.screen
    await operator.say("y" * 500)
    await operator.press("Switch on")
    await ann.press("Buy a number")
    assert ann.alert == "y" * 189 + "…"


async def test_talk_in_a_group_is_left_alone_and_commands_are_answered(
    operator: Chat, ann: Chat, house: House
) -> None:
    group = house.group(ann, operator, status="administrator")
    await closes(operator)
    await house.settle()
    before = len(group.messages)
    await group.say("hello everybody")
    assert len(group.messages) == before
    await group.say("/help")
    assert group.screen == f"🛠 {TEXT}"


async def test_maintenance_ends_with_a_press(operator: Chat, ann: Chat) -> None:
    await closes(operator)
    await operator.press("End it")
    assert "Maintenance · off" in operator.screen
    await ann.say("/start")
    assert TEXT not in ann.screen


# Access


async def test_access_counts_at_once_and_its_meaning_is_told(operator: Chat, ann: Chat, house: House) -> None:
    await ann.say("/start")
    await opens(operator, "Access")
    assert "✓ Open" in operator.buttons
    assert "links do not work" in operator.screen
    await operator.press("Only let in")
    await operator.press("Shut out")
    assert "✓ Only let in" in operator.buttons
    await ann.say("/start")
    assert "This bot is private" in ann.screen
    await house.restart()
    await ann.say("/start")
    assert "This bot is private" in ann.screen
    house.clock.advance(1)
    await opens(operator, "Access", "Open")
    await ann.say("/start")
    assert "Codebell" in ann.screen
    assert await last_deed(house) == (operator.person_id, "set access", "open")


async def test_before_anybody_is_shut_out_it_is_asked_and_they_can_be_let_in(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.say("/start")
    group = house.group(ann, operator)
    await group.say("/start")
    await opens(operator, "Access", "Only let in")
    assert "people 1, groups 1. Shut them out?" in operator.screen
    await operator.press("◀ Back")
    assert "✓ Open" in operator.buttons
    await operator.press("By invitation")
    await operator.press("Let them all in first")
    assert "✓ By invitation" in operator.buttons
    assert "People let in: 1. Groups let in: 1." in operator.screen
    await house.restart()
    await ann.say("/start")
    assert "Codebell" in ann.screen
    await opens(operator, "Access", "Only let in")
    assert "✓ Only let in" in operator.buttons


async def test_a_group_that_is_served_no_more_is_told_once(operator: Chat, ann: Chat, house: House) -> None:
    group = house.group(ann)
    await group.say("/start")
    await opens(operator, "Access", "Only let in", "Shut out")
    await group.say("/buy")
    assert group.screen.startswith("The operator of this bot has not let this group in.")
    before = len(group.messages)
    await group.say("/buy")
    assert len(group.messages) == before


async def test_who_is_blocked_or_away_is_not_let_in_with_the_others(
    operator: Chat, ann: Chat, house: House
) -> None:
    bob = house.person("Bob")
    await bob.say("/start")
    await house.codebell.admission.block(bob.person_id, operator.person_id)
    await house.wait(31 * 24 * 3600)
    await opens(operator, "Access", "By invitation")
    assert "✓ By invitation" in operator.buttons
    await operator.press("Open")
    await ann.say("/start")
    await opens(operator, "Access", "By invitation")
    await operator.press("Let them all in first")
    assert house.codebell.admission.serves(ann.person_id)
    assert not house.codebell.admission.serves(bob.person_id)
    assert "let in all" in {each.what for each in await house.codebell.deeds.recent(9)}


# Services


async def test_a_blocked_service_vanishes_at_once_from_what_is_shown_and_sold(
    operator: Chat, ann: Chat, house: House
) -> None:
    await ann.say("/buy telegram us")
    await ann.press("Alpha")
    offer = ann.last
    await opens(operator, "Services")
    await operator.say("telegrm")
    await operator.press("Block Telegram")
    assert "✖ Telegram" in operator.buttons
    assert await last_deed(house) == (operator.person_id, "set blocked_services", "+ telegram")
    await ann.press("Buy for", on=offer)
    assert house.alpha.called("buy") == []
    await ann.say("/buy")
    assert not any("Telegram" in label for label in ann.buttons)
    await ann.say("/buy telegram us")
    assert "Alpha" not in str(ann.buttons)


async def test_a_service_is_allowed_again_by_a_press(operator: Chat, ann: Chat) -> None:
    await opens(operator, "Services")
    await operator.say("telegram")
    await operator.press("Block Telegram")
    await operator.say("Telegram")
    assert "is blocked already" in operator.screen
    await operator.press("◀ Back")
    await operator.press("✖ Telegram")
    await ann.buys()
    assert "✖ Telegram" not in str(operator.buttons)


async def test_a_service_nobody_knows_can_be_blocked_as_a_provider_writes_it(
    operator: Chat, ann: Chat, house: House
) -> None:
    house.alpha.names["zz"] = "Zzyzx 24"
    await opens(operator, "Services")
    await operator.say("zzyzx 24")
    await operator.press("Exactly “zzyzx 24”")
    await ann.say("/buy")
    assert not any("Zzyzx" in label for label in ann.buttons)


async def test_the_nearest_names_are_offered_and_the_typed_one_last(operator: Chat) -> None:
    await opens(operator, "Services")
    await operator.say("whatzup")
    assert "🚫 Block WhatsApp" in operator.buttons
    assert operator.buttons[-2] == "🚫 Exactly “whatzup”"
