"""How long statements and transactions take, in the CPU time of the one thread that carries them out.

Made for `tests.quick_sqlite`, whose database works in the thread of the event loop: what a disk takes to
write for good is not in it, and neither is what others do on the machine meanwhile.
"""

import re
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

#: A list is the same statement however long it is.
_SEVERAL = re.compile(r"\(\?(, \?)+\)")


@dataclass(slots=True)
class Stopped:
    """Milliseconds by what was being done: of each statement by its words, and of each transaction."""

    doing: str = ""
    statements: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, str] = field(default_factory=dict)
    transactions: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def at(self, what: str) -> Iterator[None]:
        self.doing = what
        try:
            yield
        finally:
            self.doing = ""

    def listen(self, engine: Engine) -> None:
        """From now on."""

        @event.listens_for(engine, "before_cursor_execute")
        def begins(_c: object, _cursor: object, _s: str, _p: object, context: Any, _many: object) -> None:
            context.began = time.thread_time()

        @event.listens_for(engine, "after_cursor_execute")
        def ends(_c: object, _cursor: object, words: str, _p: object, context: Any, _many: object) -> None:
            asked = _SEVERAL.sub("(?, …)", words)
            self.statements[asked].append((time.thread_time() - context.began) * 1000)
            self.named.setdefault(asked, self.doing)

        @event.listens_for(engine, "begin")
        def opens(connection: Any) -> None:
            connection.info["began"] = time.thread_time()

        @event.listens_for(engine, "commit")
        def closes(connection: Any) -> None:
            self.transactions[self.doing].append((time.thread_time() - connection.info["began"]) * 1000)

    def worst(self) -> list[tuple[float, str]]:
        """The p95 of each statement and what it was asked for, the worst first."""
        found = [(p95(every), self.named[words]) for words, every in self.statements.items()]
        return sorted(found, reverse=True)

    def longest(self, *whats: str) -> float:
        """The longest transaction of these."""
        return max((one for what in whats for one in self.transactions[what]), default=0.0)


def p95(every: list[float]) -> float:
    """Of twenty, nineteen are no more."""
    return sorted(every)[int(len(every) * 0.95)] if len(every) > 1 else every[0]
