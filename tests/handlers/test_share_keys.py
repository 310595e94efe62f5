"""A group's key: added in private by a link for one administrator, told to the group, removed there."""

import pytest

from bot.providers.base import Capability
from tests.doubles import KEY
from tests.house import Chat, House, keyboard

#: Minutes that a link lasts, and one more.
TOO_LATE = 16 * 60


@pytest.fixture
async def ann(house: House) -> Chat:
    return house.person("Ann")


@pytest.fixture
async def group(house: House, ann: Chat, bob: Chat) -> Chat:
    """A group as Ann sees it, who leads it; Bob is in it, too."""
    group = house.group(ann, bob)
    await house.settle()
    return group


async def link(group: Chat) -> str:
    """What a new link says after `?start=`."""
    await group.say("/share")
    if "🔑 Keys" in group.buttons:
        await group.press("Keys")
    await group.press("Add a key")
    [url] = [button["url"] for button in keyboard(group.last) if "url" in button]
    address, _, word = str(url).partition("?start=")
    assert address.startswith("https://t.me/")
    return word


async def at_the_question(group: Chat, person: Chat) -> Chat:
    """Somebody who came by a new link and is asked for the key."""
    await person.say(f"/start {await link(group)}")
    await person.press("Alpha")
    return person


async def keys_of(chat: Chat) -> list[str]:
    return [key.tail for key in await chat.house.codebell.keys.list(chat.chat_id)]


async def test_a_key_comes_by_a_link_and_is_the_groups(group: Chat, ann: Chat, house: House) -> None:
    word = await link(group)
    assert "This button works only for who asked for it, once, within 15 minutes." in group.screen
    assert "Ann" not in group.screen
    await ann.say(f"/start {word}")
    assert ann.screen.startswith("🔑 A key for Team")
    await ann.press("Alpha")
    assert ann.screen.startswith("Alpha, for Team\nThe key is under Profile.")
    said = await ann.say(KEY)
    assert ann.screen.startswith("✅ Alpha connected for Team · $18.74")
    assert not ann.has(said)
    assert (await keys_of(group), await keys_of(ann)) == (["abcd"], [])
    assert await house.codebell.sharings.of(group.chat_id) is not None


async def test_a_key_of_a_provider_that_sells_no_numbers_is_not_asked_for(
    group: Chat, ann: Chat, house: House
) -> None:
    house.beta.capabilities -= {Capability.BUY}
    await ann.say(f"/start {await link(group)}")
    assert ann.buttons == ["Alpha", "◀ Menu"]
    await ann.forge(ann.data("Alpha").replace("alpha", "beta"))
    assert ann.screen.startswith("🔑 A key for Team")


async def test_after_the_key_the_way_back_to_the_group_is_told(group: Chat, ann: Chat) -> None:
    await (await at_the_question(group, ann)).say(KEY)
    assert "Now go back to Team and send /share there" in ann.screen


async def test_the_group_is_told_and_reads_no_key(group: Chat, ann: Chat, house: House) -> None:
    await (await at_the_question(group, ann)).say(KEY)
    assert group.screen == (
        "🔑 Alpha is connected to this group.\n"
        "Who may buy here sends /buy. Administrators set the rules with /share."
    )
    calls = house.human.calls()["calls"]
    assert KEY not in str([call for call in calls if call["method"] != "getUpdates"])
    assert "abcd" not in str(group.messages[-1])


async def test_the_group_is_told_in_the_topic_of_its_rules(ann: Chat, house: House) -> None:
    opened = house.human.chat("supergroup", "Team", [ann.person_id], topics=["Codes"])["chat"]
    house.human.add_bot(opened["id"], ann.person_id)
    await house.settle()
    group, topic = (
        Chat(house, opened["id"], ann.person_id),
        next(iter(house.world.chats[opened["id"]].topics)),
    )
    await house.codebell.sharings.set(group.chat_id, house.clock(), thread_id=topic)
    await (await at_the_question(group, ann)).say(KEY)
    assert "connected to this group" in group.screen
    assert group.last["message_thread_id"] == topic


async def test_a_link_of_anothers_opens_nothing(group: Chat, bob: Chat, house: House) -> None:
    house.human.join(group.chat_id, bob.person_id, "administrator")
    await bob.say(f"/start {await link(group)}")
    assert "This link is for somebody else" in bob.screen


async def test_a_link_works_for_a_quarter_of_an_hour(group: Chat, ann: Chat, house: House) -> None:
    word = await link(group)
    await house.wait(TOO_LATE)
    await ann.say(f"/start {word}")
    assert ann.screen == "This link was used already, or is too old. Ask for a new one."


