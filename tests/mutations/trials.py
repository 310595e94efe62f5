"""`python -m tests.mutations.trials FILE`: every bug's test, in the healthy program and with the bug in it.

One process loads what is not ours, once. Each trial is a fork of it that loads ours anew, with one file
changed on its way from the disk; what became of the tests is written to the file as JSON.
"""

import gc
import importlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Generator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutations.bugs import BUGS, ROOT, Bug

OURS = ("bot", "handlers", "storage", "tests")
#: Loads nearly everything the tests need.
LOADED_FIRST = ("tests.house", "tests.providers.contract", "pytest_asyncio.plugin")
#: Without rewritten assertions: pytest warns of plugins that are loaded already.
OPTIONS = ("-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")
#: Characters of what a trial said that are told where it broke off.
TOLD = 4000
#: What became of each test: "passed", or when and with what it failed: "call: AssertionError".
Outcomes = dict[str, str]


class Seeded(SourceFileLoader):
    """Loads a file as if its bug stood in it."""

    def __init__(self, bug: Bug) -> None:
        super().__init__(bug.module, str(ROOT / bug.file))
        self._text = bug.seeded()

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._text, self.path, "exec", dont_inherit=True)
        return code


class Seed(MetaPathFinder):
    """Finds one module, the one with the bug."""

    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._bug.module:
            return None
        file = ROOT / self._bug.file
        inside = [str(file.parent)] if file.name == "__init__.py" else None
        return spec_from_file_location(
            fullname, file, loader=Seeded(self._bug), submodule_search_locations=inside
        )


class Witness:
    """A plugin that remembers what became of each test: the first failure tells."""

    def __init__(self) -> None:
        self.seen: Outcomes = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is not None and self.seen.get(item.nodeid, "passed") == "passed":
            self.seen[item.nodeid] = f"{call.when}: {call.excinfo.typename}"
        elif call.when == "call":
            self.seen[item.nodeid] = "passed"
        return report


def tried(tests: Sequence[str], bug: Bug | None, folder: Path) -> Outcomes:
    """Run tests in a process of their own; what it says goes to a file in the folder."""
    told = folder / (bug.name.replace(" ", "-") if bug else "healthy")
    child = os.fork()
    if child == 0:
        _run(tests, bug, told)
    os.waitpid(child, 0)
    outcomes = told.with_suffix(".json")
    if not outcomes.exists():
        raise RuntimeError(
            f"{told.name}: its tests broke off: {told.with_suffix('.log').read_text()[-TOLD:]}"
        )
    found: Outcomes = json.loads(outcomes.read_text())
    return found


def _run(tests: Sequence[str], bug: Bug | None, told: Path) -> None:
    """Never returns: the fork ends here, with nothing of its parent's cleaned up."""
    try:
        with told.with_suffix(".log").open("wb") as log:
            os.dup2(log.fileno(), sys.stdout.fileno())
            os.dup2(log.fileno(), sys.stderr.fileno())
        if bug is not None:
            sys.meta_path.insert(0, Seed(bug))
        witness = Witness()
        pytest.main([*OPTIONS, f"--basetemp={told}", *tests], plugins=[witness])
        told.with_suffix(".json").write_text(json.dumps(witness.seen))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def load() -> None:
    """Everything, and then forget ours: each fork loads that itself."""
    for name in LOADED_FIRST:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, "a fork would copy one thread of several"


def main(file: Path) -> None:
    load()
    outcomes = {bug.name: tried([bug.test], bug, file.parent) for bug in BUGS}
    outcomes[""] = tried([bug.test for bug in BUGS], None, file.parent)
    file.write_text(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
