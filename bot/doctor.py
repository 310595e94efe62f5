"""What is wrong, in words: settings, token, database, keyring, providers and the clock, each looked at once.

Nothing is changed, bought or made, and nobody's key is used: of a provider it is asked only whether its site
answers. A bot may run meanwhile.
"""

import asyncio
import json
import os
import socket
import ssl
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from bot import log
from bot import settings as rules
from bot.disk import room_beside
from bot.errors import SettingsError, StorageError
from bot.heartbeat import is_alive
from bot.metrics import HOST
from bot.providers import ALL, connect
from bot.settings import Settings
from storage import sqlite
from storage.database import Database, parse
from storage.lock import holder
from storage.migrations import recognise
from storage.vault import Vault

#: Seconds that a site is given to answer.
PATIENCE = 10.0
#: Seconds a clock may be off before somebody notices it.
SKEW = 5.0
_MOST = 2**20


class Mark(StrEnum):
    """How something is."""

    OK = "ok"
    #: To be known; nothing is wrong with it.
    NOTE = "–"
    #: The bot starts, and something does not work.
    WRONG = "wrong"
    #: The bot does not start.
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, with what to do about it."""

    mark: Mark
    said: str

    def __str__(self) -> str:
        return f"{self.mark}: {self.said}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a site answered; `date` is its clock in seconds since 1970, None where it does not tell."""

    status: int
    body: bytes
    date: float | None


def verdict(findings: Sequence[Finding]) -> int:
    """The exit code: 0 nothing is wrong, 1 something does not work, 2 the bot does not start."""
    marks = {each.mark for each in findings}
    return 2 if Mark.FATAL in marks else 1 if Mark.WRONG in marks else 0


async def examine(now: Callable[[], float] = time.time) -> list[Finding]:
    """Look at everything; settings that cannot be read end it, as nothing else is known without them."""
    if faults := rules.faults():
        return [Finding(Mark.FATAL, fault) for fault in faults]
    settings = rules.read()
    for secret in settings.confidential():
        log.secrets.add(secret)
    return [
        *_of_settings(settings),
        *await _of_database(settings),
        *await _of_telegram(settings, now),
        *await _of_providers(settings),
    ]


def _of_settings(settings: Settings) -> Iterator[Finding]:
    yield Finding(Mark.OK, "the settings can be read")
    for name in rules.exposed(settings):
        yield Finding(Mark.WRONG, f"{name} can be read by every user of this machine: chmod 400")
    if not settings.admin_ids:
        yield Finding(Mark.NOTE, "ADMIN_IDS: nobody operates this bot; add your Telegram id to use /admin")
    if settings.heartbeat_file is None:
        return
    if is_alive(settings.heartbeat_file):
        yield Finding(Mark.OK, "a bot shows signs of life")
    else:
        yield Finding(Mark.NOTE, f"no bot shows signs of life in {settings.heartbeat_file}")


# The database and the keyring


async def _of_database(settings: Settings) -> list[Finding]:
    try:
        path = sqlite.file_of(parse(settings.database_url))
        if path is None:
            return [Finding(Mark.FATAL, "DATABASE_URL: names no file: all would be lost at the end")]
        if not path.exists():
            none = Finding(Mark.NOTE, f"there is no database {path} yet: the start makes it")
            return [*_of_folder(path), *_of_port(settings), none]
        return [*_of_folder(path), *_of_lock(settings), *await _of_contents(settings)]
    except (SettingsError, StorageError) as error:
        return [Finding(Mark.FATAL, error.detail)]


