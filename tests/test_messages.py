"""A press on *Send*: what is sent, once, by whom, and within which limits."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    AlreadyDone,
    BadInput,
    NoMoney,
    NotOffered,
    NotYours,
    Refused,
    Unavailable,
    UnknownKey,
    Unsupported,
)
from bot.providers.base import Capability
from bot.providers.sending import Channel, Delivery, Outgoing, SmsPart, ViberButton, ViberPart
from storage.caps import Caps, SpentEnough
from storage.messages import PriceUnknown, StillSending, TooLong, TooManyMessages
from storage.models import MessageState, OutgoingMessage
from tests.mailroom import BOTH, KYIV, OWNER, SMS, STRANGER, Mailroom, open_mailroom

ACCEPTED, FAILED = MessageState.ACCEPTED, MessageState.FAILED


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


# What a press does


async def test_a_press_sends_one_message_and_turns_into_its_card(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    await mailroom.press(draft, card_id=55)
    await mailroom.errands.drain(10)
    row = await mailroom.row(draft.id)
    assert (row.state, row.provider_id, row.sms_cost) == (ACCEPTED, "alpha-message-1", Decimal("0.48"))
    assert (row.sms_status, row.sms_raw, row.sent_at) == (Delivery.ACCEPTED, "ACCEPTD", mailroom.clock())
    card = await mailroom.post("message", draft.id)
    assert card is not None
    assert (card.message_id, mailroom.handed_over, await mailroom.due()) == (55, 1, ["message"])
    assert [call.name for call in mailroom.alpha.calls] == ["balance", "send"]


async def test_the_intent_is_committed_before_the_provider_is_asked_for_anything(mailroom: Mailroom) -> None:
    intent = await mailroom.press(await mailroom.draft())
    assert mailroom.alpha.calls == []
    row = await mailroom.row(intent.id)
    assert (row.state, row.confirmed_at, row.called_at) == (
        MessageState.SENDING,
        mailroom.clock(),
        None,
    )


async def test_the_provider_is_given_what_was_written_for_the_channels_and_nothing_else(
    mailroom: Mailroom,
) -> None:
    button = {"viber_caption": "Menu", "viber_url": "https://example.org", "flash": True}
    await mailroom.send(**BOTH, **button, viber_ttl=5, viber_image="https://example.org/a.png")
    await mailroom.send(**button)
    both, alone = mailroom.alpha.outgoing.values()
    sms = SmsPart("InfoCenter", 300, "Dinner is ready", flash=True)
    link = ViberButton("Menu", "https://example.org")
    viber = ViberPart("Promo", 5, "Dinner is ready", link, "https://example.org/a.png")
    assert both == Outgoing(KYIV, (Channel.VIBER, Channel.SMS), viber, sms)
    assert alone == Outgoing(KYIV, (Channel.SMS,), None, sms)


async def test_of_twenty_presses_at_once_one_sends(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    presses = await asyncio.gather(*(mailroom.press(draft) for _ in range(20)), return_exceptions=True)
    await mailroom.errands.drain(10)
    assert sum(isinstance(press, OutgoingMessage) for press in presses) == 1
    assert sum(isinstance(press, AlreadyDone) for press in presses) == 19
    assert mailroom.handed_over == 1


async def test_a_press_after_the_restart_is_still_the_same_press(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    await mailroom.press(draft)
    await mailroom.errands.drain(10)
    mailroom.reborn()
    with pytest.raises(AlreadyDone):
        await mailroom.press(draft)


async def test_what_is_missing_is_said_before_anything_is_written_or_called(mailroom: Mailroom) -> None:
    draft = await mailroom.draft(sms_text="")
    with pytest.raises(BadInput, match="without text"):
        await mailroom.press(draft)
    assert ((await mailroom.row(draft.id)).state, mailroom.alpha.calls) == (MessageState.DRAFT, [])


async def test_a_refusal_sends_nothing_and_says_why(mailroom: Mailroom) -> None:
    mailroom.alpha.fails("send", NoMoney())
    row = await mailroom.send()
    assert (row.state, row.reason, row.next_poll_at) == (FAILED, "NoMoney", None)
    assert await mailroom.due() == ["message"]


async def test_a_request_that_never_left_sent_nothing(mailroom: Mailroom) -> None:
    mailroom.alpha.fails("send", Unavailable(sent=False))
    row = await mailroom.send()
    assert (row.state, row.reason) == (FAILED, "Unavailable")


@pytest.mark.parametrize("channels", ["sms", "viber"])
async def test_a_balance_that_cannot_be_read_before_stops_the_message(
    mailroom: Mailroom, channels: str
) -> None:
    mailroom.alpha.breaks("balance" if channels == "sms" else "balances", Unavailable())
    row = await mailroom.send(**(BOTH | {"channels": channels}))
    assert (row.state, row.reason, mailroom.alpha.called("send")) == (FAILED, "Unavailable", [])


async def test_a_provider_that_left_sends_nothing(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    mailroom.providers.clear()
    with pytest.raises(NotOffered):
        await mailroom.press(draft)


async def test_a_channel_the_provider_cannot_use_is_refused_here(mailroom: Mailroom) -> None:
    mailroom.alpha.capabilities -= {Capability.SEND_VIBER}
    with pytest.raises(Unsupported):
        await mailroom.press(await mailroom.draft(**BOTH))
    assert mailroom.alpha.calls == []


async def test_messages_of_one_account_never_overlap(mailroom: Mailroom) -> None:
    twin = await mailroom.key(chat_id=STRANGER)
    empty = await mailroom.messages.draft(STRANGER, STRANGER, twin.id)
    theirs = await mailroom.messages.change(empty.id, STRANGER, **SMS)

    async def dawdle() -> None:
        """Long enough for the other errand to come as far, if nothing held it up."""
        for _ in range(50):
            await mailroom.row(theirs.id)

    mailroom.alpha.meanwhile["before send"] = dawdle
    for draft in (await mailroom.draft(), theirs):
        await mailroom.press(draft)
    await mailroom.errands.drain(10)
    names = [call.name for call in mailroom.alpha.calls]
    assert names == ["balance", "send", "balance", "send"]


async def test_a_sent_message_makes_what_is_known_of_the_balance_old(mailroom: Mailroom) -> None:
    await mailroom.send()
    key = await mailroom.keys.get(mailroom.key_id)
    assert key is not None
    assert (key.used_at, key.balance_at) == (mailroom.clock(), None)


# Who, and how long


async def test_somebody_elses_message_is_neither_read_changed_sent_nor_repeated(mailroom: Mailroom) -> None:
    draft, messages = await mailroom.draft(), mailroom.messages
    with pytest.raises(NotYours):
        await messages.mine(draft.id, STRANGER)
    with pytest.raises(NotYours):
        await messages.change(draft.id, STRANGER, sms_text="x")
    with pytest.raises(NotYours):
        await messages.again(draft.id, STRANGER)
    for person, place in ((STRANGER, OWNER), (OWNER, -100)):
        with pytest.raises(NotYours):
            await messages.send(draft.id, person, place, None)
    assert mailroom.handed_over == 0


async def test_a_removed_key_sends_nothing(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    await mailroom.keys.remove(mailroom.key_id, OWNER, mailroom.clock())
    with pytest.raises(UnknownKey):
        await mailroom.press(draft)
    with pytest.raises(UnknownKey):
        await mailroom.messages.draft(OWNER, OWNER, mailroom.key_id)


# Limits


async def test_a_person_sends_so_many_messages_a_day(mailroom: Mailroom) -> None:
    mailroom.caps = Caps(messages_per_day=2)
    mailroom.reborn()
    mailroom.alpha.fails("send", NoMoney())
    mailroom.alpha.loses_the_answer("send", Unavailable())
    states = [(await mailroom.send()).state for _ in range(3)]
    assert states == [FAILED, MessageState.UNKNOWN, ACCEPTED]
    with pytest.raises(TooManyMessages) as refused:
        await mailroom.send()
    assert refused.value.values == {"limit": 2}
    mailroom.clock.advance(24 * 3600 + 1)
    assert (await mailroom.send()).state is ACCEPTED


async def test_a_person_hands_over_one_message_at_a_time(mailroom: Mailroom) -> None:
    drafts = [await mailroom.draft() for _ in range(3)]
    presses = await asyncio.gather(*map(mailroom.press, drafts), return_exceptions=True)
    await mailroom.errands.drain(10)
    assert [type(press) for press in presses] == [OutgoingMessage, StillSending, StillSending]
    assert (await mailroom.send()).state is ACCEPTED


@pytest.mark.parametrize(("spend", "sent"), [("0.95", 1), ("0.96", 2)])
async def test_messages_count_with_what_they_cost_and_the_next_with_the_most_it_may(
    mailroom: Mailroom, spend: str, sent: int
) -> None:
    mailroom.caps = Caps(spend_per_day=Decimal(spend))
    mailroom.reborn()
    for count in range(2):
        draft = await mailroom.draft()
        await mailroom.store.quote(draft, Decimal("0.48"))
        if count < sent:
            await mailroom.press(draft)
            await mailroom.errands.drain(10)
        else:
            with pytest.raises(SpentEnough):
                await mailroom.press(draft)
    assert mailroom.handed_over == sent


async def test_a_limit_on_spending_lets_nothing_go_whose_price_is_not_known(mailroom: Mailroom) -> None:
    mailroom.caps = Caps(spend_per_day=Decimal("100"))
    mailroom.reborn()
    with pytest.raises(PriceUnknown):
        await mailroom.send()


def test_the_refusals_of_sending_are_definite() -> None:
    assert all(issubclass(error, Refused) for error in (PriceUnknown, StillSending, TooLong, TooManyMessages))
