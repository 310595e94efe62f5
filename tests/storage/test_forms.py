"""Typed input: kept per person and chat, forgotten in time."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.forms import FormStore
from tests.storage.shelf import NOW

SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def forms(database: Database) -> FormStore:
    return FormStore(database)


async def test_a_form_comes_back_until_its_time_is_over(forms: FormStore) -> None:
    await forms.put(1, 2, "Label:typing", {"provider": "smsak", "ключ": [1, None]}, SOON)
    assert await forms.get(1, 2, NOW) == ("Label:typing", {"provider": "smsak", "ключ": [1, None]})
    assert await forms.get(1, 2, SOON) is None


async def test_each_person_in_each_chat_has_their_own(forms: FormStore) -> None:
    await forms.put(1, 2, "a", {}, SOON)
    assert await forms.get(1, 3, NOW) is None
    assert await forms.get(2, 2, NOW) is None


async def test_a_new_form_replaces_the_old(forms: FormStore) -> None:
    await forms.put(1, 2, "a", {"x": 1}, SOON)
    await forms.put(1, 2, None, {"y": 2}, SOON)
    assert await forms.get(1, 2, NOW) == (None, {"y": 2})


async def test_a_dropped_form_is_gone_and_dropping_nothing_is_fine(forms: FormStore) -> None:
    await forms.put(1, 2, "a", {}, SOON)
    await forms.drop(1, 2)
    await forms.drop(1, 2)
    assert await forms.get(1, 2, NOW) is None


async def test_the_sweep_takes_what_is_over_and_only_that(forms: FormStore) -> None:
    await forms.put(1, 1, "over", {}, NOW)
    await forms.put(1, 2, "open", {}, SOON)
    await forms.sweep(NOW)
    assert await forms.get(1, 1, NOW - timedelta(hours=1)) is None
    assert await forms.get(1, 2, NOW) == ("open", {})


async def test_ten_kilobytes_are_refused_and_the_old_form_stays(forms: FormStore) -> None:
    await forms.put(1, 2, "a", {"x": 1}, SOON)
    with pytest.raises(ValueError, match="2048"):
        await forms.put(1, 2, "b", {"x": "y" * 10_000}, SOON)
    assert await forms.get(1, 2, NOW) == ("a", {"x": 1})


async def test_who_had_no_form_has_one_at_once_when_it_is_put(forms: FormStore) -> None:
    assert await forms.get(1, 2, NOW) is None
    await forms.put(1, 2, "a", {}, SOON)
    assert await forms.get(1, 2, NOW) == ("a", {})


async def test_of_whom_it_is_known_that_there_is_no_form_nobody_asks_again(
    database: Database, forms: FormStore
) -> None:
    assert await forms.get(1, 2, NOW) is None
    await FormStore(database).put(1, 2, "a", {}, SOON)
    assert await forms.get(1, 2, NOW) is None
    forms.moved()
    assert await forms.get(1, 2, NOW) == ("a", {})
