"""Where the process may end around a rent: every line of the table at the top of `bot.rental_orders`."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import DataError, OperationalError

from bot.errands import Paused
from bot.errors import NoMoney, Unavailable
from storage.models import OrderState, Rental, RentalState
from storage.rentals import RentalStore
from tests.core import OWNER
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

DAY = TARIFFS[0]
STORE = (
    "before calling",
    "after calling",
    "before stored",
    "after stored",
    "before renewed",
)


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def die(core: RentalCore, point: str, renewed: Rental | None = None) -> Rental:
    """Press *Rent*, or *Renew*, in a process that ends at this point, and start the next one."""
    made = core.renting.offer_renewal(renewed.id, OWNER, DAY) if renewed else core.offer()
    offer = await made
    (core.orders if point in STORE else core.site).deadly.add(point)
    rental = await core.order(offer)
    core.reborn()
    await core.renting.recover()
    await core.errands.drain(10)
    return await core.rental(rental.id)


async def test_a_process_that_dies_before_the_order_leaves_nothing_and_the_button_works(
    core: RentalCore,
) -> None:
    offer = await core.offer()
    core.reborn()
    assert await core.posts() == []
    assert (await core.order(offer)).state is RentalState.ACTIVE


@pytest.mark.parametrize("point", ["before balance", "before rented", "before calling"])
async def test_a_process_that_dies_before_the_intent_to_call_paid_nothing(
    core: RentalCore, point: str
) -> None:
    row = await die(core, point)
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.FAILED, "NeverCalled", [])


@pytest.mark.parametrize("point", ["after calling", "before rent"])
async def test_a_process_that_dies_before_the_call_leaves_it_unknown(core: RentalCore, point: str) -> None:
    row = await die(core, point)
    order = await core.latest(row.id)
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.UNKNOWN, "Interrupted", [])
    assert (order.balance_before, order.balance_after) == (Decimal("18.74"), Decimal("18.74"))


@pytest.mark.parametrize("point", ["after rent", "before stored"])
async def test_a_process_that_dies_after_the_call_finds_the_number_in_the_list(
    core: RentalCore, point: str
) -> None:
    row = await die(core, point)
    assert (row.state, len(core.alpha.called("rent"))) == (RentalState.ACTIVE, 1)
    assert row.provider_id == core.alpha.newest_lease.rented.id


async def test_a_process_that_dies_after_the_end_goes_on_from_the_row(core: RentalCore) -> None:
    row = await die(core, "after stored")
    core.alpha.texts("hello")
    row = await core.look(row)
    assert (row.state, await core.rung()) == (RentalState.ACTIVE, ["hello"])


@pytest.mark.parametrize(
    ("point", "days", "state"),
    [
        ("before balance", 0, OrderState.FAILED),
        ("after calling", 0, OrderState.UNKNOWN),
        ("after renew", 1, OrderState.DONE),
        ("before renewed", 1, OrderState.DONE),
    ],
)
async def test_a_renewal_under_which_the_process_dies_is_told_by_the_list(
    core: RentalCore, point: str, days: int, state: OrderState
) -> None:
    row = await core.rent()
    later = await die(core, point, row)
    assert row.until is not None
    assert (later.state, later.until) == (RentalState.ACTIVE, row.until + timedelta(days=days))
    assert ((await core.latest(row.id)).state, len(core.alpha.called("renew"))) == (state, days)


async def test_what_is_under_way_and_what_is_fresh_is_not_recovered(core: RentalCore) -> None:
    offer = await core.offer()
    rental = await core.renting.order(offer.id, OWNER, OWNER, None)
    await core.renting.recover()
    await core.errands.drain(10)
    assert (await core.rental(rental.id)).state is RentalState.ACTIVE
    core.site.deadly.add("before rent")
    row = await core.rent()
    core.reborn()
    await core.renting.recover(timedelta(minutes=5))
    assert (await core.rental(row.id)).state is RentalState.RENTING


# The database fails


async def test_what_was_found_out_is_stored_when_the_database_works_again(core: RentalCore) -> None:
    core.orders.full["before stored"] = [OperationalError("", {}, OSError())]
    core.pauses_pass.clear()
    offer = await core.offer()
    await core.renting.order(offer.id, OWNER, OWNER, None)
    await core.paused.wait()
    with pytest.raises(Paused):
        await core.rent()
    core.pauses_pass.set()
    await core.errands.drain(10)
    assert [row.state for row in await core.everything()] == [RentalState.ACTIVE]


async def test_an_order_waiting_in_line_when_the_stop_begins_is_not_called(core: RentalCore) -> None:
    async def halt() -> None:
        core.errands.halt()

    core.alpha.meanwhile["before balance"] = halt
    row = await core.rent()
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.FAILED, "NeverCalled", [])


async def test_a_refusal_is_stored_before_anybody_is_told(core: RentalCore) -> None:
    core.orders.full["before failed"] = [OperationalError("", {}, OSError())]
    core.alpha.fails("rent", NoMoney())
    row = await core.rent()
    assert (row.state, core.slept) == (RentalState.FAILED, [1.0])


async def test_an_end_the_database_never_takes_is_settled_by_the_row(core: RentalCore) -> None:
    core.orders.full["before unknown"] = [DataError("", {}, OSError())]
    core.alpha.fails("rent", Unavailable())
    row = await core.rent()
    assert (row.state, row.reason, len(core.alpha.called("rent"))) == (RentalState.UNKNOWN, "Interrupted", 1)


async def test_a_refusal_the_database_never_takes_is_settled_later(core: RentalCore) -> None:
    core.orders.full["before failed"] = [DataError("", {}, OSError())] * 2
    core.alpha.breaks("balance", NoMoney())
    row = await core.rent()
    assert (row.state, core.alpha.called("rent")) == (RentalState.RENTING, [])
    await core.renting.recover()
    assert (await core.rental(row.id)).state is RentalState.FAILED


class Forgetful(RentalStore):
    """Finds no rental any more."""

    async def get(self, row_id: str) -> Rental | None:
        return None


async def test_a_renewal_whose_number_is_gone_never_rents_another(core: RentalCore) -> None:
    row = await core.rent()
    offer = await core.renting.offer_renewal(row.id, OWNER, TARIFFS[1])
    core.rented = Forgetful(core.database)
    core.reborn()
    await core.renting.order(offer.id, OWNER, OWNER, None)
    await core.errands.drain(10)
    assert (len(core.alpha.called("rent")), core.alpha.called("renew")) == (1, [])
    assert (await core.latest(row.id)).state is OrderState.FAILED
