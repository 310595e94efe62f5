"""The files of the chat page: how they are served, and what its sources promise."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from bot.sandbox.pages import PAGE, add_pages

SCRIPTS = sorted(PAGE.glob("*.js"))
#: Ways to turn a text of the chat into markup or code.
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
FOREIGN = re.compile(r"""(?:src|href|from|url\()\s*=?\s*["'(]?(?:https?:)?//""")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = web.Application()
    add_pages(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with httpx.AsyncClient(base_url=root, trust_env=False) as client:
        yield client
    await runner.cleanup()


async def test_every_file_the_page_names_is_served_with_its_type(http: httpx.AsyncClient) -> None:
    names = {"index.html"} | {path.name for path in PAGE.iterdir()}
    types = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for name in names:
        reply = await http.get(f"/page/{name}")
        assert reply.headers["Content-Type"].split(";")[0] == types["." + name.split(".")[1]]
    for path in SCRIPTS:
        for imported in re.findall(r'from "/page/(.+?)"', path.read_text("utf-8")):
            assert imported in names


async def test_a_browser_may_load_and_ask_nothing_elsewhere(http: httpx.AsyncClient) -> None:
    policy = (await http.get("/")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["nothing.js", "..%2fpages.py", "%2e%2e/pages.py", "page", "index.html/"])
async def test_nothing_but_the_page_is_served(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/page/{name}")).status_code == 404


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_makes_no_markup_of_texts_and_loads_nothing_foreign(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not MARKUP.search(source)
    assert not FOREIGN.search(source)


def test_the_hooks_for_tests_are_those_written_down() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    written, body = page.split("-->", 1)
    known = set(re.findall(r"[a-z]+(?:-[a-z]+)*", written))
    sources = body + "".join(path.read_text("utf-8") for path in SCRIPTS)
    used = set(re.findall(r'testid(?:: |=)"([a-z-]+)"', sources))
    assert used - known == set()
