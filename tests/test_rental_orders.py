"""Orders of rentals: one press pays at most once, and only the account's list tells what was rented."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    AlreadyDone,
    CodebellError,
    Expired,
    NotOffered,
    NotYours,
    TooLate,
    Unavailable,
    UnknownActivation,
    UnknownKey,
    Unsupported,
)
from bot.providers.base import Capability
from bot.providers.renting import Tariff
from storage.caps import Caps, SpentEnough, TooManyToday
from storage.models import OrderState, RentalState
from storage.outbox import Kind
from storage.quotes import LIFETIME
from storage.rental_orders import BeingRenewed
from tests.core import OWNER, STRANGER
from tests.doubles import KEY
from tests.rental_core import RentalCore, open_rental_core
from tests.renting import TARIFFS

DAY, WEEK, BRITISH = TARIFFS


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def test_what_the_list_tells_after_the_call_is_rented(core: RentalCore) -> None:
    row = await core.rent()
    lease = core.alpha.newest_lease.rented
    order = await core.latest(row.id)
    assert (row.state, row.provider_id, row.phone, row.until, row.online) == (
        *(RentalState.ACTIVE, lease.id, lease.phone, lease.until, True),
    )
    assert (order.state, order.cost, order.balance_before) == (
        *(OrderState.DONE, Decimal("4.00"), Decimal("18.74")),
    )
    assert (row.country, row.rented_at, len(core.alpha.called("rent"))) == ("US", order.called_at, 1)


async def test_the_pressed_message_turns_into_the_card(core: RentalCore) -> None:
    row = await core.order(await core.offer(), card_id=55)
    post = await core.armed(Kind.RENTAL, row.id)
    assert post is not None
    assert (post.message_id, post.chat_id) == (55, OWNER)


async def test_a_button_pressed_twice_rents_once(core: RentalCore) -> None:
    offer = await core.offer()
    await core.order(offer)
    with pytest.raises(AlreadyDone):
        await core.order(offer)
    assert len(core.alpha.called("rent")) == 1


async def test_an_offer_is_good_for_its_person_in_its_chat_for_a_quarter_of_an_hour(core: RentalCore) -> None:
    offer = await core.offer()
    for person, chat in ((STRANGER, OWNER), (OWNER, STRANGER)):
        with pytest.raises(NotYours):
            await core.renting.order(offer.id, person, chat, None)
    core.clock.advance(LIFETIME.total_seconds() + 1)
    with pytest.raises(Expired):
        await core.order(offer)


async def test_an_offer_is_forgotten_a_day_later_and_an_order_is_not(core: RentalCore) -> None:
    row, offer = await core.rent(), await core.offer()
    assert await core.stored_order(offer.id) is not None
    await core.orders.sweep(core.clock() + timedelta(days=2))
    assert await core.stored_order(offer.id) is None
    with pytest.raises(Expired):
        await core.order(offer)
    assert (await core.latest(row.id)).state is OrderState.DONE


async def test_nothing_is_ordered_with_a_key_that_was_removed(core: RentalCore) -> None:
    offer = await core.offer()
    await core.rent()
    await core.keys.remove(core.key_id, OWNER, core.clock())
    with pytest.raises(UnknownKey):
        await core.order(offer)
    with pytest.raises(UnknownKey):
        await core.offer()


async def test_only_what_rents_can_be_offered(core: RentalCore) -> None:
    with pytest.raises(UnknownKey):
        await core.offer(key_id="nobody")
    core.alpha.capabilities -= {Capability.RENT}
    with pytest.raises(Unsupported):
        await core.offer()


# Refusals


@pytest.mark.parametrize("error", [Unavailable(sent=False), NotOffered(), UnknownKey()])
async def test_a_definite_no_pays_nothing(core: RentalCore, error: CodebellError) -> None:
    core.alpha.fails("rent", error)
    row = await core.rent()
    order = await core.latest(row.id)
    assert (row.state, row.reason, order.state) == (
        *(RentalState.FAILED, type(error).__name__, OrderState.FAILED),
    )
    assert core.alpha.accounts[KEY] == Decimal("18.74")


@pytest.mark.parametrize("question", ["balance", "rented", "tariffs"])
async def test_what_must_be_known_before_stops_the_order(core: RentalCore, question: str) -> None:
    core.alpha.breaks(question, Unavailable())
    row = await core.rent()
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.FAILED, "Unavailable", [])


async def test_a_mistake_of_ours_before_the_call_pays_nothing(core: RentalCore) -> None:
    core.alpha.breaks("rented", ValueError("a list nobody thought of"))
    row = await core.rent()
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.FAILED, "CodebellError", [])


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (replace(WEEK, cost=Decimal("3.99")), "PriceChanged"),
        (replace(WEEK, id="99"), "NotOffered"),
        (replace(WEEK, days=8), "NotOffered"),
    ],
)
async def test_a_tariff_that_is_dearer_now_or_gone_is_not_ordered(
    core: RentalCore, offered: Tariff, reason: str
) -> None:
    row = await core.order(await core.offer(offered))
    assert (row.state, row.reason, core.alpha.called("rent")) == (RentalState.FAILED, reason, [])


async def test_a_tariff_that_is_cheaper_now_costs_less(core: RentalCore) -> None:
    row = await core.order(await core.offer(replace(WEEK, cost=Decimal("5.00"))))
    assert (row.state, (await core.latest(row.id)).cost) == (RentalState.ACTIVE, Decimal("4.00"))


async def test_empty_stock_is_the_providers_own_no(core: RentalCore) -> None:
    core.alpha.rental_stocks["US"] = 0
    row = await core.rent()
    assert (row.state, row.reason) == (RentalState.FAILED, "NoNumbers")


# Caps


async def test_rents_renewals_and_numbers_count_together(core: RentalCore) -> None:
    core.caps = Caps(purchases_per_day=3)
    core.reborn()
    row = await core.rent()
    await core.renew(row)
    await core.buy()
    with pytest.raises(TooManyToday):
        await core.rent()
    with pytest.raises(TooManyToday):
        await core.buy()


async def test_the_spending_of_a_day_counts_rents_and_numbers_and_no_refusals(core: RentalCore) -> None:
    core.caps = Caps(spend_per_day=Decimal("5.00"))
    core.reborn()
    core.alpha.fails("rent", Unavailable(sent=False))
    await core.rent()
    await core.rent()
    await core.buy()
    with pytest.raises(SpentEnough):
        await core.rent(DAY)
    core.clock.advance(86401)
    assert (await core.rent(DAY)).state is RentalState.ACTIVE


# Renewals


async def test_a_renewal_is_done_when_the_list_tells_a_later_end(core: RentalCore) -> None:
    row = await core.rent()
    later = await core.renew(row)
    assert row.until is not None
    assert (later.until, later.state) == (row.until + timedelta(days=7), RentalState.ACTIVE)
    assert (await core.latest(row.id)).state is OrderState.DONE


async def test_a_refused_renewal_leaves_the_number_as_it_was(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.accounts[KEY] = Decimal("1")
    same = await core.renew(row)
    order = await core.latest(row.id)
    assert (same.state, same.until, order.state, order.reason) == (
        *(RentalState.ACTIVE, row.until, OrderState.FAILED, "NoMoney"),
    )


async def test_only_a_lasting_number_of_ones_own_is_renewed(core: RentalCore) -> None:
    row = await core.rent()
    with pytest.raises(UnknownActivation):
        await core.renting.offer_renewal("nobody", OWNER, WEEK)
    with pytest.raises(NotYours):
        await core.renting.offer_renewal(row.id, STRANGER, WEEK)
    offer = await core.renting.offer_renewal(row.id, OWNER, WEEK)
    await core.rented.ended(row, "", core.clock(), lambda row: None)
    with pytest.raises(TooLate):
        await core.order(offer)
    with pytest.raises(TooLate):
        await core.renting.offer_renewal(row.id, OWNER, WEEK)


async def test_a_number_is_renewed_once_at_a_time(core: RentalCore) -> None:
    row = await core.rent()
    first, second = [await core.renting.offer_renewal(row.id, OWNER, DAY) for _ in range(2)]
    await core.renting.order(first.id, OWNER, OWNER, None)
    with pytest.raises(BeingRenewed):
        await core.renting.order(second.id, OWNER, OWNER, None)
    await core.errands.drain(10)
    assert len(core.alpha.called("renew")) == 1


async def test_a_number_that_lasts_longer_than_was_shown_is_not_renewed_again(core: RentalCore) -> None:
    row = await core.rent()
    first, second = [await core.renting.offer_renewal(row.id, OWNER, DAY) for _ in range(2)]
    await core.order(first)
    await core.order(second)
    assert ((await core.latest(row.id)).reason, len(core.alpha.called("renew"))) == ("LastsLonger", 1)


async def test_the_card_learns_at_once_of_the_later_end_that_kept_it_from_being_renewed(
    core: RentalCore,
) -> None:
    row = await core.rent()
    core.alpha.lasts(1000)
    await core.renew(row)
    row = await core.look_for(row, 30)
    assert row.until == core.alpha.newest_lease.rented.until
    assert (await core.latest((await core.renew(row)).id)).state is OrderState.DONE


async def test_a_number_the_account_does_not_list_is_not_renewed(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.drops()
    await core.renew(row)
    assert ((await core.latest(row.id)).reason, core.alpha.called("renew")) == ("TooLate", [])


# Two of one account


async def test_two_people_with_one_account_get_a_number_each(core: RentalCore) -> None:
    other = await core.key(STRANGER)
    mine, theirs = await core.offer(), await core.offer(owner=STRANGER, key_id=other.id)
    for offer in (mine, theirs):
        await core.renting.order(offer.id, offer.owner_id, offer.chat_id, None)
    await core.errands.drain(10)
    rows = await core.everything()
    assert {row.owner_id for row in rows} == {OWNER, STRANGER}
    assert len({row.provider_id for row in rows}) == 2


async def test_of_several_new_numbers_the_only_one_of_the_country_is_ours(core: RentalCore) -> None:
    async def rent_elsewhere() -> None:
        for phone in ("+447400123456", "+12015550123"):
            lease = core.alpha.newest_lease if phone.startswith("+44") else core.alpha.rents_out()
            lease.rented = replace(lease.rented, phone=phone)

    core.alpha.meanwhile["after rent"] = rent_elsewhere
    row = await core.rent(BRITISH)
    assert (row.state, row.phone) == (RentalState.ACTIVE, "+447400123456")
