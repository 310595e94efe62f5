"""One process that has loaded the whole bot and forks a bot per launch: a start costs a tenth of a plain one.

It has one thread and no event loop, so what is forked is as fresh as what `python -m bot` loads. All test
processes of a run share it: it takes orders and tells of ends in lines of JSON, and kills what still runs
when whoever gave the order is gone.
"""

import atexit
import fcntl
import gc
import json
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from aiogram.methods import AnswerCallbackQuery, EditMessageText, GetMe, Response, SendMessage
from sqlalchemy.orm import configure_mappers

import bot.process  # noqa: F401 - loaded here, so that no bot has to
from bot import failpoints
from bot.__main__ import main
from bot.poller import GetUpdatesRaw
from bot.providers import fuse
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
#: Seconds a site that failed is left alone: what one test broke must not be away in the next.
fuse.REST = 2.0
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
    """The loaded process, as one that starts bots sees it; all test processes of a run have the same."""

    def __init__(self, address: Path) -> None:
        self._loading: subprocess.Popen[bytes] | None = None
        self._line = self._call(address)
        self._born: SimpleQueue[int] = SimpleQueue()
        self._ends: dict[int, Future[End]] = {}
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def launch(self, order: Order) -> Child:
        """Start a bot; it is not waited for."""
        self._line.sendall(json.dumps(asdict(order)).encode() + b"\n")
        pid = self._born.get(timeout=LOADED)
        assert pid, "the bot cannot be loaded"
        return Child(pid, self._ends[pid])

    def close(self) -> None:
        """Whatever was started here and still runs is killed."""
        self._line.shutdown(socket.SHUT_RDWR)
        self._listening.join()
        self._line.close()
        if self._loading is not None:
            self._loading.wait()

    def _call(self, address: Path) -> socket.socket:
        """A line to the one that listens there; where none does it is made, and the call waits for it."""
        line = socket.socket(socket.AF_UNIX)
        with address.with_name("codebell-nursery.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not address.exists():
                self._load(address)
            line.connect(str(address))
        return line

    def _load(self, address: Path) -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(address))
            door.listen()
            self._loading = subprocess.Popen(
                (sys.executable, "-m", "tests.faults.nursery", str(door.fileno())),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=(door.fileno(),),
                start_new_session=True,
            )

    def _listen(self) -> None:
        with self._line.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                if "code" in told:
                    self._ends.pop(told["pid"]).set_result(End(told["code"], told["peak"]))
                else:
                    self._ends[told["pid"]] = Future()
                    self._born.put(told["pid"])
        self._born.put(0)


@cache
def nursery() -> Nursery:
    """The one of this run, or of this process where xdist does not run it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    made = Nursery(Path(tempfile.gettempdir()) / f"codebell-nursery-{run}.sock")
    atexit.register(made.close)
    return made


# Inside


class Within:
    """The loaded process itself: a door, a line to each test process, and a pipe to each bot."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(door, selectors.EVENT_READ, self._greet)
        #: What was read from each line and is no whole order yet, and each line's bots.
        self._unread: dict[socket.socket, bytes] = {}
        self._bots: dict[socket.socket, set[int]] = {}

    def tend(self) -> None:
        """Carry out orders until everybody who gave some has gone."""
        while True:
            for key, _ in self._waiting.select():
                key.data()
            if not self._unread and not self._bots:
                return

    def _greet(self) -> None:
        line, _ = self._door.accept()
        self._unread[line], self._bots[line] = b"", set()
        self._waiting.register(line, selectors.EVENT_READ, partial(self._hear, line))

    def _hear(self, line: socket.socket) -> None:
        if not (read := _received(line)):
            self._waiting.unregister(line)
            del self._unread[line]
            for pid in self._bots[line]:
                os.kill(pid, signal.SIGKILL)
            self._forget(line)
            return
        *orders, self._unread[line] = (self._unread[line] + read).split(b"\n")
        for order in orders:
            self._fork(json.loads(order), line)

    def _forget(self, line: socket.socket) -> None:
        """A line that is closed and has no bot."""
        if line not in self._unread and not self._bots[line]:
            del self._bots[line]
            line.close()

    def _fork(self, order: dict[str, Any], line: socket.socket) -> None:
        """A bot, and a pipe that closes when it ends, however that is."""
        alive, held = os.pipe()
        if (pid := os.fork()) == 0:
            os.close(alive)
            _be(order, held)
        os.close(held)
        self._bots[line].add(pid)
        self._waiting.register(alive, selectors.EVENT_READ, partial(self._bury, alive, pid, line))
        _tell(line, pid=pid)

    def _bury(self, alive: int, pid: int, line: socket.socket) -> None:
        self._waiting.unregister(alive)
        os.close(alive)
        _, status, used = os.wait4(pid, 0)
        self._bots[line].discard(pid)
        _tell(line, pid=pid, code=os.waitstatus_to_exitcode(status), peak=used.ru_maxrss)
        self._forget(line)


def _received(line: socket.socket) -> bytes:
    with suppress(ConnectionError):
        return line.recv(65536)
    return b""


def _tell(line: socket.socket, **news: int) -> None:
    with suppress(OSError):
        line.sendall(json.dumps(news).encode() + b"\n")


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


def load(door: socket.socket) -> None:
    """Everything is loaded: what is forked from now on shares it."""
    only_this_machine()
    configure_mappers()
    gc.collect()
    gc.freeze()
    Within(door).tend()
    Path(door.getsockname()).unlink()


if __name__ == "__main__":
    load(socket.socket(fileno=int(sys.argv[1])))
