"""Who was never let in: counted and let in a few at a time, and told as one deed, whatever breaks off."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.deeds import DeedStore
from storage.guests import GuestStore
from storage.models import Chat
from storage.outsiders import Outsiders, OutsiderStore
from tests.storage.shelf import NOW, put

OPERATOR = 999
PEOPLE, GROUPS = range(1, 151), range(-30, 0)


@pytest.fixture
async def outsiders(database: Database) -> OutsiderStore:
    """More than one slice of people and groups, and the operator."""
    met = {"created_at": NOW, "seen_at": NOW}
    await put(database, *(Chat(id=each, kind="private", **met) for each in (*PEOPLE, OPERATOR)))
    await put(database, *(Chat(id=each, kind="supergroup", **met) for each in GROUPS))
    return OutsiderStore(database)


async def deeds(database: Database) -> list[tuple[str, str]]:
    return [(deed.what, deed.about) for deed in await DeedStore(database).recent(9)]


async def let_in(database: Database) -> int:
    return sum(guest.admitted_at is not None for guest in await GuestStore(database).all())


async def test_all_of_them_are_let_in_with_one_deed(database: Database, outsiders: OutsiderStore) -> None:
    assert await outsiders.count([OPERATOR], NOW) == Outsiders(len(PEOPLE), len(GROUPS))
    await outsiders.let_in([OPERATOR], OPERATOR, NOW)
    assert await outsiders.count([OPERATOR], NOW) == Outsiders(0, 0)
    assert await let_in(database) == 180
    assert await deeds(database) == [("let in all", "180")]


async def test_if_it_breaks_off_the_log_says_how_many_were_let_in(
    database: Database, outsiders: OutsiderStore
) -> None:
    never = "CREATE TRIGGER never BEFORE INSERT ON guests WHEN NEW.id = 120"
    async with database.begin() as session:
        await session.execute(text(f"{never} BEGIN SELECT RAISE(ABORT, 'never'); END"))
    with pytest.raises(IntegrityError):
        await outsiders.let_in([OPERATOR], OPERATOR, NOW)
    [(what, about)] = await deeds(database)
    assert (what, about) == ("let in all", str(await let_in(database)))
    assert int(about) > 0
