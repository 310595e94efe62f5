"""The bare HTTP client, as a limit: httpx on the border's own connections, and nothing of ours around it."""

import asyncio
import time

import httpx

from bot.providers.http import HEADERS
from bot.providers.lines import Lines

#: Requests of each who asks, before the counting begins: by then every connection is open.
FIRST = 3


async def bare_rate(url: str, at_once: int, seconds: float) -> float:
    """Requests per second of this process to `url`, while so many at once ask again and again."""
    async with httpx.AsyncClient(transport=Lines(url), headers=HEADERS, trust_env=False) as bare:
        await asyncio.gather(*(_asks(bare, url, FIRST) for _ in range(at_once)))
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(_asks_until(bare, url, begun + seconds)) for _ in range(at_once)]
        return sum(each.result() for each in asking) / (time.perf_counter() - begun)


async def _asks(bare: httpx.AsyncClient, url: str, times: int) -> None:
    for _ in range(times):
        (await bare.get(url)).raise_for_status()


async def _asks_until(bare: httpx.AsyncClient, url: str, end: float) -> int:
    asked = 0
    while time.perf_counter() < end:
        await _asks(bare, url, 1)
        asked += 1
    return asked
