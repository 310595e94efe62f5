"""Keys in use whose balance nobody told for a while: found every minute, among all keys, a few at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, or_, select

from storage.database import Database
from storage.models import Key
from storage.windows import Windowed

#: Before and after every id.
_FIRST, _LAST = "", "~"
_LOOKED_AT = 2000
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unasked:
    """A key, and since when its balance is known; None where it is not, as something was bought since."""

    id: str
    provider: str
    balance_at: datetime | None


_STALE = or_(Key.balance_at.is_(None), Key.balance_at < bindparam("asked_before"))
_IN_USE = Key.removed_at.is_(None), Key.used_at > bindparam("used_since")
_TOLD = select(Key.id, Key.provider, Key.balance_at).where(*_IN_USE, _STALE)
_KEYS = Windowed(Key.id, _TOLD.where, size=_LOOKED_AT)


async def unasked(database: Database, used_since: datetime, asked_before: datetime) -> Sequence[Unasked]:
    """The longest first."""
    given = {"used_since": used_since, "asked_before": asked_before}
    found = [Unasked(*row) async for some in _KEYS.read(database, _FIRST, _LAST, **given) for row in some]
    return sorted(found, key=lambda key: (key.balance_at or _NEVER, key.id))
