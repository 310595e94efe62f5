"""Numbers rented elsewhere with the same key: which are listed, and what becomes of one taken over."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import AlreadyDone, NoKeys, Unavailable, UnknownActivation, UnknownKey
from storage.models import RentalState
from storage.outbox import Kind
from storage.rentals import BeingRented
from tests.core import OWNER, STRANGER
from tests.rental_core import RentalCore, open_rental_core

ELSEWHERE = "+447400123456"


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def test_what_the_account_rents_and_nobody_watches_is_listed_and_taken_over(core: RentalCore) -> None:
    await core.rent()
    lease = core.alpha.rents_out()
    lease.rented = replace(lease.rented, phone=ELSEWHERE)
    [found] = (await core.rentals.elsewhere(OWNER)).items
    assert (found.rented.phone, found.key.id) == (ELSEWHERE, core.key_id)
    row = await core.rentals.take_over(OWNER, OWNER, core.key_id, found.rented.id)
    assert (row.state, row.taken_over, row.country, row.until) == (
        *(RentalState.ACTIVE, True, "GB", lease.rented.until),
    )
    assert (await core.rentals.elsewhere(OWNER)).items == []
    assert await core.armed(Kind.RENTAL, row.id) is not None
    assert await core.armed(Kind.DAY_LEFT, row.id) is not None


async def test_what_is_over_and_listed_still_is_nothing_to_take_over(core: RentalCore) -> None:
    core.alpha.rents_out(days=1)
    core.clock.advance(2 * 86400 - 1)
    assert len((await core.rentals.elsewhere(OWNER)).items) == 1
    core.clock.advance(1)
    assert (await core.rentals.elsewhere(OWNER)).items == []


async def test_sms_from_before_it_was_taken_over_do_not_ring(core: RentalCore) -> None:
    core.alpha.rents_out()
    for number in range(30):
        core.alpha.texts(f"old {number}")
    row = await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
    row = await core.look(row)
    assert (len(await core.texts(row)), await core.rung()) == (30, [])
    core.alpha.texts("new")
    row = await core.look(row)
    assert await core.rung() == ["new"]


async def test_an_sms_that_comes_right_after_the_take_over_rings(core: RentalCore) -> None:
    core.alpha.rents_out()
    row = await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
    core.alpha.breaks("rental_sms", Unavailable())
    core.alpha.texts("new")
    row = await core.look_for(row, 60)
    core.alpha.breaks("rental_sms", None)
    row = await core.look_for(row, 600)
    assert await core.texts(row) == await core.rung() == ["new"]


async def test_nothing_is_taken_over_while_its_sms_cannot_be_read(core: RentalCore) -> None:
    core.alpha.rents_out()
    core.alpha.breaks("rental_sms", Unavailable())
    with pytest.raises(Unavailable):
        await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
    assert await core.everything() == []


async def test_a_number_is_watched_by_one_person_only(core: RentalCore) -> None:
    row = await core.rent()
    other = await core.key(STRANGER)
    assert (await core.rentals.elsewhere(STRANGER)).items == []
    with pytest.raises(AlreadyDone):
        await core.rentals.take_over(STRANGER, STRANGER, other.id, row.provider_id or "")


async def test_only_what_the_account_lists_is_taken_over_with_a_key_of_the_chat(core: RentalCore) -> None:
    with pytest.raises(UnknownActivation):
        await core.rentals.take_over(OWNER, OWNER, core.key_id, "nobody")
    with pytest.raises(UnknownKey):
        await core.rentals.take_over(STRANGER, STRANGER, core.key_id, "nobody")
    with pytest.raises(NoKeys):
        await core.rentals.elsewhere(STRANGER)


async def test_nothing_is_taken_over_while_the_account_rents(core: RentalCore) -> None:
    refused: list[Exception] = []

    async def take_over() -> None:
        try:
            await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
        except BeingRented as error:
            refused.append(error)

    core.alpha.meanwhile["after rent"] = take_over
    row = await core.rent()
    assert (len(refused), row.state) == (1, RentalState.ACTIVE)
