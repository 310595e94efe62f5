"""Where the process, the answer or the database may end while a message is sent, and what is made of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.errands import Paused
from bot.errors import BadReply, CodebellError, NoMoney, Unavailable
from bot.providers.sending import Channel, ChannelReport, Delivery, Report
from storage.caps import Caps
from storage.models import MessageState, OutgoingMessage
from tests.mailroom import BOTH, OWNER, SMS, STRANGER, Mailroom, open_mailroom

ACCEPTED, FAILED, UNKNOWN = MessageState.ACCEPTED, MessageState.FAILED, MessageState.UNKNOWN
DISK_FULL = OperationalError("UPDATE", {}, Exception("database or disk is full"))


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


async def die_at(mailroom: Mailroom, point: str) -> OutgoingMessage:
    """Press *Send* in a process that ends at this point, and start the next one."""
    intent = await mailroom.press(await mailroom.draft())
    if point.endswith(("calling", "accepted")):
        mailroom.store.deadly = {point}
    else:
        mailroom.alpha.deadly = {point}
    await mailroom.errands.drain(10)
    await mailroom.due()
    mailroom.reborn()
    mailroom.clock.advance(5)
    await mailroom.messages.recover()
    await mailroom.errands.drain(10)
    return await mailroom.row(intent.id)


async def answers(mailroom: Mailroom, report: Report) -> OutgoingMessage:
    """Send to a provider that answers with this report."""

    async def send(*_: object) -> Report:
        return report

    mailroom.alpha.send = send  # type: ignore[method-assign,assignment] # an answer this fake does not have
    return await mailroom.send(**BOTH)


# The process ends


async def test_a_process_that_ends_before_the_intent_leaves_the_draft(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    mailroom.reborn()
    await mailroom.messages.recover()
    await mailroom.press(draft)
    await mailroom.errands.drain(10)
    assert mailroom.handed_over == 1


@pytest.mark.parametrize("point", ["before balance", "before calling"])
async def test_a_process_that_ends_before_the_call_sent_nothing_and_says_so(
    mailroom: Mailroom, point: str
) -> None:
    row = await die_at(mailroom, point)
    assert (row.state, row.reason, mailroom.handed_over) == (FAILED, "NeverCalled", 0)
    assert await mailroom.due() == ["delivery", "message"]
    assert (await mailroom.send()).state is ACCEPTED


@pytest.mark.parametrize(
    ("point", "taken", "after"),
    [
        ("after calling", 0, "18.74"),
        ("before send", 0, "18.74"),
        ("after send", 1, "18.26"),
        ("before accepted", 1, "18.26"),
    ],
)
async def test_a_process_that_ends_around_the_call_says_what_is_known_and_sends_nothing_again(
    mailroom: Mailroom, point: str, taken: int, after: str
) -> None:
    row = await die_at(mailroom, point)
    assert (row.state, row.reason, mailroom.handed_over) == (UNKNOWN, "Interrupted", taken)
    assert (row.balance_before, row.balance_after) == (Decimal("18.74"), Decimal(after))
    assert (row.next_poll_at, await mailroom.due()) == (None, ["delivery", "message"])
    assert len(mailroom.alpha.called("send")) <= 1


async def test_a_process_that_ends_after_the_message_was_stored_lost_nothing(mailroom: Mailroom) -> None:
    row = await die_at(mailroom, "after accepted")
    assert (row.state, row.provider_id, mailroom.handed_over) == (ACCEPTED, "alpha-message-1", 1)
    assert row.next_poll_at is not None


async def test_housekeeping_settles_what_nobody_carries_out_any_more(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    left = await mailroom.store.intend(draft.id, OWNER, OWNER, None, Caps(), mailroom.clock())
    await mailroom.messages.recover(timedelta(minutes=5))
    assert (await mailroom.row(left.id)).state is MessageState.SENDING
    mailroom.clock.advance(5 * 60)
    await mailroom.messages.recover(timedelta(minutes=5))
    assert (await mailroom.row(left.id)).state is FAILED


@pytest.mark.parametrize("point", ["before balance", "before send"])
async def test_housekeeping_leaves_a_slow_message_alone(mailroom: Mailroom, point: str) -> None:
    async def keep_house() -> None:
        mailroom.clock.advance(300)
        await mailroom.messages.recover(timedelta(minutes=4))

    mailroom.alpha.meanwhile[point] = keep_house
    row = await mailroom.send()
    assert (row.state, mailroom.handed_over) == (ACCEPTED, 1)


async def test_what_waits_in_line_when_the_stop_begins_is_not_sent(mailroom: Mailroom) -> None:
    async def stop() -> None:
        mailroom.errands.halt()

    mailroom.alpha.meanwhile["before balance"] = stop
    row = await mailroom.send()
    assert (row.state, row.reason, mailroom.handed_over) == (FAILED, "NeverCalled", 0)


# The answer is lost


@pytest.mark.parametrize("error", [Unavailable(), BadReply()])
async def test_a_lost_answer_is_neither_repeated_nor_hidden(mailroom: Mailroom, error: CodebellError) -> None:
    mailroom.alpha.loses_the_answer("send", error)
    row = await mailroom.send()
    assert (row.state, row.reason) == (UNKNOWN, type(error).__name__)
    assert (row.balance_before, row.balance_after) == (Decimal("18.74"), Decimal("18.26"))
    assert (len(mailroom.alpha.called("send")), await mailroom.due()) == (1, ["message"])


async def test_an_answer_lost_before_anything_was_sent_is_as_unclear(mailroom: Mailroom) -> None:
    mailroom.alpha.fails("send", Unavailable())
    row = await mailroom.send()
    assert (row.state, row.balance_before, row.balance_after) == (UNKNOWN, Decimal("18.74"), Decimal("18.74"))


async def test_the_balances_of_viber_are_told_together_with_that_of_sms(mailroom: Mailroom) -> None:
    mailroom.alpha.loses_the_answer("send", Unavailable())
    row = await mailroom.send(**BOTH)
    before = Decimal("18.74") + Decimal("191.477")
    assert (row.balance_before, row.balance_after) == (before, before - Decimal("0.75"))


async def test_a_balance_that_cannot_be_read_after_is_left_out(mailroom: Mailroom) -> None:
    async def break_balance() -> None:
        mailroom.alpha.breaks("balance", Unavailable())

    mailroom.alpha.loses_the_answer("send", Unavailable())
    mailroom.alpha.meanwhile["after send"] = break_balance
    row = await mailroom.send()
    assert (row.state, row.balance_before, row.balance_after) == (UNKNOWN, Decimal("18.74"), None)


async def test_a_mistake_of_ours_while_it_is_sent_is_a_lost_answer(mailroom: Mailroom) -> None:
    mailroom.alpha.loses_the_answer("send", ValueError("a reply nobody thought of"))
    row = await mailroom.send()
    assert (row.state, row.reason, mailroom.handed_over) == (UNKNOWN, "BadReply", 1)


async def test_a_mistake_of_ours_before_the_call_sends_nothing(mailroom: Mailroom) -> None:
    mailroom.alpha.breaks("balance", ValueError("a reply nobody thought of"))
    row = await mailroom.send()
    assert (row.state, row.reason, mailroom.handed_over) == (FAILED, "CodebellError", 0)


async def test_a_message_without_an_id_may_have_been_sent(mailroom: Mailroom) -> None:
    row = await answers(mailroom, Report("", ()))
    assert (row.state, row.reason, row.provider_id) == (UNKNOWN, "BadReply", None)


# The answer is the end


async def test_a_message_lost_at_once_on_every_channel_is_undelivered_and_rings(mailroom: Mailroom) -> None:
    lost = tuple(ChannelReport(channel, Delivery.NO_MONEY, "INSUFFICIENTFUND") for channel in Channel)
    row = await answers(mailroom, Report("m-1", lost))
    assert (row.state, row.provider_id, row.next_poll_at) == (MessageState.UNDELIVERED, "m-1", None)
    assert (row.ended_at, await mailroom.due()) == (mailroom.clock(), ["delivery", "message"])


async def test_a_message_lost_at_once_on_one_channel_is_on_its_way(mailroom: Mailroom) -> None:
    told = (
        ChannelReport(Channel.VIBER, Delivery.NO_MONEY, "INSUFFICIENTFUND"),
        ChannelReport(Channel.SMS, Delivery.ACCEPTED, "ACCEPTD", cost=Decimal("0.48")),
    )
    row = await answers(mailroom, Report("m-1", told))
    assert (row.state, row.viber_status, await mailroom.due()) == (ACCEPTED, "no_money", ["message"])


# The database fails


async def test_a_database_that_fails_before_the_call_sends_nothing(mailroom: Mailroom) -> None:
    mailroom.store.full["calling"] = [DISK_FULL]
    row = await mailroom.send()
    assert (row.state, mailroom.handed_over) == (FAILED, 0)


@pytest.mark.parametrize("end", ["accepted", "failed", "unknown"])
async def test_the_end_of_a_message_is_stored_when_the_database_works_again(
    mailroom: Mailroom, end: str
) -> None:
    errors: dict[str, list[Exception]] = {"failed": [NoMoney()], "unknown": [Unavailable()]}
    mailroom.alpha.fails("send", *errors.get(end, []))
    mailroom.store.full[end] = [DISK_FULL] * 3
    row = await mailroom.send()
    assert (row.state, mailroom.slept) == (MessageState(end), [1, 2, 5])


async def test_while_a_sent_message_is_not_stored_nothing_more_is_sent(mailroom: Mailroom) -> None:
    other = await mailroom.key(chat_id=STRANGER, secret="another-account-9999")
    in_line = await mailroom.messages.draft(STRANGER, STRANGER, other.id)
    in_line = await mailroom.messages.change(in_line.id, STRANGER, **SMS)
    mailroom.pauses_pass.clear()
    mailroom.store.full["accepted"] = [DISK_FULL]
    await mailroom.press(await mailroom.draft())
    await mailroom.paused.wait()
    with pytest.raises(Paused):
        await mailroom.press(in_line)
    mailroom.pauses_pass.set()
    await mailroom.errands.drain(10)
    await mailroom.press(in_line)
    await mailroom.errands.drain(10)
    assert mailroom.handed_over == 2


async def test_a_mistake_of_ours_after_the_call_leaves_no_message_under_way(mailroom: Mailroom) -> None:
    mailroom.store.full["accepted"] = [ValueError("a row nobody thought of")]
    row = await mailroom.send()
    assert (row.state, row.reason, mailroom.handed_over) == (UNKNOWN, "Interrupted", 1)


async def test_the_log_names_the_row_and_never_the_recipient(
    mailroom: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    mailroom.store.full["accepted"] = [DISK_FULL, DISK_FULL]
    mailroom.alpha.breaks("delivery", Unavailable())
    row = await mailroom.send()
    await mailroom.step(row.id)
    assert row.id in caplog.text
    assert "380501234567" not in caplog.text
    assert "Dinner" not in caplog.text
