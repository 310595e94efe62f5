"""The card of a sent message, and the new message that rings with the last word on it."""

from decimal import Decimal

import pytest

from bot.errors import BadReply, Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel, Delivery
from bot.providers.sending_errors import SenderRefused, UnknownMessage
from tests.doubles import KEY
from tests.handlers.reading import hour, marked
from tests.house import Chat, House, labels

VIBER, SMS = Channel.VIBER, Channel.SMS
CARD = "✉️ To +380 50 123 4567 · 🇺🇦 Ukraine"


@pytest.fixture
async def sms(draft: Chat) -> Chat:
    """Somebody who has just sent an SMS."""
    await draft.press("Send for")
    return draft


@pytest.fixture
async def letter(both: Chat) -> Chat:
    """Somebody who has just sent a Viber message that an SMS may follow."""
    await both.press("Send for")
    return both


def card(chat: Chat) -> list[str]:
    return str(chat.find(CARD)["text"]).splitlines()


def rings(chat: Chat) -> list[str]:
    return [str(message["text"]) for message in chat.messages if message["text"].startswith("🔔")]


# The way of a message


async def test_what_the_provider_took_is_on_its_way(sms: Chat) -> None:
    assert card(sms) == [
        CARD,
        "Alpha · SMS",
        "Dinner is ready",
        "SMS: accepted · $0.48",
        "",
        "📨 Alpha took it: it is on its way.",
        "The last word on it comes as a new message.",
    ]
    assert sms.buttons == ["🔁 Write another like it", "🗂 Sent messages"]


async def test_a_delivery_rings_once_and_the_card_says_so(sms: Chat, house: House) -> None:
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await sms.wait(10)
    delivered = house.clock()
    await sms.wait(3600)
    assert rings(sms) == ["🔔 Delivered over SMS to +380 50 123 4567\nIt cost $0.48."]
    assert card(sms)[3:5] == ["SMS: delivered · $0.48", ""]
    assert card(sms)[5].startswith("✅ Delivered over SMS on ")
    assert hour(delivered)[:4] in card(sms)[5]
    assert card(sms)[6] == "It cost $0.48."
    assert labels(sms.find("🔔")) == ["🔁 Write another like it"]


async def test_every_step_shows_on_the_card_and_rings_nothing(letter: Chat, house: House) -> None:
    words = {
        Delivery.PENDING: "in the queue",
        Delivery.IN_PROGRESS: "being processed",
        Delivery.MODERATION: "being checked by the provider",
        Delivery.RESERVED: "held by the provider",
        Delivery.SENT: "sent",
    }
    for status, word in words.items():
        house.alpha.reports_that(VIBER, status)
        await letter.wait(60)
        assert f"Viber: {word} · $0.75" in card(letter)
    assert rings(letter) == []


async def test_a_word_nobody_knows_is_shown_and_is_not_the_last(letter: Chat, house: House) -> None:
    house.alpha.reports_that(VIBER, Delivery.OTHER)
    await letter.wait(10)
    assert "Viber: the provider says “OTHER” · $0.75" in card(letter)
    assert rings(letter) == []


async def test_what_one_channel_delivered_the_other_one_pays_back(letter: Chat, house: House) -> None:
    house.alpha.reports_that(VIBER, Delivery.DELIVERED)
    house.alpha.reports_that(SMS, Delivery.REFUNDED)
    await letter.wait(10)
    assert "SMS: not needed, to be paid back · $0.48" in card(letter)
    assert rings(letter) == ["🔔 Delivered over Viber to +380 50 123 4567\nIt cost $0.75."]


async def test_while_a_channel_may_yet_be_paid_back_the_cost_is_not_the_last_word(
    letter: Chat, house: House
) -> None:
    house.alpha.reports_that(VIBER, Delivery.DELIVERED)
    await letter.wait(10)
    so_far = "Charged so far: $1.23; what was not needed may yet be paid back."
    assert rings(letter) == [f"🔔 Delivered over Viber to +380 50 123 4567\n{so_far}"]
    house.alpha.reports_that(SMS, Delivery.REFUNDED)
    await letter.wait(60)
    assert card(letter)[-1] == "It cost $0.75."
    assert len(rings(letter)) == 1


