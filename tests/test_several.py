"""Several numbers of one confirmation: one after the other, no position twice, and none after a refusal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from bot import failpoints
from bot.errors import (
    AlreadyDone,
    BadKey,
    BadReply,
    CodebellError,
    LimitReached,
    NoMoney,
    NoNumbers,
    PriceChanged,
    Unavailable,
)
from bot.failpoints import Failpoint
from storage.caps import Caps
from storage.intents import AboveLimit
from storage.models import Activation, Ceiling, State
from storage.reasons import Reason
from tests.core import OWNER, Core, open_core, put
from tests.mortal import Killed

WAITING, FAILED, UNKNOWN = State.WAITING, State.FAILED, State.UNKNOWN


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made
    failpoints.arm("")


async def ordered(core: Core, count: int = 3) -> Sequence[Activation]:
    """Buy so many with one press, and wait for what comes of it."""
    await core.press(await core.quote(count=count))
    await core.errands.drain(10)
    return await in_order(core)


async def in_order(core: Core) -> Sequence[Activation]:
    return sorted(await core.rows(), key=lambda row: row.position)


def states(rows: Sequence[Activation]) -> list[State]:
    return [row.state for row in rows]


def after_the_first(core: Core, what: Callable[[], object]) -> None:
    """Let this happen when the provider has sold the first of them."""

    async def happen() -> None:
        what()

    core.alpha.meanwhile["after buy"] = happen


async def test_one_press_buys_as_many_as_were_confirmed(core: Core) -> None:
    rows = await ordered(core, 5)
    assert states(rows) == [WAITING] * 5
    assert [row.position for row in rows] == [1, 2, 3, 4, 5]
    assert len({row.phone for row in rows}) == core.purchased == 5
    assert {row.batch for row in rows} == {rows[0].nonce}


async def test_a_number_alone_belongs_to_no_others(core: Core) -> None:
    row = await core.buy()
    assert (row.batch, row.position, row.count) == (None, 1, 1)


async def test_the_next_is_intended_only_when_the_one_before_it_is_ours(core: Core) -> None:
    seen: list[list[State]] = []

    async def look() -> None:
        seen.append(states(await in_order(core)))
        core.alpha.meanwhile["before buy"] = look

    core.alpha.meanwhile["before buy"] = look
    await ordered(core, 3)
    assert seen == [[State.BUYING], [WAITING, State.BUYING], [WAITING, WAITING, State.BUYING]]


async def test_twenty_presses_at_once_buy_each_position_once(core: Core) -> None:
    quote = await core.quote(count=3)
    presses = await asyncio.gather(*(core.press(quote) for _ in range(20)), return_exceptions=True)
    await core.errands.drain(10)
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 19
    assert core.purchased == 3


@pytest.mark.parametrize(
    "refusal",
    [
        NoMoney(),
        BadKey(),
        LimitReached(),
        NoNumbers(),
        PriceChanged(),
        Unavailable("no connection", sent=False),
    ],
    ids=lambda refusal: type(refusal).__name__,
)
async def test_it_stops_at_the_first_refusal_and_tries_none_again(core: Core, refusal: CodebellError) -> None:
    after_the_first(core, lambda: core.alpha.fails("buy", refusal))
    rows = await ordered(core, 3)
    assert states(rows) == [WAITING, FAILED]
    assert len(core.alpha.called("buy")) == 2
    assert "Bought: 1 of 3. The rest was not ordered." in await core.told(rows[-1].id)


async def test_it_stops_when_the_stock_is_at_its_end(core: Core) -> None:
    core.alpha.prices_of["tg", "1"] = ("0.50", 2)
    rows = await ordered(core, 3)
    assert (states(rows), core.purchased) == ([WAITING, WAITING, FAILED], 2)
    told = await core.told(rows[-1].id)
    assert "No numbers in stock there right now.\nBought: 2 of 3." in told
    assert "rest" not in told


@pytest.mark.parametrize("unclear", [Unavailable("timeout"), BadReply("<html>")], ids=["timeout", "nonsense"])
async def test_it_stops_at_the_first_unclear_outcome(core: Core, unclear: CodebellError) -> None:
    after_the_first(core, lambda: core.alpha.loses_the_answer("buy", unclear))
    rows = await ordered(core, 4)
    assert states(rows) == [WAITING, UNKNOWN, FAILED]
    assert rows[-1].reason == Reason.AFTER_UNCLEAR
    assert len(core.alpha.called("buy")) == 2
    assert "The answer about the one before it was lost" in await core.told(rows[-1].id)


async def test_an_unclear_last_one_has_nothing_left_out(core: Core) -> None:
    after_the_first(core, lambda: core.alpha.loses_the_answer("buy", Unavailable("timeout")))
    assert states(await ordered(core, 2)) == [WAITING, UNKNOWN]


@pytest.mark.parametrize(
    ("caps", "reason"),
    [
        (Caps(active_numbers=2), "TooManyNumbers"),
        (Caps(purchases_per_day=2), "TooManyToday"),
        (Caps(spend_per_day=Decimal("1.20")), "SpentEnough"),
    ],
)
async def test_limits_hold_for_each_number_and_are_told(core: Core, caps: Caps, reason: str) -> None:
    core.caps = caps
    core.reborn()
    rows = await ordered(core, 5)
    assert (states(rows), rows[-1].reason, core.purchased) == ([WAITING, WAITING, FAILED], reason, 2)
    assert "Bought: 2 of 5. The rest was not ordered." in await core.told(rows[-1].id)


async def test_an_offer_that_grows_too_old_meanwhile_is_bought_from_no_more(core: Core) -> None:
    after_the_first(core, lambda: core.clock.advance(16 * 60))
    rows = await ordered(core, 3)
    assert (states(rows), rows[-1].reason) == ([WAITING, FAILED], "Expired")


async def test_at_a_stop_the_rest_is_not_ordered(core: Core) -> None:
    after_the_first(core, core.errands.halt)
    rows = await ordered(core, 3)
    assert (states(rows), rows[-1].reason, core.purchased) == ([WAITING, FAILED], "NeverCalled", 1)


async def test_what_goes_on_is_left_alone_by_housekeeping(core: Core) -> None:
    async def keep_house() -> None:
        core.clock.advance(10 * 60)
        await core.purchases.recover(timedelta(minutes=5))

    core.alpha.meanwhile["before buy"] = keep_house
    assert states(await ordered(core, 2)) == [WAITING, WAITING]


# The process ends


def die(core: Core, point: str) -> None:
    """Arm a death at this point of the second number."""
    if point in set(Failpoint):
        failpoints.arm(point, partial(_end, point))
    elif point.endswith("calling"):
        core.store.deadly = {point}
    elif point.endswith("bought"):
        core.alpha.meanwhile["before buy"] = partial(_die_there, core, point)
    else:
        core.alpha.deadly = {point}


def _end(point: str) -> None:
    raise Killed(point)


async def _die_there(core: Core, point: str) -> None:
    core.store.deadly = {point}


DEATHS = [
    (Failpoint.AFTER_OUTCOME, 1, [WAITING, FAILED], "NeverCalled"),
    (Failpoint.BEFORE_INTENT, 1, [WAITING, FAILED], "NeverCalled"),
    (Failpoint.AFTER_INTENT, 1, [WAITING, FAILED], "NeverCalled"),
    ("before calling", 1, [WAITING, FAILED], "NeverCalled"),
    ("after calling", 1, [WAITING, UNKNOWN, FAILED], Reason.AFTER_UNCLEAR),
    ("before buy", 1, [WAITING, UNKNOWN, FAILED], Reason.AFTER_UNCLEAR),
    ("after buy", 2, [WAITING, UNKNOWN, FAILED], Reason.AFTER_UNCLEAR),
    ("before bought", 2, [WAITING, UNKNOWN, FAILED], Reason.AFTER_UNCLEAR),
    ("after bought", 2, [WAITING, WAITING, FAILED], "NeverCalled"),
]


@pytest.mark.parametrize(("point", "sold", "left", "reason"), DEATHS, ids=[str(each[0]) for each in DEATHS])
async def test_after_a_death_the_rest_is_told_and_never_ordered(
    core: Core, point: str, sold: int, left: list[State], reason: str
) -> None:
    quote = await core.quote(count=4)
    after_the_first(core, lambda: die(core, point))
    await core.press(quote)
    await core.errands.drain(10)
    for _ in range(2):
        failpoints.arm("")
        core.reborn()
        core.clock.advance(5)
        await core.purchases.recover()
        await core.errands.drain(10)
    rows = await in_order(core)
    assert (states(rows), rows[-1].reason, core.purchased) == (left, reason, sold)
    assert "rest was not ordered" in await core.told(rows[-1].id)
    with pytest.raises(AlreadyDone):
        await core.press(quote)


async def test_what_the_account_lists_after_a_death_is_ours_and_the_rest_is_still_not_ordered(
    core: Core,
) -> None:
    core.alpha.lists_active()
    after_the_first(core, lambda: die(core, "after buy"))
    await core.press(await core.quote(count=3))
    await core.errands.drain(10)
    core.reborn()
    core.clock.advance(5)
    await core.purchases.recover()
    await core.errands.drain(10)
    rows = await in_order(core)
    assert (states(rows), core.purchased) == ([WAITING, WAITING, FAILED], 2)


# The chat's limit for one number


async def limit(core: Core, amount: str) -> None:
    await put(core.database, Ceiling(chat_id=OWNER, purse="USD", amount=Decimal(amount)))


async def test_an_offer_above_the_limit_is_not_bought_by_an_old_button(core: Core) -> None:
    quote = await core.quote()
    await limit(core, "0.49")
    with pytest.raises(AboveLimit):
        await core.press(quote)
    assert await core.rows() == []


async def test_a_price_chosen_by_hand_is_above_the_limit_on_purpose(core: Core) -> None:
    await limit(core, "0.49")
    assert (await core.buy(max_price=Decimal("0.50"))).state is WAITING


async def test_an_offer_within_the_limit_is_bought(core: Core) -> None:
    await limit(core, "0.50")
    assert (await core.buy()).state is WAITING
