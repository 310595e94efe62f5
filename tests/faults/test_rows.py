"""Every row of the fault matrix is carried by a test, or says why not."""

import re

import pytest

from tests.faults.rows import carried, carriers, matrix


def test_every_row_has_a_test_or_an_excuse() -> None:
    naked = [row.name for row in matrix() if row.name not in carriers() and not row.excuse]
    assert naked == []


def test_money_and_codes_know_no_excuse() -> None:
    assert [row.name for row in matrix() if row.priority == "P0" and row.excuse] == []


def test_no_excuse_outlives_its_test() -> None:
    assert [row.name for row in matrix() if row.excuse and row.name in carriers()] == []


def test_no_test_carries_a_row_that_does_not_exist() -> None:
    assert sorted(carriers().keys() - {row.name for row in matrix()}) == []


def test_a_row_that_an_excuse_names_has_a_test() -> None:
    named = {name for row in matrix() for name in re.findall(r"\b[bctsx]_\d+\b", row.excuse)}
    assert sorted(named - carriers().keys()) == []


@pytest.mark.parametrize(
    ("test", "rows"),
    [
        ("test_b_1_two_presses", ["b_1"]),
        ("test_b_9_b_10_a_lost_answer", ["b_9", "b_10"]),
        ("test_b_9_10_a_lost_answer", ["b_9"]),
        ("test_x_1_is_found", ["x_1"]),
        ("test_a_provider_s_8_numbers", []),
        ("test_is_406_an_answer", []),
        ("test_b_1", []),
    ],
)
def test_a_test_carries_the_rows_its_name_begins_with(test: str, rows: list[str]) -> None:
    assert carried(test) == rows
