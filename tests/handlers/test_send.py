"""Sending: from /send to one confirmation, which sends once."""

from decimal import Decimal

from bot.errors import Unavailable
from bot.providers.base import Capability
from bot.providers.sending import Channel, Outgoing, SmsPart, ViberPart
from tests.doubles import KEY
from tests.handlers.sending import sent
from tests.house import Chat, House
from tests.sending import SENDING

DRAFT = [
    "✉️ To +380 50 123 4567 · 🇺🇦 Ukraine",
    "Alpha · SMS",
    "",
    "SMS from InfoCenter · lifetime 5 hours",
    "Dinner is ready",
    "15 of 160 · GSM-7 · 1 SMS",
    "",
    "SMS: $0.48–$0.50 of your $18.74",
]


# The way in


async def test_sending_stands_in_the_menu_of_who_can_send(chat: Chat, house: House) -> None:
    await chat.say("/start")
    assert "✉️ Send message" not in chat.buttons
    house.alpha.capabilities |= {Capability.SEND_VIBER, Capability.SENDERS}
    await chat.say("/start")
    await chat.press("Send message")
    assert "Which way shall it go?" in chat.screen


async def test_who_has_no_key_that_sends_is_told_which_one_to_add(chat: Chat, house: House) -> None:
    await chat.say("/send")
    assert chat.screen == "Send an SMS or a Viber message\nNone of the providers here sends messages."
    house.beta.capabilities |= SENDING
    await chat.say("/send")
    assert "It takes your own key of a provider that sends: Beta." in chat.screen
    assert chat.buttons == ["🔑 Add a provider key", "◀ Menu"]


async def test_a_key_that_only_sends_leads_there_at_once(newcomer: Chat, house: House) -> None:
    house.alpha.capabilities = SENDING | {Capability.BALANCE}
    await newcomer.say("/keys")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say(KEY)
    assert newcomer.buttons == ["✉️ Send a message", "✏️ Name this key", "🔑 Another key"]
    await newcomer.press("Send a message")
    assert "Which way shall it go?" in newcomer.screen


async def test_in_a_group_nothing_is_sent(sender: Chat, house: House) -> None:
    group = house.group(sender)
    await house.settle()
    await group.say("/send")
    assert "private chat" in group.screen
    assert len(group.news) == 1


async def test_with_several_keys_one_is_chosen_first(sender: Chat, house: House) -> None:
    house.clock.advance(1)
    await house.connect(sender, house.alpha, "alpha-key-of-the-shop-0123", label="shop")
    await sender.say("/send")
    assert sender.buttons == ["Alpha", "Alpha shop", "🗂 Sent messages", "◀ Menu"]
    await sender.press("Alpha shop")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    assert "Alpha shop · SMS" in sender.screen


async def test_only_channels_the_provider_and_the_account_have_are_offered(
    sender: Chat, house: House
) -> None:
    await sender.say("/send")
    assert sender.buttons[:-2] == ["SMS", "Viber", "Viber, then SMS"]
    house.alpha.sender_names = {Channel.VIBER: [], Channel.SMS: ["InfoCenter"]}
    await sender.say("/send")
    assert sender.buttons[:-2] == ["SMS"]
    house.alpha.sender_names = {Channel.VIBER: ["Promo"], Channel.SMS: ["InfoCenter"]}
    house.alpha.capabilities -= {Capability.SEND_SMS}
    await sender.say("/send")
    assert sender.buttons[:-2] == ["Viber"]


async def test_an_account_without_sender_names_says_what_to_do(sender: Chat, house: House) -> None:
    house.alpha.sender_names = {}
    await sender.say("/send")
    assert "has no sender name yet. Register one on the provider's site" in sender.screen
    assert sender.buttons == ["🗂 Sent messages", "◀ Menu"]


async def test_a_provider_that_does_not_answer_can_be_asked_again(sender: Chat, house: House) -> None:
    house.alpha.fails("senders", Unavailable("503"))
    await sender.say("/send")
    assert sender.screen == "⚠️ Alpha: The provider does not answer right now."
    await sender.press("Ask again")
    assert "Which way shall it go?" in sender.screen


# From the first press to the sent message


async def test_an_sms_takes_four_steps_and_one_confirmation(sender: Chat, house: House) -> None:
    await sender.say("/send")
    await sender.press("SMS")
    assert sender.screen.startswith("Who gets it?")
    await sender.say("+380 50 123-45-67")
    assert sender.screen.startswith("✉️ To +380 50 123 4567 · 🇺🇦 Ukraine\nWhat does the message say?")
    await sender.say("Dinner is ready")
    assert sender.screen.splitlines() == DRAFT
    assert house.alpha.called("send") == []
    sms = SmsPart("InfoCenter", 300, "Dinner is ready")
    assert await sent(sender) == Outgoing("+380501234567", (Channel.SMS,), None, sms)
    assert sender.alert == "Sending…"
    assert house.alpha.accounts[KEY] == Decimal("18.26")


