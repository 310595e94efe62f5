"""The bot comes into groups, is muted and thrown out; it greets once, or says why it leaves."""

from typing import Any

import pytest

from bot.admission import MOST_GROUPS
from bot.sandbox.telegram.membership import member
from tests.house import Chat, House

PRIVATE = {"access": "allowlist", "admin_ids": "700000001"}
GREETING = "🔔 Codebell buys temporary phone numbers"


@pytest.fixture
async def ann(house: House) -> Chat:
    """The first person there is: the operator, where there is one."""
    return house.person("Ann")


async def brought(house: House, *people: Chat, title: str = "Team", **how: Any) -> Chat:
    """A group that its first member brought the bot into."""
    chat_id = int(house.human.chat("supergroup", title, [one.person_id for one in people])["chat"]["id"])
    house.human.add_bot(chat_id, people[0].person_id, **how)
    await house.settle()
    return Chat(house, chat_id, people[0].person_id)


def said(group: Chat) -> list[str]:
    """What the bot said, but for the news that it left."""
    return [message["text"] for message in group.messages if "text" in message]


def is_in(house: House, group: Chat) -> bool:
    return house.world.chats[group.chat_id].has(house.world.bot().id)


async def unreachable(house: House, group: Chat) -> bool:
    chat = await house.codebell.chats.get(group.chat_id)
    return chat is not None and chat.unreachable_at is not None


async def test_a_group_is_greeted_once_and_told_what_to_do(house: House, ann: Chat) -> None:
    group = await brought(house, ann)
    assert group.screen.startswith(GREETING)
    assert "One step to begin, for an administrator of this group:" in group.screen
    assert group.buttons == ["⚙️ Set up sharing"]
    await group.press("Set up sharing")
    assert "Next: add a key." in group.screen


async def test_new_rights_are_no_reason_to_greet_again(house: House, ann: Chat) -> None:
    group = await brought(house, ann)
    for status in ("administrator", "member", "restricted", "member"):
        house.human.add_bot(group.chat_id, ann.person_id, status)
        await house.settle()
    assert len(group.messages) == 1


async def test_a_link_into_a_group_leads_to_its_rules(house: House, ann: Chat) -> None:
    group = await brought(house, ann, startgroup="share")
    assert group.messages[0]["text"].startswith(GREETING)
    assert "Next: add a key." in group.screen
    assert len(group.messages) == 2


async def test_where_telegram_does_not_tell_who_leads_a_link_says_so(house: House, ann: Chat) -> None:
    house.human.fault("getChatMember", code=500, description="Internal Server Error")
    group = await brought(house, ann, startgroup="share")
    assert group.screen.startswith("Telegram does not tell me who you are in this group.")


async def test_it_greets_in_the_language_of_who_brings_it(house: House) -> None:
    vera = house.person("Vera", "ru")
    group = await brought(house, vera)
    assert await house.codebell.chats.language(group.chat_id) == "ru"


async def test_who_brings_it_again_finds_the_rules_as_they_were(house: House, ann: Chat) -> None:
    group = await brought(house, ann)
    await house.codebell.sharings.set(group.chat_id, house.clock(), numbers_per_day=3)
    house.human.remove_bot(group.chat_id, ann.person_id)
    await house.settle()
    house.human.add_bot(group.chat_id, ann.person_id)
    await house.settle()
    assert group.screen.startswith("🔔 I am here again. The keys and rules of this group are as they were")
    assert not await unreachable(house, group)


@pytest.mark.parametrize("how", ["muted", "thrown out"])
async def test_muted_or_thrown_out_nothing_is_said_there(house: House, ann: Chat, how: str) -> None:
    group = await brought(house, ann)
    if how == "muted":
        house.human.add_bot(group.chat_id, ann.person_id, "restricted")
    else:
        house.human.remove_bot(group.chat_id, ann.person_id)
    await house.settle()
    assert await unreachable(house, group)
    house.human.add_bot(group.chat_id, ann.person_id, "administrator")
    await house.settle()
    assert not await unreachable(house, group)


async def test_brought_in_muted_it_says_nothing(house: House, ann: Chat) -> None:
    group = await brought(house, ann, status="restricted")
    assert group.messages == []
    assert await unreachable(house, group)


async def test_a_group_that_may_not_be_written_to_is_no_mistake(house: House, ann: Chat) -> None:
    house.human.fault("sendMessage", code=403, description="Forbidden: CHAT_WRITE_FORBIDDEN")
    group = await brought(house, ann)
    assert group.messages == []
    assert is_in(house, group)


async def test_a_channel_is_left_without_a_word(house: House, ann: Chat) -> None:
    world, bot = house.world, house.world.bot()
    body = {"chat": {"id": -1001, "type": "channel", "title": "News"}, "from": world.user(ann.person_id)}
    news = {**body, "date": world.now(), "old_chat_member": member(world, bot.id, "left")}
    house.human.strange_update(
        "my_chat_member", {**news, "new_chat_member": member(world, bot.id, "administrator")}
    )
    await house.settle()
    assert [call["params"] for call in house.sent("leaveChat")] == [{"chat_id": "-1001"}]
    assert house.sent("sendMessage") == []


