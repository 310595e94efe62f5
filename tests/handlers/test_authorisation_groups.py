"""Who may do what in a group: on menus of others, on their own, and in the name of nobody in particular."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.groups import NotHere
from handlers import private
from handlers.leading import NotALeader
from handlers.nobody import FACELESS
from tests.doubles import KEY
from tests.handlers.belongings import Presser
from tests.handlers.scene import (
    BY_ROW,
    COMMANDS,
    FINE,
    IN_GROUPS,
    MOST,
    NOBODY,
    PUBLIC,
    REFUSED,
    Scene,
    all_data,
    left_alone,
    set_scene,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("authorisation")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with set_scene(tmp_path_factory.mktemp("authorisation")) as scene:
        yield scene


@pytest.fixture
def untouched(scene: Scene, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with left_alone(scene, caplog):
        yield


@pytest.mark.usefixtures("untouched")
async def test_in_a_group_a_menu_answers_only_to_who_asked_for_it(scene: Scene) -> None:
    """But for a number's own buttons, which ask its row."""
    await scene.group.say("/start")
    for who, one in scene.everybody().items():
        if one.person_id == scene.group.person_id:
            continue
        every = [data for data in all_data(scene.mine, None, MOST[who]) if data[0] not in BY_ROW]
        answers = await Presser(scene.group, one.person_id).press(*every)
        said = "Only group admin may use these buttons. Send "
        assert {data: text for data, text in answers.items() if not str(text).startswith(said)} == {}, who


@pytest.mark.usefixtures("untouched")
async def test_in_a_group_a_menu_of_ones_own_opens_nothing_of_anns(scene: Scene) -> None:
    """What is done in private is refused in words, and who left the group is told so."""
    for who, one in scene.others.items():
        seat, menus = scene.group.seat(one), scene.house.codebell.menus
        await scene.group.say("/start")
        await menus.hang(seat.chat_id, seat.last["message_id"], one.person_id)
        every = all_data(scene.mine, None, MOST[who])
        answers = await Presser(seat, one.person_id).press(*every)
        assert {data: said for data, said in answers.items() if not _is_right(data, str(said), who)} == {}


def _is_right(data: str, text: str, who: str) -> bool:
    """What somebody is answered in a group, on a menu of their own with Ann's ids in its buttons."""
    if data[0] in IN_GROUPS:
        return text == IN_GROUPS[data[0]]
    if who == "former member" and data[0] not in "mH":
        return text in {NotHere.text, NotALeader.text}
    alone = {private.SETTINGS} if data[0] == "y" else set()
    return text in {*FINE, *REFUSED, *alone, NotALeader.text} or text.startswith("Only Ann")


@pytest.mark.usefixtures("untouched")
async def test_who_presses_as_a_group_or_a_channel_is_nobody(scene: Scene) -> None:
    for account in FACELESS:
        answers = await Presser(scene.group, account).press(*all_data(scene.mine, None, 1))
        assert {data: text for data, text in answers.items() if not (text or "").startswith(NOBODY)} == {}


@pytest.mark.usefixtures("untouched")
async def test_an_anonymous_administrator_is_nobody_whatever_they_type(scene: Scene) -> None:
    house, group, admin = scene.house, scene.group, scene.others["group admin"].person_id
    for command in (*PUBLIC, *COMMANDS):
        house.human.message(group.chat_id, admin, f"/{command}", anonymous=True)
        await house.settle()
        assert NOBODY in group.screen
    count, later = len(group.messages), house.clock() + timedelta(hours=1)
    asked = group.chat_id, 1087968824
    await house.codebell.forms.put(*asked, "Asked:label", {"key": scene.mine.key}, later)
    house.human.message(group.chat_id, admin, "0.50", anonymous=True)
    await house.settle()
    assert len(group.messages) == count
    assert await house.codebell.forms.get(*asked, house.clock()) is not None
    await house.codebell.forms.drop(*asked)


@pytest.mark.usefixtures("untouched")
async def test_commands_of_other_bots_are_none_of_the_bots_business(scene: Scene) -> None:
    house, group, admin = scene.house, scene.group, scene.others["group admin"].person_id
    count = len(group.messages)
    for command in ("/ban@SomeOtherBot Ann", "/numbers@SomeOtherBot", "/ban"):
        house.human.message(group.chat_id, admin, command, anonymous=True)
        await house.settle()
    assert len(group.messages) == count


@pytest.mark.usefixtures("untouched")
async def test_a_post_of_a_channel_is_nobodys_command(scene: Scene) -> None:
    house, group = scene.house, scene.group
    channel, count = {"id": -1001234567890, "type": "channel", "title": "News"}, len(group.messages)
    for account in (777000, 136817688):
        sender = {"id": account, "is_bot": account != 777000, "first_name": "Telegram"}
        for text in ("/numbers", "news of today"):
            post = {**group.messages[0], "from": sender, "sender_chat": channel, "text": text}
            house.human.strange_update("message", post)
        await house.settle()
        assert NOBODY in group.screen
    assert len(group.messages) == count + 2


@pytest.mark.usefixtures("untouched")
async def test_x_2_a_key_that_an_anonymous_administrator_posts_is_deleted(scene: Scene) -> None:
    house, group, admin = scene.house, scene.group, scene.others["group admin"].person_id
    for words in (KEY, f"/keys {KEY}"):
        said = house.human.message(group.chat_id, admin, words, anonymous=True)["message"]
        await house.settle()
        assert not group.has(said["message_id"])
        assert "Please make a new key" in group.screen
