"""`python -m bot demo` as a process, and a newcomer who meets it through the page alone."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.page.acting import bubbles, button, clipboard, last_text, opened

ROOT = Path(__file__).parents[2]
#: Seconds for three processes' worth of imports on a busy machine, and for the demo to end.
START = 60.0
END = 20.0
PROGRAM = ("-m", "bot", "demo", "--port", "0")
#: Milliseconds for what takes the provider's minimum wait (12 s at most in the demo) and a poll.
WAIT = 30_000
#: Seconds between two looks at what no event tells of.
LOOK = 0.2

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs: its page's address, the controls of its sites, and what it wrote."""

    url: str
    log: Path

    @property
    def database(self) -> Path:
        """The bot's, while it runs."""
        [found] = self.log.parent.glob("codebell-demo-*/codebell.db")
        return found

    async def control(self, site: str, op: str, **arguments: Any) -> Any:
        return await self._posted(f"/sandbox/providers/{site}/{op}", arguments)

    async def _posted(self, path: str, arguments: Any) -> Any:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            reply = await http.post(path, json=arguments)
        assert reply.is_success, reply.text
        return reply.json()

    async def deed(self, op: str, **arguments: Any) -> Any:
        """What a person does in Telegram, or what the sandbox tells of it."""
        return await self._posted(f"/sandbox/telegram/{op}", arguments)

    async def ledger(self, site: str) -> Any:
        return await self.control(site, "ledger")

    async def said(self, words: str) -> int:
        """How often the bot said so: what stood on a card for a moment alone stays in the journal."""
        calls = (await self.deed("calls"))["calls"]
        return sum(words in str(call["params"].get("text")) for call in calls if call["ok"])

    async def says(self, words: str, times: int = 1) -> None:
        """Wait until the bot has said so that often."""
        async with asyncio.timeout(WAIT / 1000):
            while await self.said(words) < times:  # noqa: ASYNC110 - the journal is another process's
                await asyncio.sleep(LOOK)


@asynccontextmanager
async def running(folder: Path, program: Sequence[str] = PROGRAM) -> AsyncIterator[Demo]:
    """The demo on a free port, from its first line to Ctrl-C."""
    log = folder / "demo.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *program),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        yield Demo(await asyncio.wait_for(_address(process, log), START), log)
    finally:
        await _ended(process)
    assert process.returncode == 0, _written(log)


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    """What the demo prints once its bot listens."""
    assert process.stdout is not None
    async for line in process.stdout:
        if found := _ADDRESS.search(line.decode()):
            return found[0]
    return pytest.fail(f"the demo ended before it said where its page is: {_written(log)}")


