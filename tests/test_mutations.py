"""The tests are worth something: each of ten seeded bugs turns one of them red.

A bug is seeded in a process of its own, on the way from the disk into memory: no file is changed.
"""

import json
import subprocess
import sys

import pytest

from tests.mutations.bugs import BUGS, ROOT, Bug

#: For all of them together, on a busy machine.
PATIENCE = 300
#: A test that sees a bug asserts something else, or misses an error; it does not break off in any other way.
SEEN = {"call: AssertionError", "call: Failed"}

# Tried together, by the first of the tests that asks.
pytestmark = pytest.mark.xdist_group("mutations")
each_bug = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By the bug's name ("" is the healthy program) and the test's: what became of it."""
    file = tmp_path_factory.mktemp("mutations") / "outcomes.json"
    command = [sys.executable, "-m", "tests.mutations.trials", str(file)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE)
    found: dict[str, dict[str, str]] = json.loads(file.read_text())
    return found


def test_there_are_ten_bugs() -> None:
    assert len({bug.name for bug in BUGS}) == 10


@each_bug
def test_a_bug_is_seeded_where_it_belongs(bug: Bug) -> None:
    text = (ROOT / bug.file).read_text(encoding="utf-8")
    assert [text.count(old) for old, _ in bug.changes] == [1] * len(bug.changes)
    assert text != bug.seeded()


@each_bug
def test_without_the_bug_its_test_is_green(bug: Bug, outcomes: dict[str, dict[str, str]]) -> None:
    mine = {outcome for test, outcome in outcomes[""].items() if test.startswith(bug.test)}
    assert mine == {"passed"}


@each_bug
def test_with_the_bug_its_test_is_red(bug: Bug, outcomes: dict[str, dict[str, str]]) -> None:
    found = set(outcomes[bug.name].values())
    assert found & SEEN
    assert found <= SEEN | {"passed"}
