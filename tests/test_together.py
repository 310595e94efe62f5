"""Who runs in one process: the scheduler's answer, which xdist asks test by test."""

from tests.together import Together, scope


def test_all_who_meet_a_browser_share_one_and_the_demo_is_started_once() -> None:
    page = {scope("tests/browser/page/test_start.py::a"), scope("tests/browser/test_page.py::b[x::y]")}
    demo = {scope("tests/browser/test_demo.py::c[smsak]"), scope("tests/browser/test_rent.py::d")}
    walk = {scope("tests/browser/test_walk.py::e"), scope("tests/browser/test_walk_choices.py::f")}
    assert (len(page), len(demo), len(walk), len(page | demo | walk)) == (1, 1, 1, 3)


def test_a_file_is_not_torn_apart() -> None:
    files = [scope(f"tests/faults/{name}.py::{test}") for name in ("test_rent", "test_send") for test in "ab"]
    assert files == ["tests/faults/test_rent.py"] * 2 + ["tests/faults/test_send.py"] * 2


def test_xdist_asks() -> None:
    """By this method, which is not its public face: an upgrade may rename it."""
    [asked] = [base for base in Together.__mro__[1:] if "_split_scope" in vars(base)][:1]
    assert asked.__module__.startswith("xdist.scheduler")
