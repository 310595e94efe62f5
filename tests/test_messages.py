"""A press on *Send*: what is sent, once, within which limits, and what becomes of a draft."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.providers.sending import Delivery
from storage.models import MessageState
from tests.mailroom import Mailroom, open_mailroom


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    async with open_mailroom(tmp_path) as made:
        yield made


async def test_a_press_sends_one_message_and_turns_into_its_card(mailroom: Mailroom) -> None:
    draft = await mailroom.draft()
    await mailroom.press(draft, card_id=55)
    await mailroom.errands.drain(10)
    row = await mailroom.row(draft.id)
    assert (row.state, row.provider_id, row.sms_cost) == (
        MessageState.ACCEPTED,
        "alpha-message-1",
        Decimal("0.48"),
    )
    assert (row.sms_status, row.sms_raw, row.balance_before) == (
        Delivery.ACCEPTED,
        "ACCEPTD",
        Decimal("18.74"),
    )
    card = await mailroom.post("message", draft.id)
    assert card is not None
    assert (card.message_id, mailroom.handed_over, await mailroom.due()) == (55, 1, ["message"])
