"""Ciphertexts swapped in the database open for nobody: no provider hears of them, and the people are told."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import UnknownKey
from tests.house import Chat, House, open_house
from tests.storage.shelf import sql

PROBLEM = "This key can no longer be read. Remove it and add it again."
OF_ANN, OF_BOB = "the-key-of-ann-0123456789", "the-key-of-bob-0123456789"


@pytest.fixture
async def house(tmp_path: Path, blank_database: Path) -> AsyncIterator[House]:
    """A house that may write errors into its log: a key that was changed behind its back is one."""
    shutil.copy(blank_database, tmp_path)
    async with open_house(tmp_path) as made:
        yield made


@pytest.fixture
async def ann(house: House) -> Chat:
    return await with_key(house, "Ann", OF_ANN)


@pytest.fixture
async def bob(house: House) -> Chat:
    return await with_key(house, "Bob", OF_BOB)


async def with_key(house: House, name: str, key: str) -> Chat:
    chat = house.person(name)
    await chat.say("/start")
    await house.connect(chat, house.alpha, key)
    return chat


def swap(house: House) -> None:
    """What somebody with the file could do to spend another's money."""
    path = house.database.path
    assert path is not None
    rows = sql(path, "SELECT id, nonce, ciphertext FROM provider_keys ORDER BY id")
    for (_, *sealed), (key_id, *_) in zip(rows, reversed(rows), strict=True):
        sql(path, "UPDATE provider_keys SET nonce = ?, ciphertext = ? WHERE id = ?", *sealed, key_id)


async def test_s_11_swapped_keys_reach_no_provider_and_everybody_is_told(
    house: House, ann: Chat, bob: Chat
) -> None:
    await ann.buys()
    swap(house)
    before = len(house.alpha.calls)
    for chat in (ann, bob):
        await chat.say("/buy telegram us")
        assert PROBLEM in chat.screen
        await chat.say("/balance")
        assert PROBLEM in chat.screen
        await chat.say("/keys")
        assert PROBLEM in chat.screen
        await chat.press("Alpha")
        assert PROBLEM in chat.screen
    await ann.wait(60)
    assert PROBLEM in ann.find("Waiting for the SMS")["text"]
    assert len(house.alpha.calls) == before


async def test_s_11_a_broken_key_leaves_the_chats_other_providers_to_buy_from(
    house: House, ann: Chat, bob: Chat
) -> None:
    swap(house)
    await house.connect(ann, house.beta)
    await ann.say("/buy telegram us")
    assert f"⚠️ Alpha: {PROBLEM}" in ann.screen
    await ann.press("Beta")
    await ann.press("Buy for")
    assert "Waiting for the SMS" in ann.screen
    await ann.say("/keys")
    await ann.press("Alpha")
    await ann.press("Remove")
    await ann.press("Yes")
    await house.connect(ann, house.alpha, OF_ANN)
    await ann.say("/buy telegram us")
    assert PROBLEM not in ann.screen


def repoint(house: House, table: str, thief: Chat) -> None:
    """What somebody with the file could do without touching a key: let a row of Ann's name Bob's."""
    path = house.database.path
    assert path is not None
    [(of_bob,)] = sql(path, "SELECT id FROM provider_keys WHERE chat_id != ?", thief.chat_id)
    sql(path, f"UPDATE {table} SET key_id = ?", of_bob)  # noqa: S608


async def test_s_11_a_button_that_names_another_chats_key_buys_nothing(
    house: House, ann: Chat, bob: Chat
) -> None:
    await ann.say("/buy telegram us")
    await ann.press("Alpha")
    repoint(house, "quotes", ann)
    before = len(house.alpha.calls)
    key = ann.click("Buy for")
    await house.settle()
    assert ann.answer(key) == UnknownKey.text
    assert len(house.alpha.calls) == before


async def test_s_11_a_number_that_names_another_chats_key_is_asked_for_no_more(
    house: House, ann: Chat, bob: Chat
) -> None:
    await ann.buys()
    repoint(house, "activations", ann)
    before = len(house.alpha.calls)
    await ann.wait(60)
    assert "This key was removed." in ann.find("Waiting for the SMS")["text"]
    await ann.press("Cancel")
    await ann.wait(60)
    assert len(house.alpha.calls) == before
