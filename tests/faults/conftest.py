"""One sandbox and one bot process per module: a start costs seconds, and a new person is a new chat."""

import inspect
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.harness import BotProcess, Sandbox, opened
from tests.faults.leaks import leaked, leaks


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The sandbox is served by the module's one event loop, so its tests run there."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.process)
            if inspect.iscoroutinefunction(getattr(item, "obj", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(autouse=True)
def _nothing_leaks() -> Iterator[None]:
    """Whatever a test broke, after it no secret may be readable in anything the bots wrote meanwhile."""
    yield
    assert leaked() == set()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """Whatever the module's tests broke, at the end no secret may be readable anywhere."""
    async with opened(tmp_path_factory.mktemp("codebell")) as sandbox:
        yield sandbox
        assert leaks(sandbox) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process(sandbox: Sandbox) -> AsyncIterator[BotProcess]:
    """The module's bot over the module's database, as the last test left it."""
    bot = BotProcess(sandbox)
    yield bot
    if bot.lives:
        await bot.stop(signal.SIGKILL)


@pytest_asyncio.fixture(loop_scope="module")
async def bot(process: BotProcess) -> BotProcess:
    """The bot, running."""
    if not process.lives:
        await process.start()
    return process
