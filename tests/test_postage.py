"""What sending costs: over which channel, to which operator, in how many segments."""

import asyncio
from collections.abc import AsyncIterator, Collection
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import (
    BadKey,
    BadReply,
    CodebellError,
    NotOffered,
    NotSendable,
    Unavailable,
    UnknownKey,
    Unsupported,
)
from bot.postage import ChannelCost, Postage, most
from bot.providers.base import Capability
from bot.providers.sending import Channel, ChannelPrice
from bot.providers.sending_errors import NoRoute, RequestRefused
from bot.shops import Shops
from tests.mailroom import BOTH, KYIV, OWNER, STRANGER, Mailroom, open_mailroom

SMS_COST, VIBER_COST = Decimal("0.48"), Decimal("0.75")
DEARER = Decimal("0.02")
NEW_YORK = "+12125550123"


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


@pytest.fixture
def postage(mailroom: Mailroom) -> Postage:
    return Postage(Shops(mailroom.keys, mailroom.providers), mailroom.store, mailroom.clock)


async def test_a_draft_costs_from_the_cheapest_to_the_dearest_operator_per_channel(
    mailroom: Mailroom, postage: Postage
) -> None:
    assert list(await postage.costs(await mailroom.draft(**BOTH))) == [
        ChannelCost(Channel.VIBER, VIBER_COST, VIBER_COST + DEARER, 1),
        ChannelCost(Channel.SMS, SMS_COST, SMS_COST + DEARER, 1),
    ]


async def test_every_segment_of_an_sms_is_paid_and_viber_once(mailroom: Mailroom, postage: Postage) -> None:
    long = "Ж" * 135
    viber, sms = await postage.costs(await mailroom.draft(**BOTH | {"sms_text": long, "viber_text": long}))
    assert (sms.segments, sms.low, sms.high) == (3, 3 * SMS_COST, 3 * (SMS_COST + DEARER))
    assert (viber.segments, viber.low) == (1, VIBER_COST)


async def test_an_empty_sms_costs_like_one(mailroom: Mailroom, postage: Postage) -> None:
    (sms,) = await postage.costs(await mailroom.draft(sms_text=""))
    assert (sms.segments, sms.low) == (1, SMS_COST)


