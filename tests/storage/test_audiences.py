"""Whom a broadcast is for: counted by the database, frozen when it starts, nobody twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.audiences import Audiences, Segment, next_chats
from storage.database import Database
from storage.models import Broadcast, Chat, Guest, Preferences
from tests.storage.shelf import NOW, put, stored

LONG_AGO = NOW - timedelta(days=40)


def chat(chat_id: int, seen: datetime = NOW, **more: Any) -> Chat:
    kind = "private" if chat_id > 0 else "supergroup"
    return Chat(**{"id": chat_id, "kind": kind, "created_at": LONG_AGO, "seen_at": seen, **more})


@pytest.fixture
async def people(database: Database) -> Audiences:
    """Four people and a group; beside them whoever is left out."""
    await put(
        database,
        *(chat(1, language="en"), chat(2, language="uk"), chat(3, LONG_AGO, language="en-GB"), chat(4)),
        *(chat(-100), chat(5, unreachable_at=NOW), chat(-7, unreachable_at=NOW), chat(6), chat(-8)),
        *(Guest(id=6, name="", blocked_at=NOW), Guest(id=-8, name="", blocked_at=NOW)),
        *(chat(0, kind="", blocked_until=NOW), Preferences(chat_id=4, language="uk")),
    )
    await stored(database)
    return Audiences(database)


async def test_only_who_can_be_reached_and_is_not_blocked_is_counted(people: Audiences) -> None:
    sizes = await people.sizes(NOW)
    assert sizes == {Segment.ALL: 4, Segment.ACTIVE: 3, Segment.WITH_KEY: 1, Segment.GROUPS: 1}


async def test_people_are_told_by_the_language_they_chose_else_as_their_telegram_speaks(
    people: Audiences,
) -> None:
    assert await people.languages(NOW) == {"en": 2, "uk": 2}


@pytest.mark.parametrize(
    ("segment", "value", "ids"),
    [
        (Segment.ALL, "", [4, 3, 2, 1]),
        (Segment.ACTIVE, "", [4, 2, 1]),
        (Segment.LANGUAGE, "en", [3, 1]),
        (Segment.LANGUAGE, "uk", [4, 2]),
        (Segment.WITH_KEY, "", [1]),
        (Segment.GROUPS, "", [-100]),
    ],
)
async def test_a_segment_is_listed_from_the_highest_id_down(
    people: Audiences, database: Database, segment: Segment, value: str, ids: list[int]
) -> None:
    assert await listed(database, Broadcast(segment=segment, segment_value=value)) == ids


@pytest.mark.usefixtures("people")
async def test_it_goes_on_behind_who_was_reached_and_nobody_new_is_in_it(database: Database) -> None:
    await put(database, chat(2000, created_at=NOW + timedelta(minutes=1)))
    assert await listed(database, Broadcast(segment="all", segment_value="", reached=3)) == [2, 1]


async def listed(database: Database, broadcast: Broadcast) -> list[int]:
    broadcast.id, broadcast.created_at, broadcast.started_at = "news", NOW, NOW
    async with database.begin() as session:
        return await next_chats(session, broadcast, 10)
