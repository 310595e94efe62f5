"""When rented numbers are looked at: often while somebody waits, never sooner than their provider allows."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def gaps(core: RentalCore, method: str, seconds: float) -> set[float]:
    """Between the calls of so many seconds."""
    since, [row] = core.clock(), await core.everything()
    await core.look_for(row, seconds)
    moments = [call.at for call in core.alpha.called(method) if call.at >= since]
    return {(b - a).total_seconds() for a, b in pairwise(moments)}


async def test_sms_are_looked_for_eagerly_at_first_and_calmly_later(core: RentalCore) -> None:
    await core.rent()
    assert max(await gaps(core, "rental_sms", 500)) <= 15
    core.clock.advance(100)
    assert max(await gaps(core, "rental_sms", 600)) == 30
    assert max(await gaps(core, "rented", 1200)) <= 310


async def test_without_a_sim_in_the_network_sms_are_looked_for_seldom(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.turns(online=False)
    row = await core.look_for(row, 700)
    assert row.online is False
    assert max(await gaps(core, "rental_sms", 600)) == 60


async def test_in_the_last_minutes_sms_are_looked_for_eagerly(core: RentalCore) -> None:
    row = await core.rent(TARIFFS[0])
    core.clock.now = (row.until or core.clock()) - timedelta(seconds=200)
    row = await core.look(await core.look(row))
    assert max(await gaps(core, "rental_sms", 170)) <= 15


async def test_a_press_makes_it_eager_again_and_looks_at_both(core: RentalCore) -> None:
    row = await core.look_for(await core.rent(), 700)
    core.alpha.texts("hello")
    core.alpha.turns(online=False)
    await core.rentals.read_now(row.id, row.owner_id)
    row = await core.look_for(row, 10)
    assert (await core.texts(row), row.online) == (["hello"], False)
    assert max(await gaps(core, "rental_sms", 300)) == 10


async def test_the_provider_is_never_asked_about_a_number_sooner_than_it_allows(core: RentalCore) -> None:
    row = await core.rent()
    for _ in range(40):
        await core.rentals.read_now(row.id, row.owner_id)
        await core.look_for(row, 1)
    moments = [call.at for call in core.alpha.calls if call.name in ("rental_sms", "rented")][2:]
    assert all((b - a).total_seconds() >= 5 for a, b in pairwise(moments))


async def test_a_look_that_comes_too_soon_is_put_off(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    await core.rentals.step(row)
    row = await core.rental(row.id)
    assert row.next_poll_at == core.clock() + timedelta(seconds=5)


async def test_while_a_wish_is_open_the_list_is_read_every_quarter_of_a_minute(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    await core.rentals.switch_sim(row.id, row.owner_id, on=False)
    assert max(await gaps(core, "rented", 250)) <= 20


async def test_what_the_owner_presses_for_is_an_sms_first(core: RentalCore) -> None:
    row = await core.look_for(await core.rent(), 700)
    core.clock.advance(10)
    await core.rentals.read_now(row.id, row.owner_id)
    before = len(core.alpha.calls)
    await core.look(await core.look(row))
    assert [call.name for call in core.alpha.calls[before:]] == ["rental_sms", "rented"]


async def test_a_clock_set_back_keeps_no_look_waiting(core: RentalCore) -> None:
    row = await core.look_for(await core.rent(), 100)
    core.alpha.texts("hello")
    before = len(core.alpha.called("rented"))
    core.clock.advance(-3600)
    await core.rented.wake_all(core.clock())
    await core.look_for(row, 30)
    assert await core.texts(row) == ["hello"]
    assert len(core.alpha.called("rented")) == before + 1
