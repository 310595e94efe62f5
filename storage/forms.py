"""Forms: what a person was asked to type, until it was typed or its time is over. Never holds a key."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from storage.absent import Absent
from storage.database import Database
from storage.models import Form
from storage.sight import Sight

#: Characters of JSON; the column is no wider.
LONGEST = 2048

_ONE = Sight(select(Form).where(Form.chat_id == bindparam("chat_id"), Form.user_id == bindparam("user_id")))


class FormStore:
    """One open form per person and chat: a state's name and a small JSON object.

    Most people have none, and every update asks: of whom it is known is at hand.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._without: Absent[tuple[int, int]] = Absent()

    async def get(
        self, chat_id: int, user_id: int, now: datetime
    ) -> tuple[str | None, dict[str, Any]] | None:
        """The state and data put last; None when there are none or their time is over."""
        if (chat_id, user_id) in self._without:
            return None
        since = self._without.since()
        row = await self._database.see_one(_ONE, chat_id=chat_id, user_id=user_id)
        if row is None:
            self._without.note((chat_id, user_id), since)
        if row is None or row.expires_at <= now:
            return None
        return row.state, json.loads(row.data)

    async def put(
        self, chat_id: int, user_id: int, state: str | None, data: dict[str, Any], expires_at: datetime
    ) -> None:
        """Replace what was there. ValueError when the data is longer than 2048 characters of JSON."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if len(text) > LONGEST:
            raise ValueError(f"a form holds {LONGEST} characters, not {len(text)}")
        row = Form(chat_id=chat_id, user_id=user_id, state=state, data=text, expires_at=expires_at)
        with self._without.changing((chat_id, user_id)):
            async with self._database.begin() as session:
                await session.merge(row)

    async def drop(self, chat_id: int, user_id: int) -> None:
        async with self._database.begin() as session:
            await session.execute(delete(Form).where(Form.chat_id == chat_id, Form.user_id == user_id))

    def moved(self) -> None:
        """A chat's forms are another chat's now."""
        self._without.doubt_all()

    async def sweep(self, now: datetime) -> None:
        """Forget what nobody typed in time."""
        async with self._database.begin() as session:
            await session.execute(delete(Form).where(Form.expires_at <= now))
