import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.errors import (
    AlreadyDone,
    BadReply,
    CodebellError,
    Expired,
    NoNumbers,
    NotOffered,
    NotYours,
    Refused,
    Unavailable,
    UnknownKey,
)
from bot.providers.base import Balance, Capability, Number, Wish
from bot.purchases import LOOKS, Paused
from storage.models import Activation, State
from storage.purchases import Caps, SpentEnough, TooManyNumbers, TooManyToday
from tests.core import OWNER, STRANGER, Core, open_core

DISK_FULL = OperationalError("INSERT", {}, Exception("database or disk is full"))


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def die_at(core: Core, point: str) -> Activation:
    """Press *Buy* in a process that ends at this point, and start the next one."""
    intent = await core.press(await core.quote())
    if point.endswith(("calling", "bought")):
        core.store.deadly = {point}
    else:
        core.alpha.deadly = {point}
    await core.purchases.drain(10)
    core.reborn()
    core.clock.advance(5)
    await core.purchases.recover()
    await core.purchases.drain(10)
    return await core.row(intent.id)


async def look_until_it_is_given_up(core: Core, row: Activation) -> Activation:
    while row.state is State.UNKNOWN and row.next_poll_at is not None:
        core.clock.now = row.next_poll_at
        await core.purchases.look_for(row)
        row = await core.row(row.id)
    return row


# What a press does


async def test_a_press_buys_one_number_and_notes_what_it_cost(core: Core) -> None:
    row = await core.buy()
    assert (row.state, row.phone, row.cost) == (State.WAITING, "+12015550001", Decimal("0.50"))
    assert (core.purchased, row.balance_before) == (1, Decimal("18.74"))
    assert set(await core.history(row.id)) == {State.BUYING, State.WAITING}
    key = await core.keys.get(core.key_id)
    assert key is not None
    assert key.used_at == core.clock()


async def test_the_intent_is_committed_before_the_provider_is_asked_for_anything(core: Core) -> None:
    intent = await core.press(await core.quote())
    assert core.alpha.calls == []
    assert (await core.row(intent.id)).state is State.BUYING


async def test_the_price_on_the_button_is_the_most_that_is_paid(core: Core) -> None:
    core.alpha.prices_of["tg", "1"] = ("0.80", 10)
    row = await core.buy()
    assert (row.state, row.reason, core.purchased) == (State.FAILED, "PriceChanged", 0)


async def test_a_provider_without_a_maximum_is_not_asked_for_one(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}
    assert (await core.buy()).state is State.WAITING
    (call,) = core.alpha.called("buy")
    assert isinstance(call.about, Wish)
    assert call.about.max_price is None


async def test_a_price_that_rose_buys_nothing_where_no_maximum_can_be_given(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}
    core.alpha.prices_of["tg", "1"] = ("0.80", 10)
    row = await core.buy()
    assert (row.state, row.reason, core.purchased) == (State.FAILED, "PriceChanged", 0)


async def test_a_price_that_fell_is_paid_where_no_maximum_can_be_given(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}
    core.alpha.prices_of["tg", "1"] = ("0.30", 10)
    row = await core.buy()
    assert (row.state, row.cost, row.agreed) == (State.WAITING, Decimal("0.30"), Decimal("0.50"))


async def test_a_provider_that_does_not_say_what_it_charged_charged_the_price_it_had(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}
    core.alpha.prices_of["tg", "1"] = ("0.30", 10)
    core.alpha._number = lambda cost: Number("alpha-1", "+12015559999", "1")  # type: ignore[method-assign] # no cost told
    assert (await core.buy()).cost == Decimal("0.30")


async def test_what_is_charged_above_the_agreement_stands_beside_it(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}

    async def go_up() -> None:
        core.alpha.prices_of["tg", "1"] = ("0.80", 10)

    core.alpha.meanwhile["before buy"] = go_up
    row = await core.buy()
    assert (row.state, row.cost, row.agreed) == (State.WAITING, Decimal("0.80"), Decimal("0.50"))


async def test_what_is_not_on_the_list_any_more_is_not_bought_without_a_maximum(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}
    del core.alpha.prices_of["tg", "1"]
    row = await core.buy()
    assert (row.state, row.reason, core.alpha.called("buy")) == (State.FAILED, "NoNumbers", [])


