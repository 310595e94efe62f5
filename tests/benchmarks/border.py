"""What one question to a provider costs: the whole border, beside the same border over httpx's own pool."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.providers.exchange import Wire
from bot.providers.http import Net, Site
from bot.providers.lines import Lines
from bot.providers.pace import Pace
from bot.providers.signing import Call, in_query
from tests.benchmarks.beside import served
from tests.benchmarks.cores import measured_here
from tests.benchmarks.figures import Figure
from tests.providers.over import over

#: So many at once, and how many questions are counted; the best of a few rounds, as others work here too.
CROWDS, ASKED, ROUNDS = (1, 50), 600, 3
GOAL = 0.6
KEY = SecretStr("0123456789abcdef0123456789abcdef")
CALL = Call("/stubs/handler_api.php", {"action": "getStatus", "id": "123456789"}, paid=True)
#: As the border had it before it made its own connections.
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=5)
WHY = "h11 takes 39 µs of it, the event loop and its two system calls 17 µs (2026-11, by themselves)"

Opening = Callable[[str], Wire]


async def figures(folder: Path) -> list[Figure]:
    with served("provider") as url, measured_here():
        return [await _compared(url, crowd) for crowd in CROWDS]


async def _compared(root: str, crowd: int) -> Figure:
    """The rounds take turns, so that both meet the same machine."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await _cost(root, crowd, Lines))
        theirs.append(await _cost(root, crowd, _pool))
    name = f"a question to a provider, {crowd} at once"
    return Figure(
        "border",
        name,
        min(ours) * 1e6,
        "µs of CPU",
        "over httpx's own pool",
        min(theirs) * 1e6,
        GOAL,
        why=WHY,
    )


async def _cost(root: str, crowd: int, lines: Opening) -> float:
    """Seconds of processor for one."""
    async with _site(root, lines) as site:
        await _ask(site, crowd, crowd * 2)
        begun, asked = time.process_time(), ASKED if crowd > 1 else ASKED // 6
        await _ask(site, crowd, asked)
        return (time.process_time() - begun) / asked


async def _ask(site: Site, crowd: int, questions: int) -> None:
    left = iter(range(questions))

    async def one() -> None:
        for _ in left:
            await site.read(CALL, KEY)

    await asyncio.gather(*(one() for _ in range(crowd)))


def _pool(root: str) -> Wire:
    return over(httpx.AsyncHTTPTransport(limits=LIMITS, trust_env=False))(root)


@asynccontextmanager
async def _site(root: str, lines: Opening) -> AsyncIterator[Site]:
    net = Net(lines)
    site = Site(root, in_query, net, Pace(0, 1, net.clock, net.sleep))
    yield site
    await site.close()