async def test_a_link_works_once(group: Chat, ann: Chat) -> None:
    word = await link(group)
    await ann.say(f"/start {word}")
    await ann.press("Alpha")
    await ann.say(KEY)
    await ann.say(f"/start {word}")
    assert "This link was used already" in ann.screen
    await ann.press("◀ Back")
    assert "This link was used already" in str(ann.alert)


async def test_a_link_nobody_made_opens_nothing(ann: Chat) -> None:
    for word in ("gk_", "gk_AAAAAAAAAAAAAAAAAAAAAA", f"gk_{'x' * 61}"):
        await ann.say(f"/start {word}")
        assert "This link was used already, or is too old." in ann.screen


async def test_a_wrong_key_may_be_corrected_by_the_same_link(group: Chat, ann: Chat) -> None:
    await at_the_question(group, ann)
    said = await ann.say("wrong-key-0000000000-none")
    assert "The provider does not accept this key." in ann.screen
    assert "Nothing was stored" in ann.screen
    assert not ann.has(said)
    await ann.say(KEY)
    assert "connected for Team" in ann.screen


async def test_after_a_restart_the_question_is_still_open(group: Chat, ann: Chat, house: House) -> None:
    await at_the_question(group, ann)
    await house.restart()
    await ann.say(KEY)
    assert await keys_of(group) == ["abcd"]


async def test_a_key_that_comes_too_late_is_deleted_and_not_stored(
    group: Chat, ann: Chat, house: House
) -> None:
    word = await link(group)
    house.clock.advance(14 * 60)
    await ann.say(f"/start {word}")
    await ann.press("Alpha")
    house.clock.advance(2 * 60)
    said = await ann.say(KEY)
    assert "is too old" in ann.screen
    assert not ann.has(said)
    assert await keys_of(group) == []


async def test_who_leads_no_more_adds_no_key(group: Chat, ann: Chat, bob: Chat, house: House) -> None:
    house.human.join(group.chat_id, bob.person_id, "administrator")
    await at_the_question(group.seat(bob), bob)
    house.human.join(group.chat_id, bob.person_id, "member")
    said = await bob.say(KEY)
    assert bob.screen == "Only an administrator of that group may add a key to it. Nothing was stored."
    assert not bob.has(said)
    assert await keys_of(group) == []


async def test_a_key_that_the_group_has_is_not_stored_twice(group: Chat, ann: Chat) -> None:
    for _ in range(2):
        await (await at_the_question(group, ann)).say(KEY)
    assert ann.screen == "Alpha: Team has this key already."
    assert await keys_of(group) == ["abcd"]


async def test_the_link_follows_a_group_that_becomes_a_supergroup(ann: Chat, house: House) -> None:
    chat_id = int(house.human.chat("group", "Team", [ann.person_id])["chat"]["id"])
    house.human.add_bot(chat_id, ann.person_id)
    await house.settle()
    await at_the_question(Chat(house, chat_id, ann.person_id), ann)
    moved = int(house.human.migrate(chat_id)["chat"]["id"])
    await house.settle()
    await ann.say(KEY)
    assert await keys_of(Chat(house, moved, ann.person_id)) == ["abcd"]


async def test_a_key_in_the_group_itself_is_deleted_and_not_stored(group: Chat, house: House) -> None:
    house.human.add_bot(group.chat_id, group.person_id, "administrator")
    said = await group.say(f"/share {KEY}")
    assert not group.has(said)
    assert "Please make a new key" in group.screen
    assert await keys_of(group) == []


async def test_a_key_is_removed_after_a_question(group: Chat, house: House) -> None:
    await house.connect(group, house.alpha)
    await group.say("/share")
    await group.press("Keys")
    assert group.screen == "The keys of this group\nAlpha …abcd · $18.74"
    await group.press("Alpha")
    assert "Nothing more is bought with it here." in group.screen
    await group.press("◀ No")
    await group.press("Alpha")
    await group.press("Yes, remove it")
    assert group.screen == "This group has no keys. Nothing can be bought here."
    assert await keys_of(group) == []


async def test_a_key_of_another_chat_cannot_be_removed(group: Chat, ann: Chat, house: House) -> None:
    await house.connect(ann, house.alpha)
    await house.connect(group, house.beta)
    [hers] = await house.codebell.keys.list(ann.chat_id)
    await group.say("/share")
    await group.press("Keys")
    await group.forge(f"Kr:{hers.id}:1")
    assert group.alert == "This key was removed."
    assert await keys_of(ann) == ["abcd"]


async def test_in_the_whole_way_the_key_stands_in_no_row_but_its_own(
    group: Chat, ann: Chat, house: House
) -> None:
    await (await at_the_question(group, ann)).say(KEY)
    path = house.database.path
    assert path is not None
    files = [path, path.with_name(f"{path.name}-wal")]
    assert not any(KEY.encode() in file.read_bytes() for file in files if file.exists())
