"""`make image`: the image's steps without Docker, and the bot of it as a container would run it.

Debian's `debootstrap` makes the clean root, the Dockerfile's lines are carried out in copies of it, and the
last stage is started as `compose.yaml` starts it: process 1 of its own, uid 10001 without capabilities, a
read-only root, /data and a small /tmp to write to, the secrets as files. Telegram and the sites are the
sandbox's, on loopback. Needs root, a network and `debootstrap`; what only Docker proves is said at the end.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

from bot.sandbox.demo import environment
from bot.sandbox.server import serve
from bot.sandbox.sites import Site, all_sites
from bot.sandbox.telegram.human import Human
from bot.sandbox.telegram.world import World
from tests.dockerfile import Stage, build

ROOT = Path(__file__).parent.parent
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
MIRROR = "http://deb.debian.org/debian"
METRICS = 9464
#: Seconds for what takes a few on a quiet machine.
PATIENCE = 90.0
#: Secrets come as files, and where things lie the image says itself.
_NOT_GIVEN = frozenset({"BOT_TOKEN", "MASTER_KEY", "DATABASE_URL", "PYTHONPATH", "PATH", "HOME", "TMPDIR"})
_UNPROVEN = (
    "not proven here: the base image python:3.12-slim itself (Debian's own Python stands for it), that "
    "Docker builds these layers, Compose's reading of compose.yaml, and its limits of memory and CPUs"
)


def say(words: str) -> None:
    sys.stdout.write(f"image: {words}\n")
    sys.stdout.flush()


def clean_root(folder: Path) -> Path:
    """A Debian with a Python and nothing else; IMAGE_BASE names one that is there already."""
    if given := os.environ.get("IMAGE_BASE"):
        return Path(given)
    packages = "--include=python3,python3-venv,ca-certificates"
    base = folder / "base"
    subprocess.run(["debootstrap", "--variant=minbase", packages, "stable", str(base), MIRROR], check=True)
    return base


class Container:
    """The last stage of the image, run as a container is."""

    def __init__(self, stage: Stage, folder: Path, settings: Mapping[str, str]) -> None:
        self._stage = stage
        self._data, self._secrets = folder / "data", folder / "secrets"
        self._settings = {name: value for name, value in settings.items() if name not in _NOT_GIVEN}
        self._files({"bot_token": settings["BOT_TOKEN"], "master_key": settings["MASTER_KEY"]})
        self._process: subprocess.Popen[str] | None = None

    def _files(self, secrets: Mapping[str, str]) -> None:
        """A volume begins as what the image has there; secrets are the user's alone."""
        volume = self._stage.root / self._stage.volumes[0].lstrip("/")
        subprocess.run(["cp", "--archive", str(volume), str(self._data)], check=True)
        (self._stage.root / "run/secrets").mkdir(exist_ok=True)
        self._secrets.mkdir()
        for name, secret in secrets.items():
            file = self._secrets / name
            file.write_text(secret)
            os.chown(file, 10001, 10001)
            file.chmod(0o400)

    @property
    def data(self) -> Path:
        return self._data

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The entry point with arguments, in a container of its own, to its end."""
        return subprocess.run(
            self._command(*self._stage.entrypoint, *arguments), capture_output=True, text=True, check=False
        )

    def start(self) -> None:
        self._process = subprocess.Popen(self._command(*self._stage.entrypoint), text=True)

    def healthy(self) -> bool:
        """The image's own health check, within the running container."""
        assert self._process is not None
        assert self._process.poll() is None, f"it ended by itself with {self._process.returncode}"
        return bool(self._children()) and self.inside(*self._stage.health).returncode == 0

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Like `docker exec`."""
        where = ["nsenter", "--target", str(self.pid), "--mount", "--pid", f"--root=/proc/{self.pid}/root"]
        return subprocess.run([*where, *self._as_user(*command)], capture_output=True, text=True, check=False)

    @property
    def pid(self) -> int:
        """Of process 1 of the container, as this machine counts."""
        return int(self._children()[0])

    def _children(self) -> list[str]:
        assert self._process is not None
        own = self._process.pid
        return Path(f"/proc/{own}/task/{own}/children").read_text().split()

    def status(self, name: str) -> str:
        text = Path(f"/proc/{self.pid}/status").read_text()
        return " ".join(re.findall(rf"^{name}:\s*(.*)$", text, re.MULTILINE)[0].split())

    def stop(self) -> tuple[int, float]:
        """SIGTERM to process 1; its exit code, and how many seconds that took."""
        assert self._process is not None
        begun = time.monotonic()
        os.kill(self.pid, 15)
        return self._process.wait(timeout=_grace()), time.monotonic() - begun

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _command(self, *command: str) -> list[str]:
        root = self._stage.root
        mounts = [
            f"mount --bind {root} {root}",
            f"mount --bind {self._data} {root}{self._stage.volumes[0]}",
            f"mount --bind {self._secrets} {root}/run/secrets",
            f"mount -t tmpfs -o size=16m,mode=1777 tmpfs {root}/tmp",  # noqa: S108 - the container's
            f"mount -t proc proc {root}/proc",
            *(f"touch {root}/dev/{each} && mount --bind /dev/{each} {root}/dev/{each}" for each in _DEVICES),
            f"mount -o remount,bind,ro {root}",
            f'exec chroot {root} "$@"',
        ]
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        return [*alone, "sh", "-ec", "\n".join(mounts), "sh", *self._as_user(*command)]

    def _as_user(self, *command: str) -> list[str]:
        stage = self._stage
        user, _, group = stage.user.partition(":")
        secrets = {name.upper() + "_FILE": f"/run/secrets/{name}" for name in ("bot_token", "master_key")}
        env = stage.env | {"HOME": "/"} | self._settings | secrets | {"METRICS_PORT": str(METRICS)}
        bare = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        return [
            *("setpriv", f"--reuid={user}", f"--regid={group}", *bare),
            *("env", "--ignore-environment", f"--chdir={stage.folder}"),
            *(f"{name}={value}" for name, value in env.items()),
            *command,
        ]


_DEVICES = ("null", "zero", "urandom", "random")


def _grace() -> float:
    """The seconds that compose.yaml gives a stop."""
    [seconds] = re.findall(r"stop_grace_period: (\d+)s", COMPOSE)
    return float(seconds)


async def until(look: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(look):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE:g} seconds: {what}")
        await asyncio.sleep(0.5)


async def live(stage: Stage, folder: Path) -> None:
    """A life of the bot: checked, started, talked to, stopped."""
    world, sites = World(), all_sites()
    human = Human(world)
    settings = _settings(world, sites)
    serving = await serve(0, world, sites)
    container = Container(stage, folder, settings(serving.url))
    try:
        await _checked(container)
        container.start()
        await until(container.healthy, "the image's health check")
        say("healthy, by the image's own health check")
        await _confined(container)
        await _talked_to(human)
        await _measured()
        await _stopped(container)
    finally:
        container.kill()
        await serving.close()


def _settings(world: World, sites: Mapping[str, Site]) -> Callable[[str], Mapping[str, str]]:
    def at(url: str) -> Mapping[str, str]:
        given = environment(url, sites, Path("/data"))
        world.add_bot(given["BOT_TOKEN"])
        return given

    return at


async def _checked(container: Container) -> None:
    done = await asyncio.to_thread(container.run, "check")
    sys.stdout.write(done.stdout + done.stderr)
    assert done.returncode == 0, "check finds something wrong"
    say("check: nothing is wrong")


async def _confined(container: Container) -> None:
    assert container.status("Uid") == "10001 10001 10001 10001"
    assert container.status("NSpid").split()[-1] == "1", "the bot is not process 1"
    assert int(container.status("CapEff"), 16) == int(container.status("CapBnd"), 16) == 0
    assert container.status("NoNewPrivs") == "1"
    for place in ("/codebell/x", "/x", "/venv/x", "/run/secrets/x"):
        done = await asyncio.to_thread(container.inside, "touch", place)
        assert done.returncode != 0, f"{place} can be written"
    say("process 1, uid 10001, no capabilities, no new privileges, a root that cannot be written")


async def _talked_to(human: Human) -> None:
    person = int(human.user("Ann", "en")["user"]["id"])
    human.message(person, person, "/start")
    await until(
        lambda: any(call["method"] == "sendMessage" for call in human.calls()["calls"]), "an answer to /start"
    )
    say("answers /start")


async def _measured() -> None:
    def read() -> str:
        with urlopen(f"http://127.0.0.1:{METRICS}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    assert 'codebell_updates_total{kind="message"' in await asyncio.to_thread(read)
    say("its figures are served on loopback")


async def _stopped(container: Container) -> None:
    code, seconds = await asyncio.to_thread(container.stop)
    assert code == 0, f"it ended with {code}"
    say(f"SIGTERM: ended with 0 after {seconds:.1f} s of {_grace():.0f}")
    left = sorted(each.name for each in container.data.iterdir())
    assert left == ["codebell.db", "codebell.db.lock"], left
    assert all(each.stat().st_mode & 0o077 == 0 for each in container.data.iterdir())


def main() -> int:
    if os.geteuid() != 0 or not (shutil.which("debootstrap") or "IMAGE_BASE" in os.environ):
        say("needs root and debootstrap (apt-get install debootstrap)")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="codebell-image-"))
    try:
        stage = build(ROOT / "Dockerfile", clean_root(folder), folder)
        say("the Dockerfile's lines are carried out")
        asyncio.run(live(stage, folder))
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
    say(_UNPROVEN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
