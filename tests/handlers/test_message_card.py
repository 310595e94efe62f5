"""The card of a sent message, and the new message that rings with the last word on it."""

from datetime import timedelta

import pytest

from bot.providers.sending import Channel, ChannelReport, Delivery, Report
from tests.handlers.reading import hour
from tests.handlers.sending import CARD, card, rings
from tests.house import Chat, House, labels

VIBER, SMS = Channel.VIBER, Channel.SMS
MAY_YET = "what delivered nothing may yet be paid back."


# The way of a message


async def test_what_the_provider_took_is_on_its_way(sms: Chat) -> None:
    assert card(sms) == [
        CARD,
        "Alpha · SMS",
        "Dinner is ready",
        "SMS: accepted · $0.48",
        "",
        "📨 Alpha took it: it is on its way.",
        "Once it is delivered, or known not to be, a new message says so.",
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
    assert hour(delivered)[:5] in card(sms)[5]
    assert card(sms)[6] == "It cost $0.48."
    assert labels(sms.find("🔔")) == ["🔁 Write another like it"]


async def test_the_moment_of_a_delivery_is_the_providers_not_ours(sms: Chat, house: House) -> None:
    at = house.clock() + timedelta(seconds=2)
    told = ChannelReport(SMS, Delivery.DELIVERED, "DELIVRD", at=at)
    house.alpha.reports["alpha-message-1"] = Report("alpha-message-1", (told,))
    house.clock.advance(3 * 3600)
    await house.restart()
    assert hour(at)[:5] in card(sms)[5]


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
    so_far = f"Charged so far: $1.23; {MAY_YET}"
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
    so_far = f"Charged so far: $1.23; {MAY_YET}"
    assert rings(letter) == [f"🔔 Delivered over SMS to +380 50 123 4567 (not over Viber)\n{so_far}"]
    assert card(letter)[-1] == so_far
    house.alpha.reports_that(VIBER, Delivery.REFUNDED)
    await letter.wait(600)
    assert card(letter)[-1] == "It cost $0.48."
    assert len(rings(letter)) == 1


async def test_a_channel_that_was_tried_in_vain_is_paid_back_but_was_needed(
    letter: Chat, house: House
) -> None:
    house.alpha.reports_that(VIBER, Delivery.REFUNDED)
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await letter.wait(10)
    assert card(letter)[3:5] == ["Viber: to be paid back · $0.75", "SMS: delivered · $0.48"]
    assert card(letter)[-1] == "It cost $0.48."


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
    so_far = f"Charged so far: $0.75; {MAY_YET}"
    assert rings(letter) == [f"🔔 Not delivered to +380 50 123 4567\n{so_far}\n{said}"]
    assert card(letter)[3:5] == ["Viber: not delivered · $0.75", "SMS: to be paid back · $0.48"]
    assert card(letter)[-3:] == ["❌ Not delivered.", so_far, said]
    assert labels(letter.find("🔔")) == ["✏️ Change and try again"]
    house.alpha.reports_that(VIBER, Delivery.REFUNDED)
    await letter.wait(600)
    assert card(letter)[-2] == "It cost $0.00."
    assert len(rings(letter)) == 1


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
    assert [line.split(" · ")[-1] for line in sms.screen.splitlines() if "May" in line] == [
        "⏳ on its way",
        "✅ delivered",
    ]
    await sms.press("🧾 1")
    assert "📨 Alpha took it" in sms.screen
    assert sms.buttons == ["🔁 Write another like it", "🔄 Look again", "📄 As a file", "◀ History"]
    house.alpha.reports_that(SMS, Delivery.DELIVERED)
    await sms.wait(60)
    await sms.press("Look again")
    assert "✅ Delivered over SMS" in sms.find("🇬🇧")["text"]
    await sms.press("◀ History")
    listed = sms.find("History · ")["text"]
    assert "+44 7400 123456 · $0.48\n1 May 12:01 · ✅ delivered" in listed
