"""Looks at rented numbers: each SMS rings once, the list tells the SIM, a longer rent and the end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import BadKey, Unavailable, UnknownActivation
from bot.providers.renting import RentalSms, Rented
from storage.models import RentalState, SimWish
from storage.outbox import Kind
from storage.reasons import Reason
from storage.rental_sms import RINGING
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

DAY = 86400


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


# SMS


async def test_an_sms_rings_once_also_across_a_restart(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.texts("9999 is your code")
    row = await core.look(row)
    core.reborn()
    row = await core.look(await core.look(row))
    assert await core.texts(row) == await core.rung() == ["9999 is your code"]


async def test_several_sms_ring_in_the_order_they_came(core: RentalCore) -> None:
    row = await core.rent()
    for text in ("one", "two", "three"):
        core.alpha.texts(text)
        core.clock.advance(1)
    row = await core.look(row)
    assert await core.texts(row) == await core.rung() == ["one", "two", "three"]


async def test_the_same_words_sent_again_are_another_sms(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.texts("1234")
    row = await core.look(row)
    core.alpha.texts("1234")
    core.clock.advance(1)
    core.alpha.texts("1234")
    row = await core.look(await core.look(row))
    assert await core.texts(row) == ["1234"] * 3


async def test_the_same_sms_again_without_a_time_is_another_one(core: RentalCore) -> None:
    row = await core.rent()
    sms = core.alpha.newest_lease.sms
    for number in ("one", *(f"SMS {count}" for count in range(12)), "one"):
        sms.append(RentalSms("Taxify", number, "", None))
        row = await core.look_for(row, 20)
    assert (await core.texts(row)).count("one") == 2


async def test_the_same_sms_twice_in_a_second_is_two_also_in_a_burst(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.texts("same")
    row = await core.look(await core.look(row))
    sms = core.alpha.newest_lease.sms
    sms.append(sms[0])
    for number in range(9):
        core.alpha.texts(f"SMS {number}")
    row = await core.look_for(row, 60)
    assert len(await core.texts(row)) == 11


async def test_a_burst_is_read_whole_also_when_an_sms_of_the_window_was_illegible(core: RentalCore) -> None:
    row = await core.rent()
    true = core.alpha.rental_sms

    async def without_one(key: SecretStr, rented: Rented, last: int | None = None) -> list[RentalSms]:
        told = await true(key, rented, last)
        return told if last is None else told[1:]

    core.alpha.rental_sms = without_one  # type: ignore[method-assign] # what a site with a bad row tells
    for number in range(14):
        core.alpha.texts(f"SMS {number}")
    row = await core.look_for(row, 60)
    assert len(await core.texts(row)) == 14


async def test_more_sms_than_a_look_reads_are_read_all(core: RentalCore) -> None:
    row = await core.rent()
    for number in range(25):
        core.alpha.texts(f"SMS {number}")
    row = await core.look(row)
    assert await core.rung() == [f"SMS {number}" for number in range(25)]
    assert len(core.alpha.called("rental_sms")) == 2
    await core.look(await core.look(row))
    assert len(core.alpha.called("rental_sms")) == 4


async def test_a_flood_rings_with_its_newest_and_the_card_says_so(core: RentalCore) -> None:
    row = await core.rent()
    for number in range(RINGING + 5):
        core.alpha.texts(f"SMS {number}")
    row = await core.look(row)
    assert len(await core.texts(row)) == RINGING + 5
    assert await core.rung() == [f"SMS {number}" for number in range(5, RINGING + 5)]
    assert row.reason == "Flooded"
    core.alpha.texts("one more")
    assert (await core.look(await core.look(row))).reason == ""


async def test_an_sms_longer_than_a_row_is_cut_and_still_known(core: RentalCore) -> None:
    row = await core.rent()
    lease = core.alpha.newest_lease
    lease.sms.append(RentalSms("s" * 100, "x" * 9000, "w" * 50, None))
    row = await core.look(await core.look(row))
    assert [len(text) for text in await core.texts(row)] == [4096]


# Failures


async def test_failures_are_told_at_the_third_and_taken_back_by_an_answer(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    core.alpha.breaks("rental_sms", Unavailable())
    reasons, pauses = [], []
    for _ in range(3):
        row = await core.look(row)
        reasons.append(row.reason)
        pauses.append(((row.next_poll_at or core.clock()) - core.clock()).total_seconds())
    assert (reasons, pauses) == (["", "", "Unavailable"], [10, 20, 40])
    core.alpha.breaks("rental_sms", None)
    row = await core.look(row)
    assert (row.reason, row.failures) == ("", 0)


async def test_another_reason_of_later_failures_is_told_too(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    core.alpha.falls_silent()
    for _ in range(4):
        row = await core.look(row)
    assert row.reason == "Unavailable"
    for method in ("rental_sms", "rented"):
        core.alpha.breaks(method, BadKey())
    row = await core.look(row)
    assert row.reason == "BadKey"


async def test_pauses_after_failures_grow_to_five_minutes(core: RentalCore) -> None:
    row = await core.rent()
    for method in ("rental_sms", "rented"):
        core.alpha.breaks(method, Unavailable())
    for _ in range(12):
        row = await core.look(row)
    assert row.next_poll_at == core.clock() + timedelta(minutes=5)


async def test_a_list_that_fails_does_not_keep_sms_waiting(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.breaks("rented", Unavailable())
    row = await core.look_for(row, 400)
    core.alpha.texts("hello")
    await core.look_for(row, 60)
    assert await core.texts(row) == ["hello"]


async def test_a_provider_that_left_is_waited_for(core: RentalCore) -> None:
    row = await core.rent()
    del core.providers["alpha"]
    for _ in range(3):
        row = await core.look(row)
    assert (row.state, row.reason) == (RentalState.ACTIVE, "NotSetUp")


# The SIM


async def test_a_wish_of_the_sim_is_over_when_the_list_agrees(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    await core.rentals.switch_sim(row.id, row.owner_id, on=False)
    row = await core.look_for(row, 30)
    assert row.sim_wish is SimWish.OFF
    core.alpha.turns(online=False)
    row = await core.look_for(row, 20)
    assert (row.sim_wish, row.online, row.reason) == (SimWish.NONE, False, "")


async def test_an_end_leaves_no_wish_of_the_sim(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    await core.rentals.switch_sim(row.id, row.owner_id, on=False)
    core.alpha.drops()
    row = await core.look_for(row, 1900)
    assert (row.state, row.sim_wish) == (RentalState.ENDED, SimWish.NONE)


async def test_a_sim_that_stays_as_it_is_is_said_to_after_five_minutes(core: RentalCore) -> None:
    row = await core.look(await core.rent())
    await core.rentals.switch_sim(row.id, row.owner_id, on=False)
    row = await core.look_for(row, 330)
    assert (row.sim_wish, row.reason) == (SimWish.NONE, "SimStays")
    await core.rentals.switch_sim(row.id, row.owner_id, on=False)
    assert (await core.rental(row.id)).reason == ""
    core.alpha.turns(online=False)
    assert (await core.look_for(row, 30)).reason == ""


# The end


async def test_reminders_are_armed_for_their_moments_and_anew_after_a_renewal(core: RentalCore) -> None:
    row = await core.rent()
    assert row.until is not None
    for kind, before in ((Kind.DAY_LEFT, timedelta(days=1)), (Kind.HOUR_LEFT, timedelta(hours=1))):
        post = await core.armed(kind, row.id)
        assert post is not None
        assert post.next_try_at == row.until - before
        await core.outbox.sent(post, 77, core.clock(), None)
    later = await core.renew(row)
    post = await core.armed(Kind.DAY_LEFT, row.id)
    assert post is not None
    assert later.until is not None
    assert (post.next_try_at, post.sent_at, post.message_id) == (later.until - timedelta(days=1), None, None)


async def test_a_reminder_whose_moment_has_passed_is_not_armed(core: RentalCore) -> None:
    row = await core.rent(TARIFFS[0])
    core.clock.advance(60)
    assert await core.armed(Kind.DAY_LEFT, row.id) is None
    assert await core.armed(Kind.HOUR_LEFT, row.id) is not None


async def test_an_end_waits_for_the_last_sms_to_be_read(core: RentalCore) -> None:
    row = await core.look(await core.rent(TARIFFS[0]))
    core.clock.now = row.until or core.clock()
    core.alpha.texts("the last")
    core.alpha.breaks("rental_sms", Unavailable())
    core.site.old_list = []
    row = await core.look_for(row, 300)
    assert row.state is RentalState.ACTIVE
    core.alpha.breaks("rental_sms", None)
    row = await core.look_for(row, 600)
    assert (row.state, row.reason) == (RentalState.ENDED, "")
    assert await core.rung() == ["the last"]


async def test_an_end_whose_last_sms_cannot_be_read_for_an_hour_says_so(core: RentalCore) -> None:
    row = await core.look(await core.rent(TARIFFS[0]))
    core.clock.now = row.until or core.clock()
    core.alpha.breaks("rental_sms", Unavailable())
    core.site.old_list = []
    for _ in range(9):
        row = await core.look(row)
        core.clock.advance(500)
    assert (row.state, row.reason) == (RentalState.ENDED, Reason.SMS_UNREAD)


async def test_an_end_after_which_there_is_nothing_to_read_waits_for_nothing(core: RentalCore) -> None:
    row = await core.look(await core.rent(TARIFFS[0]))
    core.clock.now = row.until or core.clock()
    core.alpha.breaks("rental_sms", UnknownActivation())
    core.site.old_list = []
    row = await core.look_for(row, 30)
    assert (row.state, row.reason) == (RentalState.ENDED, "")
