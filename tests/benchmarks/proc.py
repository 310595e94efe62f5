"""What Linux tells of a process: its processor time and its memory."""

import os
from dataclasses import dataclass
from pathlib import Path

_MB = 1024.0


@dataclass(frozen=True, slots=True)
class Memory:
    """MB: resident, the share of it that is its own where others map the same, and what only it has."""

    rss: float
    pss: float
    uss: float


def busy(process: int) -> float:
    """Seconds of a processor that it has used so far, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_exactly(process: int) -> float:
    """The same of the threads that live, to the microsecond."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9


def memory(process: int) -> Memory:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    found = {name: float(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
    own = found["Private_Clean"] + found["Private_Dirty"]
    return Memory(found["Rss"] / _MB, found["Pss"] / _MB, own / _MB)
