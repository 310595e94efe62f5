"""The questions that wait for an answer: per person and chat, for a while, and across a restart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey

from bot.forms import PATIENCE, Forms
from storage.database import Database
from storage.forms import FormStore
from tests.core import blank
from tests.doubles import FakeClock

KEY = StorageKey(bot_id=42, chat_id=7, user_id=8)


class Asked(StatesGroup):
    price = State()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with blank(tmp_path) as made:
        yield made


@pytest.fixture
def forms(database: Database) -> Forms:
    return Forms(FormStore(database), FakeClock())


async def test_what_was_asked_survives_a_restart_and_is_kept_per_person_and_chat(database: Database) -> None:
    clock = FakeClock()
    await Forms(FormStore(database), clock).set_state(KEY, Asked.price)
    await Forms(FormStore(database), clock).set_data(KEY, {"nonce": "abc"})
    reborn = Forms(FormStore(database), clock)
    assert await reborn.get_state(KEY) == "Asked:price"
    assert await reborn.get_data(KEY) == {"nonce": "abc"}
    assert await reborn.get_state(StorageKey(bot_id=42, chat_id=7, user_id=9)) is None


async def test_a_question_nobody_answers_is_forgotten(database: Database) -> None:
    clock = FakeClock()
    forms = Forms(FormStore(database), clock)
    await forms.set_state(KEY, Asked.price)
    await forms.set_data(KEY, {"nonce": "abc"})
    clock.advance(PATIENCE.total_seconds() + 1)
    assert (await forms.get_state(KEY), await forms.get_data(KEY)) == (None, {})


async def test_a_new_question_keeps_the_data_and_no_question_drops_it(forms: Forms) -> None:
    await forms.set_data(KEY, {"nonce": "abc"})
    await forms.set_state(KEY, Asked.price)
    assert await forms.get_data(KEY) == {"nonce": "abc"}
    await forms.set_state(KEY, None)
    assert await forms.get_data(KEY) == {}


async def test_data_can_be_emptied_with_and_without_a_question(forms: Forms) -> None:
    await forms.set_data(KEY, {"nonce": "abc"})
    await forms.set_data(KEY, {})
    assert await forms.get_data(KEY) == {}
    await forms.set_state(KEY, Asked.price)
    await forms.set_data(KEY, {"nonce": "abc"})
    await forms.set_data(KEY, {})
    assert (await forms.get_state(KEY), await forms.get_data(KEY)) == ("Asked:price", {})
