"""How the providers are, by our own calls alone: up, slow or down, and since when. Nobody asks one for that.

A definite no is an answer; no answer, a server error or one that nobody understands is none. What a provider
cannot do at all is refused in this process: that says nothing of it. Kept in memory: a new process finds out
anew.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
from statistics import median

from bot.clock import Clock
from bot.errors import CodebellError, Unclear
from bot.providers.observed import Call

log = logging.getLogger(__name__)

#: So many calls in a row without an answer, and a provider is down; one answer, and it is up.
DOWN_AFTER = 3
#: Half of the last answers took longer than this, in seconds: it is slow.
SLOW = 4.0
#: Answers whose times are remembered, and how many of them tell that a provider is slow.
REMEMBERED, ENOUGH = 50, 5
#: Who breaks a call off after so many seconds had waited for an answer.
_WAITED = 3.0


class Pulse(StrEnum):
    """How a provider is."""

    #: Nobody has asked it anything yet.
    UNASKED = "unasked"
    UP = "up"
    SLOW = "slow"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Report:
    """A provider (by its name) as our calls found it; seconds of its last answers, None where none came.

    `since` is when it came to be so, `failures` how many calls in a row had no answer, `reason` the name of
    the last such error, "" while there was none.
    """

    provider: str
    pulse: Pulse
    since: datetime | None
    calls: int
    unanswered: int
    failures: int
    reason: str
    middle: float | None
    slowest: float | None


#: Called with a provider's name, how it is now, and since when.
Changed = Callable[[str, Pulse, datetime], None]


@dataclass(slots=True)
class _Chart:
    """What is remembered of one provider."""

    pulse: Pulse = Pulse.UNASKED
    since: datetime | None = None
    calls: int = 0
    unanswered: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    reason: str = ""
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    @property
    def found(self) -> Pulse:
        if self.failures >= DOWN_AFTER:
            return Pulse.DOWN
        if self.failures:
            return self.pulse
        slow = len(self.seconds) >= ENOUGH and median(self.seconds) > SLOW
        return Pulse.SLOW if slow else Pulse.UP


class Health:
    """Hears of every call to every provider."""

    def __init__(self, names: Sequence[str], clock: Clock) -> None:
        self._clock = clock
        self._charts = {name: _Chart() for name in names}
        self._listeners: list[Changed] = []

    def listen(self, changed: Changed) -> None:
        """From now on tell somebody when a provider goes down, comes up or slows down."""
        self._listeners.append(changed)

    def report(self) -> Sequence[Report]:
        """Every provider, in the order they are known."""
        return [_report(name, chart) for name, chart in self._charts.items()]

    def answered(self, name: str, seconds: float) -> None:
        """A provider answered, yes or no, after so many seconds."""
        chart = self._charts[name]
        chart.calls += 1
        chart.failures, chart.failing_since = 0, None
        chart.seconds.append(seconds)
        self._weigh(name, chart, self._clock())

    def failed(self, name: str, reason: str) -> None:
        """A provider gave no answer that anybody understands."""
        chart = self._charts[name]
        chart.calls += 1
        chart.unanswered += 1
        chart.failures += 1
        chart.failing_since = chart.failing_since or self._clock()
        chart.reason = reason
        self._weigh(name, chart, chart.failing_since)

    async def hear(self, call: Call) -> None:
        """A call of a provider ended; a mistake of ours says nothing of it."""
        match call.error:
            case _ if not call.went_out:
                return
            case None:
                self.answered(call.provider, call.seconds)
            case Unclear():
                self.failed(call.provider, type(call.error).__name__)
            case CodebellError():
                self.answered(call.provider, call.seconds)
            case asyncio.CancelledError() if call.seconds >= _WAITED:
                self.failed(call.provider, "Unavailable")

    def _weigh(self, name: str, chart: _Chart, since: datetime) -> None:
        found = chart.found
        if found is chart.pulse:
            return
        first = chart.pulse is Pulse.UNASKED
        chart.pulse, chart.since = found, since
        if not first or found is not Pulse.UP:
            self._tell(name, found, since)

    def _tell(self, name: str, pulse: Pulse, since: datetime) -> None:
        log.info("%s is %s", name, pulse)
        for changed in self._listeners:
            try:
                changed(name, pulse, since)
            except Exception:
                log.exception("nobody was told that %s is %s", name, pulse)


def _report(name: str, chart: _Chart) -> Report:
    told = sorted(chart.seconds)
    slowest = told[ceil(0.95 * len(told)) - 1] if told else None
    return Report(
        provider=name,
        pulse=chart.pulse,
        since=chart.since,
        calls=chart.calls,
        unanswered=chart.unanswered,
        failures=chart.failures,
        reason=chart.reason,
        middle=median(told) if told else None,
        slowest=slowest,
    )
