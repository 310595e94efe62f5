"""The audit of the lock: what it finds is told, and what it could not look up is not called safe."""

from pathlib import Path

import pytest

from tests.audit import findings, summary, unpinned

LOCKS = sorted(Path(__file__).parent.parent.glob("requirements*.lock"))
SKIPPED = {"name": "yarl", "skip_reason": "Dependency not found on PyPI"}
SAFE = {"name": "httpx", "version": "0.28.1", "vulns": []}
UNSAFE = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_the_hashes_of_its_files(lock: Path) -> None:
    assert "aiogram==" in lock.read_text()
    assert unpinned(lock.read_text()) == ""


@pytest.mark.parametrize("loose", ["aiogram>=3", "aiogram==3.31.0", "aiogram==3.31.0 \\\n    --hash=md5:00"])
def test_a_package_without_them_is_found(loose: str) -> None:
    assert unpinned("# a comment\n" + LOCKS[0].read_text() + loose + "\n") == loose


def test_a_known_vulnerability_is_told_with_its_remedy() -> None:
    report = {"dependencies": [SAFE, UNSAFE]}
    assert findings(report) == ["idna 3.6: PYSEC-2024-60, fixed in 3.7"]
    assert summary(report) == "2 of 2 packages looked up in PyPI's advisories"


def test_what_could_not_be_looked_up_is_not_called_safe() -> None:
    assert summary({"dependencies": [SAFE, SKIPPED]}).startswith("1 of 2 packages looked up")
    assert "the others are unknown" in summary({"dependencies": [SKIPPED]})
    assert "no package was looked up" in summary(None)
