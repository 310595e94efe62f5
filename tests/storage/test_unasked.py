"""Keys whose balance nobody told for a while: those in use alone, the longest first."""

from datetime import timedelta

from pydantic import SecretStr

from storage.database import Database
from storage.keys import KeyStore
from storage.models import Key
from storage.unasked import Unasked
from storage.vault import Vault
from tests.storage.shelf import MASTER, NOW

HOUR = timedelta(hours=1)


async def kept(database: Database, label: str, **more: object) -> str:
    """A key that was used just now and whose balance was told two hours ago; its id."""
    values = {"used_at": NOW, "balance_at": NOW - 2 * HOUR, **more}
    keys = KeyStore(database, Vault([MASTER]))
    row = await keys.add(1, "smsbower", label, SecretStr(f"a-secret-of-{label}"), None, "", NOW)
    async with database.begin() as session:
        found = await session.get_one(Key, row.id)
        for name, value in values.items():
            setattr(found, name, value)
    return row.id


async def test_keys_in_use_are_told_the_longest_unasked_first(database: Database) -> None:
    told = {"yesterday": NOW - 24 * HOUR, "before": NOW - 3 * HOUR, "never": None, "since": NOW - 2 * HOUR}
    ids = {label: await kept(database, label, balance_at=at) for label, at in told.items()}
    found = await KeyStore(database, Vault([MASTER])).unasked(NOW - HOUR, NOW - HOUR)
    labels = ["never", "yesterday", "before", "since"]
    assert found == [Unasked(ids[each], "smsbower", told[each]) for each in labels]


async def test_what_was_asked_lately_removed_or_not_used_is_left_alone(database: Database) -> None:
    await kept(database, "lately", balance_at=NOW)
    await kept(database, "removed", removed_at=NOW)
    await kept(database, "unused", used_at=NOW - 2 * HOUR)
    await kept(database, "new", used_at=None)
    assert await KeyStore(database, Vault([MASTER])).unasked(NOW - HOUR, NOW - HOUR) == []
