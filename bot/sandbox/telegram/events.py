"""What the chat page is told as it happens, and the journal of every Bot API call."""

from collections import deque
from collections.abc import Callable

from bot.sandbox.telegram.wire import Json

Listener = Callable[[Json], None]


class Events:
    """Numbers every change and tells the listeners; `seq` is the number of the last one."""

    def __init__(self) -> None:
        self.seq = 0
        self._listeners: list[Listener] = []

    def tell(self, kind: str, **body: object) -> int:
        """Tell the listeners; the answer is the number of this change."""
        self.seq += 1
        number = self.seq
        for listener in tuple(self._listeners):
            listener({"seq": number, "type": kind, **body})
        return number

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; the answer stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


class Journal:
    """The last calls of the Bot API, oldest first. The token is never part of an entry."""

    def __init__(self, events: Events, clock: Callable[[], float], size: int = 10_000) -> None:
        self._events = events
        self._clock = clock
        self._calls: deque[Json] = deque(maxlen=size)

    def note(self, method: str, params: Json, error: str | None) -> None:
        """Write down a call that was answered; its `seq` is the number of the event that tells of it."""
        entry: Json = {"at": self._clock(), "method": method, "params": params}
        entry |= {"ok": error is None, "error": error}
        self._calls.append({"seq": self._events.tell("call", **entry), **entry})

    def since(self, seq: int) -> list[Json]:
        """The entries with a higher `seq`."""
        return [entry for entry in self._calls if entry["seq"] > seq]
