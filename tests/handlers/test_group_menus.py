"""Menus in a group: each answers to who asked for it, where it was asked for, also after a restart."""

from datetime import timedelta

from storage.models import Buyers
from tests.handlers.teams import group
from tests.house import Chat, House

__all__ = ["group"]


async def reply(group: Chat, text: str, to: int) -> None:
    group.house.human.message(group.chat_id, group.person_id, text, reply_to=to)
    await group.house.settle()


async def test_buttons_of_somebody_elses_menu_do_nothing_and_say_whose_they_are(
    group: Chat, bob: Chat
) -> None:
    await group.say("/buy")
    before, other = group.last, group.seat(bob)
    await other.press("Telegram")
    assert other.alert == "Only Ann may use these buttons. Send /buy for your own."
    assert group.last == before
    await group.press("Telegram")
    assert "Which country" in group.screen


async def test_a_menu_is_still_its_owners_after_a_restart(group: Chat, bob: Chat, house: House) -> None:
    await group.say("/buy telegram")
    await house.restart()
    other = group.seat(bob)
    await other.press("United States")
    assert other.alert == "Only Ann may use these buttons. Send /buy for your own."
    await group.press("United States")
    assert "Which offer?" in group.screen


async def test_two_people_walk_side_by_side_in_menus_of_their_own(group: Chat, bob: Chat) -> None:
    other = group.seat(bob)
    await group.say("/buy telegram")
    mine = group.last
    await other.say("/buy whatsapp")
    await group.press("United States", on=mine)
    await other.press("United States", on=other.last)
    told = [message["text"] for message in group.messages[-2:]]
    assert "Telegram" in told[0]
    assert "WhatsApp" in told[1]


async def test_a_menu_nobody_is_known_to_own_is_too_old(group: Chat, house: House) -> None:
    await group.say("/buy telegram")
    house.clock.advance(timedelta(days=2, seconds=1).total_seconds())
    await house.codebell.housekeeping()
    await group.press("United States")
    assert group.alert == "This menu is too old. Send /buy for a new one."


async def test_a_way_out_of_what_is_nobodys_opens_a_message_of_ones_own(
    group: Chat, bob: Chat, house: House
) -> None:
    await group.say("/buy telegram")
    old, other = group.last, group.seat(bob)
    house.clock.advance(timedelta(days=2, seconds=1).total_seconds())
    await house.codebell.menus.sweep(house.clock())
    await other.press("◀ Services", on=old)
    assert "Which service" in other.screen
    assert old in group.messages
    await group.press("Telegram")
    assert group.alert == "Only Bob may use these buttons. Send /buy for your own."


async def test_who_left_the_group_can_do_nothing_with_the_menus_they_left(
    group: Chat, bob: Chat, house: House
) -> None:
    other = group.seat(bob)
    await other.say("/buy telegram us")
    house.human.leave(group.chat_id, bob.person_id)
    house.clock.advance(61)
    await other.forge(other.data("Alpha"))
    assert other.alert == "You are not in this group any more."


async def test_only_who_may_buy_sees_what_is_sold(group: Chat, bob: Chat, house: House) -> None:
    other = group.seat(bob)
    await other.say("/buy telegram us")
    await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.ADMINS)
    await other.press("Alpha")
    assert (
        other.alert
        == "You may not buy in this group. Its administrators decide who may, with /share: ask one."
    )
    await other.say("/buy")
    assert "You may not buy in this group." in other.screen
    await other.say("/balance")
    assert other.screen == "Only those who may buy in this group see its balance."
    assert other.buttons == []
    await group.say("/balance")
    assert "$18.74" in group.screen


async def test_who_may_not_buy_is_sent_to_no_menu_of_their_own(group: Chat, bob: Chat, house: House) -> None:
    await group.say("/buy telegram us")
    await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.ADMINS)
    other = group.seat(bob)
    await other.press("Alpha")
    assert "You may not buy in this group." in str(other.alert)


async def test_the_menu_stays_in_the_topic_it_was_asked_for_in(chat: Chat, house: House) -> None:
    opened = house.human.chat("supergroup", "Team", [chat.person_id], topics=["Numbers"])
    group = Chat(house, int(opened["chat"]["id"]), chat.person_id)
    house.human.add_bot(group.chat_id, chat.person_id)
    await house.connect(group, house.alpha)
    await house.codebell.sharings.set(group.chat_id, house.clock())
    [thread] = house.world.chats[group.chat_id].topics
    house.human.message(group.chat_id, chat.person_id, "/buy telegram us", thread_id=thread)
    await house.settle()
    await group.press("Alpha")
    await group.press("Buy for")
    house.alpha.delivers("31337")
    await house.wait(10)
    assert {message.get("message_thread_id") for message in group.messages[1:]} == {thread}


async def test_a_reply_in_general_names_a_thread_that_is_no_topic(group: Chat, house: House) -> None:
    said = await group.say("hello")
    await reply(group, "/buy telegram", to=said)
    assert "Which country" in group.screen
    assert "message_thread_id" not in house.sent("sendMessage")[-1]["params"]


async def test_a_service_is_named_in_answer_to_the_list_by_who_asked_for_it(group: Chat, bob: Chat) -> None:
    await group.say("/buy")
    asked, count = int(group.last["message_id"]), len(group.messages)
    await reply(group.seat(bob), "telegram us", to=asked)
    await group.say("telegram us")
    assert len(group.messages) == count
    await reply(group, "telegram us", to=asked)
    assert "Which offer?" in group.screen
    await reply(group, "thanks!", to=int(group.last["message_id"]))
    assert len(group.messages) == count + 1


async def test_a_name_nobody_knows_is_answered_with_how_to_go_on(group: Chat) -> None:
    await group.say("/buy flurbl")
    assert group.screen.startswith("I know no service like “flurbl”.")
    assert "/buy telegram usa" in group.screen


async def test_a_maximum_price_is_asked_for_by_a_question_to_one_person(
    group: Chat, bob: Chat, house: House
) -> None:
    await group.say("/buy telegram us")
    await group.press("Alpha")
    await group.press("Maximum price")
    question = group.last
    assert question["text"] == "Ann, please answer this message."
    assert question["reply_markup"]["selective"]
    count = len(group.messages)
    await group.say("0.70")
    await reply(group.seat(bob), "0.70", to=question["message_id"])
    assert len(group.messages) == count
    await reply(group, "a lot", to=question["message_id"])
    assert "not a price" in group.messages[-2]["text"]
    await reply(group, "0.70", to=int(group.last["message_id"]))
    assert "At most $0.70 each" in group.screen


async def test_what_is_done_in_private_alone_has_no_button_in_a_group(group: Chat, chat: Chat) -> None:
    await group.say("/buy telegram us")
    assert "👀 Watch" not in group.buttons
    assert "◀ Countries" in group.buttons
    await chat.say("/buy telegram us")
    assert "👀 Watch" in chat.buttons


async def test_people_are_met_by_the_names_they_have(group: Chat, bob: Chat, house: House) -> None:
    other, sharings = group.seat(bob), house.codebell.sharings
    await other.say("/buy")
    met_at = house.clock()
    house.clock.advance(600)
    await other.press("Telegram")
    bob_there = await sharings.member(group.chat_id, bob.person_id)
    assert bob_there is not None
    assert bob_there.seen_at == met_at
    house.clock.advance(3600)
    house.world.people[bob.person_id].user["first_name"] = "Bobby"
    await other.press("◀ Services")
    assert await house.codebell.groups.name(group.chat_id, bob.person_id) == "Bobby"
