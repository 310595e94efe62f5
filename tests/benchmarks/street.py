"""Many people with open numbers, and the real bot between a Telegram and sites that can be broken.

Nobody presses anything: the numbers were bought before the bot starts, and lie in its database.
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from bot.sandbox.sites import Site
from bot.sandbox.sites.activation import Activation as Sold
from bot.sandbox.sites.wire import Call
from storage.database import Database
from storage.keys import KeyStore
from storage.models import Activation, Key
from storage.opening import opened as opened_file
from storage.vault import Vault
from tests.core import chat, put
from tests.faults.harness import BotProcess, Sandbox, opened
from tests.wares import VIET_NAM, waiting

#: Seconds between two looks at a number, for all sites.
POLL = 2.0
LIFETIME = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Held:
    """A number somebody waits with: where it was bought, as what, and the chat it rings in."""

    site: Site
    sold: Sold
    chat_id: int


@dataclass(frozen=True, slots=True)
class Street:
    """The people's numbers around one bot."""

    sandbox: Sandbox
    bot: BotProcess
    held: list[Held]

    def at(self, *sites: str) -> list[Held]:
        return [one for one in self.held if one.site.name in sites]


@asynccontextmanager
async def street(folder: Path, each: int, hangs: str = "", **people: int) -> AsyncIterator[Street]:
    """So many people of each site with `each` numbers, and the bot that watches them; over at the end.

    The site `hangs` takes every call and answers none.
    """
    async with opened(_made(folder)) as sandbox:
        held = await _moved_in(sandbox, each, people)
        if hangs:
            sandbox.sites[hangs].control("fault", kind="hang", times=None)
        waits = {f"PROVIDERS__{name.upper()}__MIN_POLL": str(POLL) for name in sandbox.sites}
        bot = BotProcess(sandbox, LOG_LEVEL="WARNING", **waits)
        await bot.start()
        try:
            yield Street(sandbox, bot, held)
        finally:
            await bot.stop(9)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _moved_in(sandbox: Sandbox, each: int, people: dict[str, int]) -> list[Held]:
    url, master = f"sqlite+aiosqlite:///{sandbox.database}", base64.b64decode(sandbox.master_key)
    async with opened_file(url, [master]) as (database, vault):
        return [
            one
            for name, count in people.items()
            for _ in range(count)
            for one in await _person(sandbox, sandbox.sites[name], each, database, vault)
        ]


async def _person(sandbox: Sandbox, site: Site, each: int, database: Database, vault: Vault) -> list[Held]:
    """Somebody new with a key of their own and a few numbers."""
    chat_id, now = int(sandbox.human.user("Ann")["user"]["id"]), datetime.now(UTC)
    sandbox.world.chats[chat_id].started = True
    await put(database, chat(chat_id, now))
    secret = str(site.control("key", value=secrets.token_hex(16))["key"])
    keys = KeyStore(database, vault)
    key = await keys.add(chat_id, site.name, "", SecretStr(secret), Decimal(9), "USD", now)
    sold = [_sold(site, secret) for _ in range(each)]
    await put(database, *(_row(one, key, now) for one in sold))
    return [Held(site, one, chat_id) for one in sold]


def _sold(site: Site, key: str) -> Sold:
    wish = {"api_key": key, "action": "getNumber", "service": "tg", "country": "10"}
    site.control("stock", service="tg", country="10", count=100)
    site.control("balance", amount="100")
    said = site.answer(Call("GET", site.api_path, wish)).body
    return site.shop.sold[said.split(":")[1]]


def _row(one: Sold, key: Key, now: datetime) -> Activation:
    """The number as a bot that bought it would have it."""
    paid: dict[str, object] = {"cost": one.price, "agreed": one.price}
    paid |= {"provider_id": one.id, "expires_at": now + LIFETIME}
    return waiting(key, secrets.token_urlsafe(8), one.phone, now, VIET_NAM, **paid)


async def passed(seconds: float) -> None:
    """Let the bot work for so long: what is measured here takes real time."""
    await asyncio.sleep(seconds)
