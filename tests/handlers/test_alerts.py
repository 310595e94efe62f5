"""`/admin here`: operators choose where they are told of trouble; nobody else does."""

import pytest

from bot.health import DOWN_AFTER
from storage.notice_board import Place
from tests.house import Chat, House

OPERATOR = 700_000_001

pytestmark = pytest.mark.parametrize("settings", [{"admin_ids": str(OPERATOR)}])


@pytest.fixture
async def operator(house: House) -> Chat:
    one = house.person("Olga")
    await house.codebell.voices.choose(one.chat_id, utc_offset=0)
    await one.say("/start")
    return one


async def trouble(house: House) -> None:
    for _ in range(DOWN_AFTER):
        house.codebell.health.failed("alpha", "Unavailable")
    await house.codebell.alarms.look()
    await house.settle()


async def test_a_group_is_chosen_by_saying_so_there(operator: Chat, house: House) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    assert group.screen.startswith("🔔 Operators are told here from now on")
    operator._listen()
    await trouble(house)
    assert group.screen.startswith("🔴 Alpha has not answered")
    assert operator.news == []


async def test_in_a_group_a_notice_has_no_button_that_would_be_refused(operator: Chat, house: House) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    await house.codebell.alarms.backup_failed("/srv/codebell/data cannot be written")
    await house.settle()
    assert group.screen == "🔴 The backup failed.\nTry again in private: /admin"
    assert group.buttons == []


async def test_to_nobody_but_operators_this_means_anything(operator: Chat, house: House) -> None:
    ann = house.person("Ann")
    group = house.group(ann, operator)
    for chat in (group, ann):
        await chat.say("/admin here")
    assert house.codebell.alarms.chosen is None


async def test_the_screen_says_where_notices_go_and_leads_back(operator: Chat, house: House) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    await operator.forge("N")
    assert "They come to this chat: Team" in operator.screen
    await operator.press("To our own chats")
    assert "They come to every operator's own chat" in operator.screen
    assert operator.buttons == ["◀ Operator"]
    await trouble(house)
    assert operator.screen.startswith("🔴 Alpha has not answered")


async def test_a_place_that_cannot_be_reached_is_no_place(operator: Chat, house: House) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    await house.codebell.chats.mark_unreachable(group.chat_id, house.clock())
    await trouble(house)
    assert operator.screen.startswith("🔴 Alpha has not answered")
    await operator.forge("N")
    assert "The chosen chat cannot be reached" in operator.screen


async def test_the_choice_stands_in_the_log_of_deeds(operator: Chat, house: House) -> None:
    await operator.say("/admin here")
    [deed] = await house.codebell.deeds.recent(5)
    assert (deed.what, deed.about, deed.admin_id) == ("set notices", str(OPERATOR), OPERATOR)


async def test_what_the_lost_place_was_not_told_comes_to_operators(operator: Chat, house: House) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    kicked = "Forbidden: bot was kicked from the supergroup chat"
    house.human.fault("sendMessage", code=403, chat_id=group.chat_id, description=kicked, times=None)
    operator._listen()
    await trouble(house)
    house.clock.advance(60)
    for _ in range(2):
        await house.codebell.alarms.look()
        await house.settle()
    assert [str(each["text"])[:25] for each in operator.news] == ["🔴 Alpha has not answered "]


async def test_notices_and_their_clock_follow_a_group_that_becomes_a_supergroup(
    operator: Chat, house: House
) -> None:
    group = house.group(operator)
    await group.say("/admin here")
    await house.codebell.voices.choose(group.chat_id, utc_offset=180)
    new = group.chat_id - 777
    await house.codebell.chats.migrate(group.chat_id, new)
    assert house.codebell.alarms.chosen == Place(new)
    assert str((await house.codebell.voices.of(new)).zone) == "UTC+03:00"
