"""Writing a draft: each part is typed or chosen by itself; what cannot be used is asked for again."""

import pytest

from tests.doubles import KEY
from tests.handlers.reading import copied, marked
from tests.handlers.sending import sent
from tests.house import Chat, House

# The recipient


async def asked_for_the_recipient(chat: Chat) -> None:
    await chat.say("/send")
    await chat.press("SMS")


@pytest.mark.parametrize(
    "typed",
    [
        *("+380 50 123 45 67", "00380501234567", "380501234567", "+38 (050) 123-45-67"),
        *("\u202a+380 50 123 4567\u202c", "\u200e+380501234567", "+380\u201150\u2011123\u20114567"),
        "tel:+380501234567",
    ],
)
async def test_a_number_is_understood_however_it_is_written(sender: Chat, typed: str) -> None:
    await asked_for_the_recipient(sender)
    await sender.say(typed)
    assert sender.screen.startswith("✉️ To +380 50 123 4567 · 🇺🇦 Ukraine")


@pytest.mark.parametrize("typed", ["mum", "0501234567", "+380", "112", "+38050123456789012", "+999 1234567"])
async def test_what_is_no_number_is_asked_for_again(sender: Chat, typed: str) -> None:
    await asked_for_the_recipient(sender)
    await sender.say(typed)
    assert sender.screen.startswith("That is not a phone number")
    assert len(sender.news) == 1
    await sender.say("+380501234567")
    assert "What does the message say?" in sender.screen


@pytest.mark.parametrize(
    "typed", ["+380501234567 +380501234568", "+380501234567, +380501234568", "+380501234567\n+380501234568"]
)
async def test_several_numbers_are_refused_and_it_is_said_why(sender: Chat, house: House, typed: str) -> None:
    await asked_for_the_recipient(sender)
    await sender.say(typed)
    assert sender.screen == (
        "One recipient at a time: each message is confirmed by itself, so that nobody gets one by mistake. "
        "Send just one number."
    )
    assert house.alpha.called("send") == []


async def test_another_recipient_changes_country_and_price(draft: Chat, house: House) -> None:
    await draft.press("Recipient")
    assert "Now: +380 50 123 4567" in draft.screen
    await draft.say("+44 7911 123456")
    assert draft.screen.startswith("✉️ To +44 7911 123456 · 🇬🇬 Guernsey")
    await draft.press("Recipient")
    await draft.say("+44 7400 123456")
    assert draft.screen.startswith("✉️ To +44 7400 123456 · 🇬🇧 United Kingdom")
    assert (await sent(draft)).recipient == "+447400123456"


# The text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a" * 160, ["160 of 160 · GSM-7 · 1 SMS"]),
        ("a" * 161, ["161 of 306 · GSM-7 · 2 SMS"]),
        ("5 €", ["4 of 160 · GSM-7 · 1 SMS"]),
        (
            "Привіт",
            [
                "6 of 70 · UCS-2 · 1 SMS",
                "“П” is not in the GSM alphabet: an SMS has room for 70 characters, not 160.",
            ],
        ),
        (
            "a" * 100 + "🙂",
            [
                "102 of 134 · UCS-2 · 2 SMS",
                "“🙂” is not in the GSM alphabet: an SMS has room for 67 characters, not 153.",
            ],
        ),
        (
            "so\u200bft",
            [
                "5 of 70 · UCS-2 · 1 SMS",
                "“U+200B” is not in the GSM alphabet: an SMS has room for 70 characters, not 160.",
            ],
        ),
    ],
)
async def test_length_encoding_and_segments_stand_under_the_text(
    draft: Chat, typed: str, said: list[str]
) -> None:
    await draft.press("SMS text")
    await draft.say(typed)
    lines = draft.screen.splitlines()
    assert lines[5 : 5 + len(said)] == said


async def test_a_longer_text_costs_as_many_sms(draft: Chat) -> None:
    await draft.press("SMS text")
    await draft.say("a" * 307)
    assert draft.buttons[0] == "✅ Send for at most $1.50"


async def test_a_text_is_shown_as_it_is_whatever_stands_in_it(draft: Chat) -> None:
    await draft.press("SMS text")
    await draft.say("<b>1 < 2</b> & {price}\nBye")
    assert marked(draft.last, "blockquote") == ["<b>1 < 2</b> & {price}\nBye"]
    assert marked(draft.last, "bold") == ["+380 50 123 4567 · 🇺🇦 Ukraine", "SMS"]
    outgoing = await sent(draft)
    assert outgoing.sms is not None
    assert outgoing.sms.text == "<b>1 < 2</b> & {price}\nBye"


async def test_each_channels_text_is_changed_by_itself(both: Chat) -> None:
    await both.press("SMS text")
    assert copied(both.last, "Copy the text so far") == "Dinner is ready"
    await both.say("Dinner!")
    assert "The same text." not in both.screen
    outgoing = await sent(both)
    assert outgoing.viber is not None
    assert outgoing.sms is not None
    assert (outgoing.viber.text, outgoing.sms.text) == ("Dinner is ready", "Dinner!")


async def test_a_text_may_hold_what_looks_like_a_key(draft: Chat) -> None:
    await draft.press("SMS text")
    said = await draft.say("Your parcel 1Z999AA10123456784 is here")
    assert draft.has(said)
    assert "Your parcel 1Z999AA10123456784 is here" in draft.screen


