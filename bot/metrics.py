"""Figures for Prometheus, on a port of this machine alone; labels hold kinds and names, never an id.

They are counted always, and served where METRICS_PORT is set: by a thread of its own, so that a scraper that
hangs holds up nobody. What stands in the database is read every few seconds, not at the scraper's wish.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.process_collector import ProcessCollector

from bot.clock import Clock
from bot.errors import CodebellError, SettingsError, Unclear
from bot.providers.observed import Call
from storage.gauges import Gauges

#: Nobody else's business: who wants the figures elsewhere brings their own way.
HOST = "127.0.0.1"
#: Seconds between two looks at what stands in the database.
EVERY = 15.0
_CALLS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)
_LATE = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """The figures of one bot."""

    def __init__(self, gauges: Gauges, clock: Clock) -> None:
        self._gauges, self._clock = gauges, clock
        self.registry = registry = CollectorRegistry()
        self._updates = Counter("codebell_updates", "Updates handled", ["kind", "outcome"], registry=registry)
        self._telegram = Counter(
            "codebell_telegram_calls", "Calls of the Bot API", ["method", "outcome"], registry=registry
        )
        self._floods = Counter("codebell_telegram_floods", "Answers 429 of the Bot API", registry=registry)
        self._calls = Histogram(
            "codebell_provider_call_seconds",
            "Calls of providers: answered, refused (a definite no), unclear (no answer to rely on), "
            "broken off (nobody waited any longer), or failed (a mistake of the bot)",
            ["provider", "outcome"],
            buckets=_CALLS,
            registry=registry,
        )
        self._ticks = Counter("codebell_ticks", "Ticks by name", ["tick", "outcome"], registry=registry)
        self._late = Histogram(
            "codebell_look_late_seconds", "How late looks at numbers are", buckets=_LATE, registry=registry
        )
        self._numbers = Gauge("codebell_open_numbers", "Open numbers", ["state"], registry=registry)
        self._due = Gauge("codebell_outbox_due", "Messages that are due", registry=registry)
        self._oldest = Gauge("codebell_outbox_oldest_seconds", "How long one waits", registry=registry)
        self._size = Gauge("codebell_database_bytes", "Size of the database file", registry=registry)
        self._tasks = Gauge("codebell_tasks", "What goes on side by side in the bot", registry=registry)
        self._threads = Gauge("codebell_threads", "Threads of the bot", registry=registry)
        ProcessCollector(registry=registry)

    def tick(self, name: str) -> None:
        self._ticks.labels(name, "done").inc()

    def tick_failed(self, name: str) -> None:
        self._ticks.labels(name, "failed").inc()

    def late(self, seconds: float) -> None:
        """A look at a number that was due so long ago."""
        self._late.observe(max(0.0, seconds))

    async def look(self) -> None:
        """Read what stands in the database, and what goes on."""
        self._tasks.set(len(asyncio.all_tasks()))
        self._threads.set(threading.active_count())
        levels = await self._gauges.read(self._clock())
        for state, count in levels.numbers.items():
            self._numbers.labels(state).set(count)
        self._due.set(levels.due)
        self._oldest.set(levels.oldest)
        self._size.set(self._gauges.size())

    async def count_update(
        self, handler: Callable[[Any, dict[str, Any]], Awaitable[Any]], update: Any, data: dict[str, Any]
    ) -> Any:
        """A dispatcher's middleware."""
        kind = next((name for name in update.model_fields_set if name != "update_id"), "none")
        return await _counted(
            handler(update, data), lambda outcome: self._updates.labels(kind, outcome).inc()
        )

    async def count_call(
        self, make_request: Callable[[Any, Any], Awaitable[Any]], bot: Any, method: Any
    ) -> Any:
        """A middleware of the session to Telegram."""

        def note(outcome: str) -> None:
            self._telegram.labels(method.__api_method__, outcome).inc()
            if outcome == "TelegramRetryAfter":
                self._floods.inc()

        return await _counted(make_request(bot, method), note)

    async def hear(self, call: Call) -> None:
        """A call of a provider ended."""
        if call.went_out:
            self._calls.labels(call.provider, _how(call.error)).observe(call.seconds)


async def _counted(work: Awaitable[Any], note: Callable[[str], None]) -> Any:
    """What was done, once it is known how it went: `done`, or the name of the error."""
    outcome = "done"
    try:
        return await work
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        note(outcome)


def _how(error: BaseException | None) -> str:
    """How a call ended, as its figure calls it."""
    match error:
        case None:
            return "answered"
        case Unclear():
            return "unclear"
        case CodebellError():
            return "refused"
        case Exception():
            return "failed"
    return "broken off"


class Server:
    """Serves the figures, from a thread of its own, while it is open."""

    def __init__(self, metrics: Metrics, port: int | None) -> None:
        self._registry = metrics.registry
        self._port = port
        self._open: tuple[WSGIServer, threading.Thread] | None = None

    @property
    def are_wanted(self) -> bool:
        """Whether anybody can ask for them."""
        return self._port is not None

    def open(self) -> None:
        """SettingsError where the port cannot be had; without a port nothing is served."""
        if self._port is None:
            return
        try:
            self._open = start_http_server(self._port, HOST, registry=self._registry)
        except OSError as error:
            raise SettingsError(f"METRICS_PORT: {self._port} cannot be used ({error.strerror})") from None

    def close(self) -> None:
        if self._open is None:
            return
        server, thread = self._open
        self._open = None
        server.shutdown()
        server.server_close()
        thread.join()
