"""Lost answers to a rent or a renewal: never repeated, found in the list where that is certain."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import BadReply, Unavailable
from bot.rental_errands import LOOKS
from storage.models import OrderState, RentalState
from tests.core import STRANGER
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

DAY, WEEK, BRITISH = TARIFFS


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def lags(core: RentalCore) -> None:
    """The list goes on telling what it tells now."""
    core.site.old_list = [lease.rented for lease in [*core.alpha.leases.values()][:-1]]


# Lost answers


@pytest.mark.parametrize("error", [Unavailable(), BadReply(), ValueError("a reply nobody thought of")])
async def test_a_lost_answer_to_a_rent_is_found_in_the_list(core: RentalCore, error: Exception) -> None:
    core.alpha.loses_the_answer("rent", error)
    row = await core.rent()
    assert (row.state, len(core.alpha.called("rent"))) == (RentalState.ACTIVE, 1)


@pytest.mark.parametrize("error", [Unavailable(), BadReply(), ValueError("a reply nobody thought of")])
async def test_a_rent_that_was_lost_on_the_way_is_unknown_and_not_repeated(
    core: RentalCore, error: Exception
) -> None:
    core.alpha.fails("rent", error)
    row = await core.rent()
    order = await core.latest(row.id)
    assert (row.state, order.state) == (RentalState.UNKNOWN, OrderState.UNKNOWN)
    assert (order.balance_before, order.balance_after) == (Decimal("18.74"), Decimal("18.74"))
    await core.look_for(row, 3600)
    assert len(core.alpha.called("rent")) == 1


async def test_a_yes_that_the_list_does_not_know_is_unknown(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: lags(core)
    row = await core.rent()
    order = await core.latest(row.id)
    assert (row.state, order.reason, order.balance_after) == (RentalState.UNKNOWN, "", Decimal("14.74"))


async def test_an_unknown_rent_is_looked_for_again_and_adopted(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: lags(core)
    row = await core.look(await core.rent())
    assert (row.state, (await core.latest(row.id)).looks) == (RentalState.UNKNOWN, 1)
    core.site.old_list = None
    row = await core.look(row)
    order = await core.latest(row.id)
    assert (row.state, order.state, row.rented_at) == (
        *(RentalState.ACTIVE, OrderState.DONE, order.called_at),
    )


async def test_the_looks_for_a_lost_rent_come_to_an_end(core: RentalCore) -> None:
    core.alpha.fails("rent", Unavailable())
    row, gaps = await core.rent(), []
    while row.next_poll_at is not None:
        gaps.append((row.next_poll_at - core.clock()).total_seconds())
        row = await core.look(row)
    assert (row.state, tuple(gaps)) == (RentalState.UNKNOWN, LOOKS)


async def test_a_number_that_somebody_took_over_meanwhile_is_not_adopted(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: lags(core)
    row = await core.rent()
    core.site.old_list = None
    other = await core.key(STRANGER)
    taken = await core.rentals.take_over(STRANGER, STRANGER, other.id, core.alpha.newest_lease.rented.id)
    row = await core.look_for(row, 600)
    assert (row.state, taken.state) == (RentalState.UNKNOWN, RentalState.ACTIVE)


async def test_a_number_of_another_country_is_not_the_one_that_was_lost(core: RentalCore) -> None:
    async def elsewhere() -> None:
        lease = core.alpha.rents_out()
        lease.rented = replace(lease.rented, phone="+447911123456")

    core.alpha.fails("rent", Unavailable())
    core.alpha.meanwhile["after rent"] = elsewhere
    row = await core.look(await core.rent())
    assert row.state is RentalState.UNKNOWN


async def test_two_new_numbers_of_one_country_are_not_guessed_from(core: RentalCore) -> None:
    async def rent_elsewhere() -> None:
        core.alpha.rents_out()

    core.alpha.meanwhile["after rent"] = rent_elsewhere
    assert (await core.rent()).state is RentalState.UNKNOWN


async def test_a_list_that_cannot_be_read_after_leaves_it_unknown_for_the_looks(core: RentalCore) -> None:
    async def break_list() -> None:
        core.alpha.breaks("rented", Unavailable())
        core.alpha.breaks("balance", Unavailable())

    core.alpha.meanwhile["after rent"] = break_list
    row = await core.rent()
    assert (row.state, (await core.latest(row.id)).balance_after) == (RentalState.UNKNOWN, None)
    core.alpha.breaks("rented", None)
    assert (await core.look(row)).state is RentalState.ACTIVE


# Renewals


async def test_a_lost_answer_to_a_renewal_is_found_in_the_list(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.loses_the_answer("renew", Unavailable())
    later = await core.renew(row)
    assert later.until == (row.until or core.clock()) + timedelta(days=7)
    assert (await core.latest(row.id)).state is OrderState.DONE


async def test_an_unknown_renewal_is_settled_by_a_later_reading_of_the_list(core: RentalCore) -> None:
    row = await core.rent()
    before = [lease.rented for lease in core.alpha.leases.values()]

    async def lag() -> None:
        core.site.old_list = before

    core.alpha.meanwhile["after renew"] = lag
    same = await core.renew(row)
    order = await core.latest(row.id)
    assert (same.state, same.until, order.state) == (RentalState.ACTIVE, row.until, OrderState.UNKNOWN)
    core.site.old_list = None
    row = await core.look_for(row, 310)
    assert (row.until, (await core.latest(row.id)).state) == (
        *(core.alpha.newest_lease.rented.until, OrderState.DONE),
    )
    assert len(core.alpha.called("renew")) == 1


async def test_a_renewal_that_was_lost_on_the_way_stays_unknown(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.fails("renew", Unavailable())
    await core.renew(row)
    row = await core.look_for(row, 1200)
    assert (row.state, (await core.latest(row.id)).state, len(core.alpha.called("renew"))) == (
        *(RentalState.ACTIVE, OrderState.UNKNOWN, 1),
    )
