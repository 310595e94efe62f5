"""The command line: run the bot (default), try it in a demo, back it up and restore it, rotate its keys,
check on it."""

import argparse
import asyncio
import logging
import os
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot import clock as clocks
from bot import failpoints, frugal, log, settings
from bot.clock import Clock
from bot.errors import SettingsError, StorageError
from bot.heartbeat import is_alive
from bot.sealed import unsealed
from storage import sqlite
from storage.backup import back_up
from storage.opening import opened
from storage.restore import restore
from storage.vault import Rotation

#: A setting or the database cannot be used: nothing was started.
UNUSABLE = 2
#: Ctrl-C, as every shell has it.
INTERRUPTED = 130


def main(arguments: list[str] | None = None, clock: Clock = clocks.now) -> int:
    """The exit code: 0 done, 1 could not go on, 2 a setting or the database is of no use, 130 interrupted."""
    given = _parser().parse_args(arguments, argparse.Namespace(clock=clock))
    try:
        if point := os.environ.get("FAILPOINT"):
            failpoints.arm(point)
        return int(given.command(given))
    except (SettingsError, StorageError) as error:
        return _ended(UNUSABLE, error.detail)
    except (OSError, ValueError, sqlite3.Error, DBAPIError) as error:
        # Of the bot itself, whoever looks for its mistake needs the whole of it: the log tells that.
        if given.command in (_run, _demo):
            raise
        return _ended(UNUSABLE, log.redact(str(getattr(error, "orig", error)) or type(error).__name__))
    except KeyboardInterrupt:
        # The bot and the demo end that way.
        return _ended(INTERRUPTED, f"interrupted: {given.broken(given)}") if "broken" in given else 0


def _ended(code: int, why: str) -> int:
    sys.stderr.write(f"codebell: {log.secrets.hide(why)}\n")
    return code


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
    backup.set_defaults(command=_backup, broken=_no_backup)
    back = commands.add_parser("restore", help="let a backup take the database's place; stop the bot first")
    back.add_argument("path", type=Path)
    back.set_defaults(command=_restore, broken=_again)
    rotate = commands.add_parser("rotate-keys", help="encrypt every key with the newest master key")
    rotate.set_defaults(command=_rotate, broken=_again)
    check = commands.add_parser("check", help="what is wrong with settings, token, database and providers")
    check.add_argument("--alive", action="store_true", help="only: 0 if the bot shows signs of life")
    check.set_defaults(command=_check, broken=_again)
    return parser


def _read() -> settings.Settings:
    """The settings, whose secrets are hidden from now on."""
    read = settings.read()
    for secret in read.confidential():
        log.secrets.add(secret)
    return read


def _again(_: argparse.Namespace) -> str:
    return "run it again"


def _run(given: argparse.Namespace) -> int:
    read = _read()
    log.configure(read.log_level)
    for name in settings.exposed(read):
        logging.getLogger(__name__).warning("%s can be read by every user of this machine: chmod 400", name)
    # Imported here: the whole bot takes seconds to load, and a container asks `check` every minute.
    with frugal.loading():
        frugal.load_aiogram()
        from bot import process

    why = asyncio.run(process.run(read, given.clock))
    if why:
        sys.stderr.write(f"codebell: {why}\n")
    return 1 if why else 0


def _demo(given: argparse.Namespace) -> int:
    frugal.load_aiogram()
    # Imported here: the sandbox and its server are no part of a bot that runs for real.
    from bot.sandbox.demo import demo

    return asyncio.run(demo(given.port))


def _backup(given: argparse.Namespace) -> int:
    read = _read()
    done = asyncio.run(back_up(read.database_url, read.master_keys(), given.path))
    sys.stdout.write(f"backed up to {given.path}; keep the master key apart from it\n{_counted(done.rows)}\n")
    if done.doubt:
        sys.stdout.write(f"but no bot starts from it with this MASTER_KEY: {done.doubt}\n")
    return 0


def _no_backup(given: argparse.Namespace) -> str:
    made = given.path.exists()
    return f"{given.path} was there before, or is whole" if made else "no backup was made"


def _counted(rows: Mapping[str, int]) -> str:
    held = ", ".join(f"{table} {count}" for table, count in sorted(rows.items()))
    return f"rows: {held or 'none'}"


def _restore(given: argparse.Namespace) -> int:
    read = _read()
    with unsealed(given.path, read.database_url, read.master_keys()) as copy:
        done = asyncio.run(restore(read.database_url, read.master_keys(), copy, given.clock()))
    before = f"kept as {done.kept}; delete it once you miss nothing" if done.kept else "nothing was there"
    sys.stdout.write(
        f"restored from {given.path}\n{_counted(done.rows)}\nthe database before it: {before}\n"
        f"{_sealed(done.older)}"
        "next: start the bot; what was bought, rented or sent after the backup is not in it, but on the "
        "providers' accounts\n"
    )
    return 0


def _sealed(older: Mapping[str, int]) -> str:
    return "".join(
        f"the older master key {kid} is needed by {held} of its keys: run rotate-keys\n"
        for kid, held in older.items()
    )


def _rotate(given: argparse.Namespace) -> int:
    async def rotate() -> list[str]:
        read = _read()
        async with opened(read.database_url, read.master_keys(), new=False) as (database, vault):
            try:
                done = await vault.rotate(database)
            except (sqlite3.Error, DBAPIError) as error:
                raise sqlite.trouble(database.path, error) from None
        return [f"sealed anew with master key {vault.kid}: {done.sealed}", *_left(done, vault.kid)]

    sys.stdout.write("".join(f"{line}\n" for line in asyncio.run(rotate())))
    return 0


def _left(done: Rotation, newest: str) -> list[str]:
    """What is to be said of the older master keys, and of the keys that hold them back."""
    lines = [f"{name} does not decrypt: its chat must remove it and add it again" for name in done.broken]
    for kid, held in done.held.items():
        if kid != newest and held:
            lines.append(f"master key {kid} is still needed by {held}: keep it, and rotate again after that")
        elif kid != newest:
            lines.append(
                f"master key {kid} holds nothing in this database any more: take it out of MASTER_KEY, and "
                "keep it with the backups made before"
            )
    return lines


def _check(given: argparse.Namespace) -> int:
    if given.alive:
        return _check_life()
    frugal.load_aiogram()
    # Imported here: a container asks for signs of life every minute.
    from bot import doctor

    findings = asyncio.run(doctor.examine())
    # Words of ours, which what looks like a secret in a log would tear apart: only the secrets go.
    sys.stdout.write("".join(f"{log.secrets.hide(str(each))}\n" for each in findings))
    return doctor.verdict(findings)


def _check_life() -> int:
    file = _read().heartbeat_file
    if file is None:
        raise SettingsError("HEARTBEAT_FILE: is not set, so there is nothing to check")
    return 0 if is_alive(file) else 1


if __name__ == "__main__":
    log.configure("WARNING")
    sys.exit(main())
