"""The bot's own books, its database, read beside the running bot. Moments are seconds since 1970."""

import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.models import State
from storage.outbox import PARKED, TRYING

#: Seconds to wait for the bot's transaction.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Number:
    """A row of `activations`; `card` is the message it hangs on, `called_at` when it was about to be paid."""

    state: State
    reason: str
    provider: str
    provider_id: str | None
    card: int | None
    created_at: float
    called_at: float | None


@dataclass(frozen=True, slots=True)
class Books:
    """The database of one sandbox."""

    database: Path

    def numbers(self, chat_id: int) -> list[Number]:
        """What a chat ever wanted to buy, oldest first."""
        found = self._read(
            "SELECT state, reason, provider, provider_id, card_message_id, created_at, called_at"
            " FROM activations WHERE chat_id = ? ORDER BY created_at",
            chat_id,
        )
        return [Number(State(state), *others) for state, *others in found]

    def looks(self) -> list[float]:
        """When each number is looked at next."""
        return self._moments("SELECT next_poll_at FROM activations WHERE next_poll_at IS NOT NULL")

    def unsaid(self, until: float = math.inf) -> list[float]:
        """When each waiting row of the outbox is tried next, in a chat that takes it then.

        What was said and will only look different by then does not wait after `until`.
        """
        return self._moments(
            "SELECT max(next_try_at, coalesce(blocked_until, next_try_at)) FROM outbox"
            " LEFT JOIN chats ON chats.id = outbox.chat_id WHERE next_try_at IS NOT NULL AND failure != ?"
            " AND (sent_at IS NULL OR next_try_at <= ?)",
            *(PARKED, until),
        )

    def trying(self, chat_id: int) -> int:
        """How many of its rows were being sent when the bot died."""
        marks = ", ".join("?" * len(TRYING))
        query = f"SELECT id FROM outbox WHERE chat_id = ? AND failure IN ({marks})"  # noqa: S608
        return len(self._read(query, chat_id, *TRYING))

    def undecided(self) -> list[float]:
        """When each number is looked at next whose purchase, or cancel, has no end yet."""
        return self._moments(
            "SELECT coalesce(next_poll_at, created_at) FROM activations WHERE state IN (?, ?)"
            " OR (state = ? AND next_poll_at IS NOT NULL)",
            *(State.BUYING, State.CANCELLING, State.UNKNOWN),
        )

    def wrong(self) -> list[str]:
        """What SQLite says against the file."""
        found = [str(row[0]) for row in self._read("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"a foreign key of {row[0]}" for row in self._read("PRAGMA foreign_key_check")]

    def _moments(self, sql: str, *values: object) -> list[float]:
        return [moment for (moment,) in self._read(sql, *values)]

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        uri = f"{self.database.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as connection:
            return connection.execute(sql, values).fetchall()