def _written(log: Path) -> str:
    return log.read_text()[-2000:]


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END)
    except TimeoutError:
        # Its bot, too: it holds the pipe that is waited for.
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody at the page who reads, presses and pastes; they know nothing but what they see."""

    page: Page

    async def sits_down(self, url: str, name: str, language: str = "en") -> None:
        """Open the page and become a new person of it, whose Telegram speaks that language."""
        await opened(self.page, url)
        back = self.page.get_by_test_id("back")
        phone = await back.is_visible()
        if phone:
            await back.click()
        await self.page.get_by_test_id("who").click()
        await self.page.get_by_test_id("menu-item").filter(has_text="New person").click()
        await self.page.get_by_test_id("field-name").fill(name)
        await self.page.get_by_test_id("field-language_code").fill(language)
        await self.page.get_by_test_id("dialog-ok").click()
        await expect(self.page.get_by_test_id("who")).to_contain_text(name)
        if phone:
            await self.page.get_by_test_id("chat").click()

    async def starts(self) -> None:
        await self.page.get_by_test_id("start").click()
        await self.reads("One step to begin")

    async def reads(self, words: str) -> None:
        """The last message says so."""
        await expect(last_text(self.page)).to_contain_text(words, timeout=WAIT)

    async def presses(self, label: str) -> None:
        """A button under the last message, once the press before it was answered."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await button(self.page, label).last.click()

    async def finds(self, label: str) -> None:
        """Turn pages until a button with that label is there, and press it."""
        wanted = self.keys.filter(has_text=label)
        while not await wanted.count():
            seen = await self.keys.all_text_contents()
            await self.keys.filter(has_text=re.compile(r"\d ▶$")).click()
            await expect(self.keys).not_to_have_text(seen)
        await self.presses(label)

    @property
    def keys(self) -> Locator:
        """The buttons under the last message."""
        return bubbles(self.page).last.get_by_test_id("inline-button")

    async def adds_the_key(self, site: str, title: str) -> None:
        """From the welcome: copied from the panel, pasted into the chat."""
        await self.presses("Add a provider key")
        await self.reads("Which provider is the key from?")
        await self.presses(title)
        await self.reads("Send the key here")
        await self.pastes(await self.copies_the_key(site))
        await self.reads("connected")

    async def copies_the_key(self, site: str) -> str:
        async with self.site(site) as card:
            await card.get_by_test_id("copy-key").click()
            return str(await card.get_by_test_id("key").text_content())

    @asynccontextmanager
    async def site(self, site: str) -> AsyncIterator[Locator]:
        """A site's card in the panel, unfolded."""
        async with self.providers():
            card = self.page.get_by_test_id(f"site-{site}")
            if await card.get_attribute("open") is None:
                await card.locator("summary").first.click()
            yield card

    @asynccontextmanager
    async def providers(self) -> AsyncIterator[None]:
        """The panel; on a phone it is a sheet that is opened and closed again."""
        sheet = not await self.page.get_by_test_id("panel").is_visible()
        if sheet:
            await self.page.get_by_test_id("panel-toggle").click()
        yield
        if sheet:
            await self.page.get_by_label("Close the providers").click()

    async def pastes(self, expected: str) -> None:
        """Ctrl-V and Enter; what is on the clipboard is what was meant to be."""
        assert await clipboard(self.page) == expected
        await self.page.get_by_test_id("composer").click()
        await self.page.keyboard.press("Control+V")
        await self.page.keyboard.press("Enter")

    async def types(self, words: str) -> None:
        await self.page.get_by_test_id("composer").fill(words)
        await self.page.keyboard.press("Enter")

    async def is_told(self, words: str) -> None:
        """A window over the page says so, and is closed."""
        await expect(self.page.get_by_test_id("alert")).to_contain_text(words, timeout=WAIT)
        await self.page.get_by_test_id("alert-ok").click()

    async def hears(self, words: str, before: int) -> None:
        """Beside so many messages there is one more, and it rang."""
        await expect(bubbles(self.page)).to_have_count(before + 1, timeout=WAIT)
        await expect(bubbles(self.page).last).to_have_attribute("data-rang", "true")
        await self.reads(words)

    async def buys(self, country: str, title: str, service: str = "Telegram") -> str:
        """From the services to a card that waits; the number, digits only."""
        await self.reads("Which service is the number for?")
        await self.finds(service)
        await self.reads("Which country")
        await self.finds(country)
        await self.reads("Which offer?")
        await self.finds(title)
        await self.presses("Buy for")
        return await self.waits_with_a_card()

    async def buys_the_same_again(self) -> str:
        await self.presses("Buy the same again")
        await self.presses("Buy for")
        return await self.waits_with_a_card()

    async def waits_with_a_card(self) -> str:
        await self.reads("Waiting for the SMS until")
        number = await last_text(self.page).locator("code").first.text_content()
        return re.sub(r"\D", "", number or "")

    async def asks_for_a_code(self, site: str, phone: str, text: str) -> None:
        """Let the site of the panel deliver an SMS now, and see that it got it.

        What the number is then passes by: a bot that is fast has it finished before the page looks.
        """
        async with self.site(site) as card:
            sold = card.locator(f"[data-testid=number][data-phone$='{phone}']")
            await sold.get_by_test_id("sms-text").fill(text)
            await sold.get_by_test_id("sms-now").click()
            await expect(sold.locator(".texts")).to_contain_text(text, timeout=WAIT)