async def test_a_service_blocked_since_the_offer_was_opened_is_not_bought(core: Core) -> None:
    core.caps = Caps(blocked=frozenset({"telegram"}))
    core.reborn()
    with pytest.raises(NotOffered):
        await core.buy()
    assert (await core.rows(), core.alpha.calls) == ([], [])


async def test_the_next_number_waits_a_look_longer_than_the_last_refusal(core: Core) -> None:
    await core.waits.refused("alpha", 95, core.clock())
    row = await core.buy()
    assert row.cancel_from == core.clock() + timedelta(seconds=95 + 5)


async def test_a_short_refusal_does_not_shorten_the_wait(core: Core) -> None:
    await core.waits.refused("alpha", 3, core.clock())
    row = await core.buy()
    assert row.cancel_from == core.clock() + timedelta(seconds=30)


async def test_a_second_press_on_the_same_button_is_told_that_it_was_done(core: Core) -> None:
    quote = await core.quote()
    presses = await asyncio.gather(*(core.press(quote) for _ in range(20)), return_exceptions=True)
    await core.purchases.drain(10)
    assert sum(isinstance(press, Activation) for press in presses) == 1
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 19
    assert core.purchased == 1


async def test_a_press_after_the_restart_is_still_the_same_press(core: Core) -> None:
    quote = await core.quote()
    await core.press(quote)
    await core.purchases.drain(10)
    core.reborn()
    with pytest.raises(AlreadyDone):
        await core.press(quote)


async def test_somebody_elses_button_buys_nothing(core: Core) -> None:
    quote = await core.quote()
    with pytest.raises(NotYours):
        await core.purchases.buy(quote.nonce, STRANGER, quote.chat_id, None)
    with pytest.raises(NotYours):
        await core.purchases.buy(quote.nonce, OWNER, -100, None)


async def test_an_old_price_or_a_forgotten_offer_is_not_bought_at(core: Core) -> None:
    quote = await core.quote()
    core.clock.advance(16 * 60)
    for nonce in (quote.nonce, "made-up"):
        with pytest.raises(Expired):
            await core.purchases.buy(nonce, OWNER, OWNER, None)
    assert await core.rows() == []


async def test_a_removed_key_buys_nothing(core: Core) -> None:
    quote = await core.quote()
    await core.buy()
    await core.keys.remove(core.key_id, OWNER, core.clock())
    with pytest.raises(UnknownKey):
        await core.press(quote)


async def test_a_key_removed_during_the_purchase_serves_to_its_end(core: Core) -> None:
    core.alpha.meanwhile["before buy"] = lambda: core.keys.remove(core.key_id, OWNER, core.clock())
    row = await core.buy()
    core.alpha.delivers("2468")
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["2468"])


async def test_a_provider_that_is_configured_no_more_sells_nothing(core: Core) -> None:
    core.providers.clear()
    row = await core.buy()
    assert (row.state, row.reason) == (State.FAILED, "NotOffered")


# Limits


@pytest.mark.parametrize(
    ("caps", "refusal"),
    [
        (Caps(active_numbers=3), TooManyNumbers),
        (Caps(purchases_per_day=3), TooManyToday),
        (Caps(spend_per_day=Decimal("1.50")), SpentEnough),
    ],
)
async def test_fifty_presses_at_once_never_pass_a_limit(
    core: Core, caps: Caps, refusal: type[Refused]
) -> None:
    core.caps = caps
    core.reborn()
    quotes = [await core.quote() for _ in range(50)]
    presses = await asyncio.gather(*map(core.press, quotes), return_exceptions=True)
    await core.purchases.drain(10)
    assert core.purchased == 3
    assert sum(type(press) is refusal for press in presses) == 47


async def test_a_refused_purchase_counts_against_no_limit(core: Core) -> None:
    core.caps = Caps(active_numbers=1, purchases_per_day=1, spend_per_day=Decimal("0.50"))
    core.reborn()
    core.alpha.fails("buy", NoNumbers())
    assert (await core.buy()).state is State.FAILED
    assert (await core.buy()).state is State.WAITING


