"""A lost purchase is looked for in the account's list until that has had time enough, then told as it is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import Unavailable
from bot.providers.base import Number
from storage.hindsight import mistrust
from storage.models import Activation, State
from storage.reasons import Reason
from tests.core import OWNER, STRANGER, Core, open_core

ELSEWHERE = Number("site-1", "+12015558888", "12015558888", service="tg", country="1")


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        made.alpha.lists_active()
        yield made


async def lost(core: Core, **changes: object) -> Activation:
    """A purchase that never reached the provider, for all anybody knows."""
    core.alpha.fails("buy", Unavailable())
    row = await core.buy(**changes)
    assert row.state is State.UNKNOWN
    return row


async def look(core: Core, row: Activation) -> Activation:
    """What the watcher does at the row's next moment."""
    row = await core.row(row.id)
    assert row.next_poll_at is not None
    core.clock.now = max(core.clock.now, row.next_poll_at)
    await core.purchases.look_for(row)
    return await core.row(row.id)


async def decided(core: Core, row: Activation) -> Activation:
    """Looked for until something is known, or nothing more is asked."""
    while row.state is State.UNKNOWN and row.next_poll_at is not None:
        row = await look(core, row)
    return row


# Not bought


async def test_b_7_what_the_list_does_not_show_in_time_was_not_bought(core: Core) -> None:
    row = await lost(core)
    told = await core.told(row.id)
    assert "Checking…" in told
    assert "It did not fall, so probably nothing was bought" in told
    began = core.clock()
    row = await decided(core, row)
    assert (row.state, row.reason) == (State.FAILED, Reason.NOT_LISTED)
    assert (core.clock() - began).total_seconds() == 162
    told = await core.told(row.id)
    assert "Not bought" in told
    assert "Balance before: $18.74\nBalance after: $18.74" in told
    assert core.purchased == 0
    assert (await core.buy()).state is State.WAITING


async def test_b_7_a_list_that_cannot_be_read_proves_nothing(core: Core) -> None:
    row = await lost(core)
    core.alpha.breaks("active", Unavailable())
    while (core.clock() - row.created_at).total_seconds() < 600:
        row = await look(core, row)
    assert row.state is State.UNKNOWN
    core.alpha.breaks("active", None)
    assert (await look(core, row)).state is State.FAILED


async def test_b_7_a_list_that_cannot_be_read_for_a_day_leaves_it_unknown(core: Core) -> None:
    row = await lost(core)
    core.alpha.breaks("active", Unavailable())
    core.clock.advance(24 * 3600)
    row = await look(core, row)
    assert (row.state, row.next_poll_at) == (State.UNKNOWN, None)
    told = await core.told(row.id)
    assert "Checking…" not in told
    assert "unknown" in told


async def test_b_7_an_account_that_was_charged_is_not_told_that_nothing_was_bought(core: Core) -> None:
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await decided(core, await core.buy())
    assert (row.state, row.next_poll_at) == (State.UNKNOWN, None)
    assert "Balance after: $18.24\nIt fell by $0.50: unless you paid" in await core.told(row.id)


async def test_b_22_a_number_that_was_answered_with_a_known_id_is_never_told_to_be_not_bought(
    core: Core,
) -> None:
    first = await core.buy()
    core.alpha._number = lambda cost: Number("alpha-1", "+12015559999", "1", cost)  # type: ignore[method-assign] # a reused id
    row = await decided(core, await core.buy())
    assert (row.state, row.reason) == (State.UNKNOWN, "AlreadyDone")
    assert (await core.row(first.id)).phone == "+12015550001"


# A list that lags


async def test_b_12_looks_that_come_early_do_not_shorten_the_time_a_list_may_lag(core: Core) -> None:
    row = await lost(core)
    for _ in range(10):
        await core.numbers.wake_all(core.clock())
        await core.purchases.look_for(await core.row(row.id))
    core.clock.advance(161)
    await core.purchases.look_for(await core.row(row.id))
    assert (await core.row(row.id)).state is State.UNKNOWN
    assert (await decided(core, await core.row(row.id))).state is State.FAILED


async def test_b_12_a_number_listed_after_it_was_given_up_is_ours_and_rings(core: Core) -> None:
    row = await decided(core, await lost(core))
    await core.numbers.place_card(row.id, OWNER, 77)
    core.alpha.foreign = [ELSEWHERE]
    row = await look(core, row)
    assert (row.state, row.reason, row.provider_id) == (State.WAITING, Reason.LISTED_LATE, "site-1")
    assert row.card_message_id is None
    assert row.bought_at == core.clock()
    told = await core.told(row.id)
    assert "listed this number late" in told
    assert "Waiting for the SMS" in told
    assert (await core.history(row.id))[-2:] == [State.FAILED, State.WAITING]


async def test_b_12_it_is_looked_for_twice_more_and_then_left(core: Core) -> None:
    row = await lost(core)
    began = core.clock()
    row = await decided(core, row)
    looked = []
    while row.next_poll_at is not None:
        row = await look(core, row)
        looked.append((core.clock() - began).total_seconds())
    assert looked == [600, 1800]
    assert (row.state, row.reason) == (State.FAILED, Reason.NOT_LISTED)
    assert "taken over" not in await core.told(row.id)


async def test_b_12_a_clock_set_back_neither_ends_the_search_nor_hurries_it(core: Core) -> None:
    row = await lost(core)
    core.clock.advance(-3600)
    await core.purchases.look_for(await core.row(row.id))
    row = await core.row(row.id)
    assert row.next_poll_at is not None
    assert 0 < (row.next_poll_at - core.clock()).total_seconds() <= 120
    core.clock.advance(3600)
    assert (await decided(core, row)).state is State.FAILED


