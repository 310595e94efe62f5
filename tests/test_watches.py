"""A watch: when it looks, what it takes for a find, what it buys, and what it comes to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot.errors import (
    AlreadyDone,
    BadInput,
    BadKey,
    BrokenKey,
    NotOffered,
    NotYours,
    TooLate,
    Unavailable,
    UnknownKey,
)
from bot.watch_looks import EVERY, SLOWEST
from storage.models import Key, Watch, WatchState
from tests.core import OWNER, STRANGER
from tests.watching import Vigil, open_vigil

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    async with open_vigil(tmp_path) as made:
        yield made


# Telling


async def test_it_rings_once_when_there_are_numbers_and_then_looks_no_more(vigil: Vigil) -> None:
    watch = await vigil.tells()
    for _ in range(3):
        assert (await vigil.look(watch)).state is WatchState.WATCHING
    assert await vigil.rings() == []
    vigil.sells("0.70", 2)
    row = await vigil.look(watch)
    assert (row.state, row.found_cost, row.currency) == (WatchState.RUNG, Decimal("0.70"), "USD")
    assert await vigil.rings() == ["watch"]
    assert (row.next_poll_at, vigil.core.purchased) == (None, 0)


async def test_numbers_whose_stock_is_not_told_can_be_had(vigil: Vigil) -> None:
    watch = await vigil.tells()
    vigil.sells("0.70", None)
    assert (await vigil.look(watch)).state is WatchState.RUNG


async def test_with_a_price_it_rings_only_at_that_price_or_less(vigil: Vigil) -> None:
    vigil.sells("0.51", 5)
    watch = await vigil.tells("0.50")
    assert (await vigil.look(watch)).state is WatchState.WATCHING
    vigil.sells("0.50", 5)
    assert (await vigil.look(watch)).state is WatchState.RUNG


async def test_a_price_in_another_currency_is_not_compared(vigil: Vigil) -> None:
    watch = await vigil.tells("0.60")
    vigil.alpha.currency = "EUR"
    vigil.sells("0.50", 5)
    assert (await vigil.look(watch)).state is WatchState.WATCHING


async def test_a_price_without_a_currency_is_one_keys_and_compared_with_no_other(vigil: Vigil) -> None:
    vigil.alpha.currency = ""
    assert [payer.by for payer in await vigil.watches.payers(OWNER)] == [vigil.core.key_id]
    hers = await vigil.tells("0.60", by=vigil.core.key_id)
    everybodys = await vigil.tells("0.60", by=vigil.core.key_id, iso2="GB")
    async with vigil.core.database.begin() as session:
        await session.execute(update(Watch).where(Watch.id == everybodys.id).values(key_id=None))
    vigil.alpha.prices_of["tg", "2"] = ("0.10", 5)
    vigil.sells("0.50", 5)
    assert (await vigil.look(hers)).state is WatchState.RUNG
    assert (await vigil.look(everybodys)).state is WatchState.WATCHING


async def test_what_is_nowhere_on_the_list_may_come_back(vigil: Vigil) -> None:
    del vigil.alpha.prices_of["tg", "1"]
    watch = await vigil.tells()
    assert (await vigil.look(watch)).state is WatchState.WATCHING
    vigil.sells("0.50", 1)
    assert (await vigil.look(watch)).state is WatchState.RUNG


# Looking


async def test_it_looks_at_once_and_then_every_three_quarters_of_a_minute(vigil: Vigil) -> None:
    watch = await vigil.tells()
    assert watch.next_poll_at == vigil.clock()
    row = await vigil.look(watch)
    assert row.next_poll_at == vigil.clock() + EVERY
    assert row.answered_at == vigil.clock()


async def test_many_watches_of_the_same_cost_one_question_in_half_a_minute(vigil: Vigil) -> None:
    watches = [await vigil.tells(iso2=iso2) for iso2 in ("US", "GB", "DE")]
    vigil.alpha.prices_of = {}
    begun, asked = vigil.clock(), vigil.asked
    while vigil.clock() - begun < 10 * MINUTE:
        for watch in watches:
            await vigil.look(watch)
            vigil.clock.advance(7)
    assert 10 <= vigil.asked - asked <= 20


async def test_a_dead_provider_is_left_alone_longer_and_longer_and_says_nothing_of_the_stock(
    vigil: Vigil,
) -> None:
    watch = await vigil.tells()
    vigil.alpha.breaks("prices", Unavailable("503"))
    vigil.clock.advance(60)
    begun, asked = vigil.clock(), vigil.asked
    while vigil.clock() - begun < timedelta(hours=1):
        row = await vigil.look(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.WATCHING, "Unavailable", [])
    assert 4 <= vigil.asked - asked <= 10
    vigil.alpha.breaks("prices", None)
    vigil.sells("0.50", 3)
    assert (await vigil.to_its_end(watch)).state is WatchState.RUNG
    assert vigil.clock() - begun < timedelta(hours=1) + SLOWEST + 10 * MINUTE


async def test_a_key_that_is_refused_is_tried_less_and_less_often(vigil: Vigil) -> None:
    watch = await vigil.tells()
    vigil.alpha.breaks("prices", BadKey())
    vigil.clock.advance(60)
    begun, asked = vigil.clock(), vigil.asked
    while vigil.clock() - begun < timedelta(hours=1):
        await vigil.look(watch)
    assert 4 <= vigil.asked - asked <= 10


async def test_when_its_time_is_over_it_ends_and_says_so_once(vigil: Vigil) -> None:
    watch = await vigil.buys("0.60", hours=1)
    begun = vigil.clock()
    row = await vigil.to_its_end(watch)
    assert (row.state, vigil.clock() - begun) == (WatchState.ENDED, timedelta(hours=1))
    await vigil.watches.step(row)
    assert await vigil.rings() == ["watch_over"]
    vigil.sells("0.10", 9)
    assert (await vigil.look(watch)).state is WatchState.ENDED
    assert vigil.core.purchased == 0


# Keys


async def test_with_one_key_only_that_one_buys(vigil: Vigil) -> None:
    other = await vigil.another_key()
    watch = await vigil.buys(by=other.id)
    vigil.sells("0.50", 9)
    await vigil.to_its_end(watch)
    [number] = await vigil.bought(watch)
    assert number.key_id == other.id


async def test_a_watch_whose_key_is_removed_ends_and_says_so(vigil: Vigil) -> None:
    other = await vigil.another_key()
    watch = await vigil.buys(by=other.id)
    await vigil.core.keys.remove(other.id, OWNER, vigil.clock())
    vigil.sells("0.50", 9)
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.FAILED, "UnknownKey", ["watch_over"])
    assert vigil.core.purchased == 0


async def test_without_any_key_left_it_ends_and_says_so(vigil: Vigil) -> None:
    watch = await vigil.tells()
    await vigil.core.keys.remove(vigil.core.key_id, OWNER, vigil.clock())
    row = await vigil.look(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.FAILED, "NoKeys", ["watch_over"])


async def test_a_key_of_another_chat_is_nobodys_to_watch_with(vigil: Vigil) -> None:
    theirs = await vigil.core.keys.add(
        *(STRANGER, "alpha", "", SecretStr("a-strangers-key-0123456789"), None, "USD", vigil.clock())
    )
    with pytest.raises(UnknownKey):
        await vigil.buys(by=theirs.id)


async def test_a_key_that_cannot_be_read_says_so_and_its_watch_goes_on(vigil: Vigil) -> None:
    watch = await vigil.tells()
    async with vigil.core.database.begin() as session:
        await session.execute(update(Key).values(ciphertext=b"tampered with"))
    with pytest.raises(BrokenKey):
        await vigil.watches.payers(OWNER)
    row = await vigil.look(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.WATCHING, "BrokenKey", [])


# What is refused


async def test_a_blocked_service_is_neither_offered_nor_watched_on(vigil: Vigil) -> None:
    watch = await vigil.tells()
    vigil.blocked = frozenset({"telegram"})
    vigil.reborn()
    assert (await vigil.look(watch)).state is WatchState.FAILED
    for start in (vigil.tells, vigil.buys):
        with pytest.raises(NotOffered):
            await start()
    with pytest.raises(NotOffered):
        await vigil.watches.look(OWNER, "telegram", "US")


async def test_nothing_is_bought_by_itself_without_a_price(vigil: Vigil) -> None:
    wanted = vigil._wanted(None, buys=True)
    with pytest.raises(BadInput):
        await vigil.watches.offer(OWNER, OWNER, wanted)


async def test_a_confirmation_starts_one_watch(vigil: Vigil) -> None:
    watch = await vigil.buys()
    with pytest.raises(AlreadyDone):
        await vigil.watches.start(watch.id, OWNER, OWNER)


async def test_only_its_person_stops_it_and_not_while_it_buys(vigil: Vigil) -> None:
    watch = await vigil.buys()
    with pytest.raises(NotYours):
        await vigil.watches.stop(watch.id, STRANGER, OWNER)
    vigil.sells("0.50", 9)
    await vigil.look(watch)
    with pytest.raises(TooLate):
        await vigil.watches.stop(watch.id, OWNER, OWNER)
    other = await vigil.tells("0.01")
    assert (await vigil.watches.stop(other.id, OWNER, OWNER)).state is WatchState.STOPPED
