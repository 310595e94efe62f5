"""A site behind the border, asked with two keys about what is paid for and what is not."""

import asyncio
from dataclasses import replace

import httpx
from pydantic import SecretStr

from bot.errors import CodebellError, Unavailable
from bot.providers import http
from bot.providers.fuse import FAILURES
from bot.providers.pace import Pace
from bot.providers.signing import Call, in_query
from tests.providers import site as fake
from tests.providers.over import over
from tests.providers.site import KEY, Said, Time

ASK = Call("/stubs", {"action": "getPrices"})
POLL = replace(ASK, query={"action": "getStatus"}, paid=True)
OTHER = SecretStr("another-key-0123456789")


class Asked:
    """A site that says what a test tells it to, behind the border; no time passes but by `later`."""

    root = "https://x.example/api"

    def __init__(self, *replies: Said) -> None:
        self.fake, self.time = fake.Site(replies), Time()
        #: None: it answers at once.
        self.hangs_for: float | None = None
        self._hanging = asyncio.Event()
        self.site = self.behind(Pace(0, 1, self.time.now, self.time.sleep))

    def behind(self, pace: Pace) -> http.Site:
        """The border before it, in this pace."""
        net = replace(fake.net(self.fake, self.time), lines=over(httpx.MockTransport(self._answer)))
        return http.Site(self.root, in_query, net, pace)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.hangs_for is not None:
            await self.hang(self.hangs_for)
        return self.fake.answer(request)

    async def hang(self, seconds: float) -> None:
        """For ever, of which the caller bears so many."""
        self.time.moment += seconds
        self._hanging.set()
        await asyncio.Event().wait()

    async def is_cut_off(self) -> None:
        asking = asyncio.create_task(self.site.read(ASK, KEY))
        await self._hanging.wait()
        self._hanging.clear()
        asking.cancel()
        await asyncio.wait([asking])

    async def buy(self, key: SecretStr = KEY) -> CodebellError | None:
        return await told(self.site.send(ASK, key))

    async def read(self, call: Call = ASK, key: SecretStr = KEY) -> CodebellError | None:
        return await told(self.site.read(call, key))

    async def fails(self, times: int = FAILURES) -> None:
        for _ in range(times):
            await self.buy()

    def says(self, *replies: Said) -> None:
        self.fake.replies = replies
        self.fake.requests.clear()

    def later(self, seconds: float) -> None:
        self.time.moment += seconds

    @property
    def count(self) -> int:
        return len(self.fake.requests)


async def told(asking: object) -> CodebellError | None:
    try:
        await asking  # type: ignore[misc]  # a coroutine of either call
    except CodebellError as error:
        return error
    return None


def never_sent(error: CodebellError | None) -> bool:
    return isinstance(error, Unavailable) and not error.sent
