"""The moments at which a house has something to do, read past the bot: it is asked often."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

LOOKS = tuple((table, "next_poll_at") for table in ("activations", "rentals", "messages", "watches"))
POSTS = (("outbox", "next_try_at"),)
FLOODS = (("chats", "blocked_until"),)


class Moments:
    """What stands in the columns that are the bot's clock."""

    def __init__(self, path: Path | None) -> None:
        self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def any_look(self, until: datetime) -> bool:
        """Whether the watcher has something to look at."""
        return any(look <= until.timestamp() for look in self._in(*LOOKS))

    def any_post(self, until: datetime) -> bool:
        """Whether something in the outbox has its time."""
        return any(post <= until.timestamp() for post in self._in(*POSTS))

    def any_broadcast(self) -> bool:
        """Whether a broadcast goes out, or its copies are being changed."""
        going = "SELECT EXISTS (SELECT 1 FROM broadcasts WHERE state = 'running' OR changing != '')"
        return bool(self._file.execute(going).fetchone()[0])

    def next(self, now: datetime) -> datetime | None:
        """The first moment after this one."""
        later = [moment for moment in self._in(*LOOKS, *POSTS, *FLOODS) if moment > now.timestamp()]
        return datetime.fromtimestamp(min(later), UTC) if later else None

    def close(self) -> None:
        self._file.close()

    def _in(self, *columns: tuple[str, str]) -> list[float]:
        queries = (f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL" for table, column in columns)  # noqa: S608
        return [moment for (moment,) in self._file.execute(" UNION ALL ".join(queries))]