async def test_a_lost_purchase_counts_as_spent(core: Core) -> None:
    core.caps = Caps(spend_per_day=Decimal("0.99"))
    core.reborn()
    core.alpha.loses_the_answer("buy", Unavailable())
    assert (await core.buy()).state is State.UNKNOWN
    with pytest.raises(SpentEnough):
        await core.buy()


async def test_a_maximum_above_the_price_counts_in_full(core: Core) -> None:
    core.caps = Caps(spend_per_day=Decimal("1"))
    core.reborn()
    with pytest.raises(SpentEnough):
        await core.buy(max_price=Decimal("1.01"))


async def test_yesterdays_purchases_do_not_count(core: Core) -> None:
    core.caps = Caps(purchases_per_day=1, spend_per_day=Decimal("0.50"))
    core.reborn()
    await core.buy()
    core.clock.advance(24 * 3600 + 1)
    assert (await core.buy()).state is State.WAITING


# One after another


async def test_purchases_with_one_key_never_overlap(core: Core) -> None:
    overlaps = []

    async def note() -> None:
        overlaps.append(len(core.alpha.called("buy")) - len(core.alpha.lines))
        core.alpha.meanwhile["before buy"] = note
        await asyncio.sleep(0)

    core.alpha.meanwhile["before buy"] = note
    for quote in [await core.quote() for _ in range(5)]:
        await core.press(quote)
    await core.purchases.drain(10)
    assert (core.purchased, overlaps) == (5, [0] * 5)


async def test_keys_of_different_accounts_do_not_wait_for_each_other(core: Core) -> None:
    other = await core.key(chat_id=STRANGER, secret="another-account-9999")
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        reached.set()
        await go_on.wait()

    core.alpha.meanwhile["before buy"] = stand_still
    slow = await core.press(await core.quote())
    await reached.wait()
    quick = await core.press(await core.quote(key_id=other.id, chat_id=STRANGER, owner_id=STRANGER))
    assert (await core.settled(quick.id)).state is State.WAITING
    assert (await core.row(slow.id)).state is State.BUYING
    go_on.set()
    assert (await core.settled(slow.id)).state is State.WAITING


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10, 20, 50, 100])
async def test_a_caller_that_is_cancelled_loses_no_number(core: Core, turns: int) -> None:
    press = asyncio.create_task(core.press(await core.quote()))
    for _ in range(turns):
        await asyncio.sleep(0)
    press.cancel()
    await asyncio.gather(press, return_exceptions=True)
    await core.purchases.drain(10)
    core.reborn()
    await core.purchases.recover()
    await core.purchases.drain(10)
    assert core.purchased == sum(row.state is State.WAITING for row in await core.rows())
    assert {row.state for row in await core.rows()} <= {State.WAITING, State.FAILED}


# Where the process may end


async def test_a_process_that_ends_before_the_intent_leaves_nothing_and_the_button_works(core: Core) -> None:
    quote = await core.quote()
    core.reborn()
    assert (await core.rows(), await core.posts()) == ([], [])
    await core.press(quote)
    await core.purchases.drain(10)
    assert core.purchased == 1


@pytest.mark.parametrize("point", ["before balance", "before calling"])
async def test_a_process_that_ends_before_the_call_bought_nothing_and_says_so(core: Core, point: str) -> None:
    row = await die_at(core, point)
    assert (row.state, core.purchased) == (State.FAILED, 0)
    assert "Not bought, not paid" in await core.told(row.id)
    assert (await core.buy()).state is State.WAITING


@pytest.mark.parametrize(
    ("point", "sold", "after"),
    [
        ("after calling", 0, "18.74"),
        ("before buy", 0, "18.74"),
        ("after buy", 1, "18.24"),
        ("before bought", 1, "18.24"),
    ],
)
async def test_a_process_that_ends_around_the_call_says_what_is_known(
    core: Core, point: str, sold: int, after: str
) -> None:
    row = await die_at(core, point)
    assert (row.state, row.reason, core.purchased) == (State.UNKNOWN, "Interrupted", sold)
    assert (row.balance_before, row.balance_after) == (Decimal("18.74"), Decimal(after))
    assert len(core.alpha.called("buy")) == (0 if point == "after calling" else sold)
    told = await core.told(row.id)
    assert "unknown" in told
    assert f"Balance before: $18.74\nBalance after: ${after}" in told


