"""What is heard of a message late: after its last word, after a long stop, after many failures."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.deliveries import may_be_paid_back
from bot.errors import CodebellError, Unavailable
from bot.providers.sending import Channel, ChannelReport, Delivery, Report
from bot.providers.sending_errors import UnknownMessage
from storage.models import MessageState
from tests.mailroom import BOTH, Mailroom, hears, open_mailroom, sent, silence


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


def dated(mailroom: Mailroom, channel: Channel, at: datetime) -> None:
    """Its provider says when the newest message got its present status on a channel."""
    newest = [*mailroom.alpha.reports][-1]
    told = mailroom.alpha.reports[newest].channels
    moments = tuple(replace(each, at=at) if each.channel is channel else each for each in told)
    mailroom.alpha.reports[newest] = Report(newest, moments)


# The moment of arrival


async def test_a_message_arrived_when_its_provider_says_and_not_when_we_looked(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    moment = mailroom.clock() + timedelta(seconds=2)
    mailroom.alpha.reports_that(Channel.SMS, Delivery.DELIVERED)
    dated(mailroom, Channel.SMS, moment)
    mailroom.clock.advance(3 * 3600)
    row = await mailroom.step(row.id)
    assert (row.arrived_at, row.ended_at) == (moment, mailroom.clock())


async def test_that_it_was_read_later_moves_no_arrival(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **BOTH), Delivery.DELIVERED, Channel.VIBER)
    arrived = row.arrived_at
    mailroom.alpha.reports_that(Channel.VIBER, Delivery.VIEWED)
    dated(mailroom, Channel.VIBER, mailroom.clock() + timedelta(minutes=1))
    row = await mailroom.step(row.id)
    assert (row.state, row.arrived_at) == (MessageState.VIEWED, arrived)


@pytest.mark.parametrize("ahead", [None, 600])
async def test_a_moment_that_is_untold_or_to_come_is_now(mailroom: Mailroom, ahead: int | None) -> None:
    row = await sent(mailroom)
    mailroom.alpha.reports_that(Channel.SMS, Delivery.DELIVERED)
    if ahead is not None:
        dated(mailroom, Channel.SMS, mailroom.clock() + timedelta(seconds=ahead))
    row = await mailroom.step(row.id)
    assert row.arrived_at == mailroom.clock()


async def test_what_was_lost_has_not_arrived(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.alpha.reports_that(Channel.SMS, Delivery.EXPIRED)
    dated(mailroom, Channel.SMS, mailroom.clock())
    row = await mailroom.step(row.id)
    assert (row.state, row.arrived_at) == (MessageState.UNDELIVERED, None)


# After a long stop


@pytest.mark.parametrize("error", [Unavailable(), UnknownMessage()])
async def test_one_failed_look_after_a_long_stop_loses_no_last_word(
    mailroom: Mailroom, error: CodebellError
) -> None:
    row = await sent(mailroom)
    mailroom.alpha.reports_that(Channel.SMS, Delivery.DELIVERED)
    mailroom.clock.advance(48 * 3600)
    mailroom.alpha.fails("delivery", error)
    row = await mailroom.step(row.id)
    assert (row.state, row.next_poll_at is None) == (MessageState.ACCEPTED, False)
    await mailroom.due()
    row = await mailroom.step(row.id)
    assert (row.state, row.failures) == (MessageState.DELIVERED, 0)
    assert await mailroom.due() == ["delivery", "message"]


async def test_a_provider_silent_after_a_long_stop_is_given_up_at_the_tenth_look(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.clock.advance(48 * 3600)
    start = mailroom.clock()
    mailroom.alpha.breaks("delivery", Unavailable())
    row = await silence(mailroom, row)
    assert (row.state, row.reason) == (MessageState.ACCEPTED, "NoFinalWord")
    assert len(mailroom.alpha.called("delivery")) == 10
    assert timedelta(minutes=20) < mailroom.clock() - start < timedelta(hours=1)


# After the last word


async def test_a_lost_message_is_looked_at_for_its_refund_which_shows_on_the_card_alone(
    mailroom: Mailroom,
) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.UNDELIVERED)
    assert (row.state, may_be_paid_back(row), await mailroom.due()) == (
        MessageState.UNDELIVERED,
        True,
        ["delivery", "message"],
    )
    row = await hears(mailroom, row, Delivery.REFUNDED)
    assert (row.state, row.sms_status, await mailroom.due()) == (
        MessageState.UNDELIVERED,
        "refunded",
        ["message"],
    )
    assert (may_be_paid_back(row), row.next_poll_at) == (False, None)


async def test_a_channel_that_failed_before_the_other_delivered_is_looked_at_for_its_refund(
    mailroom: Mailroom,
) -> None:
    row = await hears(mailroom, await sent(mailroom, **BOTH), Delivery.EXPIRED, Channel.VIBER)
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert (row.state, may_be_paid_back(row)) == (MessageState.DELIVERED, True)
    row = await hears(mailroom, row, Delivery.REFUNDED, Channel.VIBER)
    assert (row.viber_status, may_be_paid_back(row), row.next_poll_at) == ("refunded", False, None)


@pytest.mark.parametrize("cost", [None, Decimal(0)])
async def test_what_took_nothing_gives_nothing_back(mailroom: Mailroom, cost: Decimal | None) -> None:
    row = await sent(mailroom)
    row.sms_status, row.sms_cost = Delivery.UNDELIVERED, cost
    assert not may_be_paid_back(row)


async def test_the_looks_after_the_last_word_end_after_an_hour_and_not_before(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.UNDELIVERED)
    ended = mailroom.clock()
    await silence(mailroom, row)
    assert timedelta(minutes=55) < mailroom.clock() - ended <= timedelta(hours=1)


async def test_what_was_lost_may_arrive_after_all_and_rings_no_second_time(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.EXPIRED)
    lost = mailroom.clock()
    await mailroom.due()
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert (row.state, row.ended_at, row.arrived_at) == (MessageState.DELIVERED, lost, mailroom.clock())
    assert await mailroom.due() == ["message"]


async def test_what_was_lost_is_under_way_no_more(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.EXPIRED)
    row = await hears(mailroom, row, Delivery.PENDING)
    assert (row.state, row.sms_status) == (MessageState.UNDELIVERED, "expired")
    assert row.next_poll_at is not None
    assert row.next_poll_at > mailroom.clock()


# No word


@pytest.mark.parametrize(("cost", "kept"), [(None, "0.48"), (Decimal("0.50"), "0.50")])
async def test_a_row_without_a_word_leaves_the_one_that_is_known(
    mailroom: Mailroom, cost: Decimal | None, kept: str
) -> None:
    row = await sent(mailroom)
    bare = ChannelReport(Channel.SMS, Delivery.OTHER, "", cost=cost)
    mailroom.alpha.reports["alpha-message-1"] = Report("alpha-message-1", (bare,))
    row = await mailroom.step(row.id)
    assert (row.sms_status, row.sms_raw, row.sms_cost) == ("accepted", "ACCEPTD", Decimal(kept))
