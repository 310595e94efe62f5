"""One process that has loaded the whole bot and forks a bot per launch: a start costs a tenth of a plain one.

It has one thread and no event loop, so what is forked is as fresh as what `python -m bot` loads. It takes
orders and tells of ends in lines of JSON, and kills what still runs when whoever gave the orders is gone.
"""

import atexit
import gc
import json
import os
import random
import selectors
import signal
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from aiogram.methods import AnswerCallbackQuery, EditMessageText, GetMe, Response, SendMessage
from sqlalchemy.orm import configure_mappers

import bot.process  # noqa: F401 - loaded here, so that no bot has to
from bot import failpoints
from bot.__main__ import main
from bot.poller import GetUpdatesRaw
from tests.faults.clock import SharedClock
from tests.guard import only_this_machine

#: aiogram asks pydantic for these classes at every call, and pydantic forgets a class that nobody holds.
ANSWERS = [
    Response[method.__returning__]  # type: ignore[name-defined]  # a class known at run time only
    for method in (GetUpdatesRaw, SendMessage, EditMessageText, AnswerCallbackQuery, GetMe)
]
ROOT = Path(__file__).parents[2]
#: Seconds in which the bot is loaded, on a busy machine.
LOADED = 60.0
STDIN, STDOUT = 0, 1
#: In a bot's folder: the name of the failpoint to arm at SIGUSR1.
ARMED = Path("failpoint")


@dataclass(frozen=True, slots=True)
class Order:
    """What a bot is to be started with; `log` takes its stdout and stderr, `clock` tells it the time."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    log: str
    clock: str


@dataclass(frozen=True, slots=True)
class End:
    """How a bot ended: its exit code, -9 for SIGKILL, and the most memory it ever held, in KiB."""

    code: int
    peak: int


@dataclass(frozen=True, slots=True)
class Child:
    """A bot that was started."""

    pid: int
    end: "Future[End]"


class Nursery:
    """The loaded process, as tests see it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.faults.nursery"),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._born: SimpleQueue[int] = SimpleQueue()
        self._ends: dict[int, Future[End]] = {}
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def launch(self, order: Order) -> Child:
        """Start a bot; it is not waited for."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        self._process.stdin.flush()
        pid = self._born.get(timeout=LOADED)
        return Child(pid, self._ends[pid])

    def close(self) -> None:
        """Whatever still runs is killed."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._listening.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                told = json.loads(line)
                if "code" in told:
                    self._ends.pop(told["pid"]).set_result(End(told["code"], told["peak"]))
                else:
                    self._ends[told["pid"]] = Future()
                    self._born.put(told["pid"])


@cache
def nursery() -> Nursery:
    """The one of this process."""
    made = Nursery()
    atexit.register(made.close)
    return made


# Inside


def tend() -> None:
    """Carry out orders until nobody gives any more."""
    only_this_machine()
    configure_mappers()
    gc.collect()
    gc.freeze()
    children: dict[int, int] = {}
    unread = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(STDIN, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fd != STDIN:
                    waiting.unregister(key.fd)
                    _bury(key.fd, children.pop(key.fd))
                    continue
                if not (read := os.read(STDIN, 65536)):
                    return _kill(children)
                *orders, unread = (unread + read).split(b"\n")
                for order in orders:
                    alive, pid = _fork(json.loads(order))
                    children[alive] = pid
                    waiting.register(alive, selectors.EVENT_READ)


def _fork(order: dict[str, Any]) -> tuple[int, int]:
    """A bot's pid, and before it a pipe that closes when the bot ends, however that is."""
    alive, held = os.pipe()
    if (pid := os.fork()) == 0:
        os.close(alive)
        _be(order, held)
    os.close(held)
    _tell(pid=pid)
    return alive, pid


def _bury(alive: int, pid: int) -> None:
    os.close(alive)
    _, status, used = os.wait4(pid, 0)
    _tell(pid=pid, code=os.waitstatus_to_exitcode(status), peak=used.ru_maxrss)


def _kill(children: dict[int, int]) -> None:
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _tell(**news: int) -> None:
    os.write(STDOUT, json.dumps(news).encode() + b"\n")


def _be(order: dict[str, Any], held: int) -> NoReturn:
    """From here on this is a bot: what `python -m bot` does, and its end."""
    code = 1
    try:
        _settle_in(order, held)
        code = main(order["arguments"], SharedClock(Path(order["clock"])).now)
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - told and ended with, as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _settle_in(order: dict[str, Any], held: int) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["folder"])
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for place, file in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
        os.dup2(file, place)
    os.closerange(3, held)
    os.closerange(held + 1, held + 1024)
    signal.signal(signal.SIGUSR1, _arm)
    random.seed()


def _arm(*_: object) -> None:
    """A failpoint for a bot that runs: its name lies in a file, which is gone once that is done."""
    failpoints.arm(ARMED.read_text())
    ARMED.unlink()


if __name__ == "__main__":
    tend()
