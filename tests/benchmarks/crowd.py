"""Many people with open numbers in a database, and the real bot process over it, alone on its processor."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from storage.models import Activation, Key
from storage.opening import opened
from storage.vault import Vault
from tests.benchmarks.beside import Beside, bot_beside, served
from tests.benchmarks.street import LIFETIME
from tests.core import chat, put
from tests.wares import VIET_NAM, waiting

#: Numbers of a key, each asked about every five seconds. A key is asked once a second (`bot.providers.pace`):
#: with five it would be busy all the time, and whatever came late once would be late ever after.
EACH = 4


@asynccontextmanager
async def crowd(folder: Path, numbers: int) -> AsyncIterator[Beside]:
    """So many waiting numbers, four a person, and the bot that watches them; over at the end."""
    file, master = _made(folder) / "codebell.db", os.urandom(32)
    await filled(file, master, numbers)
    with served("provider") as url, bot_beside(url, folder, master) as here:
        await _listens(here)
        yield here


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def filled(file: Path, master: bytes, numbers: int) -> None:
    """A database in which so many numbers wait, all of them just bought."""
    now, people = datetime.now(UTC), range(1, numbers // EACH + 1)
    async with opened(_url(file), [master]) as (database, vault):
        keys = [_key(vault, person, now) for person in people]
        for rows in ([chat(person, now) for person in people], keys, _waiting(keys, now)):
            await put(database, *rows)


def _key(vault: Vault, person: int, now: datetime) -> Key:
    plain = secrets.token_hex(16)
    row = Key(id=f"k{person}", chat_id=person, provider="smsbower", label="", tail=plain[-4:], currency="USD")
    row.created_at, row.balance, row.balance_at = now, Decimal(9), now
    vault.reseal(row, plain)
    return row


def _waiting(keys: list[Key], now: datetime) -> list[Activation]:
    """Their ids count from 0, the same at the provider's."""
    return [_number(key, place * EACH + one, now) for place, key in enumerate(keys) for one in range(EACH)]


def _number(key: Key, place: int, now: datetime) -> Activation:
    return waiting(key, str(place), f"8490{place:07}", now, VIET_NAM, expires_at=now + LIFETIME)


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


async def _listens(here: Beside) -> None:
    while "getupdates" not in here.ask("told")["methods"]:
        here.assert_begins()
        await asyncio.sleep(0.2)
