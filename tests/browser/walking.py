"""Somebody who walks through the bot's screens in their language: each is measured, and pictured where asked.

They sit at one window and look at each screen in the other as well: a way is walked once for both. What is
pressed and read is named by its English sentence, whatever language the person reads.
"""

import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiogram.utils.i18n import I18n
from babel.dates import format_timedelta
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from bot.i18n import LOCALES
from bot.paces import TELEGRAM
from tests.browser.demo import ROOT, WAIT, Demo, Newcomer
from tests.browser.page.acting import PHONE, bubbles, last_text

#: Where the pictures go, a folder per window and language; they cost more than all else in a walk.
SCREENS = ROOT / os.environ["SCREENS"] if "SCREENS" in os.environ else None
SIZES = {"desktop": ViewportSize(width=1280, height=900), "phone": PHONE}
#: Lines a text may have before it is a wall: as many as a phone shows above a few buttons.
LONGEST = 24
#: Lines that what is read from top to bottom may have: a page of the history, a receipt.
DOCUMENT = 36
#: So much in so many seconds is heard of one person, and a little more: who comes faster than that is not.
MOST, WITHIN = TELEGRAM.heard[0] - 4, TELEGRAM.heard[1]
#: How often a screen is measured before it is wrong, and the milliseconds between.
PATIENCE, _MOMENT = 40, 250
_MEASURES = (Path(__file__).parent / "measures.js").read_text()
#: They go by themselves, after seconds.
_NO_TOASTS = "document.getElementById('toasts').replaceChildren()"
#: Who pressed a button further up goes down to what is new, as the arrow on the page would lead them.
_TO_THE_END = "(() => { const all = document.querySelector('.scroll'); all.scrollTop = all.scrollHeight; })()"
_TEXTS = I18n(path=LOCALES, default_locale="en", domain="bot")
_VALUE, _TAG = re.compile(r"\{\w+\}"), re.compile("<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Walk:
    """In which language, and in which windows: they sit at the first."""

    language: str = "en"
    sizes: tuple[str, ...] = ("phone", "desktop")

    def __str__(self) -> str:
        return self.language


@dataclass(slots=True)
class Walker:
    """Somebody at the page; `presses_made` counts the buttons they pressed.

    `wrong` is what did not look well, and on which screen it was seen first.
    """

    newcomer: Newcomer
    walk: Walk
    presses_made: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    #: When they did something lately, in seconds of the monotonic clock.
    _acts: list[float] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.newcomer.page

    def said(self, message: str) -> re.Pattern[str]:
        """A sentence as this person reads it, with anything in the place of its values."""
        told = _TAG.sub("", _TEXTS.gettext(message, locale=self.walk.language))
        return re.compile(r"[\s\S]*".join(map(re.escape, _VALUE.split(told))))

    async def sees(self, name: str, longest: int = LONGEST) -> None:
        """The screen as it is now is measured, and kept as a picture. What is wrong is told at the end.

        A document is allowed more lines, and more than a window holds.
        """
        async for size in self._windows():
            await self._shows(name, size)
            for what in await self._measured(longest):
                self.wrong.setdefault(what, f"{name} on a {size}")

    async def _windows(self) -> AsyncIterator[str]:
        """One after the other; at the end they sit where they sat."""
        first, *others = self.walk.sizes
        yield first
        for size in others:
            await self.page.set_viewport_size(SIZES[size])
            yield size
        await self.page.set_viewport_size(SIZES[first])

    async def _measured(self, longest: int) -> list[str]:
        """What is wrong with the screen when it has come to rest: it may still be drawn or scroll."""
        whole, wrong = "true" if longest == LONGEST else "false", []
        for _ in range(PATIENCE):
            await self.page.evaluate(_TO_THE_END)
            wrong = await self.page.evaluate(f"({_MEASURES})({longest}, {whole})")
            if not wrong:
                break
            await self.page.wait_for_timeout(_MOMENT)
        return list(wrong)

    async def keeps(self, name: str) -> None:
        """A picture of every window, where pictures are wanted."""
        async for size in self._windows():
            await self._shows(name, size)

    async def _shows(self, name: str, size: str) -> None:
        """The end of the chat, with nothing under the mouse and nothing over it."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await self.page.mouse.move(1, 1)
        await self.page.evaluate(_NO_TOASTS)
        await self.page.evaluate(_TO_THE_END)
        await pictured(self.page, f"{size}-{self.walk.language}", name)

    async def starts(self) -> None:
        await self.page.get_by_test_id("start").click()
        await expect(self.button("🔑 Add a provider key")).to_be_visible()

    async def presses(self, label: str) -> None:
        """The last button of that label, and what it does has been done."""
        await expect(self.page.locator(".key.busy")).to_have_count(0)
        await self._keeps_pace()
        await self.button(label).click()
        self.presses_made += 1
        await expect(self.page.locator(".key.busy")).to_have_count(0, timeout=WAIT)

    async def _keeps_pace(self) -> None:
        """Wait where the bot would hear no more of them."""
        now = time.monotonic()
        self._acts = [moment for moment in self._acts if moment > now - WITHIN]
        if len(self._acts) >= MOST:
            await self.page.wait_for_timeout(1000 * (self._acts[0] + WITHIN - now))
        self._acts.append(time.monotonic())

    def button(self, label: str) -> Locator:
        return self.page.get_by_test_id("inline-button").filter(has_text=self.said(label)).last

    async def types(self, words: str, answers: int = 1) -> None:
        """Something is said, and answered in so many messages."""
        before = await bubbles(self.page).count()
        await self._keeps_pace()
        await self.newcomer.types(words)
        await expect(bubbles(self.page)).to_have_count(before + 1 + answers, timeout=WAIT)

    async def reads(self, message: str) -> None:
        await expect(last_text(self.page)).to_contain_text(self.said(message), timeout=WAIT)

    def span(self, minutes: int) -> str:
        """A time as buttons tell it."""
        return format_timedelta(60 * minutes, threshold=2, locale=self.walk.language)

    async def number(self) -> str:
        """The digits on the card that hangs last."""
        return re.sub(r"\D", "", await last_text(self.page).locator("code").first.text_content() or "")

    async def connects(self, site: str, title: str) -> None:
        """A key from the site's card in the panel, with no screen between looked at."""
        await self.types("/keys")
        await self.presses("🔑 Add a provider key")
        await self.presses(title)
        await self.newcomer.pastes(await self.newcomer.copies_the_key(site))
        await self.reads("✅ <b>{provider}</b> connected · {balance}")

    async def buys(self, words: str, title: str, count: int = 1) -> list[str]:
        """So many numbers at once; their digits, from the cards."""
        await self.types(f"/buy {words}")
        await self.presses(title)
        if count > 1:
            await self.presses(f"×{count}")
        cards = self.page.get_by_test_id("text").filter(
            has_text=self.said("The code comes as a new message.")
        )
        before = await cards.count()
        await self.presses("✅ Buy {count} for {price}" if count > 1 else "✅ Buy for {price}")
        await expect(cards).to_have_count(before + count, timeout=WAIT)
        numbers = await cards.locator("code:first-of-type").all_text_contents()
        return [re.sub(r"\D", "", number) for number in numbers[-count:]]

    async def hears(self, demo: Demo, site: str, phone: str, text: str) -> None:
        """An SMS comes, and rings."""
        before = await bubbles(self.page).count()
        await demo.control(site, "sms", phone=phone, text=text)
        await expect(bubbles(self.page)).to_have_count(before + 1, timeout=WAIT)


async def pictured(page: Page, folder: str, name: str) -> None:
    """What a window shows, where SCREENS says that pictures are wanted."""
    if SCREENS is not None:
        (SCREENS / folder).mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENS / folder / f"{name}.png")


def walks() -> list[Walk]:
    """In English; WALKS names other languages, like "ru vi"."""
    return [Walk(language) for language in os.environ.get("WALKS", "en").split()]


@asynccontextmanager
async def walking(browser: Browser, demo: Demo, walk: Walk, sharpness: float = 1) -> AsyncIterator[Walker]:
    """A new person in a window of that size, before START; `sharpness` is in dots per pixel."""
    context = await browser.new_context(
        viewport=SIZES[walk.sizes[0]],
        device_scale_factor=sharpness,
        locale="en-GB",
        reduced_motion="reduce",
    )
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(WAIT)
    walker = Walker(Newcomer(await context.new_page()), walk)
    await walker.newcomer.sits_down(demo.url, "Wanda", walk.language)
    yield walker
    await context.close()
    assert not walker.wrong, "\n".join(f"{name}: {what}" for what, name in walker.wrong.items())
