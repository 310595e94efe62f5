"""What is said of a number when an answer was lost, refused or came too late: nothing that is not known."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    BadKey,
    CodeArrived,
    CodebellError,
    LimitReached,
    TooLate,
    Unavailable,
    UnknownActivation,
)
from storage.models import Activation, State
from tests.core import OWNER, Core, open_core
from tests.mortal import Killed
from tests.wishes import booked


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def settled(core: Core, row: Activation) -> Activation:
    """The number once it is neither waiting nor being cancelled."""
    while row.state in (State.WAITING, State.CANCELLING):
        row = await core.step(row.id)
    return row


# The end of what was to be cancelled


async def test_a_number_that_had_ended_before_its_cancel_went_out_is_not_called_cancelled(core: Core) -> None:
    row = await booked(core)
    core.alpha.ends()
    row = await core.step(row.id)
    assert (row.state, core.alpha.called("cancel")) == (State.EXPIRED, [])
    card = await core.told(row.id)
    assert "had ended at Alpha before it was cancelled" in card
    assert "pays it back" not in card


@pytest.mark.parametrize("error", [TooLate(), UnknownActivation(), Unavailable(sent=False)])
async def test_an_end_after_a_cancel_that_changed_nothing_is_not_called_cancelled(
    core: Core, error: CodebellError
) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", error)
    row = await core.step(row.id)
    assert (row.state, row.cancel_called_at) == (State.CANCELLING, None)
    core.alpha.ends()
    row = await settled(core, row)
    assert row.state is State.EXPIRED


async def test_a_lost_cancel_is_not_disowned_by_the_refusal_of_the_second(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", Unavailable(), TooLate())
    await core.step(row.id)
    row = await core.step(row.id)
    assert row.cancel_called_at is not None
    core.alpha.ends()
    assert (await settled(core, row)).state is State.CANCELLED


async def test_a_refund_is_promised_only_by_the_providers_own_yes(core: Core) -> None:
    row = await settled(core, await booked(core))
    assert "❌ Cancelled: Alpha pays it back." in await core.told(row.id)
    other = await booked(core)
    core.alpha.loses_the_answer("cancel", Unavailable())
    other = await settled(core, other)
    assert other.state is State.CANCELLED
    card = await core.told(other.id)
    assert "❌ Cancelled, but the answer was lost" in card
    assert "pays it back" not in card


async def test_a_cancel_is_written_down_before_it_goes_out(core: Core) -> None:
    row = await booked(core)
    seen: list[object] = []

    async def look() -> None:
        seen.append((await core.row(row.id)).cancel_called_at)

    core.alpha.meanwhile["before cancel"] = look
    await core.step(row.id)
    assert seen == [core.clock()]


# A cancel that was refused for good


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadKey(), "Not cancelled. The provider does not accept this key."),
        (LimitReached(), "Not cancelled. A limit was reached."),
    ],
)
async def test_why_a_cancel_failed_stands_on_the_card_until_the_next_press(
    core: Core, error: CodebellError, words: str
) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", error)
    row = await core.step(row.id)
    for _ in range(2):
        assert words in await core.told(row.id)
        row = await core.step(row.id)
    core.alpha.fails("poll", *[Unavailable()] * 3)
    for _ in range(3):
        await core.step(row.id)
    assert words in await core.told(row.id)
    row = await core.activations.cancel(row.id, OWNER)
    assert "Not cancelled" not in await core.told(row.id)
    assert (await settled(core, row)).state is State.CANCELLED


@pytest.mark.parametrize(
    ("error", "looks", "words"),
    [
        (BadKey(), 3, "Alpha: The provider does not accept this key."),
        (UnknownActivation(), 1, "Alpha: The provider does not know this number."),
        (Unavailable(), 3, "Alpha does not answer; I keep asking."),
    ],
)
async def test_the_card_says_what_the_provider_said(
    core: Core, error: CodebellError, looks: int, words: str
) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", error)
    for _ in range(looks):
        await core.step(row.id)
    assert words in await core.told(row.id)


async def test_a_provider_that_is_configured_no_more_is_named_on_the_card(core: Core) -> None:
    row = await core.buy()
    provider = core.providers.pop("alpha")
    for _ in range(4):
        await core.step(row.id)
    assert "is not set up here any more" in await core.told(row.id)
    core.providers["alpha"] = provider
    assert (await core.step(row.id)).reason == ""


async def test_a_mistake_of_an_adapter_is_not_taken_for_silence(core: Core) -> None:
    row = await core.buy()
    core.alpha.breaks("poll", KeyError("a mistake of ours"))
    with pytest.raises(KeyError):
        await core.step(row.id)
    assert (await core.row(row.id)).failures == 0


# Answers that were lost


async def test_a_number_that_ends_after_lost_answers_may_have_had_a_code(core: Core) -> None:
    row = await core.buy()
    core.alpha.fails("poll", Unavailable())
    await core.step(row.id)
    core.alpha.ends()
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.EXPIRED, "AnswerLost")
    assert "if an SMS came, look for it in your account" in await core.told(row.id)


async def test_no_such_number_is_no_lost_answer(core: Core) -> None:
    row = await core.buy()
    core.alpha.fails("poll", UnknownActivation(), UnknownActivation())
    assert (await settled(core, row)).reason == "EndedEarly"


async def test_a_second_sms_whose_answer_was_lost_is_not_called_finished(core: Core) -> None:
    row = await core.received()
    await core.activations.another_sms(row.id, OWNER)
    core.alpha.fails("poll", Unavailable())
    await core.step(row.id)
    core.alpha.ends()
    row = await core.step(row.id)
    assert row.state is State.FINISHED
    assert "if an SMS came, look for it in your account" in await core.told(row.id)


async def killed_over_a_look(core: Core, row: Activation) -> Activation:
    """The provider gave the code, once, and nobody wrote it down; another process looks at once."""
    core.alpha.delivers("12345")
    core.alpha.deadly = {"after poll"}
    with pytest.raises(Killed):
        await core.step(row.id)
    core.alpha.ends()
    core.reborn()
    await core.numbers.wake_all(core.clock())
    return await core.step(row.id)


async def test_a_code_given_once_and_lost_to_a_kill_is_not_called_unsent(core: Core) -> None:
    core.alpha.gives_once = True
    row = await killed_over_a_look(core, await core.step((await core.buy()).id))
    assert (row.state, len(core.alpha.called("poll"))) == (State.WAITING, 2)
    row = await core.step(row.id)
    assert (row.state, row.reason) == (State.EXPIRED, "AnswerLost")
    assert "if an SMS came, look for it in your account" in await core.told(row.id)


async def test_a_code_given_once_that_nobody_lost_never_came(core: Core) -> None:
    core.alpha.gives_once, core.alpha.lets_go_after = True, 90
    row = await core.step((await booked(core)).id)
    assert (row.state, row.reason) == (State.WAITING, "TooEarly")
    core.alpha.ends()
    row = await core.step(row.id)
    assert (await settled(core, row)).reason != "AnswerLost"


async def test_a_code_given_with_the_refusal_of_a_cancel_is_kept(core: Core) -> None:
    row = await booked(core)
    core.alpha.fails("cancel", CodeArrived(code="555"))
    row = await core.step(row.id)
    assert (row.state, row.reason, await core.codes(row.id)) == (State.RECEIVED, "", ["555"])


# Money


async def test_what_was_charged_beyond_what_was_agreed_is_told_on_the_card(core: Core) -> None:
    row = await core.buy()
    assert "You agreed to" not in await core.told(row.id)
    async with core.database.begin() as session:
        stored = await session.get_one(Activation, row.id)
        stored.cost = Decimal("5.00")
    card = await core.told(row.id)
    assert "Alpha · $5.00" in card
    assert "You agreed to $0.50; Alpha charged more." in card
