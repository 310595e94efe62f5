"""`python -m bot demo`: one command, one port, and nothing left running when it ends."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.__main__ import main
from bot.sandbox.demo import PACKAGES
from tests.faults.harness import START

#: Settings of a real bot, as they may lie in the folder the demo is started from.
REAL_SETTINGS = "BOT_TOKEN_FILE=/nowhere/token\nLIMITS__ACTIVE_NUMBERS=none\n"


@asynccontextmanager
async def demo(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command itself, its words readable; killed at the end of the block if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", str(port)),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGES)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(START):
            yield process
    finally:
        if process.returncode is None:
            # Its bot, too: it holds the pipe that is waited for.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def test_a_taken_port_is_said_with_another_one_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["demo", "--port", str(port)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"Port {port} is taken. Try another one: make demo PORT={port + 1}\n"


async def test_it_serves_the_page_beside_a_real_bots_settings_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text(REAL_SETTINGS)
    async with demo(tmp_path, 0) as process:
        url = await _announced(process)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as browser:
            assert "<html" in (await browser.get("/")).text
        bots = _children(process.pid)
        process.send_signal(signal.SIGINT)
        said, _ = await process.communicate()
    assert process.returncode == 0
    assert said.decode().strip() == "Become Operator there to try /admin. Ctrl-C ends it."
    assert len(bots) == 1
    assert not _runs(bots[0])
    assert _names(tmp_path) == [".env"]


async def _announced(process: asyncio.subprocess.Process) -> str:
    """The page's address, once the bot listens."""
    assert process.stdout is not None
    said = ""
    while not (found := re.search(r"demo:  (\S+)", said)):
        line = (await process.stdout.readline()).decode()
        assert line, said
        said += line
    return found[1]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
