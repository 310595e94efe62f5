"""`make demo`: the sandbox in this process, the real bot in one of its own, on one port of this machine.

The minimum waits are the real ones divided by ten, and codes arrive by themselves for most numbers.
"""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandbox.server import Serving, serve
from bot.sandbox.sites import Site, all_sites
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.world import World

#: The sandbox's own bot: no other Telegram knows this token.
TOKEN = "424242:sandbox-token-of-no-use-anywhere-else"  # noqa: S105 - known to the sandbox alone
PACE = 10.0
BOT = ("-m", "bot")
#: How codes arrive by themselves. A message takes a step each time, and none stays on its way.
CODES: Mapping[str, object] = {"after_seconds": [10, 20], "share": 0.8}
MESSAGES: Mapping[str, object] = {"after_seconds": [2, 4], "share": 1}
#: The real minimum waits divided by the pace; SMS3T's is learned by asking.
TIMES = {
    "SMSBOWER": {"MIN_CANCEL": 12, "MIN_POLL": 1},
    "SMSSKI": {"MIN_CANCEL": 3, "MIN_POLL": 1},
    "SMS3T": {"MIN_POLL": 1},
    "SMSAK": {"MIN_CANCEL": 3, "MIN_POLL": 1},
    "SMSFLY": {"MIN_POLL": 1},
    "HEROSMS": {"MIN_CANCEL": 12, "MIN_POLL": 1},
}
CLONE = "herosms"
#: The folder the bot's own packages stand in.
PACKAGES = Path(__file__).parents[2]


async def demo(port: int, bot: Sequence[str] = BOT) -> int:
    """Serve until Ctrl-C; the exit code. `bot` is what Python runs beside it."""
    world, sites = World(), all_sites(pace=PACE)
    world.add_bot(TOKEN)
    human = Human(world)
    human.user("Alex", "en")
    operator = int(human.user("Operator", "en")["user"]["id"])
    for site in sites.values():
        site.control("auto", **(MESSAGES if site.name == "smsfly" else CODES))
    try:
        serving = await serve(port, world, sites)
    except OSError:
        sys.stderr.write(f"Port {port} is taken. Try another one: make demo PORT={port + 1}\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="codebell-demo-") as folder:
        try:
            settings = environment(serving.url, sites, Path(folder)) | {"ADMIN_IDS": str(operator)}
            return await _beside(serving, world, settings, folder, bot)
        finally:
            await serving.close()


async def _beside(
    serving: Serving, world: World, settings: Mapping[str, str], folder: str, program: Sequence[str]
) -> int:
    # Inherited until the bot listens itself: Ctrl-C reaches both and must not tear its start apart.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, *program),
        cwd=folder,  # away from the .env of a real bot
        env=settings,
    )
    announcing = asyncio.create_task(_announce(serving.url, world))
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    ended = asyncio.create_task(bot.wait())
    await asyncio.wait({ended, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED)
    announcing.cancel()
    if stopped.is_set() or not ended.done():
        with contextlib.suppress(ProcessLookupError):
            bot.terminate()
        await ended
        return 0
    sys.stderr.write("The bot ended by itself; its last lines are above.\n")
    return 1


async def _announce(url: str, world: World) -> None:
    """Say where the page is once the bot listens: START must not be pressed into a void."""
    while not any(call["method"] == "setMyCommands" for call in Human(world).calls()["calls"]):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    sys.stdout.write(
        f"\n  Codebell's demo:  {url}\n\n  Become Operator there to try /admin. Ctrl-C ends it.\n\n"
    )
    sys.stdout.flush()


def environment(url: str, sites: Mapping[str, Site], folder: Path) -> dict[str, str]:
    """What the bot needs to live between this Telegram and these sites."""
    clones = {CLONE: f"{url}/{CLONE}{sites[CLONE].api_path}"}
    roots = {name: f"{url}/{name}" for name in sites if name != CLONE}
    times = {
        f"PROVIDERS__{site}__{name}": str(seconds)
        for site, given in TIMES.items()
        for name, seconds in given.items()
    }
    return {
        **_inherited(),
        **times,
        "ACCESS": "open",
        "BASE_URLS": json.dumps(roots),
        "BOT_API_URL": url,
        "BOT_TOKEN": TOKEN,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'codebell.db'}",
        "HANDLER_API_SITES": json.dumps(clones),
        "LOG_LEVEL": "WARNING",
        "MASTER_KEY": base64.b64encode(os.urandom(32)).decode(),
        "PYTHONPATH": str(PACKAGES),
    }


def _inherited() -> dict[str, str]:
    """Only what a process needs to run here: no setting of a real bot may leak into the demo."""
    return {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
    }
