"""The border beside a real server: opened for one test, and what it raises looked through for the key."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from bot.errors import CodebellError
from bot.providers import http
from bot.providers.http import Net
from bot.providers.lines import Lines
from bot.providers.pace import Pace
from bot.providers.signing import Call, in_query
from tests.providers.contract import assert_holds_no_key
from tests.providers.server import Server

ASK = Call("/stubs", {"action": "getBalance"})
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Hurried(Lines):
    """Does not wait where the real ones wait for seconds."""

    patience = connect = read = expiry = 0.05


def site(root: str, net: Net | None = None) -> http.Site:
    net = net or Net()
    return http.Site(root, in_query, net, Pace(0, 1, net.clock, net.sleep))


@asynccontextmanager
async def asking(server: Server, net: Net | None = None) -> AsyncIterator[http.Site]:
    async with server.running():
        opened = site(server.root, net)
        yield opened
        await opened.close()


async def failing(asked: Awaitable[object]) -> CodebellError:
    with pytest.raises(CodebellError) as caught:
        await asked
    assert_holds_no_key(caught.value)
    return caught.value
