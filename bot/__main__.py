"""The command line: run the bot (default), try it in a demo, back it up and restore it, rotate its keys,
check on it."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bot import clock as clocks
from bot import failpoints, log, settings
from bot.clock import Clock
from bot.errors import SettingsError, StorageError
from bot.heartbeat import is_alive
from storage.backup import back_up
from storage.opening import opened
from storage.restore import restore
from storage.vault import Rotation

#: A setting or the database cannot be used: nothing was started.
UNUSABLE = 2


def main(arguments: list[str] | None = None, clock: Clock = clocks.now) -> int:
    """The exit code: 0 done, 1 could not go on, 2 a setting or the database cannot be used."""
    given = _parser().parse_args(arguments, argparse.Namespace(clock=clock))
    try:
        failpoints.arm(os.environ.get("FAILPOINT", ""))
        return int(given.command(given))
    except (SettingsError, StorageError) as error:
        sys.stderr.write(f"codebell: {error.detail}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.set_defaults(command=_run)
    commands = parser.add_subparsers(title="commands")
    commands.add_parser("run", help="run the bot (the default)").set_defaults(command=_run)
    demo = commands.add_parser("demo", help="a Telegram, its providers and the bot on this machine")
    demo.add_argument("--port", type=int, default=8085)
    demo.set_defaults(command=_demo)
    backup = commands.add_parser("backup", help="write a verified copy of the database")
    backup.add_argument("path", type=Path)
    backup.set_defaults(command=_backup)
    back = commands.add_parser("restore", help="let a backup take the database's place; stop the bot first")
    back.add_argument("path", type=Path)
    back.set_defaults(command=_restore)
    rotate = commands.add_parser("rotate-keys", help="encrypt every key with the newest master key")
    rotate.set_defaults(command=_rotate)
    commands.add_parser("check", help="0 if the bot shows signs of life").set_defaults(command=_check)
    return parser


def _run(given: argparse.Namespace) -> int:
    read = settings.read()
    log.configure(read.log_level)
    for name in settings.exposed(read):
        logging.getLogger(__name__).warning("%s can be read by every user of this machine: chmod 400", name)
    # Imported here: the whole bot takes seconds to load, and a container asks `check` every minute.
    from bot import process

    why = asyncio.run(process.run(read, given.clock))
    if why:
        sys.stderr.write(f"codebell: {why}\n")
    return 1 if why else 0


def _demo(given: argparse.Namespace) -> int:
    # Imported here: the sandbox and its server are no part of a bot that runs for real.
    from bot.sandbox.demo import demo

    return asyncio.run(demo(given.port))


def _backup(given: argparse.Namespace) -> int:
    rows = asyncio.run(back_up(settings.read().database_url, given.path))
    sys.stdout.write(f"backed up to {given.path}; keep the master key apart from it\n{_counted(rows)}\n")
    return 0


def _counted(rows: Mapping[str, int]) -> str:
    held = ", ".join(f"{table} {count}" for table, count in sorted(rows.items()))
    return f"rows: {held or 'none'}"


def _restore(given: argparse.Namespace) -> int:
    read, now = settings.read(), datetime.now(UTC)
    done = asyncio.run(restore(read.database_url, read.master_keys(), given.path, now))
    before = f"kept as {done.kept}; delete it once you miss nothing" if done.kept else "nothing was there"
    sys.stdout.write(
        f"restored from {given.path}\n{_counted(done.rows)}\nthe database before it: {before}\n"
        "next: start the bot; what was bought, rented or sent after the backup is not in it, but on the "
        "providers' accounts\n"
    )
    return 0


def _rotate(given: argparse.Namespace) -> int:
    async def rotate() -> list[str]:
        read = settings.read()
        async with opened(read.database_url, read.master_keys()) as (database, vault):
            done = await vault.rotate(database)
        return [f"sealed anew with master key {vault.kid}: {done.sealed}", *_left(done, vault.kid)]

    sys.stdout.write("".join(f"{line}\n" for line in asyncio.run(rotate())))
    return 0


def _left(done: Rotation, newest: str) -> list[str]:
    """What is to be said of the older master keys, and of the keys that hold them back."""
    lines = [
        f"key {key_id} does not decrypt: its chat must remove it and add it again" for key_id in done.broken
    ]
    for kid, held in done.held.items():
        if kid != newest and held:
            lines.append(f"master key {kid} is still needed by {held}: keep it, and rotate again after that")
        elif kid != newest:
            lines.append(f"master key {kid} holds nothing any more: take it out of MASTER_KEY")
    return lines


def _check(given: argparse.Namespace) -> int:
    file = settings.read().heartbeat_file
    if file is None:
        raise SettingsError("HEARTBEAT_FILE: is not set, so there is nothing to check")
    return 0 if is_alive(file) else 1


if __name__ == "__main__":
    sys.exit(main())
