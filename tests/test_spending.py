"""What every spending has in common: an intent that had to wait too long spends nothing any more."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.spending import PATIENCE, Unwritten
from storage.database import Database
from storage.models import MessageState, OrderState, RentalState, State
from tests.core import Core, open_core
from tests.mailroom import Mailroom, open_mailroom
from tests.rental_core import RentalCore, open_rental_core

TOO_LONG = PATIENCE.total_seconds() + 1
LOCKED = OperationalError("SELECT", {}, Exception("database is locked"))


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


@pytest.fixture
async def rental_core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


def passes(room: Core | Mailroom, seconds: float, point: str) -> None:
    """So much time passes there."""

    async def wait() -> None:
        room.clock.advance(seconds)

    room.alpha.meanwhile[point] = wait


async def test_b_3_a_purchase_that_waited_too_long_for_its_turn_buys_nothing_and_says_so(core: Core) -> None:
    passes(core, TOO_LONG, "before buy")
    first, second = [await core.press(await core.quote()) for _ in range(2)]
    await core.errands.drain(10)
    row = await core.row(second.id)
    assert ((await core.row(first.id)).state, core.purchased) == (State.WAITING, 1)
    assert (row.state, row.reason, row.called_at) == (State.FAILED, "WaitedTooLong", None)
    assert "had to wait too long" in await core.told(row.id)


async def test_b_3_a_purchase_that_waited_as_long_as_one_may_is_made(core: Core) -> None:
    passes(core, TOO_LONG - 1, "before balance")
    assert (await core.buy()).state is State.WAITING


async def test_b_3_a_purchase_that_waited_hours_for_the_database_buys_nothing(core: Core) -> None:
    works = core.keys.get

    async def locked(key_id: str) -> None:
        raise LOCKED

    core.pauses_pass.clear()
    core.keys.get = locked  # type: ignore[method-assign] # nobody reads meanwhile
    intent = await core.press(await core.quote())
    await core.paused.wait()
    core.clock.advance(3 * 3600)
    core.keys.get = works  # type: ignore[method-assign] # works again
    core.pauses_pass.set()
    await core.errands.drain(10)
    assert ((await core.row(intent.id)).reason, core.purchased) == ("WaitedTooLong", 0)


async def test_b_3_a_rent_that_waited_too_long_rents_nothing(rental_core: RentalCore) -> None:
    passes(rental_core, TOO_LONG, "before balance")
    rental = await rental_core.rent()
    order = await rental_core.latest(rental.id)
    assert (rental.state, order.state, order.reason) == (
        *(RentalState.FAILED, OrderState.FAILED),
        "WaitedTooLong",
    )
    assert rental_core.alpha.called("rent") == []


async def test_b_3_a_message_that_waited_too_long_is_not_sent(mailroom: Mailroom) -> None:
    passes(mailroom, TOO_LONG, "before balance")
    row = await mailroom.send()
    assert (row.state, row.reason, mailroom.handed_over) == (MessageState.FAILED, "WaitedTooLong", 0)


# A database that somebody else has locked


@asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Another connection writes meanwhile; the bot does not wait for it as long as usual."""
    async with database.bare() as connection:
        await connection.execute("PRAGMA busy_timeout=1")
    with closing(sqlite3.connect(database.path or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_b_16_a_database_locked_before_the_intent_orders_nothing_and_says_so(core: Core) -> None:
    quote = await core.quote()
    async with locked(core.database):
        with pytest.raises(Unwritten):
            await core.press(quote)
    assert (await core.rows(), core.alpha.calls) == ([], [])
    intent = await core.press(quote)
    await core.errands.drain(10)
    assert (await core.row(intent.id)).state is State.WAITING


async def test_b_16_a_database_locked_before_the_call_buys_nothing(core: Core) -> None:
    lock = locked(core.database)
    core.alpha.meanwhile["before balance"] = lock.__aenter__
    intent = await core.press(await core.quote())
    await core.paused.wait()
    await lock.__aexit__(None, None, None)
    await core.errands.drain(10)
    row = await core.row(intent.id)
    assert (row.state, row.called_at, core.purchased) == (State.FAILED, None, 0)