@pytest.mark.parametrize("point", ["after buy", "before bought"])
async def test_what_a_dead_process_bought_is_adopted_where_it_is_listed(core: Core, point: str) -> None:
    core.alpha.lists_active()
    row = await die_at(core, point)
    assert (row.state, row.provider_id, core.purchased) == (State.WAITING, "alpha-1", 1)
    assert row.bought_at == row.called_at
    core.alpha.delivers("777")
    row = await core.step(row.id)
    assert await core.codes(row.id) == ["777"]


async def test_a_process_that_ends_after_the_purchase_was_stored_lost_nothing(core: Core) -> None:
    row = await die_at(core, "after bought")
    assert (row.state, core.purchased) == (State.WAITING, 1)
    assert row.next_poll_at is not None


async def test_two_starts_in_a_row_settle_an_intent_once(core: Core) -> None:
    row = await die_at(core, "before bought")
    core.reborn()
    await core.purchases.recover()
    await core.purchases.drain(10)
    assert (await core.row(row.id)).state is State.UNKNOWN
    assert len(await core.history(row.id)) == 2


async def test_a_provider_that_hangs_at_the_start_does_not_hold_it_up(core: Core) -> None:
    stuck = asyncio.Event()
    intent = await core.press(await core.quote())
    core.alpha.deadly = {"after buy"}
    await core.purchases.drain(10)
    core.reborn()
    core.alpha.meanwhile["before balance"] = stuck.wait
    await asyncio.wait_for(core.purchases.recover(), 5)
    stuck.set()
    await core.purchases.drain(10)
    assert (await core.row(intent.id)).state is State.UNKNOWN


# Lost and unclear answers


@pytest.mark.parametrize("error", [Unavailable(), BadReply()])
async def test_a_lost_answer_is_neither_repeated_nor_hidden(core: Core, error: CodebellError) -> None:
    core.alpha.loses_the_answer("buy", error)
    row = await core.buy()
    assert (row.state, row.reason) == (State.UNKNOWN, type(error).__name__)
    assert (row.balance_before, row.balance_after) == (Decimal("18.74"), Decimal("18.24"))
    assert (len(core.alpha.called("buy")), row.next_poll_at) == (1, None)
    assert "did not and will not order again" in await core.told(row.id)


async def test_a_request_that_never_left_bought_nothing(core: Core) -> None:
    core.alpha.fails("buy", Unavailable(sent=False))
    row = await core.buy()
    assert (row.state, row.reason) == (State.FAILED, "Unavailable")


async def test_a_balance_that_cannot_be_read_before_stops_the_purchase(core: Core) -> None:
    core.alpha.breaks("balance", Unavailable())
    row = await core.buy()
    assert (row.state, row.reason, core.alpha.called("buy")) == (State.FAILED, "Unavailable", [])


async def test_a_balance_that_cannot_be_read_after_is_left_out(core: Core) -> None:
    core.alpha.loses_the_answer("buy", Unavailable())
    core.alpha.meanwhile["after buy"] = lambda: _breaks_balance(core)
    row = await core.buy()
    assert (row.state, row.balance_before, row.balance_after) == (State.UNKNOWN, Decimal("18.74"), None)


async def _breaks_balance(core: Core) -> None:
    core.alpha.breaks("balance", Unavailable())


async def test_a_list_that_cannot_be_read_still_leaves_the_balance_after(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())

    async def break_list() -> None:
        core.alpha.breaks("active", Unavailable())

    core.alpha.meanwhile["after buy"] = break_list
    row = await core.buy()
    assert (row.state, row.balance_after) == (State.UNKNOWN, Decimal("18.24"))
    assert row.next_poll_at is not None


async def test_a_currency_the_provider_does_not_tell_is_the_providers_own(core: Core) -> None:
    async def balance(key: object) -> Balance:
        return Balance(Decimal("3"), "")

    core.alpha.balance = balance  # type: ignore[method-assign] # a reply this fake does not have
    await core.buy()
    key = await core.keys.get(core.key_id)
    assert key is not None
    assert key.currency == "USD"


