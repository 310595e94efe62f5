"""Buying in a group: by its rules, with its keys, once; what goes beyond them is refused in words."""

from decimal import Decimal

import pytest

from bot.errors import NoNumbers
from handlers.confirmation import Spend
from storage.models import Activation, Buyers, Eyes
from storage.quotes import mark
from tests.doubles import KEY
from tests.handlers.belongings import Presser
from tests.handlers.conftest import telegram_us
from tests.handlers.teams import group, rules, team
from tests.house import Chat, House

__all__ = ["group"]


async def offered(group: Chat) -> str:
    """What *Buy* sends under a quote of this person's."""
    quote = await telegram_us(group, group.house)
    await group.house.codebell.quotes.open(quote)
    return Spend(nonce=quote.nonce, value=mark(quote)).pack()


async def offers(group: Chat) -> str:
    """The confirmation at a limit that is reached: it offers nothing to buy."""
    await group.say("/buy telegram us")
    await group.press("Alpha")
    assert [label for label in group.buttons if "Buy" in label or "×" in label] == []
    return group.screen


async def test_a_member_buys_with_the_groups_key_and_the_menu_becomes_the_card(
    group: Chat, bob: Chat, house: House
) -> None:
    other = group.seat(bob)
    await other.say("/buy telegram us")
    await other.press("Alpha")
    assert "of the group’s $18.74" in other.screen
    await other.press("Buy for")
    assert other.alert == "Buying…"
    last = await house.codebell.purchases.last(group.chat_id, bob.person_id)
    assert last is not None
    assert (last.owner_id, last.chat_id, last.for_all) == (bob.person_id, group.chat_id, False)
    assert last.card_message_id == other.last["message_id"]
    assert "201" in other.screen
    assert bob.messages == []


@pytest.mark.parametrize("who", Eyes)
async def test_who_may_see_the_code_is_written_with_the_intent(group: Chat, house: House, who: Eyes) -> None:
    await rules(group, who_sees=who)
    await group.buys()
    last = await house.codebell.purchases.last(group.chat_id, group.person_id)
    assert last is not None
    assert last.for_all is (who is Eyes.EVERYONE)


async def test_somebody_who_leads_no_more_does_not_buy_where_administrators_do(
    group: Chat, bob: Chat, house: House
) -> None:
    """Asked anew at the press, whatever was told a moment ago."""
    await rules(group, who_buys=Buyers.ADMINS)
    house.human.join(group.chat_id, bob.person_id, "administrator")
    other = group.seat(bob)
    await other.say("/buy telegram us")
    await other.press("Alpha")
    house.human.join(group.chat_id, bob.person_id, "member")
    await other.press("Buy for")
    assert (
        other.alert
        == "You may not buy in this group. Its administrators decide who may, with /share: ask one."
    )
    assert house.alpha.called("buy") == []


async def test_who_telegram_does_not_tell_of_pays_nothing(group: Chat, house: House) -> None:
    await group.say("/buy telegram us")
    await group.press("Alpha")
    house.human.fault(method="getChatMember", code=500, description="Internal Server Error")
    await group.press("Buy for")
    assert group.alert is not None
    assert group.alert.startswith("Telegram does not tell me who you are")
    assert house.alpha.called("buy") == []
    await group.press("Buy for")
    assert len(house.alpha.called("buy")) == 1


async def test_only_the_named_buy_and_whoever_leads(group: Chat, bob: Chat, house: House) -> None:
    await rules(group, who_buys=Buyers.NAMED)
    other = group.seat(bob)
    await other.say("/buy")
    assert "You may not buy in this group." in other.screen
    await house.codebell.sharings.let_buy(group.chat_id, bob.person_id, True, house.clock())
    await other.buys()
    await group.buys()
    assert len(house.alpha.called("buy")) == 2


async def test_b_24_of_many_presses_at_once_a_member_buys_as_many_as_the_group_lets_them(
    group: Chat, house: House
) -> None:
    await rules(group, numbers_per_day=2)
    presses = [await offered(group) for _ in range(10)]
    await group.say("/buy telegram us")
    answers = [*(await Presser(group).press(*presses)).values()]
    assert answers.count("Buying…") == 2
    why = "In this group the limit of numbers a day is 2 for each member. The next one: from "
    assert len([told for told in answers if (told or "").startswith(why)]) == 8
    assert len(house.alpha.called("buy")) == 2


async def test_a_quota_is_each_members_own_and_free_again_a_day_later(
    group: Chat, bob: Chat, house: House
) -> None:
    await rules(group, numbers_per_day=1)
    await group.buys()
    assert "limit of numbers a day is 1" in await offers(group)
    await group.seat(bob).buys()
    await house.wait(24 * 3600 + 1)
    await group.buys()
    assert len(house.alpha.called("buy")) == 3


async def test_numbers_that_wait_and_money_are_limited_in_words(group: Chat, house: House) -> None:
    await rules(group, active_numbers=1)
    await group.buys()
    assert "limit of your numbers that wait for a code is 1" in await offers(group)
    await rules(group, active_numbers=0, spend_per_day=Decimal("0.80"))
    await group.press("Try again")
    assert "That would pass 0.80 a day, which each member may spend" in group.screen
    await rules(group, spend_per_day=Decimal("1.00"))
    await group.press("Try again")
    assert "✅ Buy for $0.50" in group.buttons
    assert len(house.alpha.called("buy")) == 1


