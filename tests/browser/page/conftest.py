"""The page on the fake wire, with a person who has pressed START."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Page

from tests.browser.page.acting import opened
from tests.browser.page.fakewire import FakeWire


@pytest_asyncio.fixture(loop_scope="session")
async def wire() -> FakeWire:
    return FakeWire()


@pytest_asyncio.fixture(loop_scope="session")
async def address(wire: FakeWire) -> AsyncIterator[str]:
    runner = web.AppRunner(wire.app(), shutdown_timeout=1)
    await runner.setup()
    serving = web.TCPSite(runner, "127.0.0.1", 0)
    await serving.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.fixture
def me(wire: FakeWire) -> int:
    """A person who has pressed START."""
    user_id = wire.add_user("Alex")
    wire.put(user_id, user_id, text="/start")
    return user_id


@pytest_asyncio.fixture(loop_scope="session")
async def chat(page: Page, address: str, me: int) -> Page:
    return await opened(page, address)
