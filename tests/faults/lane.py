"""One sandbox and one bot that dies again and again, each time in the middle of another thing."""

import signal
from collections.abc import AsyncIterator
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
from tests.faults.quiet import deliver, quiesce
from tests.faults.sweep_cases import SITES, Case, Scene

#: Real seconds until a bot that did not reach its failpoint is killed where it is; while a provider hangs,
#: seconds from that call on.
LIMIT, HUNG = 3.0, 0.3
#: Real seconds until a press that Telegram brings again must have its answer.
ANSWER = 10.0
#: What is pressed in each scene; where a code comes, it is pressed beside that.
BUTTONS = {
    Scene.BUY: "Buy for",
    Scene.CODE: "Cancel",
    Scene.CANCEL: "Cancel",
    Scene.ANOTHER: "Another SMS",
    Scene.FINISH: "Finish",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended; `reached` when the bot died at the failpoint and not somewhere near it."""

    case: Case
    reached: bool
    findings: Findings
    #: How many codes may have come twice: answers of Telegram that were lost, and a death before a mark.
    allowed: int

    def violations(self) -> list[str]:
        if self.findings.repeated <= self.allowed:
            return self.findings.violations()
        return [*self.findings.violations(), f"{self.findings.repeated} repeated, {self.allowed} allowed"]


class Lane:
    """Goes through cases, one after another."""

    def __init__(self, sandbox: Sandbox, limit: float = LIMIT) -> None:
        self.sandbox, self._limit = sandbox, limit
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
        reached = await self._die(case, deal, number)
        begun = self._books.trying(person.id)
        found = await self._after(deal)
        unmarked = begun > 0 or case.point is Failpoint.AFTER_SEND or not reached
        return Outcome(case, reached, found, self._unanswered(person, seq) + unmarked)

    async def _after(self, deal: Deal) -> Findings:
        """What is left when everything works again."""
        person, answer = deal.person, self.sandbox.human.answer
        await self._bot.start()
        with suppress(AssertionError):
            await self.sandbox.eventually(lambda: all(map(answer, deal.presses)), "they are answered", ANSWER)
        await quiesce(
            *(self.sandbox, self._bot),
            *(lambda: self._ours(person), lambda number: person.showing("🔔", number.code)),
        )
        found = findings(deal)
        found.broken += self._search.found()
        return found

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

    async def _die(self, case: Case, deal: Deal, number: Activation | None) -> bool:
        """Let it die there, or near there; whether it was there."""
        at_start = case.point is Failpoint.IN_RECOVERY
        self._break(case, deal.person)
        await self._bot.arm(Failpoint.AFTER_CALL if at_start else case.point)
        self._act(case, deal, number)
        code = await self._death(case)
        if at_start:
            code = await self._death_at_start(case.point)
        deal.presses = [press for press in deal.presses if press in self._unconfirmed()]
        self.sandbox.human.heal()
        self.sandbox.sites[case.site].control("fault", kind="none")
        return code == KILLED

    def _break(self, case: Case, person: Person) -> None:
        """The provider's call goes wrong once, Telegram's for good."""
        if fault := case.break_site():
            self.sandbox.sites[case.site].control("fault", **fault)
        if fault := case.break_telegram():
            for method in ("sendMessage", "editMessageText"):
                self.sandbox.human.fault(method=method, chat_id=person.id, times=None, **fault)

    async def _death_at_start(self, point: Failpoint) -> int:
        """The exit code of the next life, which the environment lets end while it takes over."""
        bot = BotProcess(self.sandbox, FAILPOINT=point)
        await bot.launch()
        with suppress(TimeoutError):
            await bot.ended(self._limit)
        return await bot.stop(signal.SIGKILL)

    def _act(self, case: Case, deal: Deal, number: Activation | None) -> None:
        """What it dies over is pressed, or comes."""
        times = 2 if case.double else 1
        if case.scene is Scene.CODE and number is not None:
            deliver(self.sandbox, number)
            times -= 1
        deal.presses += [deal.person.click(BUTTONS[case.scene]) for _ in range(times)]

    async def _death(self, case: Case) -> int:
        """Its exit code; it is killed where it is, if it does not get to its failpoint."""
        calls = self.sandbox.sites[case.site].ledger.calls
        before = len(calls)

        def over() -> bool:
            return not self._bot.lives or any(call.fault == "hang" for call in [*calls][before:])

        with suppress(TimeoutError, AssertionError):
            await self.sandbox.eventually(over, "it dies", self._limit)
            await self._bot.ended(HUNG)
        return await self._bot.stop(signal.SIGKILL)

    def _unconfirmed(self) -> set[str]:
        """The presses Telegram brings again, as the bot never came for what follows them."""
        updates = self.sandbox.world.bot().updates.fetch()
        return {update["callback_query"]["id"] for update in updates if "callback_query" in update}

    def _ours(self, person: Person) -> set[str]:
        """The ids of what somebody bought."""
        return {row.provider_id for row in self._books.numbers(person.id) if row.provider_id}

    def _unanswered(self, person: Person, seq: int) -> int:
        """The sends whose answer was lost."""
        calls = self.sandbox.calls("sendMessage", seq)
        errors = [str(call["error"]) for call in calls if call["params"]["chat_id"] == person.id]
        return len([error for error in errors if error.startswith("fault") and "429" not in error])


@asynccontextmanager
async def lane(folder: Path, limit: float = LIMIT) -> AsyncIterator[Lane]:
    """A fresh one, with nobody in it and money for everybody."""
    async with opened(folder) as sandbox:
        for site in SITES:
            sandbox.sites[site].control("balance", amount=1_000_000)
        made = Lane(sandbox, limit)
        try:
            yield made
        finally:
            await made.close()