async def test_a_mistake_of_ours_while_it_is_bought_is_a_lost_answer(core: Core) -> None:
    core.alpha.loses_the_answer("buy", ValueError("a reply nobody thought of"))
    row = await core.buy()
    assert (row.state, row.reason, core.purchased) == (State.UNKNOWN, "BadReply", 1)


async def test_a_mistake_of_ours_before_the_call_buys_nothing(core: Core) -> None:
    core.alpha.breaks("balance", ValueError("a reply nobody thought of"))
    row = await core.buy()
    assert (row.state, core.purchased) == (State.FAILED, 0)
    assert "Something went wrong" in await core.told(row.id)


async def test_a_database_that_fails_before_the_call_buys_nothing(core: Core) -> None:
    core.store.full["calling"] = [DISK_FULL]
    row = await core.buy()
    assert (row.state, core.purchased) == (State.FAILED, 0)


@pytest.mark.parametrize("end", ["failed", "unknown"])
async def test_the_end_of_a_purchase_is_stored_when_the_database_works_again(core: Core, end: str) -> None:
    error = NoNumbers() if end == "failed" else Unavailable()
    core.alpha.fails("buy", error)
    core.store.full[end] = [DISK_FULL] * 3
    row = await core.buy()
    assert (row.state, row.reason) == (State(end), type(error).__name__)
    assert core.slept == [1, 2, 5]


async def test_a_database_that_fails_right_after_the_call_loses_no_number(core: Core) -> None:
    asked = core.waits.seconds

    async def broken(*_: object) -> float:
        raise DISK_FULL

    async def break_waits() -> None:
        core.waits.seconds = broken  # type: ignore[method-assign,assignment] # fails from the call on

    core.alpha.meanwhile["before buy"] = break_waits
    row = await core.buy()
    core.waits.seconds = asked  # type: ignore[method-assign] # works again
    assert (row.state, row.provider_id) == (State.WAITING, "alpha-1")


async def test_a_database_that_fails_while_a_lost_purchase_is_looked_into_leaves_it_unknown(
    core: Core,
) -> None:
    async def broken(*_: object) -> None:
        raise DISK_FULL

    async def break_notes() -> None:
        core.keys.note_balance = broken  # type: ignore[method-assign,assignment] # fails from the call on
        core.store.known = broken  # type: ignore[method-assign,assignment] # so does this

    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())
    core.alpha.meanwhile["after buy"] = break_notes
    row = await core.buy()
    assert (row.state, row.reason, row.balance_after) == (State.UNKNOWN, "Unavailable", None)


async def test_a_mistake_of_ours_after_the_call_leaves_no_purchase_under_way(core: Core) -> None:
    core.store.full["bought"] = [ValueError("a row nobody thought of")]
    row = await core.buy()
    assert (row.state, row.reason, core.purchased) == (State.UNKNOWN, "Interrupted", 1)


async def test_while_a_paid_number_is_not_stored_nothing_more_is_bought(core: Core) -> None:
    other = await core.key(chat_id=STRANGER, secret="another-account-9999")
    in_line = await core.quote(key_id=other.id, chat_id=STRANGER, owner_id=STRANGER)
    core.pauses_pass.clear()
    core.store.full["bought"] = [DISK_FULL]
    first = await core.press(await core.quote())
    await core.paused.wait()
    with pytest.raises(Paused):
        await core.press(in_line)
    core.pauses_pass.set()
    assert (await core.settled(first.id)).state is State.WAITING
    await core.press(in_line)
    await core.purchases.drain(10)
    assert core.purchased == 2


async def test_housekeeping_settles_what_nobody_carries_out_any_more(core: Core) -> None:
    quote = await core.quote()
    left, _ = await core.store.intend(quote.nonce, OWNER, OWNER, None, core.caps, core.clock())
    await core.purchases.recover(timedelta(minutes=5))
    assert (await core.row(left.id)).state is State.BUYING
    core.clock.advance(5 * 60)
    await core.purchases.recover(timedelta(minutes=5))
    assert (await core.row(left.id)).state is State.FAILED


async def test_housekeeping_leaves_a_slow_purchase_alone(core: Core) -> None:
    async def keep_house() -> None:
        core.clock.advance(3600)
        await core.purchases.recover(timedelta(minutes=5))

    core.alpha.meanwhile["before buy"] = keep_house
    row = await core.buy()
    assert (row.state, core.purchased) == (State.WAITING, 1)


