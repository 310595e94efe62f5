"""The way of a sent message: what its provider tells, what rings, and when it is asked no more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import BadReply, Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel, ChannelReport, Delivery, Report
from bot.providers.sending_errors import UnknownMessage
from storage.models import MessageState, OutgoingMessage
from tests.mailroom import BOTH, OWNER, Mailroom, hears, open_mailroom, sent, silence

ACCEPTED, DELIVERED, VIEWED = MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.VIEWED
VIBER = BOTH | {"channels": "viber"}


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


# The way


async def test_a_message_goes_its_way_and_rings_once_when_it_is_delivered(mailroom: Mailroom) -> None:
    row = await sent(mailroom, **VIBER)
    ways = []
    for status in (Delivery.SENT, Delivery.DELIVERED, Delivery.VIEWED):
        row = await hears(mailroom, row, status, Channel.VIBER)
        ways.append((row.state, row.viber_status, await mailroom.due()))
    assert ways == [
        (ACCEPTED, "sent", ["message"]),
        (DELIVERED, "delivered", ["delivery", "message"]),
        (VIEWED, "viewed", ["message"]),
    ]
    assert row.next_poll_at is None


async def test_a_look_without_news_touches_nothing(mailroom: Mailroom) -> None:
    row = await mailroom.step((await sent(mailroom)).id)
    assert (row.state, await mailroom.due()) == (ACCEPTED, [])
    assert row.answered_at == mailroom.clock()


async def test_a_message_seen_at_the_first_look_rings_once(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **VIBER), Delivery.VIEWED, Channel.VIBER)
    assert (row.state, row.ended_at) == (VIEWED, mailroom.clock())
    assert await mailroom.due() == ["delivery", "message"]


async def test_the_last_word_on_an_sms_ends_the_looks(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.DELIVERED)
    assert (row.state, row.next_poll_at) == (DELIVERED, None)


async def test_viber_that_fails_leaves_the_message_to_the_sms(mailroom: Mailroom) -> None:
    row = await sent(mailroom, **BOTH)
    row = await hears(mailroom, row, Delivery.UNDELIVERED, Channel.VIBER)
    assert (row.state, await mailroom.due()) == (ACCEPTED, ["message"])
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert (row.state, row.viber_status, row.sms_status) == (DELIVERED, "undelivered", "delivered")
    assert await mailroom.due() == ["delivery", "message"]


async def test_the_refund_of_a_channel_that_was_not_needed_shows_on_the_card_alone(
    mailroom: Mailroom,
) -> None:
    row = await hears(mailroom, await sent(mailroom, **BOTH), Delivery.DELIVERED, Channel.VIBER)
    assert (row.state, await mailroom.due()) == (DELIVERED, ["delivery", "message"])
    row = await hears(mailroom, row, Delivery.REFUNDED)
    assert (row.state, row.sms_status, await mailroom.due()) == (DELIVERED, "refunded", ["message"])


async def test_viber_that_was_not_needed_after_an_sms_is_looked_at_for_its_refund(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **BOTH | {"channels": "sms,viber"}), Delivery.DELIVERED)
    assert (row.state, row.next_poll_at is not None) == (DELIVERED, True)
    row = await hears(mailroom, row, Delivery.REFUNDED, Channel.VIBER)
    assert (row.viber_status, row.next_poll_at) == ("refunded", None)


async def test_only_when_every_channel_is_lost_the_message_is(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **BOTH), Delivery.EXPIRED, Channel.VIBER)
    assert row.state is ACCEPTED
    row = await hears(mailroom, row, Delivery.STOPPED)
    assert row.state is MessageState.UNDELIVERED
    assert await mailroom.due() == ["delivery", "message"]


async def test_a_channel_nobody_told_of_yet_may_still_deliver(mailroom: Mailroom) -> None:
    row = await sent(mailroom, **BOTH)
    lost = ChannelReport(Channel.VIBER, Delivery.UNDELIVERED, "UNDELIV")
    mailroom.alpha.reports["alpha-message-1"] = Report("alpha-message-1", (lost,))
    async with mailroom.database.begin() as session:
        (await session.get_one(OutgoingMessage, row.id)).sms_status = ""
    row = await mailroom.step(row.id)
    assert (row.state, row.viber_status) == (ACCEPTED, "undelivered")


async def test_a_word_nobody_documented_is_kept_and_waited_over(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom), Delivery.OTHER)
    assert (row.state, row.sms_status, row.sms_raw) == (ACCEPTED, "other", "OTHER")
    assert row.next_poll_at is not None
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert row.state is DELIVERED


async def test_what_arrived_is_never_taken_back(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **VIBER), Delivery.DELIVERED, Channel.VIBER)
    await mailroom.due()
    row = await hears(mailroom, row, Delivery.UNDELIVERED, Channel.VIBER)
    assert (row.state, row.viber_status, await mailroom.due()) == (DELIVERED, "delivered", [])
    assert row.answered_at == mailroom.clock()


async def test_a_status_without_a_cost_leaves_the_cost_that_is_known(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    report = mailroom.alpha.reports["alpha-message-1"]
    bare = tuple(replace(channel, cost=None, status=Delivery.SENT) for channel in report.channels)
    mailroom.alpha.reports["alpha-message-1"] = replace(report, channels=bare)
    row = await mailroom.step(row.id)
    assert (row.sms_status, row.sms_cost) == ("sent", Decimal("0.48"))


# The ring, once


@pytest.mark.parametrize("point", ["before told", "after told", "after delivery"])
async def test_a_process_that_ends_at_the_last_word_rings_once_all_the_same(
    mailroom: Mailroom, point: str
) -> None:
    row = await sent(mailroom, **VIBER)
    mailroom.alpha.reports_that(Channel.VIBER, Delivery.DELIVERED)
    (mailroom.alpha if point.endswith("delivery") else mailroom.store).deadly = {point}
    with pytest.raises(BaseException, match=point):
        await mailroom.step(row.id)
    rung = (await mailroom.due()).count("delivery")
    mailroom.reborn()
    for _ in range(2):
        await mailroom.step(row.id)
        rung += (await mailroom.due()).count("delivery")
    assert ((await mailroom.row(row.id)).state, rung) == (DELIVERED, 1)


# How often


async def test_looks_are_eager_in_the_first_minute_and_rare_after_half_an_hour(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    start, looks = mailroom.clock(), []
    while mailroom.clock() < start + timedelta(minutes=45):
        before = mailroom.clock()
        row = await mailroom.step(row.id)
        looks.append((mailroom.clock() - before).total_seconds())
    assert set(looks) == {5, 10, 20, 40, 60, 300}
    assert looks[:12] == [5] * 12
    assert looks[-1] == 300
    assert looks == sorted(looks)


async def test_a_look_that_comes_too_soon_is_put_off(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.clock.advance(2)
    await mailroom.store.wake_all(mailroom.clock())
    await mailroom.messages.step(await mailroom.row(row.id))
    assert mailroom.alpha.called("delivery") == []
    assert (await mailroom.row(row.id)).next_poll_at == mailroom.clock() + timedelta(seconds=3)


async def test_a_viber_message_is_looked_at_for_an_hour_after_it_was_delivered(mailroom: Mailroom) -> None:
    row = await hears(mailroom, await sent(mailroom, **VIBER), Delivery.DELIVERED, Channel.VIBER)
    delivered, before = mailroom.clock(), len(mailroom.alpha.called("delivery"))
    row = await silence(mailroom, row)
    assert row.state is DELIVERED
    assert timedelta(minutes=50) < mailroom.clock() - delivered <= timedelta(hours=1)
    assert len(mailroom.alpha.called("delivery")) - before < 25


# No word


async def test_without_a_final_word_the_looks_end_an_hour_after_the_lifetimes_and_nothing_rings(
    mailroom: Mailroom,
) -> None:
    row = await sent(mailroom, **BOTH, viber_ttl=60, sms_ttl=30)
    start = mailroom.clock()
    row = await silence(mailroom, row)
    assert (row.state, row.reason, await mailroom.due()) == (ACCEPTED, "NoFinalWord", ["message"])
    assert timedelta(0) < mailroom.clock() - start - timedelta(minutes=60 + 30 + 60) < timedelta(minutes=6)


async def test_a_provider_that_never_answers_is_given_up_at_the_same_time(mailroom: Mailroom) -> None:
    row = await sent(mailroom, sms_ttl=30)
    mailroom.alpha.breaks("delivery", Unavailable())
    row = await silence(mailroom, row)
    assert (row.state, row.reason) == (ACCEPTED, "NoFinalWord")


async def test_failures_are_told_at_the_third_and_taken_back_by_an_answer(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.alpha.breaks("delivery", BadReply())
    told, pauses = [], []
    for _ in range(4):
        before = mailroom.clock()
        row = await mailroom.step(row.id)
        told.append((row.reason, await mailroom.due()))
        pauses.append((mailroom.clock() - before).total_seconds())
    assert told == [("", []), ("", []), ("BadReply", ["message"]), ("BadReply", [])]
    assert pauses == [5, 10, 20, 40]
    mailroom.alpha.breaks("delivery", None)
    row = await mailroom.step(row.id)
    assert (row.reason, row.failures, await mailroom.due()) == ("", 0, ["message"])


async def test_a_message_its_provider_does_not_know_is_given_up_at_the_second_time(
    mailroom: Mailroom,
) -> None:
    row = await sent(mailroom)
    mailroom.alpha.breaks("delivery", UnknownMessage())
    row = await mailroom.step(row.id)
    assert (row.reason, await mailroom.due()) == ("UnknownMessage", ["message"])
    mailroom.clock.advance(61)
    row = await mailroom.step(row.id)
    assert (row.state, row.reason, row.next_poll_at) == (ACCEPTED, "UnknownMessage", None)
    assert await mailroom.due() == ["message"]


async def test_a_young_message_may_not_be_known_yet(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.alpha.breaks("delivery", UnknownMessage())
    told = []
    for _ in range(3):
        row = await mailroom.step(row.id)
        told.append(await mailroom.due())
    assert (row.reason, told[:2], row.next_poll_at is not None) == ("UnknownMessage", [["message"], []], True)
    mailroom.alpha.breaks("delivery", None)
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert (row.state, row.reason) == (DELIVERED, "")


async def test_a_provider_that_forgets_a_delivered_message_changes_nothing_about_it(
    mailroom: Mailroom,
) -> None:
    row = await hears(mailroom, await sent(mailroom, **VIBER), Delivery.DELIVERED, Channel.VIBER)
    await mailroom.due()
    mailroom.alpha.breaks("delivery", UnknownMessage())
    row = await mailroom.step(row.id)
    assert (row.state, row.reason, row.next_poll_at) == (DELIVERED, "", None)
    assert await mailroom.due() == []


async def test_a_provider_that_is_configured_no_more_is_told_of(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    mailroom.providers.clear()
    for _ in range(4):
        row = await mailroom.step(row.id)
    assert (row.reason, await mailroom.due()) == ("NotSetUp", ["message"])


async def test_a_removed_key_serves_until_the_last_word(mailroom: Mailroom) -> None:
    row = await sent(mailroom)
    await mailroom.keys.remove(mailroom.key_id, OWNER, mailroom.clock())
    row = await hears(mailroom, row, Delivery.DELIVERED)
    assert row.state is DELIVERED


async def test_a_provider_that_tells_no_delivery_is_not_asked(mailroom: Mailroom) -> None:
    mailroom.alpha.capabilities -= {Capability.DELIVERY}
    row = await sent(mailroom)
    assert (row.state, row.next_poll_at) == (ACCEPTED, None)
