"""The real bot as a process of its own, between a Telegram and provider sites that this process serves.

Nothing here sleeps for a while and hopes: `Sandbox.eventually` waits for what is to happen, with a deadline.
"""

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from bot.failpoints import Failpoint
from bot.process import run
from bot.sandbox.demo import TOKEN, environment
from bot.sandbox.server import Serving, serve
from bot.sandbox.sites import Site, all_sites
from bot.sandbox.sites.activation import Activation
from bot.sandbox.sites.clock import Times
from bot.sandbox.sites.ledger import Journalled
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World
from bot.settings import read
from tests.faults.clock import SharedClock
from tests.faults.nursery import ARMED, Child, End, Order, nursery

T = TypeVar("T")

#: Seconds for something that takes a fraction of one, and for a process to start, on a busy machine.
PATIENCE = 25.0
START = 60.0
#: What no event tells of (a site's ledger, a process) is looked at so often, in seconds.
LOOK = 0.05
#: The sites' first cancel in seconds after the purchase, and the bot's polls.
WAIT = 4.0
POLL = 0.2


@dataclass(slots=True)
class Sandbox:
    """Telegram and the provider sites on one port, and the folder the bot lives in."""

    world: World
    sites: Mapping[str, Site]
    serving: Serving
    folder: Path
    #: What Telegram, the sites and the bot take for the present moment.
    clock: SharedClock
    master_key: str = field(default_factory=lambda: base64.b64encode(os.urandom(32)).decode())
    closed: bool = False

    @property
    def human(self) -> Human:
        return Human(self.world)

    @property
    def database(self) -> Path:
        return self.folder / "codebell.db"

    def environment(self, **changes: str) -> dict[str, str]:
        """The settings of a bot that lives here; SMS3T's minimum wait is left for it to learn."""
        times = {f"PROVIDERS__{name.upper()}__MIN_POLL": str(POLL) for name in self.sites}
        waits = {f"PROVIDERS__{name.upper()}__MIN_CANCEL": str(WAIT) for name in self.sites}
        learned = {"PROVIDERS__SMS3T__MIN_CANCEL": "0"}
        common = environment(self.serving.url, self.sites, self.folder) | times | waits | learned
        own = {"LOG_LEVEL": "DEBUG", "MASTER_KEY": self.master_key}
        return common | own | changes

    def advance(self, seconds: float) -> None:
        """Let so many seconds have passed for everybody at once; the bot's next tick finds what fell due."""
        self.clock.advance(seconds)

    async def run_here(self, **changes: str) -> str:
        """What `python -m bot` does, in this process: for a start that is refused, loaded already."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment(**changes).items():
                patch.setenv(name, value)
            return await run(read(env_file=None))

    def calls(self, method: str, since: int = 0) -> list[Json]:
        """The Bot API calls of one method after an event's number."""
        return [call for call in self.world.journal.since(since) if call["method"].lower() == method.lower()]

    async def eventually(self, look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
        """What `look` finds, once it finds something true; it looks at every event and every now and then."""
        stirred = asyncio.Event()
        stop = self.world.events.listen(lambda _: stirred.set())
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            while not (found := look()):
                assert asyncio.get_running_loop().time() < deadline, f"not within {seconds:g} s: {what}"
                stirred.clear()
                # Python 3.11's wait_for swallows a cancellation that comes together with an event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await stirred.wait()
        finally:
            stop()
        return found


#: The sandboxes that were opened and not searched for secrets to their end.
OPENED: list[Sandbox] = []


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Sandbox]:
    """Everything the bot talks to, served until the end of the block."""
    clock = SharedClock(folder / "clock")
    world, sites = World(clock.time), all_sites(clock=clock.time)
    world.add_bot(TOKEN)
    for site in sites.values():
        site.shop.times = Times(poll=POLL / 2, cancel=WAIT, lifetime=1200)
    serving = await serve(0, world, sites)
    sandbox = Sandbox(world, sites, serving, folder, clock)
    OPENED.append(sandbox)
    try:
        yield sandbox
    finally:
        sandbox.closed = True
        await serving.close()


def purchases(site: Site) -> list[Journalled]:
    """The calls that spend money, as the site's own ledger knows them."""
    return [call for call in site.ledger.calls if call.method in site.purchases]


def refunds(site: Site, number: Activation) -> list[float]:
    """When a number's price was paid back."""
    entries = site.ledger.entries
    return [entry.at for entry in entries if (entry.kind, entry.number) == ("refund", number.id)]


class BotProcess:
    """The bot with a sandbox around it; `log` is all it ever wrote, over all its lives."""

    def __init__(self, sandbox: Sandbox, *arguments: str, **changes: str) -> None:
        self._sandbox = sandbox
        self._file = sandbox.folder / f"bot-{id(self):x}.log"
        self._order = Order(
            arguments=arguments,
            environment=sandbox.environment(**changes),
            folder=str(sandbox.folder),
            log=str(self._file),
            clock=str(sandbox.clock.file),
        )
        self._child: Child | None = None

    @property
    def log(self) -> str:
        return self._file.read_text() if self._file.exists() else ""

    @property
    def lives(self) -> bool:
        return self._child is not None and not self._child.end.done()

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    async def launch(self) -> None:
        """Start it, and do not wait for anything."""
        self._child = nursery().launch(self._order)

    async def start(self) -> None:
        """Start it over the same database as ever and wait until it listens to people."""
        seq = self._sandbox.world.events.seq
        await self.launch()
        listens = lambda: self._ended() or self._sandbox.calls("getMyCommands", seq)  # noqa: E731
        await self._sandbox.eventually(listens, f"the bot listens; {self.log[-2000:]}", START)
        assert self.lives, self.log[-2000:]

    async def arm(self, point: Failpoint) -> None:
        """Let the running bot end at a failpoint from now on."""
        armed = self._sandbox.folder / ARMED
        armed.write_text(point)
        os.kill(self.pid, signal.SIGUSR1)
        await self._sandbox.eventually(lambda: not armed.exists(), f"{point} is armed")

    async def stop(self, number: int, seconds: float = PATIENCE) -> int:
        """Send a signal; the exit code, within so many seconds."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return await self.ended(seconds)

    async def ended(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; the exit code."""
        return (await self.end(seconds)).code

    async def end(self, seconds: float = PATIENCE) -> End:
        """Wait for its end, and how it was."""
        assert self._child is not None
        async with asyncio.timeout(seconds):
            return await asyncio.shield(asyncio.wrap_future(self._child.end))

    def _ended(self) -> bool:
        return not self.lives


def written(sandbox: Sandbox) -> bytes:
    """Everything the bot wrote anywhere: its files and logs, its calls, and what stands in the chats."""
    files = b"\n".join(content(path) for path in sorted(sandbox.folder.rglob("*")) if path.is_file())
    told = json.dumps([sandbox.human.calls(), sandbox.human.state()], ensure_ascii=False)
    return files + told.encode()


def content(path: Path, begin: int = 0) -> bytes:
    """What a file holds from a byte on; nothing when it is gone, as SQLite's journals come and go."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(begin)
        return file.read()
    return b""