@pytest.mark.parametrize(
    "typed",
    [
        *("shop.example.com/p/12345", "www.shop24.com/winter2026", "Shop24.example.com?code=A1B2C3D4E5"),
        *("PROMO2026-SALE-50-OFF", "SUMMER-2026-1234567890AB"),
    ],
)
async def test_a_link_or_a_voucher_alone_is_a_text(draft: Chat, typed: str) -> None:
    await draft.press("SMS text")
    said = await draft.say(typed)
    assert draft.has(said)
    assert marked(draft.last, "blockquote") == [typed]


async def test_a_key_is_not_taken_for_the_answer_and_does_not_stay(draft: Chat, house: House) -> None:
    for label, typed in (("SMS text", KEY), ("Recipient", f"it is {KEY}")):
        await draft.press(label, on=draft.find("Alpha · SMS"))
        said = await draft.say(typed)
        assert not draft.has(said)
        assert draft.screen.startswith("That looked like a key, so I deleted your message; nothing was")
        await draft.press("◀ Back")
    assert "Dinner is ready" in draft.find("Alpha · SMS")["text"]


@pytest.mark.parametrize(
    "key",
    ["7d2f1c0e9b8a4d5c6e7f8091a2b3c4d5", "9F8B6C4D-1A2B-4C3D-8E9F-ABCD56789012", "eyJ0eXAi.eyJzdWIi.dBjft_9"],
)
async def test_after_a_key_the_question_is_still_open(draft: Chat, key: str) -> None:
    await draft.press("SMS text")
    await draft.say(key)
    assert draft.screen.splitlines()[1:] == [
        "Keys are added with /keys.",
        "If it is what the message shall say, send it again with another word beside it.",
    ]
    await draft.say(f"Code: {key}")
    assert marked(draft.last, "blockquote") == [f"Code: {key}"]


async def test_a_key_that_cannot_be_deleted_is_not_taken_either(draft: Chat, house: House) -> None:
    house.human.fault("deleteMessage", code=400, description="Bad Request: message can't be deleted")
    await draft.press("Recipient")
    await draft.say(KEY)
    assert draft.screen.splitlines() == [
        "That looked like a key. Please delete your message; nothing was stored.",
        "Keys are added with /keys.",
    ]


async def test_a_text_that_is_too_long_is_asked_for_again(both: Chat) -> None:
    await both.press("Viber text")
    await both.say("a" * 1001)
    assert both.screen == "That is too long: there is room for 1000 characters."
    await both.say("a" * 1000)
    assert "1000 characters" in both.screen
    await both.press("SMS text")
    await both.say("a" * 2049)
    assert both.screen == "That is too long: there is room for 2048 characters."


async def test_two_longest_texts_stand_whole_above_the_button_that_sends_them(both: Chat) -> None:
    viber, sms = "Ї" * 990 + " pay 500 €", "&" * 2030 + " and 700 € to Bob."
    await both.press("Viber text")
    await both.say(viber)
    await both.press("SMS text")
    await both.say(sms)
    assert both.buttons[0].startswith("✅ Send for at most")
    assert marked(both.last, "blockquote") == [viber, sms]


async def test_what_does_not_fit_one_screen_is_not_sent_and_it_is_said(both: Chat) -> None:
    before = both.data("Send for")
    await both.press("Viber text")
    await both.say("Short")
    await both.press("SMS text")
    await both.say("🙂" * 2048)
    assert both.screen.splitlines()[-1] == (
        "⚠️ This does not fit one screen, and what you cannot see whole is not sent: shorten a text."
    )
    assert not any("Send" in label for label in both.buttons)
    await both.forge(before)
    assert both.house.alpha.called("send") == []
    await both.press("SMS text")
    await both.say("🙂" * 1000)
    assert both.buttons[0].startswith("✅ Send for at most")


# Questions


async def test_going_back_ends_the_question(draft: Chat) -> None:
    await draft.press("SMS text")
    await draft.press("◀ Back")
    await draft.say("hello")
    assert "I know no service like “hello”." in draft.screen
    await draft.press("flash")
    assert "Dinner is ready" in draft.find("Alpha · SMS")["text"]


async def test_a_text_that_begins_as_commands_do_is_told_how_to_begin(draft: Chat) -> None:
    await draft.press("SMS text")
    await draft.say("/o/ we won")
    assert draft.screen.splitlines() == [
        "I do not know this command.",
        "What begins with “/” ends the question. Begin such a text with another sign.",
    ]
    await draft.say("/o/ we won")
    assert draft.screen == "I do not know this command."


async def test_what_is_missing_is_said_and_leads_there(sender: Chat) -> None:
    await sender.say("/send")
    await sender.press("SMS")
    await sender.press("◀ Back")
    assert sender.screen.splitlines()[-1] == "⚠️ Still missing: 👤 Recipient."
    assert not any("Send" in label for label in sender.buttons)
    await sender.press("Go on")
    assert sender.screen.startswith("Who gets it?")


async def test_an_answer_to_a_draft_that_is_gone_is_said_once(draft: Chat, house: House) -> None:
    await draft.press("SMS text")
    await house.codebell.messages.send(await the_draft(draft), draft.person_id, draft.chat_id, None)
    await house.settle()
    await draft.say("Too late")
    assert draft.screen == "Already done: this button was pressed before."
    await draft.say("telegram")
    assert draft.screen.startswith("Telegram\nWhich country")


async def the_draft(chat: Chat) -> str:
    """The id in the buttons of a draft."""
    return chat.data("◀ Back").partition(":")[2]