async def test_where_viber_fails_the_sms_delivers(letter: Chat, house: House) -> None:
    house.alpha.reports_that(VIBER, Delivery.EXPIRED)
    await letter.wait(10)
    assert rings(letter) == []
    assert "Viber: not delivered in its lifetime · $0.75" in card(letter)
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await letter.wait(60)
    assert rings(letter) == ["🔔 Delivered over SMS to +380 50 123 4567 (not over Viber)\nIt cost $1.23."]


async def test_that_it_was_read_shows_on_the_card_alone(letter: Chat, house: House) -> None:
    house.alpha.reports_that(VIBER, Delivery.DELIVERED)
    await letter.wait(10)
    house.alpha.reports_that(VIBER, Delivery.VIEWED)
    await letter.wait(600)
    assert len(rings(letter)) == 1
    assert "Viber: read · $0.75" in card(letter)
    assert any(line.startswith("👁 Delivered over Viber on ") for line in card(letter))


async def test_what_arrived_nowhere_says_what_to_do_next(letter: Chat, house: House) -> None:
    house.alpha.reports_that(VIBER, Delivery.UNDELIVERED)
    house.alpha.reports_that(SMS, Delivery.REFUNDED)
    await letter.wait(10)
    said = "Check the number, or try another channel or a longer lifetime."
    assert rings(letter) == [f"🔔 Not delivered to +380 50 123 4567\nIt cost $0.75.\n{said}"]
    assert card(letter)[3:5] == ["Viber: not delivered · $0.75", "SMS: to be paid back · $0.48"]
    assert card(letter)[-3:] == ["❌ Not delivered.", "It cost $0.75.", said]
    assert labels(letter.find("🔔")) == ["✏️ Change and try again"]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Delivery.EXPIRED, "not delivered in its lifetime"),
        (Delivery.STOPPED, "stopped by the provider"),
        (Delivery.ERROR, "failed at the provider"),
    ],
)
async def test_each_end_has_its_word(sms: Chat, house: House, status: Delivery, word: str) -> None:
    house.alpha.reports_that(SMS, status)
    await sms.wait(10)
    assert f"SMS: {word} · $0.48" in card(sms)
    assert rings(sms)[0].startswith("🔔 Not delivered")


async def test_too_little_money_for_a_channel_says_to_top_it_up(sms: Chat, house: House) -> None:
    house.alpha.reports_that(SMS, Delivery.NO_MONEY)
    await sms.wait(10)
    assert "SMS: not enough money · $0.48" in card(sms)
    assert "top it up, then send it again" in rings(sms)[0]
    assert "It cost $0.00." in rings(sms)[0]


# What went wrong


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


# Again, and what was sent


async def test_another_like_it_is_a_new_draft_in_a_new_message(sms: Chat, house: House) -> None:
    await sms.press("Write another like it")
    assert sms.find("📨")["message_id"] != sms.last["message_id"]
    await sms.press("SMS text")
    await sms.say("Dessert is ready")
    await sms.press("Send for")
    assert len(house.alpha.called("send")) == 2
    assert [message.recipient for message in house.alpha.outgoing.values()] == ["+380501234567"] * 2


async def test_sent_messages_are_listed_newest_first_and_open_their_cards(sms: Chat, house: House) -> None:
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await sms.wait(60)
    await sms.press("Write another like it")
    await sms.press("Recipient")
    await sms.say("+44 7400 123456")
    await sms.press("Send for")
    await sms.press("Sent messages")
    assert sms.buttons == [
        "🗂 +44 7400 123456 · on its way",
        "🗂 +380 50 123 4567 · delivered",
        *("✉️ Send a message", "◀ Menu"),
    ]
    await sms.press("+44 7400 123456")
    assert "📨 Alpha took it" in sms.screen
    assert sms.buttons == ["🔁 Write another like it", "🔄 Look again", "◀ Sent messages"]
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await sms.wait(60)
    await sms.press("Look again")
    assert "✅ Delivered over SMS" in sms.find("🇬🇧")["text"]
    await sms.press("◀ Sent messages")
    assert "🗂 +44 7400 123456 · delivered" in labels(sms.find("Sent messages\n"))
