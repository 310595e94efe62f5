"""The bare HTTP client, as a limit: httpx's, on the border's own connections, and nothing of ours around it.

Its own pool is no such limit: with fifty at once a request costs it several times the CPU.
"""

import asyncio
import time

import httpx

from bot.providers.exchange import HEADERS, Request
from bot.providers.lines import Lines

#: Requests of each who asks, before the counting begins: by then every connection is open.
FIRST = 3


#: Bytes of an answer's body.
MOST = 2**20


class _OnLines(httpx.AsyncBaseTransport):
    """httpx's requests and answers, on the border's connections."""

    def __init__(self, url: httpx.URL) -> None:
        self._lines = Lines(str(url.copy_with(raw_path=b"/")))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = [each for each in request.headers.raw if each[0] != b"Host"]
        asked = Request(request.method, request.url.raw_path.decode(), headers, request.content)
        reply = await self._lines.ask(asked, MOST)
        body = httpx.ByteStream(reply.body or b"")
        return httpx.Response(reply.status, headers=[*reply.headers], stream=body)

    async def aclose(self) -> None:
        await self._lines.aclose()


async def bare_rate(url: str, at_once: int, seconds: float) -> float:
    """Requests per second of this process to `url`, while so many at once ask again and again."""
    lines = _OnLines(httpx.URL(url))
    async with httpx.AsyncClient(transport=lines, headers=[*HEADERS], trust_env=False) as bare:
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
