"""A fresh, migrated database for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.shelf import shelf


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with shelf(tmp_path) as made:
        yield made
