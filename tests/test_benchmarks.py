"""What the benchmarks make of what they saw."""

import pytest

from tests.benchmarks.provider import ANSWERS
from tests.benchmarks.watching import SPACING, found, rows

#: Watched from this moment on, for so many seconds.
SINCE, TOOK = 1000.0, 25.0


def told(asked: dict[str, list[float]], **codes: tuple[str, float]) -> dict[str, object]:
    """By the number of seconds since then."""
    moments = {number: [SINCE + each for each in seconds] for number, seconds in asked.items()}
    came = {number: (code, SINCE + at) for number, (code, at) in codes.items()}
    return {"asked": moments, "since": SINCE, "codes": came, "rung": {}}


#: Codes that nobody asked about: there must be some.
LATER = told({}, a=("7", 0), b=("8", 0))
ON_TIME = {str(number): [1.0, 6.0, 11.0, 16.0, 21.0] for number in range(90)}


def test_a_number_that_nobody_asks_about_is_as_late_as_it_was_watched() -> None:
    seen = found(told(ON_TIME), LATER, 100, 1, TOOK)
    assert (seen.late[0], seen.late[1]) == pytest.approx((0, TOOK - SPACING))


def test_who_is_not_asked_about_again_is_late_too() -> None:
    given_up = {str(number): [4.0, 9.0, 14.0] for number in range(90, 100)}
    seen = found(told({**ON_TIME, **given_up}), LATER, 100, 1, TOOK)
    assert seen.late[1] == pytest.approx(TOOK - 14 - SPACING)


def test_where_none_is_asked_twice_no_goal_of_what_lies_between_is_reached() -> None:
    seen = found(told({str(number): [1.0] for number in range(100)}), LATER, 100, 1, TOOK)
    [between] = [row for row in rows(100, seen, 0.05) if row.name.startswith("between")]
    assert (between.value, between.limit, between.reached) == (0, "of 0", False)


def test_a_code_rings_from_the_answer_that_could_tell_it_and_one_that_never_does_is_counted() -> None:
    later = told({"0": [2.0, 7.1], "1": [3.0, 9.0]}, **{"0": ("11", 3.0), "1": ("22", 8.9)})
    later["rung"] = {"11": SINCE + 7.3, "22": SINCE + 9.5}
    seen = found(told({"0": [2.0, 7.1]}), later, 1, 1, TOOK)
    due = SINCE + 2.0 + SPACING + 2 * ANSWERS, SINCE + 8.9 + ANSWERS
    assert seen.ringing[0] == pytest.approx((SINCE + 7.3 - due[0] + SINCE + 9.5 - due[1]) / 2)
    assert (seen.rung, seen.silent) == (2, 0)