async def test_what_somebody_handed_over_counts_for_who_bought_it(
    group: Chat, bob: Chat, house: House
) -> None:
    await rules(group, numbers_per_day=1)
    await group.buys()
    bought = await house.codebell.purchases.last(group.chat_id, group.person_id)
    assert bought is not None
    async with house.database.begin() as session:
        row = await session.get(Activation, bought.id)
        assert row is not None
        row.owner_id, row.bought_by = bob.person_id, group.person_id
    assert "limit of numbers a day is 1" in await offers(group)
    await group.seat(bob).buys()
    assert len(house.alpha.called("buy")) == 2


async def test_several_at_once_stop_where_the_quota_is_full(group: Chat, house: House) -> None:
    await rules(group, numbers_per_day=2)
    await group.say("/buy telegram us")
    await group.press("Alpha")
    await group.press("×3")
    await group.press("Buy 3 for")
    assert len(house.alpha.called("buy")) == 2
    assert "That is the limit of this group for a member’s numbers a day" in group.screen
    assert "Bought: 2 of 3." in group.screen


async def test_an_administrators_several_go_on_by_the_rules_of_the_press(group: Chat, house: House) -> None:
    await rules(group, who_buys=Buyers.ADMINS)
    house.clock.advance(1)
    await group.say("/buy telegram us")
    await group.press("Alpha")
    await group.press("×2")
    await group.press("Buy 2 for")
    assert len(house.alpha.called("buy")) == 2


async def test_the_group_buys_with_its_own_keys_and_without_any_says_how_to_add_one(
    chat: Chat, bob: Chat, house: House
) -> None:
    group = await team(house, bob, chat)
    [key] = await house.codebell.keys.list(group.chat_id)
    await house.codebell.keys.remove(key.id, group.chat_id, house.clock())
    mine = group.seat(chat)
    for command in ("/buy", "/buy telegram us", "/balance"):
        await mine.say(command)
        assert "no key" in mine.screen
        assert "/share" in mine.screen


async def test_the_same_again_and_the_repeat_row_work_with_the_groups_key(group: Chat, house: House) -> None:
    await group.buys()
    house.alpha.delivers("31337")
    await house.wait(10)
    await group.say("/buy")
    assert group.buttons[0].startswith("🔁 Repeat: Telegram")
    await group.press("Repeat")
    await group.press("Buy for")
    assert len(house.alpha.called("buy")) == 2


async def test_the_next_offer_of_a_number_that_was_not_to_be_had(
    group: Chat, bob: Chat, house: House
) -> None:
    await house.connect(group, house.beta, KEY)
    house.alpha.fails("buy", NoNumbers())
    await group.buys()
    await group.seat(bob).press("Next cheapest")
    assert "Beta" not in str(group.messages)
    await group.press("Next cheapest")
    assert "Beta" in group.screen
    await group.press("Buy for")
    assert len(house.beta.called("buy")) == 1


async def test_a_blocked_person_and_nobody_in_particular_buy_nothing(
    group: Chat, bob: Chat, house: House
) -> None:
    await group.seat(bob).say("/buy telegram us")
    house.human.message(group.chat_id, group.person_id, "/buy telegram us", anonymous=True)
    await house.settle()
    assert "I cannot tell who you are" in group.screen
    answers = await Presser(group, 1087968824).press(await offered(group))
    assert "I cannot tell who you are" in str(answers)
    assert house.alpha.called("buy") == []


async def test_numbers_go_to_the_topic_the_group_chose_and_the_menu_says_so(chat: Chat, house: House) -> None:
    opened = house.human.chat("supergroup", "Team", [chat.person_id], topics=["Numbers", "Talk"])
    group = Chat(house, int(opened["chat"]["id"]), chat.person_id)
    house.human.add_bot(group.chat_id, chat.person_id)
    await house.connect(group, house.alpha)
    numbers, talk = house.world.chats[group.chat_id].topics
    await rules(group, thread_id=numbers)
    house.human.message(group.chat_id, chat.person_id, "/buy telegram us", thread_id=talk)
    await house.settle()
    await group.press("Alpha")
    await group.press("Buy for")
    menu, card = group.messages[-2:]
    assert "comes in the topic" in menu["text"]
    assert (menu["message_thread_id"], card["message_thread_id"]) == (talk, numbers)
    assert "201" in card["text"]


async def test_who_sees_what_is_sold_is_asked_at_every_press(group: Chat, house: House) -> None:
    """A minute later Telegram is asked again, and not at each press in between."""
    await group.say("/buy")
    asked = len(house.sent("getChatMember"))
    await group.press("Telegram")
    await group.press("United States")
    assert len(house.sent("getChatMember")) == asked
    house.clock.advance(61)
    await group.press("Alpha")
    assert len(house.sent("getChatMember")) == asked + 1


async def test_presses_of_two_people_on_their_own_menus_at_once_both_buy(
    group: Chat, bob: Chat, house: House
) -> None:
    other = group.seat(bob)
    for each in (group, other):
        await each.say("/buy telegram us")
        await each.press("Alpha")
    mine, his = group.messages[-2:]
    clicks = [group.click("Buy for", mine), other.click("Buy for", his)]
    await house.settle()
    assert [group.answer(click) for click in clicks] == ["Buying…"] * 2
    assert len(house.alpha.called("buy")) == 2
