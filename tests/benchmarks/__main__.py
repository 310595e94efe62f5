"""`make bench`: what Codebell costs on this machine, each figure beside the limit measured in the same run.

`python -m tests.benchmarks pressing growth` measures those alone. Every one runs in a process of its own, and
its rows stay in `.artifacts/bench/<name>.json`; the table is printed from them.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path

from tests.benchmarks.figures import Figure, dumped, loaded, table

#: By name: a module here with `figures(folder)`.
ALL = ("border", "watching", "lateness", "pressing", "growth", "postage", "size")
RESULTS = Path(".artifacts") / "bench"

Measure = Callable[[Path], Awaitable[list[Figure]]]


def main() -> int:
    """0 if everything could be measured, whatever it was."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ALL, []], help="all of them unless named")
    parser.add_argument("--here", action="store_true", help="measure in this process, and only write it down")
    given = parser.parse_args()
    names = given.names or ALL
    if given.here:
        return max(asyncio.run(_measured(name)) for name in names)
    broken = [name for name in names if subprocess.run(_alone(name), check=False).returncode]
    sys.stdout.write(table([figure for name in names for figure in _last(name, broken)]))
    return 1 if broken else 0


def _alone(name: str) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks", name, "--here"]


def _last(name: str, broken: list[str]) -> list[Figure]:
    return [] if name in broken else loaded(RESULTS / f"{name}.json")


async def _measured(name: str) -> int:
    measure: Measure = import_module(f"tests.benchmarks.{name}").figures
    with tempfile.TemporaryDirectory(prefix="codebell-bench-") as folder:
        found = await measure(Path(folder))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(dumped(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
