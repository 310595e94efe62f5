"""Drafts: what a person writes before it is sent, and what was sent before."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import AlreadyDone, Expired, NotOffered, UnknownKey
from storage.messages import TooLong
from storage.models import MessageState
from tests.mailroom import BOTH, KYIV, OWNER, STRANGER, Mailroom, open_mailroom
from tests.sending import SENDING


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


async def test_a_draft_of_yesterday_is_not_sent_and_then_forgotten(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    mailroom.clock.advance(24 * 3600)
    await mailroom.messages.sweep()
    assert (await mailroom.messages.mine(draft.id, OWNER)).id == draft.id
    mailroom.clock.advance(1)
    with pytest.raises(Expired):
        await mailroom.press(draft)
    await mailroom.messages.sweep()
    with pytest.raises(Expired):
        await mailroom.messages.mine(draft.id, OWNER)


async def test_a_draft_remembers_what_is_written_and_knows_the_recipients_country(mailroom: Mailroom) -> None:
    empty = await mailroom.messages.draft(OWNER, OWNER, mailroom.key_id)
    assert (empty.state, empty.recipient, empty.sms_ttl, empty.currency) == (
        MessageState.DRAFT,
        "",
        300,
        "UAH",
    )
    draft = await mailroom.messages.change(empty.id, OWNER, recipient=KYIV, sms_text="Hi")
    assert (draft.recipient, draft.country, draft.sms_text, draft.quoted) == (KYIV, "UA", "Hi", None)


async def test_a_change_makes_the_price_unknown_again(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    await mailroom.store.quote(draft, Decimal("0.50"))
    assert (await mailroom.messages.change(draft.id, OWNER, sms_text="longer")).quoted is None


async def test_what_does_not_fit_is_refused_kindly_and_what_was_sent_stays(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    with pytest.raises(TooLong) as refused:
        await mailroom.messages.change(draft.id, OWNER, viber_caption="x" * 33)
    assert refused.value.values == {"limit": 32}
    await mailroom.press(draft)
    with pytest.raises(AlreadyDone):
        await mailroom.messages.change(draft.id, OWNER, sms_text="something else")


async def test_a_part_no_message_has_is_a_mistake_of_ours(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    with pytest.raises(ValueError, match="state"):
        await mailroom.messages.change(draft.id, OWNER, state=MessageState.DELIVERED)


async def test_a_provider_that_cannot_send_gets_no_drafts(mailroom: Mailroom) -> None:
    mailroom.alpha.capabilities -= SENDING
    with pytest.raises(NotOffered):
        await mailroom.messages.draft(OWNER, OWNER, mailroom.key_id)


async def test_again_is_a_new_draft_with_everything_of_the_old_one(mailroom: Mailroom) -> None:
    row = await mailroom.send(**BOTH, flash=True, viber_ttl=5)
    draft = await mailroom.messages.again(row.id, OWNER)
    assert draft.id != row.id
    assert (draft.state, draft.sms_status, draft.provider_id) == (MessageState.DRAFT, "", None)
    assert (draft.recipient, draft.channels, draft.viber_ttl, draft.flash) == (KYIV, "viber,sms", 5, True)
    await mailroom.press(draft)
    await mailroom.errands.drain(10)
    assert mailroom.handed_over == 2


async def test_the_history_is_newest_first_without_drafts_and_others_messages(mailroom: Mailroom) -> None:
    rows = []
    for _ in range(3):
        rows.append((await mailroom.send()).id)
        mailroom.clock.now += timedelta(minutes=1)
    await mailroom.draft()
    newest = await mailroom.messages.history(OWNER, OWNER, limit=2)
    assert [row.id for row in newest] == [rows[2], rows[1]]
    assert await mailroom.messages.history(STRANGER, OWNER) == []
    assert await mailroom.messages.history(OWNER, STRANGER) == []


async def test_the_last_sent_is_the_first_listed_however_old_its_draft_was(mailroom: Mailroom) -> None:
    old = await mailroom.draft()
    mailroom.clock.advance(60)
    first = await mailroom.send()
    mailroom.clock.advance(60)
    await mailroom.press(old)
    assert [row.id for row in await mailroom.messages.history(OWNER, OWNER)] == [old.id, first.id]


async def test_the_key_of_another_chat_writes_nothing(mailroom: Mailroom) -> None:
    theirs = await mailroom.key(chat_id=STRANGER, secret="another-account-9999")
    with pytest.raises(UnknownKey):
        await mailroom.messages.draft(OWNER, OWNER, theirs.id)
