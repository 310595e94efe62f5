"""/share: an administrator sets the rules of a group, one decision a press; everybody else is told no."""

import pytest
from sqlalchemy import delete

from storage.models import Buyers, Eyes, Member, Sharing
from storage.sharings import unset
from tests.house import Chat, House

ONLY_ADMINS = "Only an administrator of this group may do that. Please ask one of them."
HOME = [
    "🔑 Add a key",
    "🛒 Who buys",
    "👁 Who sees codes",
    "🔢 Numbers a day",
    "💲 Spending a day",
    "⏳ Waiting at once",
    "◀ Menu",
]


@pytest.fixture
async def group(house: House, chat: Chat, bob: Chat) -> Chat:
    """A group as Ann sees it, who leads it; Bob is in it, too."""
    group = house.group(chat, bob)
    await house.settle()
    return group


def ticked(chat: Chat) -> list[str]:
    """What is chosen now on a screen of choices."""
    return [label.removeprefix("✓ ") for label in chat.buttons if label.startswith("✓ ")]


async def rules(group: Chat) -> Sharing:
    return await group.house.codebell.sharings.of(group.chat_id) or unset(group.chat_id)


async def opened(group: Chat, *labels: str) -> Chat:
    await group.say("/share")
    for label in labels:
        await group.press(label)
    return group


async def test_an_administrator_sees_what_is_set_and_what_to_do_next(group: Chat) -> None:
    await opened(group)
    assert group.screen == (
        "⚙️ Sharing numbers in this group\n\n"
        "🔑 Key: none yet\n"
        "🛒 Who buys: administrators\n"
        "👁 Who sees a code: its buyer alone\n"
        "\nLimits for each member:\n"
        "🔢 Numbers a day: no limit\n"
        "💲 Spending a day at a provider: no limit\n"
        "⏳ Waiting at once: no limit\n\n"
        "Next: add a key. The numbers of this group are paid from its account."
    )
    assert group.buttons == HOME


async def test_with_a_key_the_group_is_ready(group: Chat, house: House) -> None:
    await house.connect(group, house.alpha)
    await opened(group)
    assert "🔑 Alpha …abcd · $18.74" in group.screen
    assert group.screen.endswith("✅ Ready: /buy buys a number here.")
    assert group.buttons[0] == "🔑 Keys"


@pytest.mark.parametrize(
    ("label", "who", "said"),
    [
        ("Everyone here", Buyers.EVERYONE, "✅ Now everyone in this group may buy."),
        ("Administrators", Buyers.ADMINS, "✅ Now only administrators may buy."),
    ],
)
async def test_who_may_buy_is_chosen_and_said(group: Chat, label: str, who: Buyers, said: str) -> None:
    await opened(group, "Who buys", label)
    assert group.screen.startswith(said)
    assert (await rules(group)).who_buys is who
    await group.press("Who buys")
    assert ticked(group) == [label]


async def test_members_who_were_met_are_named_one_by_one(group: Chat, bob: Chat, house: House) -> None:
    await group.seat(bob).say("/help")
    await opened(group, "Who buys", "Who I name", "Bob")
    assert ticked(group) == ["Bob"]
    await house.restart()
    members = {one.name: one.may_buy for one in await house.codebell.sharings.members(group.chat_id)}
    assert members == {"Ann": False, "Bob": True}
    await group.press("Done")
    assert "🛒 Who buys: Bob and administrators" in group.screen
    assert "named nobody" not in group.screen
    await group.press("Who buys")
    await group.press("Who I name")
    await group.press("Bob")
    assert ticked(group) == []
    await group.press("Done")
    assert "⚠️ You have named nobody yet: only administrators may buy." in group.screen


async def test_several_who_were_named_are_counted(group: Chat, house: House) -> None:
    for person in (501, 502):
        await house.codebell.sharings.met(group.chat_id, person, f"Member {person}", house.clock())
        await house.codebell.sharings.let_buy(group.chat_id, person, True, house.clock())
    await opened(group, "Who buys", "Who I name")
    await group.press("Done")
    assert "🛒 Who buys: 2 named members" in group.screen


async def test_an_administrator_is_marked_and_not_named(group: Chat) -> None:
    await opened(group, "Who buys", "Who I name")
    assert "Ann (administrator)" in group.buttons
    await group.press("Ann (administrator)")
    assert group.alert == "Administrators may always buy: nothing is to be set."


async def test_a_named_member_who_left_is_marked_so(group: Chat, bob: Chat, house: House) -> None:
    await group.seat(bob).say("/help")
    await opened(group, "Who buys", "Who I name", "Bob")
    house.human.leave(group.chat_id, bob.person_id)
    await group.wait(61)
    await opened(group, "Who buys", "Who I name")
    assert "✓ Bob (left the group)" in group.buttons


async def test_many_members_stand_on_pages(group: Chat, house: House) -> None:
    for number in range(20):
        await house.codebell.sharings.met(group.chat_id, number + 1, f"Member {number:02}", house.clock())
    await opened(group, "Who buys", "Who I name")
    assert group.buttons[-3:] == ["2 ▶", "◀ Back", "✅ Done"]
    await group.press("2 ▶")
    await group.press("Member 10")
    assert ticked(group) == ["Member 10 (left the group)"]
    assert "◀ 1" in group.buttons


async def test_with_nobody_met_the_list_says_how_to_come_into_it(group: Chat, house: House) -> None:
    await opened(group, "Who buys")
    async with house.database.begin() as session:
        await session.execute(delete(Member))
    await group.press("Who I name")
    assert "whoever sends /help in this group is listed" in group.screen


