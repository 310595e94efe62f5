"""`python -m bot check`: what is wrong, each in a line of words, and an exit code that says how bad it is."""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.doctor import Finding, Mark, examine, trouble, verdict
from bot.metrics import HOST
from bot.sandbox.server import Serving, serve
from bot.sandbox.sites import all_sites
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.world import World
from storage.lock import only_here
from storage.opening import opened
from storage.vault import fingerprint
from tests.prompt import NEWER, TOKEN, address, go_to
from tests.storage.shelf import sql

CLONE = "herosms"


@pytest.fixture
def world() -> World:
    made = World()
    made.add_bot(TOKEN)
    return made


@pytest.fixture
async def serving(world: World) -> AsyncIterator[Serving]:
    sites = all_sites()
    made = await serve(0, world, sites)
    yield made
    await made.close()


@pytest.fixture
async def folder(tmp_path: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a bot that was started once; Telegram and the sites are the sandbox's."""
    go_to(tmp_path, monkeypatch)
    names = [name for name in all_sites() if name != CLONE]
    monkeypatch.setenv("BASE_URLS", json.dumps({name: f"{serving.url}/{name}" for name in names}))
    monkeypatch.setenv("BOT_API_URL", serving.url)
    monkeypatch.setenv("ADMIN_IDS", "5")
    async with opened(address(tmp_path), [b"m" * 32]):
        """Made."""
    return tmp_path


async def found(now: Callable[[], float] = time.time) -> list[str]:
    return [str(each) for each in await examine(now)]


async def wrong(now: Callable[[], float] = time.time) -> list[str]:
    return [line for line in await found(now) if not line.startswith("ok: ")]


@asynccontextmanager
async def telegram_at(moment: float) -> AsyncIterator[str]:
    """A Telegram whose clock stands there; its address."""

    async def told(_: web.Request) -> web.Response:
        result = {"ok": True, "result": {"username": "codebell_bot", "url": ""}}
        return web.json_response(result, headers={"Date": formatdate(moment, usegmt=True)})

    server = TestServer(web.Application())
    server.app.router.add_get("/{call:.*}", told)
    async with server:
        yield str(server.make_url("")).rstrip("/")


@pytest.mark.usefixtures("folder")
async def test_where_nothing_is_wrong_everything_that_was_looked_at_is_named() -> None:
    lines = await found()
    assert lines[:6] == [
        "ok: the settings can be read",
        "ok: the database is whole",
        "ok: the master key opens it",
        "ok: the token is that of @codebell_bot",
        "ok: the clock goes with Telegram's",
        "ok: smsski: its site answers, without encryption",
    ]
    assert all(line.startswith("ok: ") for line in lines)


async def test_every_wrong_setting_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("RETENTION_DAYS", "never"), ("LOG_LEVEL", "LOUD"), ("LIMITS__PURCHASE", "3")):
        monkeypatch.setenv(name, value)
    lines = await found()
    assert {line.split(":")[1].strip() for line in lines} == {
        "RETENTION_DAYS",
        "LOG_LEVEL",
        "LIMITS__PURCHASE",
    }
    assert all(line.startswith("fatal: ") for line in lines)


@pytest.mark.usefixtures("folder")
async def test_a_token_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "999999:ABC-another-token-0123456789")
    assert await wrong() == ["fatal: BOT_TOKEN: Telegram knows no such bot; copy it from @BotFather again"]


