"""How the tests are run; what they stand on is loaded where tests run, not where they are only dealt out."""

import gc
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from tests.guard import only_this_machine
from tests.together import Together

HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    only_this_machine()
    if not config.pluginmanager.hasplugin("dsession"):
        _load(config)


def _load(config: pytest.Config) -> None:
    """As the bot itself is loaded; nothing is searched for garbage until all tests are."""
    from bot import frugal

    gc.disable()
    frugal.load_aiogram()
    _always_alike()
    config.pluginmanager.import_plugin("tests.home")


def _always_alike() -> None:
    """Examples are the same in every run, and a busy machine takes for each as long as it takes."""
    from hypothesis import HealthCheck, settings

    slow = [HealthCheck.too_slow]
    settings.register_profile("alike", deadline=None, derandomize=True, suppress_health_check=slow)
    settings.load_profile("alike")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


def pytest_collection(session: pytest.Session) -> None:
    """Where all tests are new, each process begins at another one: what one of them compiled, all read."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and [Path(given).resolve() for given in session.config.args] == [HERE]:
        tests = sorted(HERE.rglob("test_*.py"))
        first = len(tests) * int(worker) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        for path in tests[first:] + tests[:first]:
            # What cannot be imported, collecting tells in its own words.
            with suppress(Exception, pytest.skip.Exception):
                import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not walk through it again and again, nor often."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