async def test_the_most_a_draft_costs_is_noted_in_it(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft(**BOTH)
    await postage.costs(draft)
    assert (await mailroom.row(draft.id)).quoted == SMS_COST + VIBER_COST + 2 * DEARER


@pytest.mark.parametrize(
    "change", [{"sms_text": "x" * 400}, {"recipient": NEW_YORK}, {"channels": "viber"}], ids=str
)
async def test_a_draft_that_was_changed_meanwhile_is_noted_nothing_in(
    mailroom: Mailroom, postage: Postage, change: dict[str, object]
) -> None:
    draft = await mailroom.draft()
    await mailroom.messages.change(draft.id, OWNER, **change)
    await postage.costs(draft)
    assert (await mailroom.row(draft.id)).quoted is None


async def test_all_mobile_codes_of_a_country_are_asked_for(mailroom: Mailroom, postage: Postage) -> None:
    await postage.costs(await mailroom.draft(recipient=NEW_YORK))
    asked = {call.about for call in mailroom.alpha.called("price_list")}
    assert {"310", "311", "312"} <= asked


async def test_prices_are_remembered_for_five_minutes(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft()
    for _ in range(2):
        await postage.costs(draft)
        await postage.operators(draft)
        mailroom.clock.advance(300)
    assert len(mailroom.alpha.called("price_list")) == 1
    mailroom.clock.advance(1)
    await postage.costs(draft)
    assert len(mailroom.alpha.called("price_list")) == 2


async def test_prices_of_one_account_are_not_told_to_another(mailroom: Mailroom, postage: Postage) -> None:
    other = await mailroom.key(chat_id=STRANGER, secret="another-account-9999")
    theirs = await mailroom.messages.draft(STRANGER, STRANGER, other.id)
    theirs = await mailroom.messages.change(theirs.id, STRANGER, channels="sms", recipient=KYIV)
    for draft in (await mailroom.draft(), theirs):
        await postage.costs(draft)
    assert len(mailroom.alpha.called("price_list")) == 2


async def test_operators_are_told_by_channel_and_code(mailroom: Mailroom, postage: Postage) -> None:
    assert list(await postage.operators(await mailroom.draft(**BOTH))) == [
        ChannelPrice(Channel.VIBER, "255", "01", VIBER_COST),
        ChannelPrice(Channel.VIBER, "255", "03", VIBER_COST + DEARER),
        ChannelPrice(Channel.SMS, "255", "01", SMS_COST),
        ChannelPrice(Channel.SMS, "255", "03", SMS_COST + DEARER),
    ]


async def test_the_price_to_one_operator_is_exact(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft(sms_text="x" * 161)
    (cost,) = await postage.exact(draft, "255", "01")
    assert cost == ChannelCost(Channel.SMS, 2 * SMS_COST, 2 * SMS_COST, 2)
    assert [call.about for call in mailroom.alpha.called("price")] == ["01"]


async def test_a_recipient_of_no_known_country_has_no_price(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft(recipient="")
    assert list(await postage.costs(draft)) == []
    assert mailroom.alpha.called("price_list") == []


async def test_a_provider_without_prices_tells_none(mailroom: Mailroom, postage: Postage) -> None:
    mailroom.alpha.capabilities -= {Capability.SEND_PRICES, Capability.CHANNEL_BALANCES}
    draft = await mailroom.draft()
    assert list(await postage.costs(draft)) == []
    assert list(await postage.exact(draft, "255", "01")) == []
    assert (await postage.balances(draft.key_id, draft.chat_id), mailroom.alpha.calls) == ({}, [])


async def test_a_channel_without_a_price_leaves_the_most_it_costs_unknown(
    mailroom: Mailroom, postage: Postage
) -> None:
    async def only_sms(key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        return [ChannelPrice(Channel.SMS, mcc, "01", SMS_COST)]

    mailroom.alpha.price_list = only_sms  # type: ignore[method-assign] # Viber has no price there
    draft = await mailroom.draft(**BOTH)
    assert [cost.channel for cost in await postage.costs(draft)] == [Channel.SMS]
    assert (await mailroom.row(draft.id)).quoted is None


async def test_prices_that_are_told_no_more_are_noted_no_more(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft()
    await postage.costs(draft)
    mailroom.clock.advance(301)
    mailroom.alpha.networks = ()
    assert list(await postage.costs(draft)) == []
    assert (await mailroom.row(draft.id)).quoted is None


async def test_the_price_of_another_operator_or_country_is_not_the_one_asked_for(
    mailroom: Mailroom, postage: Postage
) -> None:
    others = [
        ChannelPrice(Channel.SMS, "255", "06", SMS_COST),
        ChannelPrice(Channel.SMS, "250", "01", Decimal("0.01")),
    ]

    async def price(key: SecretStr, channels: Collection[Channel], mcc: str, mnc: str) -> list[ChannelPrice]:
        return others

    async def price_list(key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        return others

    mailroom.alpha.price = price  # type: ignore[method-assign] # SMS-fly's sample does so
    mailroom.alpha.price_list = price_list  # type: ignore[method-assign] # it might do so
    draft = await mailroom.draft()
    assert list(await postage.exact(draft, "255", "01")) == []
    assert list(await postage.costs(draft)) == [ChannelCost(Channel.SMS, SMS_COST, SMS_COST, 1)]


async def test_a_code_the_provider_knows_nothing_of_hides_no_price(
    mailroom: Mailroom, postage: Postage
) -> None:
    mailroom.alpha.fails("price_list", NotSendable())
    (cost,) = await postage.costs(await mailroom.draft(recipient=NEW_YORK))
    assert cost.low == SMS_COST


async def test_prices_that_cannot_be_had_are_no_low_prices(mailroom: Mailroom, postage: Postage) -> None:
    draft = await mailroom.draft()
    mailroom.alpha.fails("price_list", Unavailable())
    with pytest.raises(Unavailable):
        await postage.costs(draft)
    assert (await mailroom.row(draft.id)).quoted is None


@pytest.mark.parametrize("refusal", [NoRoute(), RequestRefused(), Unsupported(), NotOffered()])
async def test_a_price_that_is_refused_is_not_told_and_no_word_on_the_message(
    mailroom: Mailroom, postage: Postage, refusal: CodebellError
) -> None:
    for method in ("price_list", "price"):
        mailroom.alpha.breaks(method, refusal)
    draft = await mailroom.draft()
    assert list(await postage.costs(draft)) == []
    assert list(await postage.operators(draft)) == []
    assert list(await postage.exact(draft, "255", "01")) == []
    assert len(mailroom.alpha.called("price_list")) == 1


async def test_a_key_that_is_not_accepted_is_told_where_prices_are_asked_for(
    mailroom: Mailroom, postage: Postage
) -> None:
    mailroom.alpha.breaks("price_list", BadKey())
    with pytest.raises(BadKey):
        await postage.costs(await mailroom.draft(recipient=NEW_YORK))


@pytest.mark.parametrize("error", [Unavailable(), BadReply()])
async def test_a_lost_list_of_one_code_among_many_hides_no_price_but_the_highest(
    mailroom: Mailroom, postage: Postage, error: CodebellError
) -> None:
    draft = await mailroom.draft(recipient=NEW_YORK)
    mailroom.alpha.fails("price_list", error)
    (cost,) = await postage.costs(draft)
    assert (cost.low, cost.high, most(draft, [cost])) == (SMS_COST, None, None)
    assert (await mailroom.row(draft.id)).quoted is None
    (cost,) = await postage.costs(draft)
    assert (cost.high, (await mailroom.row(draft.id)).quoted) == (SMS_COST + DEARER, SMS_COST + DEARER)


@pytest.mark.parametrize("missing", ["316", "310"])
async def test_a_slow_list_is_left_out_and_there_at_the_next_look(mailroom: Mailroom, missing: str) -> None:
    comes = asyncio.Event()
    listed = mailroom.alpha.price_list

    async def price_list(key: SecretStr, channels: Collection[Channel], mcc: str) -> list[ChannelPrice]:
        found = await listed(key, channels, mcc)
        if mcc == missing:
            await comes.wait()
        return found

    mailroom.alpha.price_list = price_list  # type: ignore[method-assign] # slow for one code
    shops = Shops(mailroom.keys, mailroom.providers)
    postage = Postage(shops, mailroom.store, mailroom.clock, patience=0.3)
    draft = await mailroom.draft(recipient=NEW_YORK)
    (cost,) = await postage.costs(draft)
    assert (cost.low, cost.high) == (SMS_COST, None)
    comes.set()
    (cost,) = await postage.costs(draft)
    assert (cost.high, len(mailroom.alpha.called("price_list"))) == (SMS_COST + DEARER, 7)


async def test_lists_that_all_are_slow_are_an_error(mailroom: Mailroom) -> None:
    shops = Shops(mailroom.keys, mailroom.providers)
    postage = Postage(shops, mailroom.store, mailroom.clock, patience=0)
    with pytest.raises(Unavailable):
        await postage.costs(await mailroom.draft())


async def test_a_price_to_what_is_no_operator_is_left_out(mailroom: Mailroom, postage: Postage) -> None:
    mailroom.alpha.networks = ("01", "", "<b>", "12345", "\u0661")
    told = await postage.operators(await mailroom.draft())
    assert [(price.mcc, price.mnc) for price in told] == [("255", "01")]


async def test_sender_names_and_balances_are_the_accounts(mailroom: Mailroom, postage: Postage) -> None:
    assert await postage.senders(mailroom.key_id, OWNER) == {
        Channel.VIBER: ["Promo", "Taxi"],
        Channel.SMS: ["InfoCenter"],
    }
    assert await postage.balances(mailroom.key_id, OWNER) == {
        Channel.SMS: Decimal("18.74"),
        Channel.VIBER: Decimal("191.477"),
    }
    with pytest.raises(UnknownKey):
        await postage.senders("gone", OWNER)
