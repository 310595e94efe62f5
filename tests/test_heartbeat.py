"""The file that is touched while polling, watching and posting go on, and only then."""

from pathlib import Path

import pytest

from bot.heartbeat import ALIVE, STALE, Heartbeat, is_alive


class Watch:
    """A monotonic clock that is moved by hand."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_the_file_is_touched_while_every_part_is_heard_of(tmp_path: Path, watch: Watch) -> None:
    file = tmp_path / "run" / "alive"
    Heartbeat(file, watch).write()
    assert is_alive(file)


@pytest.mark.parametrize("part", sorted(ALIVE))
def test_one_silent_part_is_enough_not_to_touch_it(tmp_path: Path, watch: Watch, part: str) -> None:
    file = tmp_path / "alive"
    heartbeat = Heartbeat(file, watch)
    watch.seconds += ALIVE[part] + 1
    for other in ALIVE.keys() - {part}:
        heartbeat.beat(other)
    heartbeat.write()
    assert heartbeat.silent() == [part]
    assert not file.exists()


def test_a_part_that_is_heard_of_again_is_alive_again(watch: Watch) -> None:
    heartbeat = Heartbeat(None, watch)
    watch.seconds += 1000
    for part in ALIVE:
        heartbeat.beat(part)
    assert heartbeat.silent() == []


def test_parts_nobody_waits_for_may_beat_too(tmp_path: Path, watch: Watch) -> None:
    heartbeat = Heartbeat(tmp_path / "alive", watch)
    heartbeat.beat("housekeeping")
    heartbeat.write()
    assert (tmp_path / "alive").exists()


def test_without_a_file_nothing_is_written(watch: Watch) -> None:
    Heartbeat(None, watch).write()


def test_a_file_that_is_old_or_missing_belongs_to_no_living_bot(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    assert not is_alive(file)
    file.touch()
    touched = file.stat().st_mtime
    assert is_alive(file, touched + STALE - 1)
    assert not is_alive(file, touched + STALE)
