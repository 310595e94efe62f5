"""Who may do what: every button and every command, by everybody who could try it.

A button is never permission: Ann's ids in somebody else's hands change nothing, ask nobody and show nothing.
"""

import importlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData

import handlers
from bot.errors import NotOffered, NotYours, UnknownKey
from bot.exports import StillWriting
from bot.groups import NotHere
from bot.i18n import Catalogues
from bot.pictures import Picture
from handlers import ROUTERS, private
from handlers.figures import too_few
from handlers.leading import NotALeader
from handlers.nobody import FACELESS
from storage.models import Buyers
from tests.doubles import KEY
from tests.handlers.belongings import Belongings, Presser, Whose, buttons, gathered, rows, told
from tests.handlers.operators_buttons import OPERATING
from tests.house import Chat, House, open_house
from tests.renting import RENTING
from tests.sending import SENDING

OPERATOR = 700_000_001
#: Who else there is, beside the owner.
OTHERS = ("operator", "member", "group admin", "former member")
#: Of each class of buttons: a member tries all, the others one.
MOST = {"owner": 1, "operator": 1, "member": 99, "group admin": 1, "former member": 1}
#: What is said to buttons with Ann's ids; of a country by her key, that nobody offers it.
REFUSED = {NotYours.text, UnknownKey.text, NotOffered.text}
#: What is said to who wants pictures of next to nothing.
TOO_FEW = [too_few(picture, Catalogues().texts("en")) for picture in (None, *Picture)]
#: And to who wants their files twice at once.
FINE = {"", StillWriting.text, "There is no number that could be cancelled.", *TOO_FEW}
#: What is said to a button that means nothing to who presses it.
OF_NO_FLOW = "This button is too old. Please open /start again."
#: Commands that are there for operators alone.
OPERATORS = frozenset({"broadcast"})
NOBODY = "I cannot tell who you are"
PRIVATE_BOT = "This bot is private."
#: Why a press is refused in a group, by its first letter; what else there is works there, too.
IN_GROUPS = {
    **dict.fromkeys("ck", private.KEYS),
    **dict.fromkeys("fx", private.NUMBERS),
    **dict.fromkeys("rte", private.RENTS),
    **dict.fromkeys("wspd", private.MESSAGES),
    "j": private.STATISTICS,
    "z": private.PRIVACY,
    "v": private.WATCHES,
    "g": private.PRICES,
    **dict.fromkeys("hiE", private.HISTORY),
    **dict.fromkeys({kind.__prefix__[0] for kind in OPERATING}, OF_NO_FLOW),
}
#: What works in groups, by who may do it there.
OPEN_IN_GROUPS = frozenset("mHbqoualnyDGKQ")
#: Buttons whose handlers ask the row that they name.
BY_ROW = frozenset("auDf")
NOTHING = Belongings(*("x" * 11 for _ in fields(Belongings)))
PUBLIC = frozenset({"start", "help"})
COMMANDS = {
    **dict.fromkeys(("buy", "numbers", "cancel"), private.NUMBERS),
    "rent": private.RENTS,
    "send": private.MESSAGES,
    "balance": private.BALANCES,
    "stats": private.STATISTICS,
    **dict.fromkeys(("privacy", "forget"), private.PRIVACY),
    "keys": private.KEYS,
    "settings": "Settings",
    "watch": private.WATCHES,
    "prices": private.PRICES,
    **dict.fromkeys(("history", "export"), private.HISTORY),
}
#: What a group's administrators do there.
LEADERS = frozenset({"settings", "share"})
#: What is said to each in a group.
SAID = {
    **COMMANDS,
    "start": "Codebell",
    "help": "How it works",
    "buy": "Which service is the number for?",
    "balance": "Balance",
    "numbers": "number",
    "cancel": "number",
}


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("authorisation")]


@dataclass(frozen=True, slots=True)
class Scene:
    """Ann with all she has, and the others in a group with her: one leads it, one has left it."""

    house: House
    ann: Chat
    mine: Belongings
    others: dict[str, Chat]
    group: Chat

    def everybody(self) -> dict[str, Chat]:
        return {**self.others, "owner": self.ann}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """One for all tests: what they try changes nothing."""
    async with open_house(tmp_path_factory.mktemp("authorisation"), admin_ids=str(OPERATOR)) as house:
        others = await _others(house)
        ann = house.person("Ann")
        mine = await gathered(ann, house)
        group = house.group(others["group admin"], ann, *others.values(), status="administrator")
        house.human.leave(group.chat_id, others["former member"].person_id)
        await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.EVERYONE)
        await house.connect(group, house.beta, "key-of-the-group-0123456789-wxyz")
        await group.say("/start")
        yield Scene(house, ann, mine, others, group)


async def _others(house: House) -> dict[str, Chat]:
    """People with a key of their own, who can do all that Ann can."""
    house.beta.capabilities |= RENTING | SENDING
    people = {who: house.person(who) for who in OTHERS}
    assert people["operator"].person_id == OPERATOR
    for one in people.values():
        await house.connect(one, house.beta, f"key-of-{one.person_id}-0123456789-wxyz")
        await one.say("/start")
    return people


