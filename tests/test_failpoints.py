"""Failpoints exist for tests alone: without the variable none is armed, and a misspelt one is refused."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import bot
import storage
from bot import failpoints
from bot.__main__ import UNUSABLE, main
from bot.failpoints import Failpoint, arm, reach

ROOMS = [Path(room.__path__[0]) for room in (bot, storage)]


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm("")


def test_nothing_ends_where_no_failpoint_is_named() -> None:
    for point in Failpoint:
        reach(point)
    assert failpoints._armed == ""


@pytest.mark.parametrize("point", list(Failpoint))
def test_the_named_one_ends_it_and_no_other(point: Failpoint) -> None:
    reached: list[Failpoint] = []
    for passed in Failpoint:
        arm(point, partial(reached.append, passed))
        reach(passed)
    assert reached == [point]


def test_each_lies_in_the_code() -> None:
    code = "".join(file.read_text(encoding="utf-8") for room in ROOMS for file in room.rglob("*.py"))
    assert set(re.findall(r"reach\(Failpoint\.(\w+)\)", code)) == {point.name for point in Failpoint}


def test_a_name_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAILPOINT", "spend.afterwards")
    assert main(["check"]) == UNUSABLE
    assert capsys.readouterr().err == "codebell: FAILPOINT: there is no failpoint of this name\n"
