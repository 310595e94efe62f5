"""httpx in place of the connections to a site: what a fake answers, or a pool sends, are httpx's own."""

import functools
from collections.abc import Callable
from typing import cast

import httpx

from bot.providers.exchange import Reply, Request, Wire


def over(transport: httpx.AsyncBaseTransport) -> Callable[[str], Wire]:
    """For `Net.lines`: whatever site it is, its requests go there."""
    return functools.partial(Over, transport)


class Over:
    """One site's; its answers are handed on as they came, and unpacked by us."""

    def __init__(self, transport: httpx.AsyncBaseTransport, root: str) -> None:
        self._transport, self._root = transport, root

    async def ask(self, request: Request, most: int) -> Reply:
        url, headers = self._root + request.target, [*request.headers]
        asked = httpx.Request(request.method, url, headers=headers, content=request.content)
        response = await self._transport.handle_async_request(asked)
        try:
            body = b"".join([piece async for piece in cast("httpx.AsyncByteStream", response.stream)])
        finally:
            await response.aclose()
        head = Reply(response.status_code, response.headers.raw)
        return head.complete(body, most) if head.is_wanted else head

    async def aclose(self) -> None:
        await self._transport.aclose()