async def test_another_master_key_is_told_by_its_fingerprint(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTER_KEY", NEWER)
    [line] = await wrong()
    assert line.startswith(f"fatal: the database is sealed with master key {fingerprint(b'm' * 32)}")


async def test_a_damaged_database_is_told(folder: Path) -> None:
    (folder / "codebell.db").write_bytes(b"this is no database " * 100)
    [line] = await wrong()
    assert line.startswith("fatal: the database ")
    assert "restore the last backup" in line


async def test_a_database_of_a_newer_program_is_told(folder: Path) -> None:
    sql(folder / "codebell.db", "UPDATE alembic_version SET version_num = '9999'")
    [line] = await wrong()
    assert line.startswith("fatal: ")


async def test_a_database_that_is_not_made_yet_is_no_fault(folder: Path) -> None:
    (folder / "codebell.db").unlink()
    assert await wrong() == [f"–: there is no database {folder / 'codebell.db'} yet: the start makes it"]


async def test_a_database_that_others_can_read_is_told(folder: Path) -> None:
    (folder / "codebell.db").chmod(0o644)
    [line] = await wrong()
    assert line.endswith("is open to other users: chmod 600")


async def test_a_bot_that_runs_is_told_by_its_process(folder: Path) -> None:
    with only_here(address(folder)):
        [line] = await wrong()
    assert line == f"–: a bot runs over the database (process {os.getpid()}): no second one can"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("off", [90, -90])
async def test_a_clock_that_is_off_is_told(off: int, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = 1_800_000_000
    async with telegram_at(noon) as root:
        monkeypatch.setenv("BOT_API_URL", root)
        assert await wrong(lambda: noon + off) == [
            f"wrong: this machine's clock is {off:+} s off Telegram's: set it, as with NTP"
        ]


@pytest.mark.usefixtures("folder")
async def test_a_slow_answer_is_no_clock_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = 1_800_000_000
    asked_and_answered = iter([noon - 9, noon + 1])
    async with telegram_at(noon) as root:
        monkeypatch.setenv("BOT_API_URL", root)
        assert await wrong(lambda: next(asked_and_answered)) == []


@pytest.mark.usefixtures("folder")
async def test_a_webhook_is_told(world: World) -> None:
    world.bot().webhook = "https://example.org/hook"
    assert await wrong() == ["–: a webhook is set for this bot: the start takes it away"]


@pytest.mark.usefixtures("folder")
async def test_a_telegram_that_is_in_trouble_is_told(world: World) -> None:
    Human(world).fault("getMe", code=502, description="Bad Gateway")
    [line] = await wrong()
    assert line.startswith("wrong: Telegram (127.0.0.1): answered HTTP 502")


async def test_a_provider_that_does_not_answer_is_told(
    folder: Path, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}"
    roots = json.loads(os.environ["BASE_URLS"]) | {"smsfly": dead}
    monkeypatch.setenv("BASE_URLS", json.dumps(roots))
    assert await wrong() == ["wrong: smsfly: it takes no connection; look at its address"]


async def test_a_provider_nobody_knows_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDERS__SMSBAUER__MIN_POLL", "3")
    assert await wrong() == ["fatal: BASE_URLS or PROVIDERS: there is no provider 'smsbauer'"]


async def test_signs_of_life_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTBEAT_FILE", str(folder / "alive"))
    assert await wrong() == [f"–: no bot shows signs of life in {folder / 'alive'}"]
    (folder / "alive").touch()
    assert "ok: a bot shows signs of life" in await found()


async def test_that_nobody_operates_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_IDS", "")
    assert (await wrong())[0].startswith("–: ADMIN_IDS: nobody operates this bot")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), "its certificate is not good"),
        (ssl.SSLError(1, "wrong version number"), "no encrypted connection"),
        (socket.gaierror(-2, "Name or service not known"), "its name has no address"),
        (TimeoutError(), "no answer within 10 seconds"),
        (ConnectionRefusedError(), "it takes no connection"),
        (ConnectionResetError(), "no answer (ConnectionResetError)"),
    ],
)
def test_what_happens_on_the_network_is_told_in_words(error: Exception, words: str) -> None:
    assert trouble(error).startswith(words)


@pytest.mark.parametrize(
    ("marks", "code"),
    [([Mark.OK, Mark.NOTE], 0), ([Mark.OK, Mark.WRONG], 1), ([Mark.WRONG, Mark.FATAL], 2), ([], 0)],
)
def test_the_exit_code_tells_the_worst(marks: list[Mark], code: int) -> None:
    assert verdict([Finding(each, "") for each in marks]) == code


async def test_the_command_writes_it_down_without_secrets(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(main, ["check"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("ok: the settings can be read\n")
    assert TOKEN not in said.out + said.err
    assert sorted(os.listdir(folder)) == ["codebell.db", "codebell.db.lock"]


async def test_a_taken_port_for_figures_is_told_unless_the_bot_itself_has_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("METRICS_PORT", str(port))
        [line] = await wrong()
        assert line.startswith(f"fatal: METRICS_PORT: {port} cannot be used (Address")
        with only_here(address(folder)):
            assert not [line for line in await wrong() if "METRICS_PORT" in line]
    assert await wrong() == []


@pytest.mark.parametrize(("name", "value"), [("BOT_TOKEN", "hello"), ("MASTER_KEY", "hello")])
def test_the_command_says_of_a_wrong_secret_what_is_wrong_with_it(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    go_to(tmp_path, monkeypatch)
    monkeypatch.setenv(name, value)
    assert main(["check"]) == 2
    said = capsys.readouterr().out
    assert f"{name}: " in said
    assert "***" not in said


def test_a_check_loads_nothing_that_only_a_bot_needs() -> None:
    subprocess.run(
        [sys.executable, "-c", "import sys, bot.doctor; assert 'aiogram' not in sys.modules"], check=True
    )
