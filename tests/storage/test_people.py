"""Whoever is looked for by name is found, however it is written in Latin letters, or as it was in others."""

import pytest

from storage.database import Database
from storage.models import Chat
from storage.people import Known, PeopleStore
from tests.storage.shelf import NOW, put

ANN, ZHANNA = Known(1, "Ann Smith"), Known(2, "Жанна Д")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        *(("ann", [ANN]), ("ANN", [ANN]), ("n sm", [ANN]), ("Жанна", [ZHANNA]), ("жанна", [ZHANNA])),
        *(("ЖАННА Д", [ZHANNA]), ("%", []), ("_", [])),
    ],
)
async def test_a_name_is_found(database: Database, words: str, found: list[Known]) -> None:
    met = {"kind": "private", "created_at": NOW, "seen_at": NOW}
    await put(database, *(Chat(id=each.id, title=each.name, **met) for each in (ANN, ZHANNA)))
    assert await PeopleStore(database).find(words, 9) == found
