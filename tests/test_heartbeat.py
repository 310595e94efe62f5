"""The heartbeat: a file that is touched while every part of the bot shows signs of life, and only then."""

from pathlib import Path

import pytest

from bot.heartbeat import ALIVE, STALE, Heartbeat, is_alive


class Stopwatch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run" / "alive"


def test_the_file_is_touched_while_every_part_reports(file: Path, watch: Stopwatch) -> None:
    heart = Heartbeat(file, watch)
    heart.write()
    assert file.exists()


@pytest.mark.parametrize("part", ALIVE)
def test_a_part_that_is_silent_for_too_long_stops_the_heart(file: Path, watch: Stopwatch, part: str) -> None:
    heart = Heartbeat(file, watch)
    watch.seconds += ALIVE[part] + 1
    for other in set(ALIVE) - {part}:
        heart.beat(other)
    heart.write()
    assert heart.silent() == [part]
    assert not file.exists()


def test_a_part_that_speaks_again_is_forgiven(file: Path, watch: Stopwatch) -> None:
    heart = Heartbeat(file, watch)
    watch.seconds += 1000
    for part in ALIVE:
        heart.beat(part)
    heart.write()
    assert file.exists()


def test_parts_nobody_waits_for_may_report_too(file: Path, watch: Stopwatch) -> None:
    heart = Heartbeat(file, watch)
    heart.beat("housekeeping")
    watch.seconds += 20
    heart.write()
    assert file.exists()


def test_without_a_file_nothing_is_written(watch: Stopwatch) -> None:
    Heartbeat(None, watch).write()


def test_an_old_or_missing_file_is_no_sign_of_life(file: Path, watch: Stopwatch) -> None:
    assert not is_alive(file)
    Heartbeat(file, watch).write()
    touched = file.stat().st_mtime
    assert is_alive(file, touched + STALE - 1)
    assert not is_alive(file, touched + STALE + 1)