@pytest.fixture
def untouched(scene: Scene, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing of Ann's is changed, shown, or asked about, and nothing is a mistake of ours."""
    house = scene.house
    before, calls = rows(house), len(house.alpha.calls)
    yield
    assert rows(house) == before
    assert len(house.alpha.calls) == calls
    assert told(house, scene.group, *scene.others.values()) == []
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


def all_data(mine: Belongings, whose: Whose | None = None, most: int = 99) -> list[str]:
    """What the buttons send, of each class so many at most."""
    each = buttons(mine).values()
    return [*dict.fromkeys(one.pack() for who, some in each if whose in (None, who) for one in some[:most])]


def all_kinds() -> set[type[CallbackData]]:
    for file in Path(handlers.__file__).parent.glob("*.py"):
        importlib.import_module(f"handlers.{file.stem}" if file.stem != "__init__" else "handlers")
    return {each for each in CallbackData.__subclasses__() if each.__module__.startswith("handlers")}


def all_commands() -> Iterator[str]:
    for handler in chain.from_iterable(router.message.handlers for router in ROUTERS):
        for each in handler.filters or ():
            if isinstance(each.callback, Command):
                yield from map(str, each.callback.commands)


async def test_every_button_and_every_command_stands_in_the_tables(scene: Scene) -> None:
    assert buttons(scene.mine).keys() == all_kinds()
    assert set(all_commands()) == PUBLIC | COMMANDS.keys() | OPERATORS
    assert {data[0] for data in all_data(scene.mine)} == IN_GROUPS.keys() | OPEN_IN_GROUPS


@pytest.mark.usefixtures("untouched")
async def test_with_buttons_of_anns_nobody_can_do_anything_in_their_own_chat(scene: Scene) -> None:
    """Nor can the operator: nothing shows them other people's numbers and codes."""
    for who, one in scene.others.items():
        answers = await Presser(one).press(*all_data(scene.mine, Whose.HERS, MOST[who]))
        assert {data: text for data, text in answers.items() if text not in REFUSED} == {}, who


@pytest.mark.usefixtures("untouched")
async def test_buttons_that_are_everybodys_show_everybody_their_own(scene: Scene) -> None:
    for who, one in scene.others.items():
        answers = await Presser(one).press(*all_data(scene.mine, Whose.ANYBODYS, MOST[who]))
        assert {data: text for data, text in answers.items() if text not in FINE} == {}, who


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
async def test_every_command_shows_everybody_their_own_and_nobody_anything_in_a_group(scene: Scene) -> None:
    for who, one in scene.others.items():
        for command in (*PUBLIC, *COMMANDS):
            await one.say(f"/{command}")
            assert len(one.news) == 1, (who, command)
    for who in ("member", "operator", "group admin"):
        seat = scene.group.seat(scene.others[who])
        for command in (*PUBLIC, *COMMANDS):
            await seat.say(f"/{command}")
            assert len(seat.news) == 1, (who, command)
            led = command in LEADERS and who != "group admin"
            assert (NotALeader.text if led else SAID.get(command, "")) in seat.screen, (who, command)


@pytest.mark.usefixtures("untouched")
async def test_an_operators_command_is_unknown_to_everybody_else_and_to_groups(scene: Scene) -> None:
    for who in scene.others.keys() - {"operator"}:
        for command in (*OPERATORS, "unknown"):
            await scene.others[who].say(f"/{command}")
            assert scene.others[who].screen == "I do not know this command."
    count = len(scene.group.messages)
    for who in ("member", "operator", "group admin"):
        for command in OPERATORS:
            await scene.group.seat(scene.others[who]).say(f"/{command}")
    assert len(scene.group.messages) == count


@pytest.mark.usefixtures("untouched")
async def test_an_operators_buttons_are_of_no_flow_in_other_hands(scene: Scene) -> None:
    for who in scene.others.keys() - {"operator"}:
        answers = await Presser(scene.others[who]).press(*all_data(scene.mine, Whose.OPERATORS))
        assert set(answers.values()) == {OF_NO_FLOW}, who


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


async def test_the_owner_may_press_every_button(scene: Scene) -> None:
    """The last test of the scene: this one changes a lot."""
    for command in (*PUBLIC, *COMMANDS):
        await scene.ann.say(f"/{command}")
        # Of statistics, a text; below it there may be pictures.
        assert len([news for news in scene.ann.news if "photo" not in news]) == 1, command
    scene.house.alpha.rents_out()
    answers = await Presser(scene.ann).press(*all_data(scene.mine))
    assert {data: text for data, text in answers.items() if text is None or text in REFUSED} == {}
    assert NOBODY not in str(answers.values())
    assert "private chat" not in str(answers.values())


async def test_a_stranger_is_told_that_the_bot_is_private_and_that_is_all(tmp_path: Path) -> None:
    async with open_house(tmp_path, access="allowlist", admin_ids=str(OPERATOR)) as house:
        operator, stranger = house.person("Operator"), house.person("Stranger")
        await operator.say("/start")
        group = house.group(operator, stranger)
        before = rows(house)
        for place, hears in ((stranger, 1), (group.seat(stranger), 0)):
            for command in (*PUBLIC, *COMMANDS, "admin", "broadcast"):
                await place.say(f"/{command}")
            assert len(place.messages) == hears
        await group.say("/start")
        for place in (stranger, group):
            answers = await Presser(place, stranger.person_id).press(*all_data(NOTHING, None, 1))
            assert set(answers.values()) == {PRIVATE_BOT}
        assert rows(house) == before