async def test_everyone_sees_codes_only_after_an_honest_warning(group: Chat) -> None:
    await opened(group, "Who sees codes", "Everyone here")
    assert "Who has a code can get into the account it is for." in group.screen
    assert (await rules(group)).who_sees is Eyes.BUYER
    await group.press("◀ No")
    await group.press("Everyone here")
    await group.press("Yes, everyone")
    assert group.screen.startswith("✅ Codes of numbers bought from now on are posted here, for everyone.")
    assert (await rules(group)).who_sees is Eyes.EVERYONE
    await group.press("Who sees codes")
    await group.press("The buyer alone")
    assert group.screen.startswith("✅ Codes are now for their buyers alone.")
    assert (await rules(group)).who_sees is Eyes.BUYER


async def in_topics(house: House, chat: Chat) -> tuple[Chat, int]:
    """A group with topics as Ann sees it, and the id of one of them."""
    opened = house.human.chat("supergroup", "Team", [chat.person_id], topics=["Codes"])["chat"]
    house.human.add_bot(opened["id"], chat.person_id)
    await house.settle()
    return Chat(house, opened["id"], chat.person_id), next(iter(house.world.chats[opened["id"]].topics))


async def test_a_topic_is_chosen_from_within_it(house: House, chat: Chat) -> None:
    group, topic = await in_topics(house, chat)
    house.human.message(group.chat_id, chat.person_id, "/share", thread_id=topic)
    await house.settle()
    assert "📌 Cards and codes: where asked for" in group.screen
    assert group.last["message_thread_id"] == topic
    await group.press("Topic")
    await group.press("Into this topic")
    assert group.screen.startswith("✅ Cards and codes now come into this topic.")
    assert (await rules(group)).thread_id == topic
    await group.press("Topic")
    assert ticked(group) == ["Into this topic"]
    await group.press("Where a number is asked for")
    assert (await rules(group)).thread_id is None


async def test_outside_of_a_topic_it_is_said_how_to_choose_one(house: House, chat: Chat) -> None:
    group, _ = await in_topics(house, chat)
    await opened(group, "Topic")
    assert "send /share in that topic" in group.screen
    assert group.buttons == ["✓ Where a number is asked for", "◀ Back"]


async def test_a_group_without_topics_is_asked_for_none(group: Chat) -> None:
    await opened(group)
    assert "Topic" not in str(group.buttons)


async def test_from_every_screen_a_way_leads_back(group: Chat, house: House) -> None:
    await opened(group)
    for label in (
        "Add a key",
        "Who buys",
        "Who sees codes",
        "Numbers a day",
        "Spending a day",
        "Waiting at once",
    ):
        await group.press(label)
        await group.press("◀ Back")
        assert group.buttons == HOME


async def test_a_member_is_refused_kindly(group: Chat, bob: Chat) -> None:
    await group.seat(bob).say("/share")
    assert group.screen == ONLY_ADMINS


async def test_who_leads_no_more_can_press_no_more(group: Chat, bob: Chat, house: House) -> None:
    house.human.join(group.chat_id, bob.person_id, "administrator")
    theirs = group.seat(bob)
    await opened(theirs, "Who buys")
    house.human.join(group.chat_id, bob.person_id, "member")
    await theirs.press("Everyone here")
    assert theirs.alert == ONLY_ADMINS
    assert (await rules(group)).who_buys is Buyers.ADMINS


async def test_where_telegram_does_not_tell_nobody_is_taken_for_an_administrator(
    group: Chat, house: House
) -> None:
    await opened(group)
    house.human.fault("getChatMember", code=500, description="Internal Server Error", times=None)
    await group.press("Who buys")
    assert "does not tell me who you are" in str(group.alert)


async def test_an_anonymous_administrator_presses_a_button_and_is_somebody(
    group: Chat, bob: Chat, house: House
) -> None:
    house.human.message(group.chat_id, group.person_id, "/share", anonymous=True)
    await house.settle()
    assert group.screen.startswith("I cannot tell who you are")
    theirs = group.seat(bob)
    await theirs.press("Set up sharing")
    assert theirs.alert == ONLY_ADMINS
    await group.press("Set up sharing")
    assert group.buttons == HOME
    await group.press("Who buys")
    assert "Who may buy in this group?" in group.screen


async def test_a_channel_in_the_group_is_not_offered_the_button(group: Chat, house: House) -> None:
    channel = {"id": -1001234567890, "type": "channel", "title": "News"}
    sender = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    post = {**group.messages[0], "from": sender, "sender_chat": channel, "text": "/share"}
    house.human.strange_update("message", post)
    await house.settle()
    assert "Set up" not in str(group.buttons)


async def test_in_private_it_says_what_it_is_for_and_leads_into_a_group(chat: Chat) -> None:
    await chat.say("/share")
    assert "Share numbers in a group" in chat.screen
    [add, _] = chat.last["reply_markup"]["inline_keyboard"]
    assert add[0]["url"].endswith("?startgroup=share")


async def test_every_screen_works_after_a_restart(group: Chat, house: House) -> None:
    await opened(group)
    for label in ("Who sees codes", "Everyone here", "Yes, everyone", "Numbers a day", "5"):
        await house.restart()
        await group.press(label)
    found = await rules(group)
    assert (found.who_sees, found.numbers_per_day) == (Eyes.EVERYONE, 5)
