"""Which processor works for whom: what is measured has one to itself, all around it has the others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def _mine() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def measured(process: int = 0) -> None:
    """From now on a process (0: this one) has the first processor; where there is one alone, all share it."""
    if len(cores := _mine()) > 1:
        os.sched_setaffinity(process, cores[:1])


@contextmanager
def measured_here() -> Iterator[None]:
    """This thread alone, for a while: what it starts afterwards may be anywhere again."""
    cores = _mine()
    measured()
    try:
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)


def surrounding(process: int = 0) -> None:
    """The same of the others: a server, a person, a clock."""
    if len(cores := _mine()) > 1:
        os.sched_setaffinity(process, cores[1:])
