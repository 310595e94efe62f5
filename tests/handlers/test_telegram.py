"""Telegram limps in one way or another, and people get their numbers and codes all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from handlers.code_rings import draw_code
from handlers.rental_rings import draw_rental_sms
from handlers.screen import Screen, fits
from storage.models import Activation, Post, Rental, RentalText, Sms, State
from tests.house import Chat, House

T = Catalogues("en").texts("en")
HOSTILE = st.text(st.sampled_from("<b>&\"'📱👩‍👩‍👧‍👦\u202eאبا\u200d\ufe0f1a ")) | st.text()
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def rings(chat: Chat, code: str) -> int:
    """How often a code was said in a chat."""
    return len([message for message in chat.messages if "🔔" in message["text"] and code in message["text"]])


@pytest.mark.parametrize("restarted", [False, True])
async def test_t_2_t_24_in_a_flood_of_one_chat_only_its_news_wait(
    owner: Chat, house: House, restarted: bool
) -> None:
    bob = house.person("Bob")
    await bob.say("/start")
    house.human.fault("sendMessage", chat_id=owner.chat_id, retry_after=6775)
    house.alpha.delivers("31337")
    await house.wait(10)
    if restarted:
        await house.restart()
    await bob.say("/help")
    await owner.say("/numbers")
    assert "How it works" in bob.screen
    assert "31337" in owner.screen
    house.clock.advance(6700)
    await house.settle()
    assert rings(owner, "31337") == 0
    await house.wait(100)
    assert rings(owner, "31337") == 1


async def test_t_25_a_flood_that_an_answer_met_quiets_the_news_too(owner: Chat, house: House) -> None:
    house.human.fault("sendMessage", chat_id=owner.chat_id, retry_after=60)
    await owner.say("/help")
    calls = len(house.sent("sendMessage"))
    house.alpha.delivers("31337")
    await house.wait(50)
    assert len(house.sent("sendMessage")) == calls
    await house.wait(20)
    assert rings(owner, "31337") == 1


async def test_t_11_a_press_that_can_no_longer_be_answered_is_carried_out(owner: Chat, house: House) -> None:
    await owner.wait(31)
    house.human.fault("answerCallbackQuery", code=400, description=TOO_OLD, times=None)
    await owner.press("Cancel")
    await owner.wait(5)
    assert house.alpha.called("cancel")
    assert "Cancelled" in owner.find("📱")["text"]


async def test_t_11_a_press_that_cannot_be_answered_shows_its_screen(owner: Chat, house: House) -> None:
    await owner.say("/start")
    house.human.fault("answerCallbackQuery", code=400, description=TOO_OLD, times=None)
    await owner.press("Help")
    assert "How it works" in owner.screen


async def test_t_17_after_half_an_hour_without_telegram_codes_come_first_and_all_of_them(
    owner: Chat, house: House
) -> None:
    house.human.fault(drop=True, times=None)
    house.alpha.delivers("31337")
    for _ in range(6):
        house.clock.advance(300)
        await house.codebell.watcher.tick()
        await house.codebell.watcher.settle(10)
        await house.codebell.postman.round()
        await house.codebell.postman.settle(10)
    house.human.heal()
    before = len(house.sent("sendMessage"))
    await house.wait(300)
    assert rings(owner, "31337") == 1
    assert "31337" in house.sent("sendMessage")[before]["params"]["text"]


async def test_s_13_what_fell_due_while_the_loop_was_blocked_is_done_after_it(
    owner: Chat, house: House
) -> None:
    house.alpha.delivers("31337")
    house.clock.advance(5 + 5)
    await house.settle()
    assert rings(owner, "31337") == 1


@settings(max_examples=20)
@given(text=HOSTILE.map(lambda text: (text or "x") * (10_000 // max(1, len(text)))), code=HOSTILE)
def test_t_23_any_sms_fits_into_a_message(text: str, code: str) -> None:
    number = Activation(service_name="Telegram", phone="+12015550001", state=State.RECEIVED, id="n")
    sms = Sms(code=code[:256], text=text, sender=text[:64], late=True)
    drawn = draw_code(sms, number, T, {})
    assert fits(Screen(drawn.html))
    rental = Rental(phone="+12015550001", id="r")
    shown = draw_rental_sms(RentalText(sender=text[:64], text=text), rental, T, Post(message_id=None))
    assert fits(Screen(shown.html))
