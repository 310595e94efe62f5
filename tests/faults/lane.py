"""One sandbox and one bot that dies again and again, each time in the middle of another thing."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.failpoints import KILLED, Failpoint
from bot.sandbox.sites.activation import Activation
from tests.faults.books import Books
from tests.faults.harness import WAIT, BotProcess, Sandbox, opened
from tests.faults.invariants import Deal, Findings, findings
from tests.faults.leaks import Search
from tests.faults.person import Person
from tests.faults.sweep_cases import Case, Scene

#: Real seconds until a bot that did not reach its failpoint is killed where it is; while a provider hangs,
#: seconds from that call on.
LIMIT, HUNG = 3.0, 0.3
#: Real seconds until a bot that has nothing to wait for must be quiet; a tick comes every second.
QUIET, TICK = 40.0, 1.3
#: Seconds after which the provider and we have nothing to do with a number any more.
OVER = 3600.0
BEFORE_BOUGHT = frozenset({Scene.BUY})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended; `reached` when the bot died at the failpoint and not somewhere near it."""

    case: Case
    reached: bool
    findings: Findings
    #: How many codes may have come twice: answers of Telegram that were lost, and a death before the mark.
    allowed: int

    def violations(self) -> list[str]:
        if self.findings.repeated <= self.allowed:
            return self.findings.violations()
        return [*self.findings.violations(), f"{self.findings.repeated} repeated, {self.allowed} allowed"]


