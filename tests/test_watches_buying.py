"""A watch that buys: one number, never above its price, and what ends it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    BadKey,
    NoMoney,
    NoNumbers,
    Unavailable,
)
from bot.providers.base import Capability
from bot.watch_looks import WHILE_BUYING
from storage.caps import Caps
from storage.models import State, WatchState
from tests.core import OWNER
from tests.watching import Vigil, open_vigil

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    async with open_vigil(tmp_path) as made:
        yield made


async def test_it_buys_one_number_by_itself_at_the_price_of_the_moment(vigil: Vigil) -> None:
    watch = await vigil.buys("0.60")
    await vigil.look(watch)
    vigil.sells("0.45", 5)
    row = await vigil.look(watch)
    assert (row.state, row.next_poll_at) == (WatchState.BUYING, vigil.clock() + WHILE_BUYING)
    row = await vigil.to_its_end(watch)
    assert (row.state, await vigil.rings(), vigil.core.purchased) == (WatchState.BOUGHT, [], 1)
    [number] = await vigil.bought(watch)
    assert (number.state, number.cost, number.owner_id) == (State.WAITING, Decimal("0.45"), OWNER)
    assert vigil.maxima == [Decimal("0.45")]


@pytest.mark.parametrize("capable", [True, False])
async def test_nothing_above_its_price_is_ever_bought(vigil: Vigil, capable: bool) -> None:
    """Also when the price rises between the look and the purchase, whether a maximum can be given or not."""
    if not capable:
        vigil.alpha.capabilities -= {Capability.MAX_PRICE}
    watch = await vigil.buys("0.60")
    vigil.sells("0.61", 5)
    await vigil.look(watch)
    vigil.sells("0.60", 5)

    async def go_up() -> None:
        vigil.sells("0.61", 5)

    vigil.alpha.meanwhile["before balance"] = go_up
    row = await vigil.look(watch)
    [refused] = await vigil.bought(watch)
    assert (row.state, refused.reason) == (WatchState.BUYING, "PriceChanged")
    assert (await vigil.to_its_end(watch)).state is WatchState.ENDED
    assert vigil.core.purchased == 0


async def test_stock_that_is_gone_again_is_waited_for_with_longer_pauses(vigil: Vigil) -> None:
    watch = await vigil.buys(hours=6)
    vigil.sells("0.50", 5)
    vigil.alpha.breaks("buy", NoNumbers())
    begun = vigil.clock()
    while vigil.clock() - begun < timedelta(hours=2):
        await vigil.look(watch)
    tries = await vigil.bought(watch)
    assert 5 <= len(tries) <= 16
    assert len({row.nonce for row in tries}) == len(tries)
    assert {row.reason for row in tries} == {"NoNumbers"}
    vigil.alpha.breaks("buy", None)
    row = await vigil.to_its_end(watch)
    assert (row.state, await vigil.quotes()) == (WatchState.BOUGHT, [row.nonce])
    assert (vigil.core.purchased, await vigil.rings()) == (1, [])


async def test_after_a_try_that_came_too_late_all_that_was_confirmed_may_be_paid(vigil: Vigil) -> None:
    watch = await vigil.buys("0.60")
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", NoNumbers())
    await vigil.to_its_end(watch)
    assert vigil.maxima == [Decimal("0.50"), Decimal("0.60")]


async def test_a_look_without_an_answer_raises_no_price(vigil: Vigil) -> None:
    watch = await vigil.buys("5.00", hours=6)
    vigil.alpha.fails("prices", Unavailable("503"))
    vigil.sells("0.50", 5)
    assert (await vigil.look(watch)).failures == 1
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT
    assert vigil.maxima == [Decimal("0.50")]


async def test_an_order_that_never_left_raises_no_price_and_is_tried_less_and_less_often(
    vigil: Vigil,
) -> None:
    watch = await vigil.buys("5.00", hours=6)
    vigil.sells("0.50", 5)
    vigil.alpha.breaks("buy", Unavailable("no connection", sent=False))
    begun = vigil.clock()
    while vigil.clock() - begun < timedelta(hours=1):
        await vigil.look(watch)
    assert 4 <= len(vigil.maxima) <= 10
    assert set(vigil.maxima) == {Decimal("0.50")}


async def test_what_came_too_late_is_forgotten_once_there_is_nothing_to_buy(vigil: Vigil) -> None:
    watch = await vigil.buys("5.00", hours=6)
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", NoNumbers())
    while (await vigil.look(watch)).late == 0:
        assert len(vigil.maxima) <= 1
    vigil.sells("0.50", 0)
    assert (await vigil.look(watch)).late == 0
    vigil.sells("0.50", 5)
    await vigil.to_its_end(watch)
    assert vigil.maxima == [Decimal("0.50"), Decimal("0.50")]


@pytest.mark.parametrize("error", [NoMoney(), BadKey()])
async def test_a_refusal_for_good_ends_it_and_is_told(vigil: Vigil, error: Exception) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", error)
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason) == (WatchState.FAILED, type(error).__name__)
    assert (await vigil.rings(), len(await vigil.bought(watch))) == (["watch_over"], 1)


async def test_where_a_key_has_no_money_another_one_buys(vigil: Vigil) -> None:
    """At once, and at the price of the moment; the key that could not is not asked again."""
    await vigil.another_key()
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", NoMoney())
    begun = vigil.clock()
    row = await vigil.to_its_end(watch)
    tries = await vigil.bought(watch)
    assert (row.state, await vigil.rings(), vigil.core.purchased) == (WatchState.BOUGHT, [], 1)
    assert [(number.state, number.agreed) for number in tries] == [
        (State.FAILED, Decimal("0.50")),
        (State.WAITING, Decimal("0.50")),
    ]
    assert len({number.key_id for number in tries}) == 2
    assert vigil.clock() - begun < MINUTE


async def test_where_no_key_has_money_it_ends_and_is_told_once(vigil: Vigil) -> None:
    other = await vigil.another_key()
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.breaks("buy", NoMoney())
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.FAILED, "NoMoney", ["watch_over"])
    tried = [number.key_id for number in await vigil.bought(watch)]
    assert sorted(tried) == sorted([vigil.core.key_id, other.id])


async def test_a_key_without_money_is_not_tried_again_when_the_other_one_is_gone(vigil: Vigil) -> None:
    other = await vigil.another_key()
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", NoMoney())
    while (row := await vigil.look(watch)).state is WatchState.BUYING or not await vigil.bought(watch):
        assert row.next_poll_at is not None
    await vigil.core.keys.remove(other.id, OWNER, vigil.clock())
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason, len(await vigil.bought(watch))) == (WatchState.FAILED, "NoMoney", 1)


async def test_with_one_key_chosen_no_other_one_buys(vigil: Vigil) -> None:
    other = await vigil.another_key()
    watch = await vigil.buys(by=other.id)
    vigil.sells("0.50", 5)
    vigil.alpha.fails("buy", NoMoney())
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason, len(await vigil.bought(watch))) == (WatchState.FAILED, "NoMoney", 1)


async def test_an_answer_that_is_lost_is_no_reason_to_try_another_key(vigil: Vigil) -> None:
    await vigil.another_key()
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.breaks("buy", Unavailable("lost"))
    row = await vigil.to_its_end(watch)
    assert (row.state, len(await vigil.bought(watch))) == (WatchState.UNCLEAR, 1)


async def test_a_limit_ends_it_before_anything_is_ordered(vigil: Vigil) -> None:
    vigil.core.caps = Caps(active_numbers=1)
    vigil.reborn()
    vigil.sells("0.50", 5)
    await vigil.core.buy()
    watch = await vigil.buys()
    row = await vigil.to_its_end(watch)
    assert (row.state, row.reason, await vigil.bought(watch)) == (WatchState.FAILED, "TooManyNumbers", [])


async def test_an_answer_that_is_lost_ends_it_and_nothing_is_tried_again(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.loses_the_answer("buy", Unavailable("lost"))
    row = await vigil.to_its_end(watch)
    assert (row.state, vigil.core.purchased, await vigil.rings()) == (WatchState.UNCLEAR, 1, [])
    [number] = await vigil.bought(watch)
    assert number.state is State.UNKNOWN


async def test_what_its_provider_does_not_list_after_a_lost_answer_is_not_bought_again(vigil: Vigil) -> None:
    vigil.alpha.lists_active()
    watch = await vigil.buys()
    vigil.sells("0.50", 5)
    vigil.alpha.breaks("buy", Unavailable("lost"))
    await vigil.look(watch)
    [number] = await vigil.bought(watch)
    for _ in range(20):
        number = await vigil.core.row(number.id)
        if number.state is State.FAILED or number.next_poll_at is None:
            break
        vigil.clock.now = max(vigil.clock(), number.next_poll_at)
        await vigil.core.purchases.look_for(number)
    assert (number.state, number.reason) == (State.FAILED, "NotListed")
    assert (await vigil.to_its_end(watch)).state is WatchState.UNCLEAR


async def test_two_that_wait_for_the_same_buy_one_each_and_never_more(vigil: Vigil) -> None:
    watches = [await vigil.buys() for _ in range(2)]
    vigil.sells("0.50", 9)
    for _ in range(4):
        for watch in watches:
            await vigil.look(watch)
    assert [len(await vigil.bought(watch)) for watch in watches] == [1, 1]
    assert vigil.core.purchased == 2


async def test_two_that_wait_for_the_last_one_get_it_once(vigil: Vigil) -> None:
    first, second = [await vigil.buys() for _ in range(2)]
    vigil.sells("0.50", 1)
    for _ in range(3):
        for watch in (first, second):
            await vigil.look(watch)
    assert vigil.core.purchased == 1
    assert (await vigil.row(first)).state is WatchState.BOUGHT
    assert (await vigil.row(second)).state is WatchState.WATCHING


async def test_a_second_look_at_the_same_row_buys_nothing_more(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    row = await vigil.row(watch)
    await vigil.watches.step(row)
    await vigil.watches.step(row)
    await vigil.core.errands.drain(10)
    await vigil.watches.step(row)
    await vigil.core.errands.drain(10)
    assert (vigil.core.purchased, len(await vigil.bought(watch))) == (1, 1)


async def test_nothing_is_bought_for_who_blocked_the_bot(vigil: Vigil) -> None:
    watch = await vigil.buys(hours=1)
    vigil.sells("0.50", 9)
    await vigil.chats.mark_unreachable(OWNER, vigil.clock())
    for _ in range(5):
        await vigil.look(watch)
    assert vigil.core.purchased == 0
    await vigil.chats.mark_reachable(OWNER)
    assert (await vigil.to_its_end(watch)).state is WatchState.BOUGHT


async def test_nothing_is_bought_for_who_may_not_use_the_bot_any_more(vigil: Vigil) -> None:
    watch = await vigil.buys()
    vigil.sells("0.50", 9)
    vigil.strangers = {OWNER}
    row = await vigil.look(watch)
    assert (row.state, row.reason, await vigil.rings()) == (WatchState.FAILED, "NotServed", ["watch_over"])
    assert vigil.core.purchased == 0