async def test_b_7_a_clock_set_forward_does_not_make_the_looks_fewer(core: Core) -> None:
    row = await look(core, await lost(core))
    core.clock.advance(600)
    began, looks = core.clock(), 0
    while row.state is State.UNKNOWN:
        row, looks = await look(core, row), looks + 1
    assert (row.state, looks) == (State.FAILED, 3)
    assert (core.clock() - began).total_seconds() == 150
    row = await look(core, row)
    assert (core.clock() - began).total_seconds() == 150 + 438
    assert row.next_poll_at is not None


async def test_b_7_a_list_first_read_when_the_number_would_have_ended_proves_nothing(core: Core) -> None:
    row = await lost(core)
    core.alpha.breaks("active", Unavailable())
    core.clock.advance(1200)
    row = await look(core, row)
    core.alpha.breaks("active", None)
    row = await decided(core, row)
    assert (row.state, row.next_poll_at) == (State.UNKNOWN, None)
    assert "Not bought" not in await core.told(row.id)


# Never guessed


async def test_b_14_several_new_numbers_are_left_to_the_person(core: Core) -> None:
    row = await lost(core)
    core.alpha.foreign = [ELSEWHERE, replace(ELSEWHERE, id="site-2")]
    row = await look(core, row)
    assert (row.state, row.reason, row.next_poll_at) == (State.UNKNOWN, Reason.SEVERAL, None)
    assert "several new numbers" in await core.told(row.id)


async def test_b_14_several_numbers_listed_after_it_was_given_up_make_it_unknown_again(core: Core) -> None:
    row = await decided(core, await lost(core))
    core.alpha.foreign = [ELSEWHERE, replace(ELSEWHERE, id="site-2")]
    row = await look(core, row)
    assert (row.state, row.reason, row.next_poll_at) == (State.UNKNOWN, Reason.SEVERAL, None)


async def test_b_13_one_number_that_two_lost_purchases_claim_is_nobodys(core: Core) -> None:
    first, second = await lost(core), await lost(core)
    core.alpha.foreign = [ELSEWHERE]
    rows = [await decided(core, first), await decided(core, second)]
    assert [(row.state, row.reason) for row in rows] == [(State.UNKNOWN, Reason.CLAIMED)] * 2
    told = await core.told(first.id)
    assert "several" not in told
    assert "or another purchase's" in told


async def test_b_13_the_same_account_in_another_chat_has_the_same_claim(core: Core) -> None:
    twin = await core.key(chat_id=STRANGER)
    first = await lost(core)
    await lost(core, key_id=twin.id, chat_id=STRANGER, owner_id=STRANGER)
    core.alpha.foreign = [ELSEWHERE]
    assert (await decided(core, first)).state is State.UNKNOWN


async def test_b_13_what_was_given_up_has_the_weaker_claim(core: Core) -> None:
    given_up = await decided(core, await lost(core))
    fresh = await lost(core)
    core.alpha.foreign = [ELSEWHERE]
    await core.purchases.look_for(given_up)
    assert (await core.row(given_up.id)).state is State.FAILED
    assert (await look(core, fresh)).provider_id == "site-1"


async def test_b_13_one_number_listed_after_two_were_given_up_is_nobodys(core: Core) -> None:
    twin = await core.key(chat_id=STRANGER)
    rows = [await lost(core), await lost(core, key_id=twin.id, chat_id=STRANGER, owner_id=STRANGER)]
    rows = [await decided(core, row) for row in rows]
    assert [row.state for row in rows] == [State.FAILED] * 2
    core.alpha.foreign = [ELSEWHERE]
    rows = [await look(core, row) for row in rows]
    assert [(row.state, row.reason) for row in rows] == [(State.UNKNOWN, Reason.CLAIMED)] * 2


async def test_b_13_an_older_purchase_that_is_still_looked_for_has_the_same_claim(core: Core) -> None:
    first = await lost(core)
    core.alpha.breaks("active", Unavailable())
    core.clock.advance(7200)
    first = await look(core, first)
    core.alpha.breaks("active", None)
    second = await lost(core)
    core.alpha.foreign = [ELSEWHERE]
    assert (await look(core, second)).reason == Reason.CLAIMED


async def test_b_13_an_older_purchase_that_is_looked_for_no_more_claims_what_is_listed_as_late(
    core: Core,
) -> None:
    first = await lost(core)
    core.alpha.foreign = [ELSEWHERE, replace(ELSEWHERE, id="site-2")]
    first = await look(core, first)
    core.alpha.foreign = []
    core.clock.advance(1200)
    second = await lost(core)
    core.alpha.foreign = [ELSEWHERE]
    assert (first.next_poll_at, (await look(core, second)).reason) == (None, Reason.CLAIMED)


async def test_b_13_a_purchase_of_something_else_claims_nothing(core: Core) -> None:
    first = await lost(core)
    await lost(core, service_code="wa", service="whatsapp")
    core.alpha.foreign = [ELSEWHERE]
    assert (await look(core, first)).provider_id == "site-1"


async def test_a_restored_backup_takes_nothing_for_a_purchase_that_was_lost_before_it(core: Core) -> None:
    row = await lost(core)
    await mistrust(core.database, core.clock())
    assert "Checking…" not in await core.told(row.id)
    core.alpha.foreign = [ELSEWHERE]
    await core.purchases.look_for(await core.row(row.id))
    assert (await core.row(row.id)).state is State.UNKNOWN


async def test_what_was_refused_is_never_found_later(core: Core) -> None:
    row = await lost(core)
    await core.store.failed(row.id, "NoNumbers", core.clock())
    core.alpha.foreign = [ELSEWHERE]
    await core.purchases.look_for(await core.row(row.id))
    assert (await core.row(row.id)).state is State.FAILED
