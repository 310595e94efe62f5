"""A press on *Buy*: what is bought, at what price, and within which limits."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    AlreadyDone,
    Expired,
    NoNumbers,
    NotOffered,
    NotYours,
    Refused,
    Unavailable,
    UnknownKey,
)
from bot.providers.base import Capability, Number, Wish
from storage.caps import Caps, SpentEnough, TooManyNumbers, TooManyToday
from storage.models import Activation, State
from tests.core import OWNER, STRANGER, Core, open_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


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


async def test_b_21_what_is_charged_above_the_agreement_stands_beside_it(core: Core) -> None:
    core.alpha.capabilities -= {Capability.MAX_PRICE}

    async def go_up() -> None:
        core.alpha.prices_of["tg", "1"] = ("0.80", 10)

    core.alpha.meanwhile["before buy"] = go_up
    row = await core.buy()
    assert (row.state, row.cost, row.agreed) == (State.WAITING, Decimal("0.80"), Decimal("0.50"))
    assert "You agreed to $0.50; Alpha charged more." in await core.told(row.id)


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


async def test_b_1_of_twenty_presses_on_a_button_at_once_one_buys(core: Core) -> None:
    quote = await core.quote()
    presses = await asyncio.gather(*(core.press(quote) for _ in range(20)), return_exceptions=True)
    await core.errands.drain(10)
    assert sum(isinstance(press, Activation) for press in presses) == 1
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 19
    assert core.purchased == 1


async def test_a_press_after_the_restart_is_still_the_same_press(core: Core) -> None:
    quote = await core.quote()
    await core.press(quote)
    await core.errands.drain(10)
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


async def test_b_23_a_key_removed_during_the_purchase_serves_to_its_end(core: Core) -> None:
    core.alpha.meanwhile["before buy"] = lambda: core.keys.remove(core.key_id, OWNER, core.clock())
    row = await core.buy()
    core.alpha.delivers("2468")
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["2468"])


async def test_b_23_a_lost_purchase_of_a_key_that_was_removed_is_looked_for_with_it(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    core.alpha.meanwhile["before buy"] = lambda: core.keys.remove(core.key_id, OWNER, core.clock())
    row = await core.buy()
    await core.keys.sweep(core.clock())
    core.alpha.lagging = False
    await core.purchases.look_for(row)
    assert (await core.row(row.id)).provider_id == "alpha-1"


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
async def test_b_24_fifty_presses_at_once_never_pass_a_limit(
    core: Core, caps: Caps, refusal: type[Refused]
) -> None:
    core.caps = caps
    core.reborn()
    quotes = [await core.quote() for _ in range(50)]
    presses = await asyncio.gather(*map(core.press, quotes), return_exceptions=True)
    await core.errands.drain(10)
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


async def test_b_13_purchases_with_one_key_never_overlap(core: Core) -> None:
    under_way, most = 0, 0

    async def enter() -> None:
        nonlocal under_way, most
        under_way, most = under_way + 1, max(most, under_way + 1)
        core.alpha.meanwhile |= {"before balance": enter, "after buy": leave}

    async def leave() -> None:
        nonlocal under_way
        under_way -= 1
        core.alpha.meanwhile["after buy"] = leave

    core.alpha.meanwhile["before balance"] = enter
    for quote in [await core.quote() for _ in range(5)]:
        await core.press(quote)
    await core.errands.drain(10)
    assert (core.purchased, under_way, most) == (5, 0, 1)


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
