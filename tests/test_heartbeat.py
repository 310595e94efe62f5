"""The file that is touched while every part of the bot goes on, and only then; the end of what hangs."""

import threading
from pathlib import Path

import pytest

from bot.heartbeat import ALIVE, ASK, END, HUNG, STALE, Heartbeat, Watchdog, is_alive


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


class Kennel:
    """A watchdog over a heartbeat that is asked to stop or ended, and does neither."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.heartbeat = watch, Heartbeat(None, watch)
        self.said: list[str] = []
        self.ended = threading.Event()
        self.holds = False
        self.dog = Watchdog(self.heartbeat, self.said.append, self.ended.set, lambda: self.holds)

    def look(self) -> tuple[int, bool]:
        """How often it was asked to stop by then, and whether it was ended."""
        self.dog.look()
        return len(self.said), self.ended.is_set()


@pytest.fixture
def kennel(watch: Watch) -> Kennel:
    return Kennel(watch)


@pytest.mark.parametrize("part", sorted(HUNG))
def test_what_hangs_is_asked_to_stop_and_ended_when_it_does_not(kennel: Kennel, part: str) -> None:
    kennel.watch.seconds += HUNG[part] + 1
    for other in HUNG.keys() - {part}:
        kennel.heartbeat.beat(other)
    looks = [kennel.look() for _ in range(END)]
    assert looks.index((1, False)) == ASK - 1
    assert kennel.said == [f"{part}: silent for far too long"]
    assert looks.index((1, True)) == END - 1


def test_a_machine_that_slept_is_given_time_to_wake_up(kennel: Kennel) -> None:
    for _ in range(10):
        kennel.watch.seconds += 1000
        kennel.dog.look()
        for part in HUNG:
            kennel.heartbeat.beat(part)
        kennel.dog.look()
    assert (kennel.said, kennel.ended.is_set()) == ([], False)


def test_s_14_a_part_that_fails_is_not_alive_but_does_not_hang(kennel: Kennel) -> None:
    kennel.heartbeat.beat("polling", 6775)
    kennel.watch.seconds += 1000
    for part in ("watch", "post"):
        kennel.heartbeat.failed(part)
    assert kennel.heartbeat.hung() == []
    assert {"watch", "post"} <= set(kennel.heartbeat.silent())


def test_b_17_nothing_ends_while_something_paid_is_not_stored(kennel: Kennel) -> None:
    kennel.holds = True
    kennel.watch.seconds += 1000
    assert {kennel.look() for _ in range(2 * END)} == {(0, False)}
    kennel.holds = False
    looks = [kennel.look() for _ in range(END)]
    assert looks[-1] == (1, True)


def test_a_wait_that_was_told_is_no_silence(kennel: Kennel) -> None:
    kennel.heartbeat.beat("polling", 6775)
    kennel.watch.seconds += 6775
    for part in ("watch", "post"):
        kennel.heartbeat.beat(part)
    assert kennel.heartbeat.hung() == []


def test_it_looks_from_a_thread_of_its_own_until_it_is_stopped(kennel: Kennel) -> None:
    kennel.watch.seconds += 1000
    kennel.dog.start(every=0.001)
    assert kennel.ended.wait(10)
    kennel.dog.stop()
