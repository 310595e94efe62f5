"""Lost answers to a rent or a renewal: never repeated, found in the list where that is certain."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import BadReply, Unavailable
from bot.providers.renting import Rented, Tariff
from bot.rental_errands import LOOKS
from storage.models import OrderState, Rental, RentalOrder, RentalState
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


async def test_a_later_end_that_is_not_what_was_ordered_settles_no_renewal(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.fails("renew", Unavailable())
    core.alpha.meanwhile["after renew"] = lambda: lasts_longer(core, timedelta(seconds=1))
    await core.renew(row)
    assert (await core.latest(row.id)).state is OrderState.UNKNOWN
    await lasts_longer(core, timedelta(days=30))
    row = await core.look_for(row, 600)
    assert row.until == core.alpha.newest_lease.rented.until
    assert (await core.latest(row.id)).state is OrderState.UNKNOWN


async def lasts_longer(core: RentalCore, by: timedelta) -> None:
    """The newest rented number was renewed elsewhere."""
    lease = core.alpha.newest_lease
    lease.rented = replace(lease.rented, until=(lease.rented.until or core.clock()) + by)


async def test_a_day_later_nobody_knows_whose_renewal_it_was(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.fails("renew", Unavailable())
    await core.renew(row)
    core.clock.advance(86400)
    await lasts_longer(core, timedelta(days=7))
    row = await core.look_for(row, 600)
    assert row.until == core.alpha.newest_lease.rented.until
    assert (await core.latest(row.id)).state is OrderState.UNKNOWN


async def test_two_lost_renewals_come_true_one_after_the_other(core: RentalCore) -> None:
    row = await core.rent()
    true = core.alpha.newest_lease.rented
    core.alpha.meanwhile["after renew"] = lambda: lags_behind(core, true)
    orders = [await ordered(core, row, tariff) for tariff in (WEEK, DAY)]
    assert [order.state for order in orders] == [OrderState.UNKNOWN] * 2
    core.site.old_list = [replace(true, until=later(true, 7))]
    row = await core.look_for(row, 600)
    assert [await state(core, order) for order in orders] == [OrderState.DONE, OrderState.UNKNOWN]
    core.site.old_list = None
    row = await core.look_for(row, 600)
    assert [await state(core, order) for order in orders] == [OrderState.DONE] * 2
    assert row.until == later(true, 8)


async def lags_behind(core: RentalCore, number: Rented) -> None:
    core.site.old_list = [number]


def later(number: Rented, days: int) -> datetime:
    assert number.until is not None
    return number.until + timedelta(days=days)


async def ordered(core: RentalCore, row: Rental, tariff: Tariff = WEEK) -> RentalOrder:
    """A renewal, as it stands after its call."""
    offer = await core.renting.offer_renewal(row.id, row.owner_id, tariff)
    await core.order(offer)
    return await core.latest(row.id)


async def state(core: RentalCore, order: RentalOrder) -> OrderState:
    row = await core.stored_order(order.id)
    assert row is not None
    return row.state


async def test_a_look_within_a_renewal_gives_its_end_to_no_other(core: RentalCore) -> None:
    row = await core.rent()

    async def look() -> None:
        await core.look(row)

    core.alpha.fails("renew", Unavailable())
    lost = await ordered(core, row)
    core.alpha.meanwhile["after renew"] = look
    done = await ordered(core, row)
    assert [await state(core, order) for order in (lost, done)] == [OrderState.UNKNOWN, OrderState.DONE]


async def test_an_end_that_a_look_read_within_a_renewal_settles_it_when_its_own_reading_fails(
    core: RentalCore,
) -> None:
    row = await core.look(await core.rent())

    async def look() -> None:
        await core.look_for(row, 310)
        core.alpha.breaks("rented", Unavailable())

    core.alpha.meanwhile["after renew"] = look
    order = await ordered(core, row)
    assert (order.state, (await core.rental(row.id)).until) == (
        *(OrderState.DONE, core.alpha.newest_lease.rented.until),
    )