@pytest.mark.parametrize("settings", [PRIVATE])
async def test_brought_by_a_stranger_it_says_why_once_and_leaves(house: House, ann: Chat) -> None:
    group = await brought(house, house.person("Stranger"), ann)
    why = (
        "This bot is private, and who brought me here may not use it. Its operator can let this group in by "
        f"its id, {group.chat_id}. I leave now."
    )
    assert said(group) == [why]
    assert not is_in(house, group)
    await group.say("/start")
    assert said(group) == [why]


@pytest.mark.parametrize("settings", [PRIVATE])
async def test_brought_by_somebody_served_the_group_is_let_in_and_no_operator_did_it(
    house: House, ann: Chat
) -> None:
    stranger = house.person("Stranger")
    group = await brought(house, ann, stranger)
    assert house.codebell.admission.serves(group.chat_id)
    assert await house.codebell.deeds.recent(9) == []
    await house.restart()
    await group.seat(stranger).say("/start")
    assert "This group shares no numbers yet." in group.screen
    house.human.remove_bot(group.chat_id, ann.person_id)
    house.human.add_bot(group.chat_id, stranger.person_id)
    await house.settle()
    assert is_in(house, group)


@pytest.mark.parametrize("settings", [PRIVATE])
async def test_a_group_that_becomes_a_supergroup_is_still_let_in(house: House, ann: Chat) -> None:
    bob = house.person("Bob")
    chat_id = int(house.human.chat("group", "Team", [ann.person_id, bob.person_id])["chat"]["id"])
    house.human.add_bot(chat_id, ann.person_id)
    await house.settle()
    moved = int(house.human.migrate(chat_id)["chat"]["id"])
    await house.settle()
    group = Chat(house, moved, bob.person_id)
    await group.say("/start")
    assert "This group shares no numbers yet." in group.screen
    assert not house.codebell.admission.serves(chat_id)


@pytest.mark.parametrize("settings", [PRIVATE])
async def test_it_leaves_no_group_that_moved_when_it_hears_first_of_being_there(
    house: House, ann: Chat
) -> None:
    bob, world = house.person("Bob"), house.world
    chat_id = int(house.human.chat("group", "Team", [ann.person_id, bob.person_id])["chat"]["id"])
    house.human.add_bot(chat_id, ann.person_id)
    await house.settle()
    await house.codebell.sharings.set(chat_id, house.clock(), numbers_per_day=3)
    world.bot().updates.allow({"my_chat_member"})
    moved = house.human.migrate(chat_id)["chat"]
    news = {"chat": moved, "from": world.user(bob.person_id), "date": world.now()}
    old, new = (member(world, world.bot().id, status) for status in ("left", "member"))
    house.human.strange_update("my_chat_member", {**news, "old_chat_member": old, "new_chat_member": new})
    await house.settle()
    group = Chat(house, int(moved["id"]), ann.person_id)
    assert is_in(house, group)
    assert said(group) == []
    rules = await house.codebell.sharings.of(group.chat_id)
    assert rules is not None
    assert rules.numbers_per_day == 3


@pytest.mark.parametrize("settings", [PRIVATE])
async def test_an_operators_word_on_a_group_counts_for_whoever_brings_it(house: House, ann: Chat) -> None:
    admission, stranger = house.codebell.admission, house.person("Stranger")
    group = await brought(house, stranger)
    await admission.admit(group.chat_id, "Team", ann.person_id)
    house.human.add_bot(group.chat_id, stranger.person_id)
    await house.settle()
    assert is_in(house, group)
    await admission.block(group.chat_id, ann.person_id)
    house.human.remove_bot(group.chat_id, stranger.person_id)
    house.human.add_bot(group.chat_id, ann.person_id)
    await house.settle()
    assert "does not let me work in this group" in said(group)[-1]
    assert not is_in(house, group)


async def test_nobody_has_it_in_more_groups_than_there_may_be(house: House) -> None:
    house.person("Ann")
    bob = house.person("Bob")
    groups = [await brought(house, bob, title=f"Team {number}") for number in range(MOST_GROUPS)]
    await house.codebell.admission.dismiss(groups[0].chat_id, bob.person_id)
    one_more = await brought(house, bob)
    assert said(one_more)[0].startswith("You have me in 20 groups already")
    assert not is_in(house, one_more)
    house.human.remove_bot(groups[0].chat_id, bob.person_id)
    house.human.add_bot(one_more.chat_id, bob.person_id)
    await house.settle()
    assert is_in(house, one_more)


@pytest.mark.parametrize("settings", [{"admin_ids": "700000001"}])
async def test_where_everybody_may_come_in_a_group_is_not_let_in_for_later(house: House, ann: Chat) -> None:
    group, admission = await brought(house, house.person("Bob")), house.codebell.admission
    assert admission.serves(group.chat_id)
    await house.codebell.switches.set("access", "allowlist", ann.person_id)
    assert not admission.serves(group.chat_id)