class Lane:
    """Goes through cases, one after another."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._bot = BotProcess(sandbox)
        self._books = Books(sandbox.database)
        self._search = Search(sandbox)

    async def run(self, case: Case) -> Outcome:
        """One death, and what is left of it when everything works again and is quiet."""
        if not self._bot.lives:
            await self._bot.start()
        person = Person(self.sandbox)
        await person.connect(case.site)
        deal = Deal(self.sandbox, person, case.site)
        number = await self._prepare(case, person)
        seq = self.sandbox.world.events.seq
        reached = await self._die(case, person, number)
        await self._bot.start()
        await quiesce(
            self.sandbox,
            self._bot,
            lambda: self._ours(person),
            lambda number: person.showing("🔔", number.code),
        )
        found = findings(deal)
        found.broken += self._search.found()
        return Outcome(case, reached, found, self._ambiguous(case, reached, person, seq))

    async def close(self) -> None:
        if self._bot.lives:
            await self._bot.stop(signal.SIGKILL)

    # Before it dies

    async def _prepare(self, case: Case, person: Person) -> Activation | None:
        """As far as the thing it dies over."""
        if case.scene is Scene.BUY:
            await person.choose(case.site)
            return None
        number = await person.buy(case.site)
        if case.scene in (Scene.ANOTHER, Scene.FINISH):
            deliver(self.sandbox, number)
            await person.sees("🔔", number.code)
        elif case.scene is Scene.CANCEL or case.double:
            self.sandbox.advance(WAIT + 1)
        return number

    async def _die(self, case: Case, person: Person, number: Activation | None) -> bool:
        """Let it die there, or near there; whether it was there."""
        site, recovery = self.sandbox.sites[case.site], case.point is Failpoint.IN_RECOVERY
        if fault := case.break_site():
            site.control("fault", **fault)
        if fault := case.break_telegram():
            for method in ("sendMessage", "editMessageText"):
                self.sandbox.human.fault(method=method, chat_id=person.id, times=None, **fault)
        await self._bot.arm(Failpoint.AFTER_CALL if recovery else case.point)
        self._act(case, person, number)
        code = await self._death(case)
        if recovery:
            again = BotProcess(self.sandbox, FAILPOINT=case.point)
            await again.launch()
            with suppress(TimeoutError):
                await again.ended(LIMIT)
            code = await again.stop(signal.SIGKILL)
        self.sandbox.human.heal()
        site.control("fault", kind="none")
        return code == KILLED

    def _act(self, case: Case, person: Person, number: Activation | None) -> None:
        times = 2 if case.double else 1
        match case.scene:
            case Scene.BUY:
                _press(person, "Buy for", times)
            case Scene.CODE if number is not None:
                deliver(self.sandbox, number)
                _press(person, "Cancel", times - 1)
            case Scene.CANCEL:
                _press(person, "Cancel", times)
            case Scene.ANOTHER:
                _press(person, "Another SMS", times)
            case Scene.FINISH:
                _press(person, "Finish", times)

    async def _death(self, case: Case) -> int:
        """Its exit code; it is killed where it is, if it does not get to its failpoint."""
        calls = self.sandbox.sites[case.site].ledger.calls
        before = len(calls)
        over = lambda: not self._bot.lives or any(call.fault == "hang" for call in [*calls][before:])  # noqa: E731
        with suppress(TimeoutError, AssertionError):
            await self.sandbox.eventually(over, "it dies", LIMIT)
            await self._bot.ended(HUNG)
        return await self._bot.stop(signal.SIGKILL)

    def _ours(self, person: Person) -> set[str]:
        """The ids of what somebody bought."""
        return {row.provider_id for row in self._books.numbers(person.id) if row.provider_id}

    def _ambiguous(self, case: Case, reached: bool, person: Person, seq: int) -> int:
        """The sends whose answer was lost, and the one a death may have come after."""
        sends = [
            call for call in self.sandbox.calls("sendMessage", seq) if call["params"]["chat_id"] == person.id
        ]
        lost = [
            call for call in sends if str(call["error"]).startswith("fault") and "429" not in call["error"]
        ]
        return len(lost) + (case.point is Failpoint.AFTER_SEND or not reached)


def _press(person: Person, label: str, times: int) -> None:
    for _ in range(times):
        person.click(label)


def deliver(sandbox: Sandbox, number: Activation) -> None:
    """Let a code come to a number, a new one each time."""
    (site,) = (site for site in sandbox.sites.values() if site.shop.sold.get(number.id) is number)
    site.control("sms", id=number.id, code=f"{secrets.randbelow(900_000) + 100_000}")


async def quiesce(
    sandbox: Sandbox, bot: BotProcess, ours: Callable[[], set[str]], rang: Callable[[Activation], object]
) -> None:
    """Let everything find its end: what is undecided, then a code for what waits, then the end of time.

    `ours` are the ids of the numbers the bot has by then, `rang` whether a number's newest code rang.
    """
    books = Books(sandbox.database)
    await _until_none(sandbox, bot, lambda: books.undecided() + books.unsaid())
    known = ours()
    sold = [number for site in sandbox.sites.values() for number in site.shop.sold.values()]
    waiting = [number for number in sold if number.listening and number.id in known]
    for number in waiting:
        deliver(sandbox, number)
    await sandbox.eventually(lambda: all(map(rang, waiting)), "the codes ring")
    sandbox.advance(OVER)
    await _until_none(sandbox, bot, lambda: books.looks() + books.unsaid())


async def _until_none(sandbox: Sandbox, bot: BotProcess, due: Callable[[], list[float]]) -> None:
    """Put the clock forward to what is due next, until nothing is."""
    deadline = asyncio.get_running_loop().time() + QUIET
    while moments := due():
        assert asyncio.get_running_loop().time() < deadline, f"not quiet: {moments}; {bot.log[-2000:]}"
        await _let_pass(sandbox, moments, due)


async def _let_pass(sandbox: Sandbox, moments: list[float], due: Callable[[], list[float]]) -> None:
    """The time until the first of these moments, and a little until something is done about it."""
    if (ahead := min(moments) - sandbox.clock.time()) > 0:
        sandbox.advance(ahead)
    with suppress(AssertionError):
        await sandbox.eventually(lambda: due() != moments, "something is done", TICK)


@asynccontextmanager
async def lane(folder: Path) -> AsyncIterator[Lane]:
    """A fresh one, with nobody in it."""
    async with opened(folder) as sandbox:
        made = Lane(sandbox)
        try:
            yield made
        finally:
            await made.close()
