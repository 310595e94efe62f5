"""People in one group, each at a page of their own: what every one of them sees, does and is told."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, expect

from tests.browser.demo import WAIT, Demo, Newcomer
from tests.browser.page.acting import bubbles
from tests.browser.walking import SIZES, pictured


@dataclass(frozen=True, slots=True)
class Colleague(Newcomer):
    """Somebody of a group at their page; `size` is the window they sit at."""

    name: str
    size: str

    @property
    async def id(self) -> int:
        return int(await self.page.locator("body").get_attribute("data-me") or 0)

    async def opens(self, title: str) -> None:
        """A chat from the list; on a phone that is a screen of its own."""
        if self.size == "phone":
            await self.page.get_by_test_id("back").click()
        await self.page.get_by_test_id("chat").filter(has=self.page.get_by_text(title, exact=True)).click()
        await expect(self.page.get_by_test_id("chat-title")).to_have_text(title)

    async def makes_a_group(self, title: str, *members: str) -> None:
        """A basic group of these, who all are in the sandbox already, and the bot as an administrator."""
        if self.size == "phone":
            await self.page.get_by_test_id("back").click()
        await self.page.get_by_test_id("new-group").click()
        await self.page.get_by_test_id("field-title").fill(title)
        await self.page.get_by_test_id("field-kind").select_option("group")
        for tick in await self.page.get_by_test_id("field-members").locator("label").all():
            wanted = (await tick.text_content() or "") in members
            await tick.locator("input").set_checked(wanted)
        await self.page.get_by_test_id("dialog-ok").click()
        await expect(self.page.get_by_test_id("chat-title")).to_have_text(title)

    async def makes_it_a_supergroup(self) -> None:
        await self.page.get_by_test_id("chat-menu").click()
        await self.page.get_by_test_id("menu-item").filter(has_text="Upgrade").click()
        await expect(self.page.locator("body")).to_have_attribute("data-chat", re.compile("^-100"))

    def saying(self, words: str) -> Locator:
        """The newest message that says so."""
        return bubbles(self.page).filter(has_text=words).last

    async def sees(self, words: str) -> None:
        await expect(self.saying(words)).to_be_visible(timeout=WAIT)

    async def presses_under(self, words: str, label: str) -> None:
        """A button under the newest message that says so."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await self.saying(words).get_by_test_id("inline-button").filter(has_text=label).click()

    async def asks(self, words: str, answer: str) -> None:
        """Something is typed, and answered in one more message that says so."""
        answers = bubbles(self.page).filter(has_text=answer)
        before = await answers.count()
        await self.types(words)
        await expect(answers).to_have_count(before + 1, timeout=WAIT)

    async def chooses(self, label: str) -> None:
        """The button that says just this, under the last message."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await bubbles(self.page).last.locator(".key").get_by_text(label, exact=True).click()

    async def never_saw(self, words: str, *, before: str) -> None:
        """Neither in this chat nor in the list of chats, where they see what came after it already.

        The providers' panel is no part of Telegram.
        """
        await self.sees(before)
        for part in (".side", ".stage"):
            await expect(self.page.locator(part)).not_to_contain_text(words)

    async def keeps(self, name: str) -> None:
        """Pictures of what they see now, in both windows, where pictures are wanted; toasts go before."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await self.page.mouse.move(1, 1)
        await self.page.evaluate("document.getElementById('toasts').replaceChildren()")
        for size, window in SIZES.items():
            await self.page.set_viewport_size(window)
            await pictured(self.page, "group", f"{name}-{self.name}-{size}".lower())
        await self.page.set_viewport_size(SIZES[self.size])


@asynccontextmanager
async def company(browser: Browser, demo: Demo, **sizes: str) -> AsyncIterator[list[Colleague]]:
    """New people by their names, each in a browser of their own; `sizes` says what they sit at."""
    async with AsyncExitStack() as stack:
        yield [await _sat_down(stack, browser, demo, name, size) for name, size in sizes.items()]


async def _sat_down(stack: AsyncExitStack, browser: Browser, demo: Demo, name: str, size: str) -> Colleague:
    context = await browser.new_context(viewport=SIZES[size], locale="en-GB", reduced_motion="reduce")
    stack.push_async_callback(context.close)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(WAIT)
    colleague = Colleague(await context.new_page(), name, size)
    await colleague.sits_down(demo.url, name)
    if size == "desktop":
        await colleague.page.get_by_label("Close the providers").click()
    return colleague
