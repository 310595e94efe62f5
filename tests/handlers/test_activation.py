"""The card of a bought number, its cancel, and its end; codes are in `test_codes`."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from bot.errors import BadKey, CodeArrived, Unavailable, UnknownActivation
from bot.providers.base import Capability, Timing
from tests.doubles import KEY
from tests.handlers.reading import copied, hour, marked
from tests.house import Chat, House


async def test_the_card_shows_number_service_price_and_end(owner: Chat, house: House) -> None:
    assert owner.screen.splitlines()[:3] == [
        "📱 +1 201-555-0001",
        "Telegram · 🇺🇸 United States",
        "Alpha · $0.50",
    ]
    assert marked(owner.last, "code") == ["+1 201-555-0001"]
    end = house.alpha.newest.bought_at.timestamp() + 300
    assert f"until {hour(house.clock().fromtimestamp(end, house.clock().tzinfo))}" in owner.screen


async def test_one_tap_copies_the_number_as_a_form_takes_it(owner: Chat) -> None:
    assert copied(owner.last, "Copy number") == "+12015550001"


async def test_until_the_minimum_wait_is_over_the_button_says_from_when(owner: Chat, house: House) -> None:
    house.clock.advance(30)
    moment = hour(house.clock())
    house.clock.advance(-30)
    assert owner.buttons == ["📋 Copy number", "📨 I sent the SMS", f"🕑 Cancel from {moment}"]


async def test_the_cancel_button_changes_at_that_moment_by_one_edit(owner: Chat, house: House) -> None:
    before = len(house.sent("editMessageText"))
    await owner.wait(28)
    assert owner.buttons[-1].startswith("🕑 Cancel from")
    assert len(house.sent("editMessageText")) == before
    await owner.wait(2)
    assert owner.buttons[-1] == "❌ Cancel"
    await owner.wait(60)
    assert len(house.sent("editMessageText")) == before + 1


async def test_c_11_too_early_tells_the_seconds_and_books_the_cancel(owner: Chat, house: House) -> None:
    await owner.wait(10)
    await owner.press("Cancel from")
    assert owner.alert is not None
    assert "lets go of it in 20 seconds" in owner.alert
    assert "A cancel is booked for" in owner.screen
    assert owner.buttons[-1].startswith("🕑 Cancel booked for")
    assert house.alpha.called("cancel") == []


async def test_a_booked_cancel_is_carried_out_at_the_first_allowed_moment(owner: Chat, house: House) -> None:
    bought_at = house.alpha.newest.bought_at
    await owner.wait(11)
    await owner.press("Cancel from")
    await owner.wait(60)
    [call] = house.alpha.called("cancel")
    assert (call.at - bought_at).total_seconds() == 30
    assert "❌ Cancelled: Alpha pays it back." in owner.screen
    assert owner.buttons == ["🔁 Buy the same again"]
    assert house.alpha.accounts[KEY] == Decimal("18.74")


async def test_c_12_booking_twice_is_booked_once(owner: Chat, house: House) -> None:
    await owner.press("Cancel from")
    await owner.press("Cancel booked")
    assert owner.alert is not None
    assert "Booked" in owner.alert
    await owner.wait(60)
    assert len(house.alpha.called("cancel")) == 1


async def test_after_the_minimum_wait_a_cancel_is_carried_out_at_once(owner: Chat, house: House) -> None:
    await owner.wait(36)
    await owner.press("❌ Cancel")
    assert owner.alert is not None
    assert owner.alert.startswith("Booked: I cancel it at ")
    moment = owner.alert.removeprefix("Booked: I cancel it at ")
    assert f"A cancel is booked for {moment}" in owner.screen
    await owner.wait(5)
    assert len(house.alpha.called("cancel")) == 1
    assert "❌ Cancelled" in owner.screen


async def test_c_10_a_provider_that_holds_on_longer_teaches_its_minimum_wait(
    owner: Chat, house: House
) -> None:
    house.alpha.lets_go_after = 47
    await owner.wait(31)
    await owner.press("❌ Cancel")
    await owner.wait(5)
    assert "Alpha did not let go of it yet; I try again." in owner.screen
    await owner.wait(60)
    assert "❌ Cancelled" in owner.screen
    *_, refused, accepted = (call.at - house.alpha.newest.bought_at for call in house.alpha.called("cancel"))
    assert 47 <= accepted.total_seconds() <= 47 * 1.25
    await owner.press("Buy the same again")
    await owner.press("Buy for")
    spacing = timedelta(seconds=house.alpha.timing.min_poll)
    assert f"Cancel from {hour(house.clock() + refused + spacing)}" in owner.buttons[-1]


async def test_c_5_a_code_that_came_first_wins_over_a_booked_cancel(owner: Chat, house: House) -> None:
    await owner.wait(20)
    await owner.press("Cancel from")
    house.alpha.delivers("55555")
    await owner.wait(60)
    assert "55555" in owner.find("🔔")["text"]
    assert house.alpha.called("cancel") == []
    assert "Code: 55555" in owner.messages[0]["text"]


async def test_c_6_a_code_that_comes_in_the_moment_of_the_cancel_wins(owner: Chat, house: House) -> None:
    await owner.wait(31)
    house.alpha.fails("cancel", CodeArrived())
    await owner.press("❌ Cancel")
    await owner.wait(4)
    house.alpha.delivers("55555")
    await owner.wait(30)
    assert "55555" in owner.find("🔔")["text"]
    assert "Cancelled" not in owner.messages[0]["text"]


async def test_c_7_a_cancel_whose_answer_was_lost_is_looked_up_and_told(owner: Chat, house: House) -> None:
    await owner.wait(31)
    house.alpha.loses_the_answer("cancel", Unavailable("timeout"))
    await owner.press("❌ Cancel")
    await owner.wait(30)
    assert "❌ Cancelled" in owner.screen
    assert len(house.alpha.called("cancel")) == 1


async def test_a_booked_cancel_survives_a_restart(owner: Chat, house: House) -> None:
    await owner.wait(10)
    await owner.press("Cancel from")
    await house.restart()
    await owner.wait(30)
    assert "❌ Cancelled" in owner.screen


async def test_c_20_an_old_cancel_button_works_after_a_restart(owner: Chat, house: House) -> None:
    await owner.wait(40)
    await house.restart()
    await owner.press("❌ Cancel")
    await owner.wait(10)
    assert "❌ Cancelled" in owner.screen


async def test_nobody_cancels_somebody_elses_number(owner: Chat, newcomer: Chat, house: House) -> None:
    await owner.wait(40)
    await newcomer.say("/start")
    for label in ("❌ Cancel", "I sent the SMS"):
        await newcomer.forge(owner.data(label))
        assert newcomer.alert == "This button belongs to somebody else."
    await owner.wait(60)
    assert house.alpha.called("cancel") == house.alpha.called("sent") == []


async def test_cancelling_what_has_ended_says_so(owner: Chat, house: House) -> None:
    await owner.wait(40)
    button = owner.data("❌ Cancel")
    house.alpha.ends()
    await owner.wait(20)
    await owner.forge(button)
    assert owner.alert == "This number has ended; there is nothing left to change."


async def test_a_provider_without_cancel_shows_no_such_button(chat: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.CANCEL, Capability.SENT}
    await chat.buys()
    assert chat.buttons == ["📋 Copy number"]


async def test_the_provider_is_told_once_that_the_sms_was_sent(owner: Chat, house: House) -> None:
    await owner.press("I sent the SMS")
    assert owner.alert == "The provider knows: the SMS is on its way."
    assert len(house.alpha.called("sent")) == 1
    assert "📨 I sent the SMS" not in owner.buttons


async def test_when_the_provider_cannot_be_told_the_button_stays(owner: Chat, house: House) -> None:
    house.alpha.fails("sent", Unavailable("503"))
    await owner.press("I sent the SMS")
    assert owner.alert == "The provider does not answer right now."
    assert "📨 I sent the SMS" in owner.buttons


async def test_a_number_without_an_sms_expires_by_the_providers_word(owner: Chat, house: House) -> None:
    await owner.wait(296)
    house.alpha.ends()
    await owner.wait(15)
    assert "⌛ No SMS came in time" in owner.screen
    assert owner.buttons == ["🔁 Buy the same again"]


async def test_a_number_the_provider_ends_early_is_called_so(owner: Chat, house: House) -> None:
    house.alpha.ends()
    await owner.wait(10)
    assert "⌛ Alpha ended this number early, and no code reached me." in owner.screen


async def test_a_number_the_provider_never_ends_is_given_up_long_after_its_time(
    chat: Chat, house: House
) -> None:
    house.alpha.timing = Timing(min_poll=40, min_cancel=30, lifetime=300)
    await chat.buys()
    await chat.wait(300 + 700)
    assert "Its time is long over and no SMS came." in chat.screen


async def test_c_16_one_no_such_number_is_doubted_and_two_are_believed(owner: Chat, house: House) -> None:
    house.alpha.fails("poll", UnknownActivation())
    await owner.wait(5)
    assert "Waiting for the SMS" in owner.screen
    await owner.wait(60)
    assert "⌛" not in owner.screen
    house.alpha.fails("poll", UnknownActivation(), UnknownActivation())
    await owner.wait(60)
    assert "⌛" in owner.screen


async def test_c_15_a_provider_that_fails_for_long_is_named_on_the_card_until_it_answers(
    owner: Chat, house: House
) -> None:
    house.alpha.breaks("poll", Unavailable("502"))
    await owner.wait(120)
    assert "⚠️ Alpha does not answer; I keep asking." in owner.screen
    edits = len(house.sent("editMessageText"))
    await owner.wait(600)
    assert "⌛ Its time is over" in owner.screen
    assert len(house.sent("editMessageText")) == edits + 1
    house.alpha.breaks("poll", None)
    await owner.wait(60)
    assert "does not answer" not in owner.screen
    house.alpha.delivers("2468")
    await owner.wait(60)
    assert "2468" in owner.find("🔔")["text"]


async def test_one_failure_is_not_worth_a_word(owner: Chat, house: House) -> None:
    house.alpha.fails("poll", Unavailable("502"))
    await owner.wait(7)
    assert "does not answer" not in owner.screen


async def test_a_key_that_is_refused_meanwhile_is_told_on_the_card(owner: Chat, house: House) -> None:
    house.alpha.breaks("poll", BadKey())
    await owner.wait(120)
    assert "⚠️" in owner.messages[0]["text"]


async def test_a_card_that_was_deleted_comes_again_when_it_changes(owner: Chat, house: House) -> None:
    owner.delete(owner.last)
    await owner.wait(31)
    assert "❌ Cancel" in owner.buttons
    assert len(owner.messages) == 1


async def test_the_provider_is_never_asked_sooner_than_it_allows(owner: Chat, house: House) -> None:
    await owner.wait(20)
    await owner.press("Cancel from")
    await owner.wait(100)
    moments = [call.at.timestamp() for call in house.alpha.called("poll")]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= house.alpha.timing.min_poll


async def test_once_its_time_is_over_the_card_does_not_promise_that_time(owner: Chat, house: House) -> None:
    assert "Waiting for the SMS until" in owner.screen
    house.alpha.breaks("poll", Unavailable("503"))
    await owner.wait(305)
    before = len(house.sent("editMessageText"))
    await owner.wait(10)
    assert "⌛ Its time is over; I still look for a late SMS." in owner.screen
    assert "Waiting for the SMS until" not in owner.screen
    await owner.wait(60)
    assert len(house.sent("editMessageText")) - before <= 1
