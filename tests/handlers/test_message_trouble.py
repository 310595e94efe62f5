"""The card of a message that was not sent, whose answer was lost, or of whose delivery nothing is told."""

from decimal import Decimal

import pytest

from bot.errors import BadReply, Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel, Delivery
from bot.providers.sending_errors import SenderRefused, UnknownMessage
from storage.caps import Caps
from tests.doubles import KEY
from tests.handlers.reading import marked
from tests.handlers.sending import CARD, card, rings
from tests.house import Chat, House

SMS = Channel.SMS


async def test_a_refused_message_says_why_and_costs_nothing(draft: Chat, house: House) -> None:
    house.alpha.fails("send", SenderRefused())
    await draft.press("Send for")
    assert card(draft)[-2:] == [
        "🚫 Not sent, not paid.",
        "The provider does not accept this sender name. Nothing was sent: choose another one.",
    ]
    assert draft.buttons == ["✏️ Change and try again", "🗂 Sent messages"]
    await draft.press("Change and try again")
    assert draft.buttons[0] == "✅ Send for at most $0.50"
    assert "🚫 Not sent, not paid." in draft.messages[-2]["text"]


@pytest.mark.parametrize("lost", [BadReply("html"), Unavailable("502")])
async def test_a_lost_answer_is_told_with_both_balances_and_never_repeated(
    draft: Chat, house: House, lost: Exception
) -> None:
    house.alpha.loses_the_answer("send", lost)
    await draft.press("Send for")
    await draft.wait(3600)
    assert card(draft)[-5:] == [
        "❓ The answer of Alpha was lost: it is unknown whether this was sent.",
        "I did not and will not send it again for this press.",
        "Balance before: $18.74",
        "Balance after: $18.26",
        "If it fell, the message was sent; your account at Alpha shows it.",
    ]
    assert len(house.alpha.called("send")) == 1
    assert draft.buttons == ["✏️ Write it again", "🗂 Sent messages"]


async def test_writing_it_again_warns_that_the_first_one_may_have_been_sent(
    draft: Chat, house: House
) -> None:
    house.alpha.loses_the_answer("send", Unavailable("502"))
    await draft.press("Send for")
    await draft.press("Write it again")
    assert draft.screen.splitlines()[:3] == [
        "⚠️ The first one may have been sent: look at your account there before you send this.",
        "",
        CARD,
    ]
    assert draft.buttons[0] == "✅ Send for at most $0.50"


async def test_without_both_balances_only_the_account_shows_whether_it_was_sent(
    both: Chat, house: House
) -> None:
    house.alpha.purses = {}
    house.alpha.loses_the_answer("send", Unavailable("502"))
    await both.press("Send for")
    assert card(both)[-2:] == [
        "I did not and will not send it again for this press.",
        "Your account at Alpha shows whether it was sent.",
    ]


@pytest.mark.parametrize(
    ("called", "told"),
    [
        (
            False,
            "🔔 Not sent to +380 50 123 4567, not paid\nThe bot was stopped before it could order this.",
        ),
        (
            True,
            "🔔 It is unknown whether the message to +380 50 123 4567 was sent\n"
            "I was interrupted while I sent it, and do not send it again by myself.",
        ),
    ],
)
async def test_what_was_interrupted_rings_once_as_nobody_waits_for_it_any_more(
    draft: Chat, house: House, called: bool, told: str
) -> None:
    letters, message_id = house.codebell.letters, draft.data("Recipient").split(":")[1]
    card_id = draft.last["message_id"]
    await letters.intend(message_id, draft.person_id, draft.chat_id, card_id, Caps(), house.clock())
    if called:
        await letters.calling(message_id, Decimal("18.74"), house.clock())
    await house.restart()
    await house.restart()
    assert rings(draft) == [told]
    assert draft.messages[-2]["message_id"] == card_id
    assert house.alpha.called("send") == []


async def test_a_request_that_never_left_is_not_sent(draft: Chat, house: House) -> None:
    house.alpha.fails("send", Unavailable("refused", sent=False))
    await draft.press("Send for")
    assert card(draft)[-2:] == ["🚫 Not sent, not paid.", "The provider does not answer right now."]


async def test_a_provider_that_does_not_answer_is_named_and_asked_on(sms: Chat, house: House) -> None:
    house.alpha.breaks("delivery", Unavailable("503"))
    await sms.wait(120)
    assert card(sms)[-1] == "⚠️ Alpha does not answer; I keep asking."
    house.alpha.breaks("delivery", None)
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await sms.wait(120)
    assert len(rings(sms)) == 1


async def test_a_provider_that_does_not_know_it_any_more_is_asked_no_more(sms: Chat, house: House) -> None:
    house.alpha.breaks("delivery", UnknownMessage())
    await sms.wait(600)
    assert card(sms)[-2:] == [
        "⚠️ Alpha: The provider does not know this message.",
        "Look at your account there.",
    ]
    assert rings(sms) == []


async def test_a_message_without_a_last_word_says_so_when_its_time_is_over(sms: Chat, house: House) -> None:
    await sms.wait(8 * 3600)
    assert card(sms)[-2:] == [
        "Alpha never told what became of it, and its time is over.",
        "Look at your account there.",
    ]
    assert rings(sms) == []


async def test_a_provider_that_tells_no_delivery_says_so(draft: Chat, house: House) -> None:
    house.alpha.capabilities -= {Capability.DELIVERY}
    await draft.press("Send for")
    assert card(draft)[-2:] == ["Alpha does not tell what becomes of it.", "Look at your account there."]


async def test_the_text_on_the_card_is_short_and_only_text(both: Chat, house: House) -> None:
    await both.press("SMS text")
    await both.say("<i>SMS</i> " + "a" * 500)
    await both.press("Send for")
    quotes = marked(both.find(CARD), "blockquote")
    assert quotes[0] == "Dinner is ready"
    assert quotes[1].startswith("<i>SMS</i> aaa")
    assert len(quotes[1]) == 150


async def test_a_restart_between_sending_and_delivery_loses_no_ring(sms: Chat, house: House) -> None:
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await house.restart()
    await sms.wait(10)
    await house.restart()
    assert len(rings(sms)) == 1


async def test_money_is_what_the_provider_took(sms: Chat, house: House) -> None:
    assert house.alpha.accounts[KEY] == Decimal("18.26")