async def test_what_waits_in_line_when_the_stop_begins_is_not_ordered(core: Core) -> None:
    async def stop() -> None:
        core.purchases.halt()

    core.alpha.meanwhile["before buy"] = stop
    first, second = [await core.press(await core.quote()) for _ in range(2)]
    await core.purchases.drain(10)
    row = await core.row(second.id)
    assert (await core.row(first.id)).state is State.WAITING
    assert (row.state, row.reason, core.purchased) == (State.FAILED, "NeverCalled", 1)
    assert "stopped before it could order" in await core.told(row.id)


async def test_the_log_names_the_row_and_never_the_number(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    core.alpha._number = lambda cost: Number("12015559999", "+12015559999", "12015559999", cost)  # type: ignore[method-assign] # an id that is the phone
    core.store.full["bought"] = [DISK_FULL]
    row = await core.buy()
    assert row.id in caplog.text
    assert "12015559999" not in caplog.text


async def test_a_paid_number_is_stored_when_the_database_works_again(core: Core) -> None:
    core.store.full["bought"] = [DISK_FULL] * 7
    row = await core.buy()
    assert (row.state, row.provider_id, core.purchased) == (State.WAITING, "alpha-1", 1)
    assert core.slept == [1, 2, 5, 10, 30, 30, 30]


async def test_an_id_the_provider_gave_before_is_not_believed(core: Core) -> None:
    first = await core.buy()
    core.alpha._number = lambda cost: Number("alpha-1", "+12015559999", "1", cost)  # type: ignore[method-assign] # a reused id
    second = await core.buy()
    assert (second.state, second.reason) == (State.UNKNOWN, "AlreadyDone")
    assert (await core.row(first.id)).phone == "+12015550001"


async def test_an_id_that_is_taken_at_the_very_last_moment_is_not_tried_for_ever(core: Core) -> None:
    core.store.full["bought"] = [IntegrityError("UPDATE", {}, Exception("UNIQUE constraint failed"))]
    row = await core.buy()
    assert (row.state, row.reason, core.slept) == (State.UNKNOWN, "AlreadyDone", [])


async def test_an_id_may_come_again_once_its_number_has_ended(core: Core) -> None:
    core.alpha._number = lambda cost: Number("7", "+12015559999", "1", cost)  # type: ignore[method-assign] # sold twice
    first = await core.buy()
    core.alpha.ends()
    first = await core.step(first.id)
    assert first.state is State.EXPIRED
    assert first.next_poll_at is not None
    second = await core.buy()
    assert (second.state, second.provider_id) == (State.WAITING, "7")
    assert (await core.row(first.id)).next_poll_at is None
    core.alpha.delivers("4711")
    await core.step(second.id)
    assert (await core.codes(second.id), await core.codes(first.id)) == (["4711"], [])


# Adoption


async def test_a_list_that_cannot_be_read_before_sells_all_the_same(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.breaks("active", BadReply("BAD_ACTION"))
    row = await core.buy()
    assert (row.state, row.held_before) == (State.WAITING, None)


async def test_without_a_list_from_before_nothing_is_adopted(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.fails("active", Unavailable())
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    assert (row.state, row.provider_id, row.next_poll_at) == (State.UNKNOWN, None, None)


async def test_a_lost_purchase_in_the_list_is_ours(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    assert (row.state, row.provider_id) == (State.WAITING, "alpha-1")
    assert (core.purchased, len(core.alpha.called("buy"))) == (1, 1)


async def test_a_list_that_lags_is_read_again_at_growing_distances(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    started = core.clock()
    core.alpha.calls.clear()
    row = await look_until_it_is_given_up(core, row)
    looked = [(call.at - started).total_seconds() for call in core.alpha.called("active")]
    assert looked == [2, 12, 42, 162]
    assert len(looked) == len(LOOKS)
    assert (row.state, row.next_poll_at, core.alpha.called("buy")) == (State.UNKNOWN, None, [])


async def test_a_number_that_appears_late_in_the_list_is_adopted_and_its_card_says_so(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    core.clock.advance(30)
    core.alpha.lagging = False
    await core.purchases.look_for(row)
    row = await core.row(row.id)
    assert (row.state, row.ended_at, row.reason) == (State.WAITING, None, "")
    assert row.bought_at == row.called_at
    assert row.next_poll_at is not None
    assert row.next_poll_at > core.clock()
    assert "Waiting for the SMS" in await core.told(row.id)


async def test_two_candidates_are_no_proof(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())

    async def buy_on_the_site() -> None:
        core.alpha.foreign = [Number("site-1", "+12015558888", "1", service="tg", country="1")]

    core.alpha.meanwhile["after buy"] = buy_on_the_site
    row = await look_until_it_is_given_up(core, await core.buy())
    assert (row.state, row.provider_id) == (State.UNKNOWN, None)


@pytest.mark.parametrize("change", [{"service": "wa"}, {"country": "2"}])
async def test_a_number_of_another_service_or_country_is_not_ours(core: Core, change: dict[str, str]) -> None:
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    wrong = replace(Number("site-1", "+12015558888", "1", service="tg", country="1"), **change)  # type: ignore[arg-type] # two of its str fields

    async def buy_on_the_site() -> None:
        core.alpha.foreign = [wrong]

    core.alpha.meanwhile["after buy"] = buy_on_the_site
    row = await core.buy()
    assert (row.state, row.provider_id) == (State.UNKNOWN, None)


async def test_what_the_account_held_before_is_not_ours(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.foreign = [Number("site-1", "+12015558888", "1", service="tg", country="1")]
    core.alpha.fails("buy", Unavailable())
    row = await core.buy()
    assert (row.state, row.held_before) == (State.UNKNOWN, "site-1")


async def test_a_number_bought_in_another_chat_with_the_same_account_is_not_ours(core: Core) -> None:
    team = await core.key(chat_id=-100)
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    lost = await core.buy()
    theirs = await core.buy(key_id=team.id, chat_id=-100)
    await core.purchases.look_for(lost)
    assert (theirs.state, theirs.provider_id) == (State.WAITING, "alpha-1")
    assert (await core.row(lost.id)).state is State.UNKNOWN


async def test_looking_for_a_lost_purchase_takes_no_number_that_is_being_bought(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    lost = await core.buy()
    looking: list[asyncio.Task[None]] = []

    async def look() -> None:
        looking.append(asyncio.create_task(core.purchases.look_for(lost)))
        await asyncio.wait(looking, timeout=0.2)

    core.alpha.meanwhile["after buy"] = look
    bought = await core.buy()
    await asyncio.gather(*looking)
    assert (bought.state, bought.provider_id) == (State.WAITING, "alpha-1")
    assert (await core.row(lost.id)).provider_id is None


async def test_a_lost_purchase_of_a_key_that_is_gone_is_looked_for_no_more(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    core.providers.clear()
    row = await look_until_it_is_given_up(core, row)
    assert (row.state, row.next_poll_at) == (State.UNKNOWN, None)


async def test_a_key_that_does_not_decrypt_buys_nothing(core: Core) -> None:
    async def gone(key_id: str) -> None:
        raise UnknownKey

    core.keys.open = gone  # type: ignore[method-assign,assignment] # its row went away meanwhile
    row = await core.buy()
    assert (row.state, row.reason) == (State.FAILED, "UnknownKey")


async def test_a_database_that_fails_before_anything_was_asked_buys_nothing(core: Core) -> None:
    async def broken(key_id: str) -> None:
        raise DISK_FULL

    core.keys.open = broken  # type: ignore[method-assign,assignment] # the disk is gone
    row = await core.buy()
    assert (row.state, row.reason, core.alpha.calls) == (State.FAILED, "CodebellError", [])


async def test_a_recovery_under_way_is_not_begun_again(core: Core) -> None:
    await core.press(await core.quote())
    core.alpha.deadly = {"after buy"}
    await core.purchases.drain(10)
    core.reborn()
    core.clock.advance(3600)
    await core.purchases.recover()
    await core.purchases.recover(timedelta(minutes=5))
    before = len(core.alpha.called("balance"))
    await core.purchases.drain(10)
    assert len(core.alpha.called("balance")) == before + 1
