"""A number handed over: one holder at a time, and all that comes from then on is theirs."""

import pytest
from sqlalchemy import select

from handlers.doors import Act, What
from handlers.group_doors import HandOver
from handlers.handover import To
from storage.models import Activation, Eyes
from tests.handlers.belongings import Presser
from tests.handlers.teams import buy, hears, rings, team
from tests.house import Chat, House, labels


@pytest.fixture
def bob(house: House) -> Chat:
    return house.person("Bob")


@pytest.fixture
def cat(house: House) -> Chat:
    return house.person("Cat")


@pytest.fixture
async def group(chat: Chat, bob: Chat, cat: Chat, house: House) -> Chat:
    """Ann, Bob and Cat share numbers; Cat leads the group. Ann has bought one."""
    for one in (chat, bob, cat):
        await one.say("/start")
    group = await team(house, chat, bob, cat)
    house.human.join(group.chat_id, cat.person_id, "administrator")
    await buy(house, group)
    return group


async def hands_over(group: Chat, name: str = "Bob") -> None:
    await group.press("🤝 Hand over")
    await group.press(f"👤 {name}")
    await group.press("✅ Hand it over")


async def row_of(house: House) -> Activation:
    async with house.database.begin() as session:
        return (await session.scalars(select(Activation))).one()


async def test_a_number_goes_to_a_member_after_one_confirmation(group: Chat, bob: Chat, house: House) -> None:
    await group.press("🤝 Hand over")
    assert "Who shall get +1 201-555-0001 Telegram?" in group.screen
    assert group.buttons == ["👤 Bob", "👤 Cat", "✖️ Keep it"]
    await group.press("👤 Bob")
    assert "goes to Bob" in group.screen
    await group.press("✅ Hand it over")
    assert "+1 201-555-0001 Telegram: Ann handed it over to Bob." in group.screen
    assert "👤 Held by: Bob · bought by: Ann" in group.find("📱")["text"]
    row = await row_of(house)
    assert (row.owner_id, row.bought_by) == (bob.person_id, group.person_id)


