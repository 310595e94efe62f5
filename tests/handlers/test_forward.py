"""Call forwarding: after the first SMS, to a phone that is typed, shown and confirmed."""

import pytest

from bot.errors import NotForwardable, Unavailable
from bot.providers.base import Capability
from handlers.forward import Ring
from tests.house import Chat, House, labels

ENDED = "This number has ended; there is nothing left to change."


@pytest.fixture
async def caller(owner: Chat, house: House) -> Chat:
    """Somebody whose number got its first SMS at a provider that forwards calls."""
    house.alpha.capabilities |= {Capability.FORWARD}
    house.alpha.delivers("12345")
    await owner.wait(5)
    return owner


async def forwards(caller: Chat, phone: str = "+44 20 7946 0958") -> str | None:
    """From the code to the confirmed phone; the alert, if there was one."""
    await caller.press("Forward calls")
    await caller.say(phone)
    click = caller.click("✅ Forward calls")
    await caller.wait(0)
    return caller.answer(click)


def told(house: House) -> list[object]:
    """The phones the provider was told."""
    return [call.about for call in house.alpha.called("forward")]


def can_forward(chat: Chat) -> bool:
    return any("Forward" in label for message in chat.messages for label in labels(message))


async def test_calls_are_forwarded_to_the_phone_that_was_typed_and_confirmed(
    caller: Chat, house: House
) -> None:
    await caller.press("Forward calls")
    assert "Where shall calls to +1 201-555-0001 ring?" in caller.screen
    await caller.say("+44 20 7946 0958")
    assert "shall ring at +44 20 7946 0958 (🇬🇧 United Kingdom)" in caller.screen
    assert told(house) == []
    await caller.press("✅ Forward calls")
    assert "ring at +44 20 7946 0958 now" in caller.screen
    assert told(house) == ["+442079460958"]
    assert "📞 Calls ring at +44 20 7946 0958." in caller.messages[0]["text"]


async def test_there_is_no_button_before_the_first_sms(owner: Chat, house: House) -> None:
    house.alpha.capabilities |= {Capability.FORWARD}
    await owner.wait(5)
    assert not can_forward(owner)


async def test_there_is_no_button_where_calls_are_not_forwarded(owner: Chat, house: House) -> None:
    house.alpha.delivers("12345")
    await owner.wait(5)
    assert not can_forward(owner)


@pytest.mark.parametrize("words", ["my other phone", "+12", "+12015550123, +442079460958"])
async def test_what_is_no_phone_is_asked_for_again(caller: Chat, house: House, words: str) -> None:
    await caller.press("Forward calls")
    await caller.say(words)
    assert "international form" in caller.screen or "just one" in caller.screen
    await caller.say("+442079460958")
    await caller.press("✅ Forward calls")
    assert told(house) == ["+442079460958"]


async def test_another_phone_can_be_given_before_anything_happens(caller: Chat, house: House) -> None:
    await caller.press("Forward calls")
    await caller.say("+442079460958")
    await caller.press("Another phone")
    await caller.say("+79007777777")
    await caller.press("✅ Forward calls")
    assert told(house) == ["+79007777777"]


async def test_a_service_without_forwarding_says_so_and_the_card_stays_true(
    caller: Chat, house: House
) -> None:
    house.alpha.fails("forward", NotForwardable())
    assert await forwards(caller) == "The provider does not forward calls of this number."
    assert "Calls ring at" not in caller.messages[0]["text"]


async def test_a_lost_answer_is_told_and_may_be_tried_again(caller: Chat, house: House) -> None:
    house.alpha.loses_the_answer("forward", Unavailable())
    await forwards(caller)
    assert "calls may be forwarded or not" in caller.screen
    await caller.press("Try again")
    assert "ring at +44 20 7946 0958 now" in caller.screen
    assert "📞 Calls ring at" in caller.messages[0]["text"]


async def test_an_old_button_says_why_it_does_nothing(caller: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.FORWARD}
    click = caller.click("Forward calls")
    await caller.wait(0)
    assert caller.answer(click) == "This provider cannot do that."


async def test_a_number_that_was_finished_forwards_no_calls_any_more(caller: Chat, house: House) -> None:
    await caller.press("Forward calls")
    await caller.say("+442079460958")
    ask, sure = caller.data("✏️ Another phone"), caller.data("✅ Forward calls")
    await caller.press("Finish")
    for button in (ask, sure):
        await caller.forge(button)
        assert caller.alert == ENDED
    assert told(house) == []


async def test_a_forged_confirmation_forwards_nothing_before_the_first_sms(owner: Chat, house: House) -> None:
    house.alpha.capabilities |= {Capability.FORWARD}
    number = owner.data("Cancel from").rpartition(":")[2]
    await owner.forge(Ring(id=number, phone="442079460958").pack())
    assert owner.alert == "Calls can be forwarded only after the first SMS."
    assert told(house) == []


async def test_the_question_ends_with_the_number(caller: Chat, house: House) -> None:
    await caller.press("Another SMS")
    await caller.press("Forward calls")
    house.alpha.ends()
    await caller.wait(30)
    await caller.say("+442079460958")
    assert ENDED in caller.screen
    await caller.say("telegram")
    assert caller.screen.startswith("Telegram\nWhich country")
    assert told(house) == []


async def test_a_request_that_never_left_is_told_so_and_may_be_tried_again(
    caller: Chat, house: House
) -> None:
    house.alpha.fails("forward", Unavailable(sent=False))
    await forwards(caller)
    assert "could not be reached" in caller.screen
    assert "nothing was changed" in caller.screen
    assert "Calls ring at" not in caller.messages[0]["text"]
    await caller.press("Try again")
    assert "ring at +44 20 7946 0958 now" in caller.screen


@pytest.mark.parametrize(
    ("phone", "shown"), [("+80012345678", "+800 1234 5678"), ("+881612345678", "+881 6 123 45678")]
)
async def test_a_phone_of_no_country_is_shown_without_one(caller: Chat, phone: str, shown: str) -> None:
    await caller.press("Forward calls")
    await caller.say(phone)
    assert caller.screen.endswith(f"shall ring at {shown}.")
