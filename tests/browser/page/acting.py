"""What the tests of the page say in short: keyboards, entities, pictures, and the parts of the page."""

import re
import struct
import zlib
from typing import Any

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.page.fakewire import Json

PHONE = ViewportSize(width=390, height=844)
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>not bold</b> & <script>1</script>"
#: What toasts said stays written on the page: each goes after seconds, whether anybody looked or not.
TOASTED = """
const said = [];
new MutationObserver((changes) => {
  const nodes = changes.flatMap((change) => [...change.addedNodes]);
  said.push(...nodes.filter((node) => node.dataset?.testid === "toast").map((node) => node.textContent));
  if (said.length) document.documentElement.dataset.toasted = said.join("\\n");
}).observe(document, { childList: true, subtree: true });
"""


async def opened(page: Page, address: str) -> Page:
    await page.goto(address)
    await expect(page.locator("body")).to_have_attribute("data-online", "true")
    return page


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def callback(text: str, data: str | None = None) -> Json:
    return {"text": text, "callback_data": data or text.lower()}


def entity(kind: str, text: str, part: str, **more: Any) -> Json:
    """An entity over `part` of `text`, counted in UTF-16 units as Telegram does."""

    def units(words: str) -> int:
        return len(words.encode("utf-16-le")) // 2

    return {"type": kind, "offset": units(text[: text.index(part)]), "length": units(part), **more}


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = (b"\0" + b"\x50\x90\xd0" * width) * height
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def bubbles(page: Page) -> Locator:
    return page.get_by_test_id("bubble")


def last_text(page: Page) -> Locator:
    return bubbles(page).last.get_by_test_id("text")


def button(page: Page, text: str) -> Locator:
    return page.get_by_test_id("inline-button").filter(has_text=text)


async def toasted(page: Page, words: str) -> None:
    """A toast begins so, or did before it went."""
    told = re.compile(f"^{re.escape(words)}", re.MULTILINE)
    await expect(page.locator("html")).to_have_attribute("data-toasted", told)


async def clipboard(page: Page) -> str:
    return str(await page.evaluate("navigator.clipboard.readText()"))


async def height(part: Locator) -> float:
    box = await part.bounding_box()
    assert box is not None
    return box["height"]
