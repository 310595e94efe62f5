"""Whose a number in the account's list is: no rent takes what may be another's, or was rented elsewhere."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import Unavailable
from bot.providers.renting import Rented, Tariff
from storage.models import Rental, RentalState
from storage.rentals import BeingRented
from tests.core import OWNER, STRANGER
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

DAY, WEEK, BRITISH = TARIFFS
AMERICAN = "+12015550123"


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


def after_the_call(core: RentalCore, *shown: Rented) -> None:
    """From the next rent on the list shows these only."""

    async def shows() -> None:
        core.site.old_list = [*shown]

    core.alpha.meanwhile["after rent"] = shows


async def lost_in_the_list(core: RentalCore, tariff: Tariff = WEEK, phone: str = "") -> Rental:
    """A rent that is taken and does not show in the list; its number is the newest lease."""
    after_the_call(core)
    row = await core.rent(tariff)
    lease = core.alpha.newest_lease
    lease.rented = replace(lease.rented, phone=phone or lease.rented.phone)
    return row


async def rent_with_the_same_key(core: RentalCore, tariff: Tariff, *shown: Rented) -> Rental:
    """A stranger rents with the same account; the list shows these numbers only after it."""
    other = await core.key(STRANGER)
    after_the_call(core, *shown)
    return await core.order(await core.offer(tariff, owner=STRANGER, key_id=other.id))


async def test_of_two_rents_of_one_account_each_gets_the_number_that_lasts_as_long(core: RentalCore) -> None:
    mine = await lost_in_the_list(core)
    week = core.alpha.newest_lease.rented
    theirs = await rent_with_the_same_key(core, DAY, week)
    assert theirs.state is RentalState.UNKNOWN
    core.site.old_list = None
    mine, theirs = await core.look_for(mine, 60), await core.look_for(theirs, 60)
    assert (mine.provider_id, theirs.provider_id) == (week.id, core.alpha.newest_lease.rented.id)


async def test_of_two_rents_of_one_account_each_gets_the_number_of_its_country(core: RentalCore) -> None:
    mine = await lost_in_the_list(core, phone=AMERICAN)
    theirs = await rent_with_the_same_key(core, BRITISH, core.alpha.newest_lease.rented)
    assert theirs.state is RentalState.UNKNOWN
    mine = await core.look_for(mine, 60)
    assert (mine.state, mine.phone) == (RentalState.ACTIVE, AMERICAN)


async def test_a_number_that_may_be_of_either_of_two_lost_rents_is_nobodys(core: RentalCore) -> None:
    mine = await lost_in_the_list(core)
    theirs = await rent_with_the_same_key(core, WEEK, core.alpha.newest_lease.rented)
    rows = [await core.look_for(row, 20) for row in (mine, theirs)]
    assert [row.state for row in rows] == [RentalState.UNKNOWN] * 2


async def test_a_number_of_a_rent_that_was_paid_and_given_up_is_nobody_elses_for_a_day(
    core: RentalCore,
) -> None:
    mine = await lost_in_the_list(core)
    lease = core.alpha.newest_lease.rented
    mine = await core.look_for(mine, 300)
    assert (mine.state, mine.next_poll_at) == (RentalState.UNKNOWN, None)
    core.alpha.fails("rent", Unavailable())
    theirs = await core.look_for(await rent_with_the_same_key(core, WEEK, lease), 60)
    assert theirs.state is RentalState.UNKNOWN


async def test_what_was_rented_while_another_was_looked_for_is_found_when_that_is_given_up_unpaid(
    core: RentalCore,
) -> None:
    core.alpha.fails("rent", Unavailable())
    mine = await core.rent()
    theirs = await rent_with_the_same_key(core, WEEK)
    core.site.old_list = None
    assert theirs.state is RentalState.UNKNOWN
    for _ in range(90):
        mine, theirs = await core.look_for(mine, 2), await core.look_for(theirs, 0)
    assert (mine.state, theirs.state) == (RentalState.UNKNOWN, RentalState.ACTIVE)


@pytest.mark.parametrize("days", [0.4, 1.6, 7, 180])
async def test_a_number_that_does_not_last_the_day_that_was_rented_is_not_ours(
    core: RentalCore, days: float
) -> None:
    async def elsewhere() -> None:
        core.alpha.rents_out(days)

    core.alpha.fails("rent", Unavailable())
    core.alpha.meanwhile["after rent"] = elsewhere
    row = await core.look_for(await core.rent(DAY), 300)
    assert row.state is RentalState.UNKNOWN


@pytest.mark.parametrize("hours", [-27, -3, 3, 27])
async def test_a_week_may_end_as_late_as_clocks_without_a_zone_make_it(core: RentalCore, hours: int) -> None:
    async def told_otherwise() -> None:
        core.alpha.lasts(7 * 24 + hours)

    core.alpha.meanwhile["after rent"] = told_otherwise
    assert (await core.rent()).state is RentalState.ACTIVE


async def test_an_end_that_is_not_told_does_not_keep_a_number_from_its_rent(core: RentalCore) -> None:
    async def untold() -> None:
        lease = core.alpha.newest_lease
        lease.rented = replace(lease.rented, until=None)

    core.alpha.meanwhile["after rent"] = untold
    row = await core.rent()
    assert (row.state, row.until) == (RentalState.ACTIVE, None)


async def test_an_old_number_the_list_had_forgotten_before_the_call_is_not_ours(core: RentalCore) -> None:
    old = core.alpha.rents_out(days=100).rented
    core.site.old_list = []
    after_the_call(core, old)
    row = await core.rent(DAY)
    assert row.state is RentalState.UNKNOWN
    core.site.old_list = None
    assert (await core.look(row)).provider_id == core.alpha.newest_lease.rented.id


# Numbers that are taken over meanwhile


async def test_others_take_no_number_over_while_a_lost_rent_is_looked_for(core: RentalCore) -> None:
    mine, other = await lost_in_the_list(core), await core.key(STRANGER)
    lost = core.alpha.newest_lease.rented.id
    core.site.old_list = None
    with pytest.raises(BeingRented):
        await core.rentals.take_over(STRANGER, STRANGER, other.id, lost)
    core.site.old_list = []
    await core.look_for(mine, 300)
    core.site.old_list = None
    assert (await core.rentals.take_over(STRANGER, STRANGER, other.id, lost)).owner_id == STRANGER


async def test_who_lost_a_rent_may_take_its_number_over_and_it_is_not_adopted_twice(core: RentalCore) -> None:
    mine = await lost_in_the_list(core)
    core.site.old_list = None
    taken = await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
    mine = await core.look_for(mine, 600)
    assert (mine.state, taken.state) == (RentalState.UNKNOWN, RentalState.ACTIVE)


async def test_nobody_takes_a_number_over_while_one_is_rented_with_the_same_key(core: RentalCore) -> None:
    elsewhere, other = core.alpha.rents_out().rented.id, await core.key(STRANGER)
    refused: list[Exception] = []

    async def take_over() -> None:
        try:
            await core.rentals.take_over(STRANGER, STRANGER, other.id, elsewhere)
        except BeingRented as told:
            refused.append(told)

    core.alpha.meanwhile["after rent"] = take_over
    assert (await core.rent()).state is RentalState.ACTIVE
    assert len(refused) == 1


async def test_a_rent_puts_the_balance_that_was_known_of_its_key_out_of_date(core: RentalCore) -> None:
    row = await core.rent()
    key = await core.keys.get(row.key_id)
    assert key is not None
    assert (key.used_at, key.balance_at) == (core.clock(), None)


# A list that cannot be read


async def down(core: RentalCore) -> None:
    for question in ("rented", "balance"):
        core.alpha.breaks(question, Unavailable())


async def test_an_outage_takes_no_look_from_a_lost_rent(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: down(core)
    row = await core.look_for(await core.rent(), 6 * 3600)
    assert (row.state, (await core.latest(row.id)).looks) == (RentalState.UNKNOWN, 0)
    core.alpha.breaks("rented", None)
    row = await core.look_for(row, 310)
    assert (row.state, row.failures) == (RentalState.ACTIVE, 0)


async def test_a_list_that_cannot_be_read_is_tried_again_less_and_less_for_a_day(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: down(core)
    row, gaps = await core.rent(), []
    for _ in range(10):
        assert row.next_poll_at is not None
        gaps.append((row.next_poll_at - core.clock()).total_seconds())
        row = await core.look(row)
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    core.clock.advance(86400)
    assert (await core.look(row)).next_poll_at is None


async def test_a_look_that_reads_the_list_begins_the_pauses_anew(core: RentalCore) -> None:
    core.alpha.meanwhile["after rent"] = lambda: down(core)
    row = await core.look_for(await core.rent(), 60)
    core.alpha.breaks("rented", None)
    core.alpha.drops()
    row = await core.look(row)
    assert (row.failures, (await core.latest(row.id)).looks) == (0, 1)
