"""The fault matrix: what can go wrong, how much it matters, and which test carries it.

A test carries the rows its name begins with: `test_b_9_b_10_a_lost_answer_…` carries b_9 and b_10.
P0 is money or a lost code, P1 wrong but recoverable, P2 comfort.
"""

import csv
import functools
import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

TESTS = Path(__file__).parents[1]
_FILE = Path(__file__).with_suffix(".csv")
_DEFINED = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One fault; `excuse` says why no test carries it, "" where one must."""

    name: str
    priority: str
    fault: str
    excuse: str


def matrix() -> list[Row]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [Row(*cells) for cells in list(csv.reader(file))[1:]]


def carried(test: str) -> list[str]:
    """The rows at the beginning of a test's name; what looks like one further on is a word."""
    parts = re.findall(r"([bctsx]_\d+)_|(.)", test.removeprefix("test_"))
    return list(takewhile(bool, (row for row, _ in parts)))


@functools.cache
def carriers() -> dict[str, list[str]]:
    """Every row that a test's name begins with, and the names of those tests."""
    found: dict[str, list[str]] = {}
    for file in [*TESTS.rglob("test_*.py"), *TESTS.rglob("contract.py")]:
        for test in _DEFINED.findall(file.read_text(encoding="utf-8")):
            for row in carried(test):
                found.setdefault(row, []).append(test)
    return found
