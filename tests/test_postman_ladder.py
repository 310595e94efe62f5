"""A refused message is tried the next way; what cannot be delivered waits, and a code comes somewhere."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiogram import exceptions

from bot.drawing import Drawing
from storage.outbox import PARKED, Kind
from tests.office import ANN, BUTTON, METHOD, TEAM, Office, Said, open_office, refused


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    "error",
    [
        exceptions.TelegramServerError(METHOD, "Bad Gateway"),
        exceptions.TelegramNetworkError(METHOD, "connection reset"),
        TimeoutError(),
    ],
)
async def test_t_3_what_may_have_been_delivered_is_sent_again_after_growing_pauses(
    office: Office, error: Exception
) -> None:
    office.answers(*[error] * 4)
    post = await office.deliver()
    pauses = []
    while post.next_try_at is not None:
        pauses.append((post.next_try_at - office.clock()).total_seconds())
        office.clock.now = post.next_try_at
        await office.round()
        post = await office.post("code")
    assert pauses == [1, 2, 4, 8]
    assert (len(office.texts), post.sent_at) == (5, office.clock())


async def test_a_very_long_outage_is_waited_out_five_minutes_at_a_time(office: Office) -> None:
    office.answers(*[exceptions.TelegramNetworkError(METHOD, "down")] * 30)
    post = await office.deliver()
    for _ in range(29):
        assert post.next_try_at is not None
        assert post.next_try_at - office.clock() <= timedelta(minutes=5)
        office.clock.now = post.next_try_at
        await office.round()
        post = await office.post("code")
    assert post.sent_at is None


async def test_t_4_a_yes_nobody_can_read_is_said_twice_at_most(office: Office) -> None:
    office.answers(*[exceptions.ClientDecodeError("?", ValueError(), {"ok": True})] * 5)
    await office.deliver()
    for _ in range(5):
        office.clock.advance(300)
        await office.round()
    assert len(office.texts) == 2
    assert (await office.post("code")).next_try_at is None


async def test_t_6_a_group_that_moved_gets_it_at_its_new_place(office: Office) -> None:
    office.answers(exceptions.TelegramMigrateToChat(METHOD, "upgraded", -1001), chat_id=TEAM)
    await office.arm("code", chat_id=TEAM)
    await office.arm("card", Kind.CARD, TEAM)
    await office.round()
    await office.round()
    assert [said.chat for said in office.telegram.said] == [TEAM, -1001, -1001]


async def test_t_5_a_blocked_chat_waits_until_it_can_be_reached(office: Office) -> None:
    office.answers(exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"))
    await office.arm("card", Kind.CARD)
    await office.deliver()
    office.clock.advance(3600)
    await office.round()
    assert len(office.texts) == 1
    await office.chats.mark_reachable(ANN)
    await office.round()
    assert office.texts[1:] == ["<b>code</b>", "<b>card</b>"]


async def test_t_5_a_late_refusal_does_not_overtake_who_is_back_meanwhile(office: Office) -> None:
    office.answers(exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"))
    gate = office.telegram.hold(ANN)
    await office.arm("code")
    await office.postman.round()
    await office.telegram.hears(ANN)
    await office.chats.mark_reachable(ANN)
    gate.set()
    await office.postman.settle(10)
    await office.round()
    assert office.texts == ["<b>code</b>"] * 2
    assert (await office.post("code")).sent_at is not None


async def test_t_9_a_card_that_is_gone_is_sent_anew(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    office.answers(refused("message to edit not found"))
    await office.deliver("card", Kind.CARD)
    assert [said.edits for said in office.telegram.said] == [77, None]
    assert office.hangs == [("card", 2)]


async def test_t_10_a_card_that_shows_it_already_is_done(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    office.answers(refused("message is not modified"))
    post = await office.deliver("card", Kind.CARD)
    assert (post.message_id, post.next_try_at, len(office.texts)) == (77, None, 1)


async def test_t_8_a_closed_topic_is_left_only_when_telegram_says_so(office: Office) -> None:
    office.answers(refused("TOPIC_CLOSED"))
    await office.arm("code")
    await office.in_thread("code", 5)
    await office.round()
    assert [said.thread for said in office.telegram.said] == [5, None]


async def test_t_12_markup_telegram_cannot_read_is_said_in_plain_words_and_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.drawings["code"] = Drawing("<b>1 &lt; 2</b> <code>x</code>", BUTTON)
    office.answers(refused("can't parse entities: …"))
    with caplog.at_level(logging.ERROR):
        await office.deliver()
    assert office.telegram.said[1] == Said(ANN, "1 < 2 x", None, None, markup=False, buttons=True)
    assert "our markup was refused for code:code" in caplog.text


async def test_a_refusal_nobody_foresaw_costs_the_buttons_but_not_the_code(office: Office) -> None:
    office.answers(refused("BUTTON_COPY_TEXT_INVALID"))
    post = await office.deliver()
    assert office.telegram.said[1] == Said(ANN, "code", None, None, markup=False, buttons=False)
    assert post.sent_at is not None


async def test_what_is_refused_for_good_is_kept_as_a_record_and_holds_up_nothing(office: Office) -> None:
    office.answers(refused("no"), refused("no"))
    await office.arm("code")
    await office.arm("card", Kind.CARD)
    await office.round()
    post = await office.post("code")
    assert (post.next_try_at, post.sent_at, post.failure) == (None, None, "TelegramBadRequest")
    assert (await office.post("card")).sent_at is not None


async def test_t_13_a_code_refused_by_a_name_nobody_knows_waits_until_its_chat_is_heard(
    office: Office,
) -> None:
    office.answers(*[refused("CHAT_SOMETHING_NEW")] * 2)
    await office.deliver()
    await office.chats.mark_reachable(ANN)
    await office.round()
    assert (await office.post("code")).sent_at is not None
    office.answers(*[refused("CHAT_SOMETHING_NEW")] * 2)
    assert (await office.deliver("card", Kind.CARD)).failure == "TelegramBadRequest"


async def test_t_14_a_revoked_token_stops_the_bot_and_loses_nothing(office: Office) -> None:
    office.answers(exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized"))
    post = await office.deliver()
    assert (office.revoked, post.next_try_at) == (1, office.clock())


async def test_what_cannot_be_delivered_leaves_the_queue_until_it_can(office: Office) -> None:
    office.answers(exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"))
    await office.deliver()
    await office.postman.tidy()
    post = await office.post("code")
    assert (post.next_try_at, post.failure) == (None, PARKED)
    await office.chats.mark_reachable(ANN)
    await office.round()
    assert office.texts == ["<b>code</b>"] * 2


async def test_t_3_no_message_waits_long_for_a_server_that_says_nothing(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    await office.deliver()
    await office.deliver("card", Kind.CARD)
    assert office.telegram.patience == [20, 20]
