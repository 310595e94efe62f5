"""The Dockerfile's own lines, carried out without Docker: each stage in a clean root of Debian's packages.

FROM stands for that root, whatever image it names, with its own `python3` called `python`. An instruction
that is not known here is refused, so that none is left out in silence.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: What a shell in a base image finds.
BARE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
#: The way to the package index is the machine's, not the image's.
INDEX = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "HTTPS_PROXY", "https_proxy")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(slots=True)
class Stage:
    """A stage while it is built: its root, and what its lines have set so far."""

    name: str
    root: Path
    env: dict[str, str] = field(default_factory=lambda: dict(BARE))
    folder: str = "/"
    user: str = "0:0"
    entrypoint: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Each instruction with its arguments, its lines joined, comments left out."""
    lines = (line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word:
            yield word.upper(), rest.strip()


def build(dockerfile: Path, base: Path, folder: Path) -> Stage:
    """Every stage in a root of its own below `folder`; the last one."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for word, rest in instructions(dockerfile.read_text(encoding="utf-8")):
        if word == "ARG" and stage is None:
            continue
        if word == "FROM":
            stage = _begun(rest, base, folder, len(stages))
            stages[stage.name] = stage
        elif stage is None:
            raise ValueError(f"{word} before FROM")
        else:
            _carry_out(word, rest, stage, stages, dockerfile.parent)
    if stage is None:
        raise ValueError("no stage")
    return stage


def _begun(rest: str, base: Path, folder: Path, number: int) -> Stage:
    words = rest.split()
    name = words[words.index("AS") + 1] if "AS" in words else str(number)
    root = folder / name
    # With all owners and modes, and quickly.
    subprocess.run(["cp", "--archive", "--reflink=auto", str(base), str(root)], check=True)
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    if _CERTIFICATES.exists():
        shutil.copyfile(_CERTIFICATES, root / _CERTIFICATES.relative_to("/"))
    return Stage(name, root)


def _carry_out(word: str, rest: str, stage: Stage, stages: Mapping[str, Stage], context: Path) -> None:
    match word:
        case "RUN":
            _run(rest, stage)
        case "COPY":
            _copy(rest, stage, stages, context)
        case "WORKDIR":
            stage.folder = rest
            _within(stage.root, rest).mkdir(parents=True, exist_ok=True)
        case _:
            _note(word, rest, stage)


def _note(word: str, rest: str, stage: Stage) -> None:
    """What changes no file, but how the image is run."""
    match word:
        case "ENV":
            stage.env |= {name: _expanded(value, stage.env) for name, value in _pairs(rest)}
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = tuple(json.loads(rest))
        case "HEALTHCHECK":
            stage.health = tuple(json.loads(rest[rest.index("CMD") + 3 :]))
        case "VOLUME":
            stage.volumes = (*stage.volumes, rest)
        case _:
            raise ValueError(f"{word} is not known here")


def _run(command: str, stage: Stage) -> None:
    """By `/bin/sh -c` in the root, as the image's user is not set yet: root; with the machine's network."""
    if stage.user != "0:0":
        raise ValueError("RUN after USER is not known here")
    way = {name: os.environ[name] for name in INDEX if name in os.environ}
    inside = f"cd {shlex.quote(stage.folder)} && {command}"
    subprocess.run(
        ["chroot", str(stage.root), "/bin/sh", "-c", inside],
        env={**stage.env, **way, "PIP_CERT": str(_CERTIFICATES)},
        check=True,
    )


def _copy(rest: str, stage: Stage, stages: Mapping[str, Stage], context: Path) -> None:
    words = rest.split()
    source = context
    if words[0].startswith("--from="):
        source = stages[words.pop(0).removeprefix("--from=")].root
    [name, target] = words
    _copied(_within(source, name), _within(stage.root, os.path.join(stage.folder, target)))


def _copied(source: Path, target: Path) -> None:
    """A file into a folder or a folder's content, owned by root; what `.dockerignore` names stays behind."""
    if source.is_file():
        shutil.copy(source, target / source.name if target.is_dir() else target)
        return
    kept = shutil.ignore_patterns("__pycache__", "*.mo")
    ignore = kept if source.is_relative_to(Path.cwd()) else None
    shutil.copytree(source, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)


def _within(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _pairs(rest: str) -> Sequence[tuple[str, str]]:
    return [(name, value) for name, _, value in (word.partition("=") for word in shlex.split(rest))]


def _expanded(value: str, env: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: env.get(found[1], ""), value)
