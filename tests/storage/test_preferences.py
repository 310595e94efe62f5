"""What people chose: kept by chat, each currency and each favourite by itself, defaults where nothing is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from storage.database import Database
from storage.models import Sort
from storage.preferences import PreferenceStore, Voice
from tests.storage.shelf import NOW, chat, put

ANN, BOB = 1, 2


@pytest.fixture
def store(database: Database) -> PreferenceStore:
    return PreferenceStore(database)


async def test_who_chose_nothing_has_the_defaults(store: PreferenceStore) -> None:
    found = await store.of(ANN)
    assert (found.language, found.sort, found.hide_codes) == ("", Sort.PRICE, False)
    assert (found.quiet_from, found.quiet_to, found.utc_offset) == (None, None, None)
    assert (await store.ceilings(ANN), await store.favourites(ANN, ANN)) == ({}, [])


async def test_a_choice_changes_nothing_else_and_nobody_elses(store: PreferenceStore) -> None:
    await store.choose(ANN, sort=Sort.STOCK)
    await store.choose(ANN, quiet_from=60, quiet_to=120)
    found = await store.of(ANN)
    assert (found.sort, found.quiet_from, found.quiet_to, found.hide_codes) == (Sort.STOCK, 60, 120, False)
    assert (await store.of(BOB)).sort is Sort.PRICE


async def test_a_voice_is_the_chats_language_with_what_was_chosen(
    store: PreferenceStore, database: Database
) -> None:
    assert await store.voice(ANN) == Voice()
    await put(database, chat(ANN))
    language = (await store.voice(ANN)).language
    assert await store.voice(ANN) == Voice(language)
    await store.choose(ANN, utc_offset=-180, hide_codes=True)
    assert await store.voice(ANN) == Voice(language, -180, True)
    await store.speak(ANN, "vi", "uk-UA")
    assert ((await store.voice(ANN)).language, (await store.of(ANN)).language) == ("vi", "vi")
    await store.speak(ANN, "", "uk-UA")
    assert ((await store.voice(ANN)).language, (await store.of(ANN)).language) == ("uk-UA", "")


async def test_a_limit_is_one_for_each_purse(store: PreferenceStore) -> None:
    for purse, amount in (("USD", "0.5"), ("USD", "0.75"), ("UAH", "20"), ("smsski", "3")):
        await store.cap(ANN, purse, Decimal(amount))
    await store.cap(ANN, "UAH", None)
    assert await store.ceilings(ANN) == {"USD": Decimal("0.75"), "smsski": Decimal(3)}
    assert await store.ceilings(BOB) == {}


async def test_a_star_is_set_and_taken_away_and_the_newest_comes_first(store: PreferenceStore) -> None:
    assert await store.star(ANN, ANN, "telegram", NOW)
    assert await store.star(ANN, ANN, "viber", NOW + timedelta(seconds=1))
    assert await store.favourites(ANN, ANN) == ["viber", "telegram"]
    assert not await store.star(ANN, ANN, "viber", NOW)
    assert (await store.favourites(ANN, ANN), await store.favourites(ANN, BOB)) == (["telegram"], [])