async def test_an_sms_draft_offers_to_change_each_of_its_parts(draft: Chat) -> None:
    assert draft.buttons == [
        *("✅ Send for at most $0.50", "👤 Recipient", "🔀 Channels"),
        *("💬 SMS text", "🏷 SMS sender", "⏳ SMS lifetime", "⚡ As a flash SMS"),
        *("💲 Price per operator", "◀ Back"),
    ]


async def test_viber_asks_for_one_of_several_names_and_the_text_goes_over_both(
    sender: Chat, house: House
) -> None:
    await sender.say("/send")
    await sender.press("Viber, then SMS")
    assert sender.screen.startswith("From which name over Viber?")
    assert sender.buttons == ["Promo", "Taxi", "◀ Back"]
    await sender.press("Taxi")
    await sender.say("+380501234567")
    assert "It goes over both channels" in sender.screen
    await sender.say("Dinner is ready")
    assert "The same text." in sender.screen
    assert sender.screen.splitlines()[-3:] == [
        "Viber: $0.75–$0.77 of your $191.477",
        "SMS: $0.48–$0.50 of your $18.74",
        "At most $1.27 in all.",
    ]
    viber, sms = ViberPart("Taxi", 60, "Dinner is ready"), SmsPart("InfoCenter", 300, "Dinner is ready")
    wanted = Outgoing("+380501234567", (Channel.VIBER, Channel.SMS), viber, sms)
    assert await sent(sender) == wanted


async def test_the_pressed_message_becomes_the_card(draft: Chat) -> None:
    pressed = draft.last["message_id"]
    await draft.press("Send for at most")
    assert draft.last["message_id"] == pressed
    assert "Alpha took it: it is on its way." in draft.screen


async def test_pressed_twice_at_once_it_is_sent_once(draft: Chat, house: House) -> None:
    first, second = draft.click("Send for"), draft.click("Send for")
    await house.settle()
    assert {draft.answer(first), draft.answer(second)} == {
        "Sending…",
        "Already done: this button was pressed before.",
    }
    assert len(house.alpha.called("send")) == 1


async def test_a_restart_loses_neither_the_draft_nor_the_question(sender: Chat, house: House) -> None:
    await sender.say("/send")
    await sender.press("SMS")
    await house.restart()
    await sender.say("+380501234567")
    await house.restart()
    await sender.say("Dinner is ready")
    await house.restart()
    await sender.press("Send for at most $0.50")
    assert len(house.alpha.called("send")) == 1


# Other people's drafts, and what is gone


async def test_somebody_elses_draft_is_neither_seen_nor_sent(draft: Chat, house: House) -> None:
    stranger = house.person("Bob")
    await house.connect(stranger, house.alpha, "alpha-key-of-somebody-else")
    await stranger.say("/send")
    for label in ("Send for", "Recipient", "Channels", "SMS sender", "flash", "Price per operator"):
        await stranger.forge(draft.data(label))
        assert stranger.alert == "This button belongs to somebody else.", label
    assert "+380" not in stranger.screen
    assert house.alpha.called("send") == []


async def test_a_draft_of_yesterday_is_gone_and_says_so(draft: Chat, house: House) -> None:
    await draft.wait(25 * 3600)
    await house.codebell.housekeeping()
    await draft.press("Send for")
    assert draft.alert == (
        "This draft is gone: after a day it is forgotten. Write the message anew with /send."
    )
    assert house.alpha.called("send") == []


async def test_an_old_button_says_what_its_provider_cannot_do_any_more(draft: Chat, house: House) -> None:
    house.alpha.capabilities -= SENDING
    for label in ("Send for", "Channels", "SMS text", "flash", "Price per operator"):
        await draft.press(label)
        assert draft.alert == "This provider cannot do that.", label


async def test_a_removed_key_sends_nothing(draft: Chat, house: House) -> None:
    [key] = await house.codebell.keys.list(draft.chat_id)
    await house.codebell.keys.remove(key.id, draft.chat_id, house.clock())
    await draft.press("Send for")
    assert draft.alert == "This key was removed."
    assert house.alpha.called("send") == []


async def test_leaving_a_draft_it_can_be_gone_back_to(draft: Chat) -> None:
    before = draft.screen
    await draft.press("◀ Back")
    await draft.press("Back to the draft")
    assert draft.screen == before
