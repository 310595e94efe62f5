"""Whose menus hang in groups."""

from datetime import timedelta

from storage.database import Database
from storage.menus import LIFETIME, MenuStore
from tests.storage.shelf import NOW

TEAM, ANN, BOB = -100_200, 1, 2


async def test_a_menu_is_whose_it_was_sent_to_in_its_chat_alone(database: Database) -> None:
    menus = MenuStore(database)
    await menus.hang(TEAM, 5, ANN, NOW)
    assert [await menus.owner(TEAM, 5), await menus.owner(TEAM, 6), await menus.owner(-7, 5)] == [
        ANN,
        None,
        None,
    ]
    await menus.hang(TEAM, 5, BOB, NOW)
    assert await menus.owner(TEAM, 5) == BOB


async def test_after_two_days_it_is_nobodys(database: Database) -> None:
    menus = MenuStore(database)
    await menus.hang(TEAM, 5, ANN, NOW)
    await menus.sweep(NOW + LIFETIME)
    assert await menus.owner(TEAM, 5) == ANN
    await menus.sweep(NOW + LIFETIME + timedelta(seconds=1))
    assert await menus.owner(TEAM, 5) is None
