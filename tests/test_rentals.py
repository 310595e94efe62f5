"""The life of rented numbers: what their owner may want, numbers taken over, and the end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import (
    NotOffered,
    NotYours,
    TooLate,
    Unavailable,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import Capability
from bot.providers.renting import Rented, SimAnswer
from storage.models import Rental, RentalState, SimWish
from storage.outbox import Kind
from tests.core import OWNER, STRANGER
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

ELSEWHERE = "+447400123456"


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def nearly_over(core: RentalCore, seconds: float = 60) -> Rental:
    """A rental with a minute left."""
    row = await core.rent(TARIFFS[0])
    core.clock.now = (row.until or core.clock()) - timedelta(seconds=seconds)
    return await core.look(await core.look(row))


# Whose it is


async def test_nobody_touches_anothers_rental(core: RentalCore) -> None:
    row, life = await core.rent(), core.rentals
    for touch in (life.mine, life.texts, life.read_now, life.renewals, life.hang_anew):
        with pytest.raises(NotYours):
            await touch(row.id, STRANGER)
        with pytest.raises(UnknownActivation):
            await touch("nobody", OWNER)
    with pytest.raises(NotYours):
        await life.switch_sim(row.id, STRANGER, on=True)
    assert await life.recent(STRANGER, OWNER) == []


async def test_what_is_open_or_ended_lately_is_listed_newest_first(core: RentalCore) -> None:
    ended = await core.rent()
    await core.rented.ended(ended, "", core.clock(), lambda row: None)
    core.alpha.fails("rent", Unavailable(sent=False))
    await core.rent()
    newest = await core.rent()
    assert [row.id for row in await core.rentals.recent(OWNER, OWNER)] == [newest.id, ended.id]
    core.clock.advance(8 * 86400)
    assert [row.id for row in await core.rentals.recent(OWNER, OWNER)] == [newest.id]


async def test_the_card_can_be_hung_anew(core: RentalCore) -> None:
    row = await core.order(await core.offer(), card_id=55)
    await core.rentals.hang_anew(row.id, OWNER)
    post = await core.armed(Kind.RENTAL, row.id)
    assert post is not None
    assert post.message_id is None


async def test_sms_are_told_newest_first(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.texts("one")
    core.alpha.texts("two")
    await core.look(row)
    assert [sms.text for sms in await core.rentals.texts(row.id, OWNER)] == ["two", "one"]
    last = await core.rented.last_sms(row.id)
    assert last is not None
    assert last.text == "two"


# The SIM


@pytest.mark.parametrize(
    ("told", "wish"),
    [
        (SimAnswer.SENT, SimWish.ON),
        (SimAnswer.UNDER_WAY, SimWish.ON),
        (SimAnswer.REFUSED, SimWish.NONE),
    ],
)
async def test_the_providers_answer_about_the_sim_is_told_apart(
    core: RentalCore, told: SimAnswer, wish: SimWish
) -> None:
    row = await core.rent()
    core.alpha.sim_answer = told
    assert await core.rentals.switch_sim(row.id, OWNER, on=True) is told
    assert (await core.rental(row.id)).sim_wish is wish


async def test_a_lost_answer_about_the_sim_is_a_wish_and_said_to_be_unclear(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.fails("sim_off", Unavailable())
    with pytest.raises(Unavailable):
        await core.rentals.switch_sim(row.id, OWNER, on=False)
    assert (await core.rental(row.id)).sim_wish is SimWish.OFF


async def test_a_request_about_the_sim_that_never_left_is_no_wish(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.fails("sim_off", Unavailable(sent=False))
    with pytest.raises(Unavailable):
        await core.rentals.switch_sim(row.id, OWNER, on=False)
    assert (await core.rental(row.id)).sim_wish is SimWish.NONE


async def test_a_sim_is_not_waited_for_longer_than_a_press_is(core: RentalCore) -> None:
    row = await core.rent()

    async def never(key: SecretStr, rented: Rented) -> SimAnswer:
        await asyncio.Event().wait()
        return SimAnswer.SENT

    core.alpha.sim_on = never  # type: ignore[method-assign] # an answer this fake does not have
    with pytest.raises(Unavailable):
        await core.rentals.switch_sim(row.id, OWNER, on=True)
    assert (await core.rental(row.id)).sim_wish is SimWish.ON


async def test_a_sim_is_switched_where_that_is_possible_while_the_rent_lasts(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.capabilities -= {Capability.SIM}
    with pytest.raises(Unsupported):
        await core.rentals.switch_sim(row.id, OWNER, on=True)
    await core.rented.ended(row, "", core.clock(), lambda row: None)
    with pytest.raises(TooLate):
        await core.rentals.switch_sim(row.id, OWNER, on=True)
    with pytest.raises(TooLate):
        await core.rentals.read_now(row.id, OWNER)


async def test_the_tariffs_to_renew_by_are_those_of_its_country(core: RentalCore) -> None:
    row = await core.rent()
    assert [tariff.id for tariff in await core.rentals.renewals(row.id, OWNER)] == ["1", "2"]
    core.alpha.rents_out()
    taken = await core.rentals.take_over(OWNER, OWNER, core.key_id, core.alpha.newest_lease.rented.id)
    with pytest.raises(NotOffered):
        await core.rentals.renewals(taken.id, OWNER)


# The end


async def test_it_ends_when_its_time_is_over_and_the_list_has_it_no_more(core: RentalCore) -> None:
    row = await nearly_over(core)
    row = await core.look_for(row, 120)
    assert row.state is RentalState.ACTIVE
    core.alpha.drops()
    row = await core.look_for(row, 400)
    assert (row.state, row.reason) == (RentalState.ENDED, "")
    row = await core.look_for(row, 7200)
    assert row.next_poll_at is None


async def test_an_sms_that_came_right_before_the_end_rings(core: RentalCore) -> None:
    row = await nearly_over(core)
    row = await core.look_for(row, 49)
    core.alpha.texts("the last")
    core.site.old_list = []
    core.clock.now = row.until or core.clock()
    row = await core.look_for(row, 10)
    assert row.state is RentalState.ENDED
    assert await core.texts(row) == await core.rung() == ["the last"]


async def test_an_end_minutes_before_its_time_is_the_end_of_its_time(core: RentalCore) -> None:
    row = await nearly_over(core, 240)
    core.alpha.drops()
    row = await core.look_for(row, 300)
    assert (row.state, row.reason) == (RentalState.ENDED, "")


async def test_a_number_that_is_missing_for_half_an_hour_before_its_time_has_ended(core: RentalCore) -> None:
    row = await core.look_for(await core.rent(), 290)
    core.site.old_list = []
    row = await core.look_for(row, 1800)
    assert (row.state, row.reason) == (RentalState.ACTIVE, "UnknownActivation")
    core.alpha.texts("hello")
    row = await core.look_for(row, 120)
    assert (row.state, row.reason) == (RentalState.ENDED, "EndedEarly")
    assert await core.rung() == ["hello"]
    for kind in (Kind.DAY_LEFT, Kind.HOUR_LEFT):
        post = await core.armed(kind, row.id)
        assert post is not None
        assert post.next_try_at is None


async def test_a_number_whose_sms_are_not_known_is_looked_for_in_the_list_at_once(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    core.alpha.drops()
    row = await core.look_for(row, 60)
    assert (row.state, row.reason) == (RentalState.ACTIVE, "UnknownActivation")
    assert len(core.alpha.called("rented")) == 3
    row = await core.look_for(row, 1900)
    assert (row.state, row.reason) == (RentalState.ENDED, "EndedEarly")
    assert len(core.alpha.called("rented")) < 40


async def test_one_list_without_it_after_a_long_stop_is_not_believed(core: RentalCore) -> None:
    row = await core.rent()
    core.site.old_list = []
    row = await core.look_for(row, 310)
    core.clock.advance(3600)
    row = await core.look(await core.look(row))
    assert (row.state, row.reason) == (RentalState.ACTIVE, "UnknownActivation")


async def test_one_that_ended_before_its_time_by_mistake_goes_on(core: RentalCore) -> None:
    row = await core.rent()
    core.site.old_list = []
    row = await core.look_for(row, 5 * 3600)
    assert row.state is RentalState.ENDED
    assert row.next_poll_at is not None
    core.site.old_list = None
    core.alpha.texts("hello")
    row = await core.look_for(row, 1810)
    assert (row.state, row.reason, row.missing_since) == (RentalState.ACTIVE, "", None)
    assert await core.rung() == ["hello"]
    core.site.old_list = []
    row = await core.look_for(row, 3600)
    core.clock.advance(6 * 86400)
    row = await core.look_for(row, 86400)
    assert (row.state, row.next_poll_at) == (RentalState.ENDED, None)


async def test_a_number_that_was_missing_once_is_there_again(core: RentalCore) -> None:
    row = await core.rent()
    core.site.old_list = []
    row = await core.look_for(row, 310)
    core.site.old_list = None
    row = await core.look_for(row, 70)
    assert (row.state, row.reason, row.missing_since) == (RentalState.ACTIVE, "", None)


async def test_a_number_renewed_elsewhere_goes_on(core: RentalCore) -> None:
    row = await nearly_over(core)
    lease = core.alpha.newest_lease
    core.alpha.drops()
    row = await core.look_for(row, 90)
    assert row.state is RentalState.ENDED
    until = core.clock() + timedelta(days=3)
    lease.rented = replace(lease.rented, until=until)
    core.alpha.leases[lease.rented.id] = lease
    row = await core.look_for(row, 310)
    post = await core.armed(Kind.DAY_LEFT, row.id)
    assert (row.state, row.until, row.ended_at) == (RentalState.ACTIVE, until, None)
    assert post is not None
    assert post.next_try_at == until - timedelta(days=1)


async def test_a_number_that_is_listed_for_ever_is_given_up_a_day_after_its_end(core: RentalCore) -> None:
    row = await nearly_over(core)
    core.clock.advance(86400)
    row = await core.look(await core.look(row))
    assert row.state is RentalState.ACTIVE
    core.clock.advance(120)
    core.alpha.texts("the last")
    row = await core.look_for(row, 700)
    assert (row.state, row.reason) == (RentalState.ENDED, "")
    assert await core.rung() == ["the last"]
    row = await core.look_for(row, 7200)
    assert (row.state, row.next_poll_at) == (RentalState.ENDED, None)


async def test_a_number_nobody_answers_about_for_a_day_after_its_end_is_given_up(core: RentalCore) -> None:
    row = await nearly_over(core)
    for method in ("rented", "rental_sms"):
        core.alpha.breaks(method, Unavailable())
    row = await core.look_for(row, 2 * 86400)
    assert (row.state, row.reason) == (RentalState.ENDED, "SmsUnread")
