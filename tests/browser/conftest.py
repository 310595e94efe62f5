"""A real Chromium for the tests of the page: one browser and one window of it, emptied for each test.

A window of its own costs a test half a second of the machine: a profile and two or three processes.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    async_playwright,
    expect,
)

from tests.browser.demo import Demo, Newcomer, running
from tests.browser.page.acting import PHONE, TOASTED

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = ViewportSize(width=1280, height=800)
#: Milliseconds: a busy machine may take its time, a broken page must not take ours.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in the run's one event loop, so its tests do too."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def executable(playwright: Playwright) -> str | None:
    """Where Chromium is: the environment's word, Debian's package, or what Playwright installed."""
    places = (os.environ.get("CHROMIUM"), "/usr/bin/chromium", playwright.chromium.executable_path)
    return next((place for place in places if place and Path(place).exists()), None)


def _missing() -> NoReturn:
    reason = "no Chromium: install Debian's chromium, run `playwright install chromium`, or set CHROMIUM"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            _missing()
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Where windows may use the clipboard."""
    context = await browser.new_context(viewport=DESKTOP, locale="en-GB", reduced_motion="reduce")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE)
    await context.add_init_script(TOASTED)
    yield context
    await context.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(context: BrowserContext) -> Page:
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Page) -> AsyncIterator[Page]:
    """An empty page on a desktop that remembers nothing; an error its scripts did not catch fails."""
    errors: list[str] = []
    note = lambda error: errors.append(str(error))  # noqa: E731
    await window.set_viewport_size(DESKTOP)
    window.on("pageerror", note)
    yield window
    await _emptied(window)
    window.remove_listener("pageerror", note)
    assert errors == []


async def _emptied(window: Page) -> None:
    """Whatever the page remembers, and whatever it opened, is gone."""
    if window.url.startswith("http"):
        await window.evaluate("localStorage.clear(), sessionStorage.clear()")
    await window.goto("about:blank")
    await window.context.clear_cookies()
    for other in window.context.pages:
        if other is not window:
            await other.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One demo for all who meet it; nothing it does may end in a traceback."""
    async with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo
    assert "Traceback" not in demo.log.read_text()


@pytest.fixture
def newcomer(page: Page) -> Newcomer:
    return Newcomer(page)


@pytest_asyncio.fixture(loop_scope="session")
async def phone(page: Page) -> Page:
    """A window of a phone's size."""
    await page.set_viewport_size(PHONE)
    return page
