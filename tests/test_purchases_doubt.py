"""Lost and unclear answers: told as they are, never repeated, adopted where that is certain."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import (
    BadReply,
    CodebellError,
    Unavailable,
    UnknownKey,
)
from bot.providers.base import Balance, Number
from storage.models import Activation, Buyers, State
from storage.sharings import SharingStore
from tests.core import Core, open_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def look_until_it_is_given_up(core: Core, row: Activation) -> Activation:
    while row.state is State.UNKNOWN and row.next_poll_at is not None:
        core.clock.now = row.next_poll_at
        await core.purchases.look_for(row)
        row = await core.row(row.id)
    return row


@pytest.mark.parametrize("error", [Unavailable(), BadReply()])
async def test_b_15_a_lost_answer_is_neither_repeated_nor_hidden(core: Core, error: CodebellError) -> None:
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


async def test_b_9_the_balance_after_is_asked_for_though_the_site_fails(core: Core) -> None:
    core.alpha.fails("buy", Unavailable())
    core.alpha.meanwhile["before buy"] = lambda: _leaves_alone(core)
    row = await core.buy()
    assert (row.state, row.balance_after) == (State.UNKNOWN, Decimal("18.74"))


async def test_b_9_nothing_is_told_as_not_bought_while_the_balance_after_is_not_known(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    core.alpha.meanwhile["before buy"] = lambda: _breaks_balance(core)
    row = await core.buy()
    for _ in range(8):
        row = await _next_look(core, row)
    assert (row.state, row.balance_after) == (State.UNKNOWN, None)


async def test_b_9_a_balance_that_is_read_later_tells_what_became_of_a_purchase(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    core.alpha.meanwhile["before buy"] = lambda: _breaks_balance(core)
    row = await core.buy()
    core.alpha.breaks("balance", None)
    row = await _next_look(core, row)
    assert (row.state, row.balance_after) == (State.UNKNOWN, Decimal("18.74"))
    for _ in range(3):
        row = await _next_look(core, row)
    assert row.state is State.FAILED


async def _next_look(core: Core, row: Activation) -> Activation:
    core.clock.now = max(core.clock.now, row.next_poll_at or core.clock.now)
    await core.purchases.look_for(row)
    return await core.row(row.id)


async def _leaves_alone(core: Core) -> None:
    """What is not about a purchase goes out no more."""
    told = core.alpha.balance

    async def balance(key: SecretStr, *, paid: bool = False) -> Balance:
        if not paid:
            raise Unavailable("left alone", sent=False)
        return await told(key)

    core.alpha.balance = balance  # type: ignore[method-assign] # a border that is closed


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
    async def balance(key: object, *, paid: bool = False) -> Balance:
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


async def test_b_8_a_lost_purchase_in_the_list_is_ours(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    assert (row.state, row.provider_id) == (State.WAITING, "alpha-1")
    assert (core.purchased, len(core.alpha.called("buy"))) == (1, 1)


async def test_b_12_a_list_that_lags_is_read_again_at_growing_distances(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.lagging = True
    core.alpha.loses_the_answer("buy", Unavailable())
    row = await core.buy()
    started = core.clock()
    core.alpha.calls.clear()
    row = await look_until_it_is_given_up(core, row)
    looked = [(call.at - started).total_seconds() for call in core.alpha.called("active")]
    assert looked == [2, 12, 42, 162, 600, 1800]
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


async def test_b_14_two_candidates_are_no_proof(core: Core) -> None:
    core.alpha.lists_active()
    core.alpha.loses_the_answer("buy", Unavailable())

    async def buy_on_the_site() -> None:
        core.alpha.foreign = [Number("site-1", "+12015558888", "1", service="tg", country="1")]

    core.alpha.meanwhile["after buy"] = buy_on_the_site
    row = await look_until_it_is_given_up(core, await core.buy())
    assert (row.state, row.provider_id) == (State.UNKNOWN, None)


@pytest.mark.parametrize("change", [{"service": "wa"}, {"country": "2"}])
async def test_b_14_a_number_of_another_kind_is_not_ours(core: Core, change: dict[str, str]) -> None:
    core.alpha.lists_active()
    core.alpha.fails("buy", Unavailable())
    wrong = replace(Number("site-1", "+12015558888", "1", service="tg", country="1"), **change)  # type: ignore[arg-type] # two of its str fields

    async def buy_on_the_site() -> None:
        core.alpha.foreign = [wrong]

    core.alpha.meanwhile["after buy"] = buy_on_the_site
    row = await core.buy()
    assert (row.state, row.provider_id) == (State.UNKNOWN, None)


async def test_b_14_what_the_account_held_before_is_not_ours(core: Core) -> None:
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
    await SharingStore(core.database).set(team.chat_id, core.clock(), who_buys=Buyers.EVERYONE)
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
    core.clock.advance(24 * 3600)
    row = await look_until_it_is_given_up(core, row)
    assert (row.state, row.next_poll_at) == (State.UNKNOWN, None)


async def test_a_key_that_does_not_decrypt_buys_nothing(core: Core) -> None:
    async def gone(key_id: str, chat_id: int) -> None:
        raise UnknownKey

    core.keys.open = gone  # type: ignore[method-assign,assignment] # its row went away meanwhile
    row = await core.buy()
    assert (row.state, row.reason) == (State.FAILED, "UnknownKey")
