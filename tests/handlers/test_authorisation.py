"""Who may do what: every button and every command, by everybody who could try it.

A button is never permission: Ann's ids in somebody else's hands change nothing, ask nobody and show nothing.
"""

import importlib
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from pathlib import Path

import pytest
import pytest_asyncio
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData

import handlers
from handlers import ROUTERS
from handlers.leading import NotALeader
from tests.handlers.belongings import Presser, Whose, buttons, rows
from tests.handlers.scene import (
    COMMANDS,
    FINE,
    IN_GROUPS,
    LEADERS,
    MOST,
    NOBODY,
    NOTHING,
    OF_NO_FLOW,
    OPEN_IN_GROUPS,
    OPERATOR,
    OPERATORS,
    PRIVATE_BOT,
    PUBLIC,
    REFUSED,
    SAID,
    Scene,
    all_data,
    left_alone,
    set_scene,
)
from tests.house import open_house

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("authorisation")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with set_scene(tmp_path_factory.mktemp("authorisation")) as scene:
        yield scene


@pytest.fixture
def untouched(scene: Scene, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with left_alone(scene, caplog):
        yield


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
    assert {kind.__prefix__[0] for kind in all_kinds()} == IN_GROUPS.keys() | OPEN_IN_GROUPS


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
        before = rows(house)
        for command in (*PUBLIC, *COMMANDS, "admin", "broadcast"):
            await stranger.say(f"/{command}")
        assert len(stranger.messages) == 1
        answers = await Presser(stranger).press(*all_data(NOTHING, None, 1))
        assert {data: text for data, text in answers.items() if text != PRIVATE_BOT and data[0] != "K"} == {}
        assert rows(house) == before