def _of_folder(path: Path) -> Iterator[Finding]:
    folder = next(each for each in path.parents if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        why = f"the folder {folder} of the database cannot be written: chown it to the bot"
        yield Finding(Mark.FATAL, why)
    if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(Mark.WRONG, f"the database {path} is open to other users: chmod 600")
    room = room_beside(folder / path.name)()
    if room is not None and room.is_short:
        yield Finding(Mark.WRONG, f"the disk is nearly full, {room.free // 2**20} MB are free: make room")


def _of_lock(settings: Settings) -> Iterator[Finding]:
    if process := holder(settings.database_url):
        yield Finding(Mark.NOTE, f"a bot runs over the database (process {process}): no second one can")
    else:
        yield from _of_port(settings)


def _of_port(settings: Settings) -> Iterator[Finding]:
    """Who runs over this database has it; nobody else may."""
    try:
        if settings.metrics_port is not None:
            socket.create_server((HOST, settings.metrics_port)).close()
    except OSError as error:
        yield Finding(Mark.FATAL, f"METRICS_PORT: {settings.metrics_port} cannot be used ({error.strerror})")


async def _of_contents(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url, new=False)
    try:
        await database.check()
        await recognise(database)
        vault = Vault(settings.master_keys())
        await vault.prove(database)
        older = await vault.older(database)
    finally:
        await database.close()
    found = [Finding(Mark.OK, "the database is whole"), Finding(Mark.OK, "the master key opens it")]
    for kid, count in older.items():
        found.append(Finding(Mark.NOTE, f"the older master key {kid} is needed by {count} keys: rotate-keys"))
    return found


# Telegram


async def _of_telegram(settings: Settings, now: Callable[[], float]) -> list[Finding]:
    root = f"{settings.bot_api_url}/bot{settings.bot_token.get_secret_value()}"
    where = urlsplit(settings.bot_api_url).hostname or ""
    asked = now()
    page = await asyncio.to_thread(ask, f"{root}/getMe")
    answered = now()
    if isinstance(page, str):
        return [Finding(Mark.WRONG, f"Telegram ({where}): {page}")]
    if page.status in (401, 404):
        return [Finding(Mark.FATAL, "BOT_TOKEN: Telegram knows no such bot; copy it from @BotFather again")]
    told = _result(page)
    if "username" not in told:
        return [
            Finding(Mark.WRONG, f"Telegram ({where}): answered HTTP {page.status}; is BOT_API_URL right?")
        ]
    found = [Finding(Mark.OK, f"the token is that of @{told['username']}"), *_of_clock(page, asked, answered)]
    return [*found, *_of_webhook(await asyncio.to_thread(ask, f"{root}/getWebhookInfo"))]


def _of_clock(page: Page, asked: float, answered: float) -> Iterator[Finding]:
    """Telegram told the time at some moment between the two, however long its answer took."""
    if page.date is None:
        return
    off = round(min(max(page.date, asked), answered) - page.date)
    if abs(off) > SKEW:
        yield Finding(Mark.WRONG, f"this machine's clock is {off:+} s off Telegram's: set it, as with NTP")
    else:
        yield Finding(Mark.OK, "the clock goes with Telegram's")


def _of_webhook(page: Page | str) -> Iterator[Finding]:
    if isinstance(page, Page) and _result(page).get("url"):
        yield Finding(Mark.NOTE, "a webhook is set for this bot: the start takes it away")


def _result(page: Page) -> dict[str, object]:
    """The result of a Bot API call; {} where it is none."""
    try:
        result = json.loads(page.body)["result"]
    except (ValueError, KeyError, TypeError):
        return {}
    return result if isinstance(result, dict) else {}


# Providers


async def _of_providers(settings: Settings) -> list[Finding]:
    try:
        connect(settings.base_urls, settings.handler_api_sites)
    except SettingsError as error:
        return [Finding(Mark.FATAL, error.detail)]
    builtin = {each.name: settings.base_urls.get(each.name, each.root) for each in ALL}
    unknown = {*settings.base_urls, *settings.providers} - {*builtin, *settings.handler_api_sites}
    found = [
        Finding(Mark.FATAL, f"BASE_URLS or PROVIDERS: there is no provider {each!r}") for each in unknown
    ]
    roots = {**builtin, **settings.handler_api_sites}
    asked = [asyncio.to_thread(_of_provider, name, root) for name, root in roots.items()]
    return [*found, *await asyncio.gather(*asked)]


def _of_provider(name: str, root: str) -> Finding:
    """Any answer will do: whether a key is good is for its owner to ask."""
    page = ask(root)
    if isinstance(page, str):
        return Finding(Mark.WRONG, f"{name}: {page}")
    if page.status >= 500:
        return Finding(Mark.WRONG, f"{name}: its site is in trouble (HTTP {page.status}); try again later")
    plain = "" if urlsplit(root).scheme == "https" else ", without encryption"
    return Finding(Mark.OK, f"{name}: its site answers{plain}")


# The network


def ask(url: str) -> Page | str:
    """One GET without a redirect; where nothing came back, in words why, and what to do."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    try:
        connection = (
            HTTPSConnection(host, port, timeout=PATIENCE, context=_tls())
            if parts.scheme == "https"
            else HTTPConnection(host, port, timeout=PATIENCE)
        )
        try:
            connection.request("GET", parts.path or "/", headers={"user-agent": "Codebell"})
            answer = connection.getresponse()
            return Page(answer.status, answer.read(_MOST), _moment(answer.getheader("date", "")))
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        return trouble(error)


def trouble(error: Exception) -> str:
    """What an error of the network means for the operator."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not good ({error.strerror}); is there a proxy in between?"
        case ssl.SSLError():
            return f"no encrypted connection ({error.strerror}); is there a proxy in between?"
        case socket.gaierror():
            return "its name has no address; look at the network and DNS of this machine"
        case TimeoutError():
            return f"no answer within {PATIENCE:.0f} seconds; look at the network of this machine"
        case ConnectionRefusedError():
            return "it takes no connection; look at its address"
    return f"no answer ({type(error).__name__}); look at its address and the network"


def _tls() -> ssl.SSLContext:
    """The authorities that the bot trusts, too."""
    return ssl.create_default_context(cafile=certifi.where())


def _moment(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except (ValueError, TypeError):
        return None
