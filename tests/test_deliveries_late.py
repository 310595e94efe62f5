"""What is heard of a message late: after its last word, after a long stop, after many failures."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.providers.sending import Channel, Delivery, Report
from storage.models import MessageState
from tests.mailroom import BOTH, Mailroom, hears, open_mailroom, sent


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
