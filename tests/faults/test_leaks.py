"""The search after each test finds what it is there to find, once it is written."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.sites.activation import Activation
from tests.faults.harness import OPENED, opened
from tests.faults.leaks import OVERLAP, PAGE, Search, leaked
from tests.faults.person import Person
from tests.guard import Elsewhere, is_here

MOMENT = "2026-01-01 12:00:00,123"


@pytest_asyncio.fixture(loop_scope="module")
async def search(tmp_path: Path) -> AsyncIterator[Search]:
    """A sandbox that is searched by nobody else."""
    async with opened(tmp_path) as sandbox:
        OPENED.remove(sandbox)
        yield Search(sandbox)


def _log(search: Search, words: str) -> None:
    with (search.sandbox.folder / "bot.log").open("a") as log:
        log.write(f"{MOMENT} INFO bot: {words}\n")


@pytest.mark.parametrize("word", ["{key}", "Bearer%20{key}", "/{key}/numbers"])
async def test_x_1_a_key_in_a_log_is_found_once(search: Search, word: str) -> None:
    assert search.found() == []
    _log(search, word.format(key=search.sandbox.sites["smsbower"].key))
    assert len(search.found()) == 1
    _log(search, "x" * OVERLAP)
    search.found()
    assert search.found() == []


async def test_x_1_a_key_across_two_pages_of_a_changed_file_is_found(search: Search) -> None:
    database, key = search.sandbox.database, search.sandbox.sites["smsbower"].key.encode()
    database.write_bytes(bytes(4 * PAGE))
    assert search.found() == []
    database.write_bytes((bytes(2 * PAGE - 5) + key).ljust(4 * PAGE, b"\0"))
    assert len(search.found()) == 1


async def test_x_1_a_key_that_stands_in_a_chat_is_found(search: Search) -> None:
    person = Person(search.sandbox)
    person.say("/start")
    assert search.found() == []
    person.say(search.sandbox.sites["smsbower"].key)
    assert len(search.found()) == 1


async def test_x_1_a_code_or_a_whole_number_in_a_log_is_found(search: Search) -> None:
    shop = search.sandbox.sites["smsbower"].shop
    sold = (shop.sell(shop.goods.lots(service, country)) for country, service in shop.goods.pairs())
    number = next(one for one in sold if isinstance(one, Activation))
    shop.deliver(number, shop.draft(number, code="65-4321"), shop.clock.now())
    _log(search, f"number {number.phone[:4]}… has 654321 looks")
    assert search.found() == []
    _log(search, f"+{number.phone} got 65-4321")
    assert sorted(search.found()) == sorted([f"{number.phone} in a log", "65-4321 in a log"])
    _log(search, "x" * OVERLAP)
    search.found()
    digits = number.phone
    _log(search, f"+{digits[0]} ({digits[1:4]}) {digits[4:7]}-{digits[7:]} is shown")
    assert search.found() == [f"{number.phone} in a log"]


async def test_a_closed_sandbox_is_searched_for_the_last_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as sandbox:
        (tmp_path / "bot.log").write_text(sandbox.master_key)
    assert leaked() == {"the master key", "the master key's bytes"}
    assert leaked() == set()


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(Elsewhere):
        outside.connect(("192.0.2.1", 443))
    with pytest.raises(Elsewhere):
        socket.getaddrinfo("example.org", 443)
    assert is_here("127.0.0.1")
    assert is_here("::1")
