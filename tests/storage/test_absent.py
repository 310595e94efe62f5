"""What is known not to be there: until somebody may have put it there, and never from a look beside that."""

import pytest

from storage.absent import Absent


def test_what_a_look_did_not_find_is_known_until_it_is_doubted() -> None:
    absent: Absent[int] = Absent()
    absent.note(1, absent.since())
    assert 1 in absent
    absent.doubt(1)
    assert 1 not in absent


def test_a_look_beside_a_change_proves_nothing() -> None:
    absent: Absent[int] = Absent()
    before = absent.since()
    with absent.changing(1):
        absent.note(1, before)
        meanwhile = absent.since()
        assert 1 not in absent
        absent.note(1, meanwhile)
    assert 1 not in absent
    absent.note(1, meanwhile)
    assert 1 not in absent


def test_a_change_that_fails_leaves_its_doubt() -> None:
    absent: Absent[int] = Absent()
    absent.note(1, absent.since())
    with pytest.raises(ValueError, match="disk"), absent.changing(1):
        raise ValueError("disk")
    assert 1 not in absent


def test_no_more_are_remembered_than_it_may() -> None:
    absent: Absent[int] = Absent(most=3)
    for key in range(10):
        absent.note(key, absent.since())
    assert len(absent) <= 3
    assert 9 in absent


def test_all_of_it_can_be_doubted() -> None:
    absent: Absent[int] = Absent()
    before = absent.since()
    absent.note(1, before)
    absent.doubt_all()
    absent.note(2, before)
    assert len(absent) == 0