async def test_from_then_on_codes_and_buttons_are_the_new_holders(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    await hands_over(group)
    await hears(house, "31337", "It is 31337")
    assert (rings(chat, "31337"), rings(bob, "31337"), rings(group, "31337")) == (0, 1, 0)
    assert rings(group, "Bob: your code for Telegram came.") == 1
    await group.press("Show code")
    assert group.alert == "Only Bob may do this."
    await group.seat(bob).press("Show code")
    await bob.press("Finish")
    assert "✅ Finished." in group.find("📱")["text"]


async def test_what_was_said_to_the_former_holder_stays_without_its_buttons(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    await hears(house, "31337", "It is 31337")
    await hands_over(group)
    assert "31337" in chat.find("🔔")["text"]
    assert labels(chat.find("🔔")) == []
    assert rings(bob, "31337") == 0
    seat = group.seat(bob)
    await seat.press("Show code")
    assert seat.alert == "Telegram: 31337\nIt is 31337"
    await seat.press("Another SMS")
    await hears(house, "42424", "It is 42424")
    assert (rings(chat, "42424"), rings(bob, "42424")) == (0, 1)


async def test_what_could_not_be_said_to_the_former_holder_is_said_to_the_new_one(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    house.human.block(chat.person_id)
    await hears(house, "31337", "It is 31337")
    await hands_over(group)
    assert rings(bob, "31337") == 1
    house.human.unblock(chat.person_id)
    await chat.say("/start")
    assert rings(chat, "31337") == 0


async def test_handed_back_it_is_its_buyers_as_before(group: Chat, bob: Chat, house: House) -> None:
    await hands_over(group)
    await hands_over(group.seat(bob), "Ann")
    assert "👤 Bought by: Ann\n" in group.find("📱")["text"]
    row = await row_of(house)
    assert (row.owner_id, row.bought_by) == (group.person_id, None)


async def test_who_keeps_it_keeps_it(group: Chat, house: House) -> None:
    await group.press("🤝 Hand over")
    await group.press("Keep it")
    assert "nothing changed, Ann keeps it" in group.screen
    assert (await row_of(house)).owner_id == group.person_id


async def test_nobody_else_hands_it_over(group: Chat, bob: Chat, cat: Chat, house: House) -> None:
    row = await row_of(house)
    sure = To(id=row.id, to=bob.person_id, sure=True).pack()
    for one in (bob, cat):
        assert await Presser(group, one.person_id).press(sure) == {sure: "Only Ann may do this."}
    assert (await row_of(house)).owner_id == group.person_id


async def test_it_goes_to_nobody_who_left_or_was_never_there(group: Chat, bob: Chat, house: House) -> None:
    house.human.leave(group.chat_id, bob.person_id)
    row = await row_of(house)
    gone = To(id=row.id, to=bob.person_id, sure=True).pack()
    never = To(id=row.id, to=12345, sure=True).pack()
    answers = await Presser(group).press(gone, never)
    assert set(answers.values()) == {"They are not in this group any more. Nothing was handed over."}
    await group.press("🤝 Hand over")
    assert group.buttons == ["👤 Cat", "✖️ Keep it"]


async def test_of_two_presses_at_once_one_hands_it_over(
    group: Chat, bob: Chat, cat: Chat, house: House
) -> None:
    row = await row_of(house)
    both = [To(id=row.id, to=one.person_id, sure=True).pack() for one in (bob, cat)]
    await Presser(group).press(*both)
    assert (await row_of(house)).owner_id in (bob.person_id, cat.person_id)
    assert len([one for one in group.messages if "handed it over to" in one["text"]]) <= 2
    given = await house.codebell.holders.hand_over(row.id, group.person_id, group.person_id, house.clock())
    assert given is None


async def test_an_administrator_hands_over_and_cancels_for_who_left(
    group: Chat, chat: Chat, bob: Chat, cat: Chat, house: House
) -> None:
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    seat = group.seat(bob)
    await seat.press("❌ Cancel")
    assert seat.alert == "Only Ann may do this."
    await hands_over(group.seat(cat))
    assert (await row_of(house)).owner_id == bob.person_id
    house.human.leave(group.chat_id, bob.person_id)
    await house.wait(61)
    await group.seat(cat).press("❌ Cancel")
    await house.wait(30)
    assert "❌ Cancelled" in group.find("📱")["text"]


async def test_while_the_holder_is_there_no_administrator_cancels(
    group: Chat, cat: Chat, house: House
) -> None:
    seat = group.seat(cat)
    await seat.press("Cancel from")
    assert seat.alert == "Only Ann may do this."


async def test_a_number_that_ended_is_not_handed_over(group: Chat, house: House) -> None:
    row = await row_of(house)
    await hears(house, "31337")
    await group.press("Finish")
    assert "🤝 Hand over" not in labels(group.find("📱"))
    data = HandOver(id=row.id).pack()
    answer = await Presser(group).press(data)
    assert answer == {data: "This number has ended; there is nothing left to change."}


async def test_in_private_and_in_another_group_nothing_of_it_can_be_pressed(
    group: Chat, chat: Chat, house: House
) -> None:
    row = await row_of(house)
    other = await team(house, chat)
    await other.say("/numbers")
    pressed = [HandOver(id=row.id).pack(), Act(what=What.CARD, id=row.id).pack()]
    answers = await Presser(other, chat.person_id).press(*pressed)
    assert set(answers.values()) == {"This button belongs to somebody else."}
    await chat.forge(pressed[0])
    assert chat.alert == "A number is handed over in the group it was bought in."


async def test_alone_in_a_group_there_is_nobody_to_hand_it_to(chat: Chat, house: House) -> None:
    group = await team(house, chat)
    await buy(house, group)
    await group.press("🤝 Hand over")
    assert group.alert is not None
    assert "I have met nobody else in this group yet." in group.alert


async def test_a_card_that_left_with_a_lost_group_comes_home_to_the_new_holder(
    group: Chat, chat: Chat, bob: Chat, house: House
) -> None:
    await house.codebell.chats.mark_unreachable(group.chat_id, house.clock())
    await hears(house, "31337", "It is 31337")
    assert "Code: 31337" in chat.find("📱")["text"]
    await house.codebell.chats.mark_reachable(group.chat_id)
    row = await row_of(house)
    await group.forge(To(id=row.id, to=bob.person_id, sure=True).pack())
    await house.wait(5)
    assert "👤 Held by: Bob · bought by: Ann" in group.find("📱")["text"]


async def test_for_who_left_only_a_number_without_an_sms_is_handed_over(
    group: Chat, chat: Chat, cat: Chat, house: House
) -> None:
    await hears(house, "31337", "It is 31337")
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    row, seat = await row_of(house), group.seat(cat)
    await seat.press("🤝 Hand over")
    assert "its holder’s alone" in (seat.alert or "")
    sure = To(id=row.id, to=cat.person_id, sure=True).pack()
    assert "its holder’s alone" in ((await Presser(seat).press(sure))[sure] or "")
    bell = house.codebell
    given = await bell.holders.hand_over(row.id, row.owner_id, cat.person_id, house.clock(), unread=True)
    assert (given, (await row_of(house)).owner_id) == (None, group.person_id)


async def test_the_group_is_told_which_administrator_did_it(
    group: Chat, chat: Chat, cat: Chat, house: House
) -> None:
    house.human.leave(group.chat_id, chat.person_id)
    await house.wait(61)
    await hands_over(group.seat(cat), "Cat")
    assert "Ann left the group. Handed over by: Cat. It goes to Cat." in group.screen


async def test_who_keeps_a_number_that_ended_meanwhile_is_told_so(group: Chat, house: House) -> None:
    await group.press("🤝 Hand over")
    await house.wait(30)
    await group.press("❌ Cancel")
    await house.wait(10)
    await group.press("Keep it")
    assert "nothing changed, Ann keeps it" in group.screen


async def test_where_everyone_reads_the_codes_they_are_promised_to_nobody_alone(
    chat: Chat, bob: Chat, house: House
) -> None:
    group = await team(house, chat, bob, sees=Eyes.EVERYONE)
    await buy(house, group)
    await group.press("🤝 Hand over")
    assert "Its buttons will be theirs alone." in group.screen
    await group.press("👤 Bob")
    assert "the buttons are theirs from then on" in group.screen
    assert "codes" not in group.screen
