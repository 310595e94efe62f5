"""`make broadcast`: one message to 5,000 chats, of which some blocked the bot and some meet a flood limit.

The bot is killed twice and a code comes meanwhile; then every copy is counted. The exit code is 1 if anything
was wrong.
"""

import argparse
import asyncio
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.herald import AT_ONCE
from bot.sandbox.telegram.wire import Json
from tests.faults.announcing import announce, people_come
from tests.faults.harness import BotProcess, Sandbox, opened
from tests.faults.person import Person
from tests.guard import only_this_machine

SITE = "smsbower"
NEWS = "We moved: the new address is below"
CODE = "731904"
#: Telegram's pace, what a code may take, and how long the whole may take beside that pace.
A_SECOND, IN_TIME, PATIENCE = 30, 2.0, 150.0
#: Seconds of a flood limit.
FLOOD = 1


@dataclass(slots=True)
class Count:
    """What came of it; `wrong` are sentences."""

    living: int = 0
    reached: int = 0
    twice: int = 0
    unsure: int = 0
    blocked: int = 0
    told_blocked: int = 0
    most: int = 0
    most_to_one: int = 0
    floods: int = 0
    shown: int = 0
    code: float = 0.0
    before_code: int = 0
    took: float = 0.0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            f"{self.reached} of {self.living} living chats got exactly one copy, {self.twice} got more;",
            f"{self.unsure} were told as unsure after {self.kills} kills;",
            f"{self.told_blocked} of {self.blocked} who blocked the bot were marked; {self.floods} floods;",
            f"at most {self.most} messages in any second, {self.most_to_one} of them to one chat;",
            f"how far it is was shown {self.shown} times; a code took {self.code:.2f} s,",
            f"and {self.before_code} copies left between its coming and its sending;",
            f"all took {self.took:.0f} s",
            *self.wrong,
        ]


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator is told, what each row says, who is lost; `figures`: sent, blocked, unsure, failed.

    Who blocked the bot while it was killed over their copy may be unsure: nobody heard the refusal.
    """

    figures: tuple[int, int, int, int]
    fates: Sequence[tuple[int, str]]
    lost: set[int]

    @property
    def unsure(self) -> set[int]:
        return self._who("Unsure")

    def _who(self, fate: str) -> set[int]:
        return {chat_id for chat_id, said in self.fates if said == fate}

    def wrong(self, audience: set[int], gone: set[int]) -> dict[str, bool]:
        """Sentences, and whether each is not so."""
        sent, blocked = self._who("Sent"), self._who("Blocked")
        rows = (len(sent), len(blocked), len(self.unsure), 0)
        return {
            f"{self.figures} told, {rows} in the rows": self.figures == rows,
            "not everybody has one row": sorted(chat_id for chat_id, _ in self.fates) == sorted(audience),
            "somebody is neither sent, blocked nor unsure": sent | blocked | self.unsure == audience,
            "told as sent to who blocked the bot": not sent & gone,
            "told as blocked who did not": blocked | self.lost <= gone,
            "told as blocked and not marked": blocked <= self.lost,
            "blocked, not marked and not unsure": gone - self.lost <= self.unsure,
        }


@dataclass(slots=True)
class Announcement:
    """One broadcast in one sandbox; `timed`: nothing else keeps this machine busy, so that seconds count."""

    sandbox: Sandbox
    size: int
    blocked: int
    floods: int
    kills: int
    timed: bool = False
    count: Count = field(default_factory=Count)
    _operator: Person = field(init=False)
    _bot: BotProcess = field(init=False)
    _living: list[int] = field(init=False, default_factory=list)
    _gone: list[int] = field(init=False, default_factory=list)
    _buyer: int = field(init=False)

    async def run(self) -> Count:
        """Let it all happen, then count."""
        self._operator = Person(self.sandbox, "Olga")
        self._bot = BotProcess(self.sandbox, ADMIN_IDS=str(self._operator.id))
        await self._bot.start()
        ann = Person(self.sandbox, "Ann")
        self._buyer = ann.id
        await ann.connect(SITE)
        number = await ann.buy(SITE)
        self._people_come()
        began = time.monotonic()
        await announce(self._operator, NEWS)
        await self._until(self.size // 4)
        self.count.code = await self._code_comes(ann, number.id)
        for each in range(1, self.kills + 1):
            await self._until(self.size // 4 + each * self.size // 2 // (self.kills + 1))
            await self._bot.stop(signal.SIGKILL)
            await self._bot.start()
            self.count.kills += 1
        await self._operator.sees("Broadcast", "· sent", seconds=self.size / A_SECOND + PATIENCE)
        self.count.took = time.monotonic() - began
        self._reckon()
        await self._bot.stop(signal.SIGTERM)
        return self.count

    def _people_come(self) -> None:
        """They pressed START some time ago; some meet a flood limit."""
        self._living, self._gone = people_come(self.sandbox, self.size, self.blocked)
        for at in range(self.floods):
            flooded = self._living[at * len(self._living) // self.floods]
            self.sandbox.human.fault("copyMessage", flooded, retry_after=FLOOD)

    async def _until(self, copies: int) -> None:
        """So many chats have their copy."""
        enough = lambda: len(self._copies()) >= copies  # noqa: E731
        await self.sandbox.eventually(enough, f"{copies} copies", self.size / A_SECOND + PATIENCE)

    async def _code_comes(self, ann: Person, number: str) -> float:
        """Seconds from the provider to the chat."""
        began, before = time.monotonic(), len(self._copies())
        self.sandbox.sites[SITE].control("sms", id=number, code=CODE)
        await ann.sees("🔔", CODE)
        took = time.monotonic() - began
        said = next(call for call in self.sandbox.calls("sendMessage") if CODE in str(call["params"]))
        self.count.before_code = sum(copy["seq"] < said["seq"] for copy in self._copies()) - before
        return took

    # Counting

    def _copies(self) -> Sequence[Json]:
        """The calls that put a copy into a chat."""
        return [call for call in self.sandbox.calls("copyMessage") if call["ok"]]

    def _reckon(self) -> None:
        count, pace = self.count, self.sandbox.human.pace()
        had = Counter({chat_id: self._had(chat_id) for chat_id in (*self._living, *self._gone)})
        count.living, count.blocked, count.floods = len(self._living), len(self._gone), self.floods
        count.reached = sum(had[chat_id] == 1 for chat_id in self._living)
        count.twice = sum(copies > 1 for copies in had.values())
        count.most, count.most_to_one = pace["second"], self._most_to_one()
        count.shown = self._shown()
        told = self._told()
        count.unsure, count.told_blocked = len(told.unsure), len(told.lost)
        missed = {chat_id for chat_id in self._living if not had[chat_id]}
        found = {
            **told.wrong({*had} | {self._operator.id, self._buyer}, {*self._gone}),
            f"{len(missed - told.unsure)} chats got nothing, and nobody says so": missed <= told.unsure,
            "who blocked the bot got a copy": not any(had[chat_id] for chat_id in self._gone),
            "somebody got two copies": not count.twice,
            "more are unsure than were under way": count.unsure <= AT_ONCE * self.kills,
            # What left evenly is heard in bunches where other tests keep the machine busy.
            "faster than Telegram lets": count.most <= (A_SECOND if self.timed else A_SECOND * 1.5),
            "faster than a chat is written to": count.most_to_one <= 1,
            "a code came late": count.code <= IN_TIME or not self.timed,
            "copies went before a code": count.before_code <= A_SECOND * IN_TIME,
        }
        count.wrong += [f"WRONG: {words}" for words, right in found.items() if not right]

    def _told(self) -> Told:
        columns = "SELECT sent, blocked, unsure, failed FROM broadcasts"
        with closing(sqlite3.connect(self.sandbox.database, timeout=10)) as file:
            [figures] = file.execute(columns)
            rows = file.execute("SELECT chat_id, failure, sent_at FROM outbox WHERE broadcast IS NOT NULL")
            fates = [
                (chat_id, "Sent" if sent_at and not failure else failure)
                for chat_id, failure, sent_at in rows
            ]
            lost = {chat_id for (chat_id,) in file.execute("SELECT id FROM chats WHERE unreachable_at > 0")}
        return Told(figures, fates, lost)

    def _had(self, chat_id: int) -> int:
        messages = self.sandbox.world.chats[chat_id].messages.values()
        return sum(message.get("text") == NEWS for message in messages)

    def _most_to_one(self) -> int:
        """Of copies, in any second."""
        last: dict[int, float] = {}
        close = 0
        for call in self.sandbox.calls("copyMessage"):
            chat_id = int(call["params"]["chat_id"])
            close += call["at"] - last.get(chat_id, 0.0) < 1.0
            last[chat_id] = call["at"]
        return 2 if close else 1

    def _shown(self) -> int:
        edits = self.sandbox.calls("editMessageText")
        return sum(str(call["params"].get("chat_id")) == str(self._operator.id) for call in edits)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make broadcast", description=__doc__)
    parser.add_argument("--size", type=int, default=5000)
    given = parser.parse_args()
    only_this_machine()

    async def announce() -> Count:
        with tempfile.TemporaryDirectory(prefix="codebell-broadcast-") as folder:
            async with opened(Path(folder)) as sandbox:
                size = given.size
                return await Announcement(sandbox, size, size * 3 // 50, size // 500, 2, timed=True).run()

    count = asyncio.run(announce())
    sys.stdout.write("".join(f"{line}\n" for line in count.lines()))
    return 1 if count.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
