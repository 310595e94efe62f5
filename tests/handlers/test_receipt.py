"""Receipts: all that is known of one thing, for a dispute with its provider."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.errors import Unavailable
from bot.i18n import Catalogues
from handlers.evidence import moment
from storage.models import Activation, RentalText, Sms, State
from storage.outbox import new_id
from tests.handlers.reading import marked
from tests.house import Chat, House
from tests.renting import RENTING


async def opened(chat: Chat) -> str:
    """The receipt of the newest thing."""
    await chat.say("/history")
    await chat.press("🧾 1")
    return chat.screen


def attached(chat: Chat, house: House) -> tuple[str, str]:
    """The name and the text of the file that came last."""
    document = chat.last["document"]
    stored = house.world.files.get(document["file_id"])
    assert stored is not None
    return str(document["file_name"]), stored.content.decode("utf-8-sig")


async def test_a_receipt_tells_everything_that_is_known_of_a_number(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817", "Your code is 04817", "Telegram")
    await chat.wait(10)
    await chat.press("Another SMS")
    house.alpha.delivers("22222")
    await chat.wait(10)
    await chat.press("Finish")
    number = (await opened(chat)).split("\n\n")
    here = chat.last["text"].split("Id here: ")[1].split("\n")[0]
    assert number == [
        "🧾 Telegram · 🇺🇸 United States\nNumber: +1 201-555-0001\n✅ finished",
        f"Provider: Alpha\nId there: alpha-1\nId here: {here}\nNumber as written there: 12015550001\n"
        "Service there: tg\nCountry there: 1\nOperator: any",
        "Money\nAgreed, at most: $0.50\nCharged: $0.50\nBalance before: $18.74",
        "Times · 1 May 2026 · UTC+00:00\nOrdered: 12:00:00\nProvider called: 12:00:00\n"
        "Bought: 12:00:00\nLives until: 12:05:00\n"
        "Last asked: 12:00:15\nEnded: 12:00:20",
        "Course\n12:00:00 · buying\n12:00:00 · waiting for the SMS\n"
        "12:00:05 · code received\n12:00:15 · code received\n"
        "12:00:20 · finished",
        "SMS",
        "1. Came here: 12:00:05\nFrom: Telegram\nCode: 04817\nYour code is 04817",
        "2. Came here: 12:00:15\nCode: 22222",
    ]
    assert {"+1 201-555-0001", "alpha-1", here, "12015550001", "04817"} <= {*marked(chat.last, "code")}
    assert chat.buttons == ["🗂 Card", "📄 As a file", "◀ History"]


async def test_a_cancel_and_its_answer_have_their_moments(chat: Chat) -> None:
    await chat.buys()
    await chat.wait(31)
    await chat.press("Cancel")
    await chat.wait(5)
    told = await opened(chat)
    assert told.startswith(
        "🧾 Telegram · 🇺🇸 United States\nNumber: +1 201-555-0001\n❌ Cancelled: Alpha pays"
    )
    assert "Cancel asked: 12:00:35" in told
    assert "12:00:35 · cancelling\n12:00:35 · cancelled" in told


async def test_an_unknown_purchase_tells_both_balances_and_what_failed_that_it_was_not_paid(
    chat: Chat, house: House
) -> None:
    house.alpha.fails("buy", Unavailable())
    await chat.buys()
    told = await opened(chat)
    assert "❓ unknown" in told
    assert "Balance before: $18.74\nBalance after: $18.74" in told
    async with house.database.begin() as session:
        await session.execute(update(Activation).values(state="failed", operator="tmobile"))
    await chat.press("◀ History")
    await chat.press("🚫 Failed")
    await chat.press("🧾 1")
    assert "Agreed, at most: $0.50\nNot paid." in chat.screen
    assert "Operator: tmobile" in chat.screen


async def test_times_are_the_persons_own(chat: Chat, house: House) -> None:
    await chat.buys()
    await house.codebell.voices.choose(chat.chat_id, utc_offset=330)
    assert "Times · 1 May 2026 · UTC+05:30\nOrdered: 17:30:00\n" in await opened(chat)


def test_a_moment_of_another_day_has_its_date_and_one_of_other_clocks_its_zone() -> None:
    t = Catalogues().texts("en", ZoneInfo("Europe/Kyiv"))
    base = datetime(2026, 10, 24, 20, 30, tzinfo=UTC)
    later = {minutes: moment(base + timedelta(minutes=minutes), base, t) for minutes in (0, 29, 30, 330)}
    assert later == {
        0: "23:30:00",
        29: "23:59:00",
        30: "25 Oct 2026 00:00:00",
        330: "25 Oct 2026 04:00:00 +02:00",
    }


async def test_codes_lie_under_a_spoiler_where_that_was_chosen(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817", "Your code is 04817")
    await chat.wait(10)
    await house.codebell.voices.choose(chat.chat_id, hide_codes=True)
    await opened(chat)
    assert marked(chat.last, "spoiler") == ["04817", "Your code is 04817"]


async def test_words_that_were_erased_are_said_to_be(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817", "Your code is 04817", "Telegram")
    await chat.wait(10)
    house.clock.advance(timedelta(days=40).total_seconds())
    await house.codebell.housekeeping()
    told = await opened(chat)
    assert told.endswith("SMS\n\n1. Came here: 12:00:05\nErased: codes and texts are kept for 30 days.")


async def test_a_receipt_comes_as_a_file_too_with_every_word_of_it(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817", "Is 1 < 2 & 3? Код: 04817")
    await chat.wait(10)
    told = await opened(chat)
    await chat.press("As a file")
    name, text = attached(chat, house)
    assert text == f"{told}\n"
    assert name == f"codebell-receipt-{told.split('Id here: ')[1].splitlines()[0]}.txt"
    assert [call["params"]["action"] for call in house.sent("sendChatAction")] == ["upload_document"]
    await chat.press("◀ History")
    assert chat.find("History · ")


async def test_a_receipt_that_is_too_long_for_a_message_is_whole_in_its_file(
    chat: Chat, house: House
) -> None:
    await chat.buys()
    await many_sms(chat, house)
    told = await opened(chat)
    assert told.endswith("It is too long for one message: the file has all of it.")
    assert "Balance before: $18.74" in told
    await chat.press("As a file")
    _, text = attached(chat, house)
    assert text.count("Came here:") == 60
    assert "The text of SMS 60" in text


async def many_sms(chat: Chat, house: House) -> None:
    who, waiting = (chat.person_id, chat.chat_id), frozenset({State.WAITING})
    [row] = await house.codebell.numbers.recent(*who, house.clock(), waiting)
    words = {"code": "1", "sender": "Telegram", "received_at": house.clock(), "activation_id": row.id}
    async with house.database.begin() as session:
        session.add_all(
            Sms(id=new_id(), position=place, text=f"The text of SMS {place}, which is long enough", **words)
            for place in range(1, 61)
        )


async def test_a_rental_has_its_orders_with_their_prices_and_its_sms(tenant: Chat, house: House) -> None:
    house.alpha.texts("Your taxi is here")
    await tenant.wait(60)
    told = (await opened(tenant)).split("\n\n")
    assert told[0] == ("🧾 Rental · 🇺🇸 United States\nNumber: +44 7700 900001\n⏳ until 8 May 12:00 · SIM on")
    assert "Id there: alpha-rent-1" in told[1]
    assert "Rented until: 8 May 2026 12:00:00" in told[2]
    assert told[3].startswith("Rent · 7 days\nPrice: $4.00\n✅ Done and paid.\nBalance before: $18.74\n")
    assert told[5].endswith("From: Taxify\nYour taxi is here")
    await tenant.press("Card")
    assert "Rented number" in tenant.screen


async def test_a_message_has_its_card_in_its_receipt(sms: Chat) -> None:
    told = (await opened(sms)).split("\n\n")
    assert told[0].startswith("✉️ To +380 50 123 4567 · 🇺🇦 Ukraine\nAlpha · SMS\nDinner is ready")
    assert "Id there: alpha-message-1" in told[2]
    assert told[3] == "Money\nAgreed, at most: $0.50\nBalance before: $18.74"
    assert told[4].startswith("Times · 1 May 2026 · UTC+00:00\nConfirmed: 12:00:00")
    assert sms.buttons == ["🔁 Write another like it", "🔄 Look again", "📄 As a file", "◀ History"]


async def test_a_receipt_is_its_owners_alone_and_stays_in_its_chat(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/history")
    mine = chat.data("🧾 1")
    await chat.press("🧾 1")
    as_file = chat.data("As a file")
    stranger = house.person("Bob")
    await stranger.say("/start")
    for data in (mine, as_file):
        await stranger.forge(data)
        assert stranger.alert == "This button belongs to somebody else."
    group = house.group(chat)
    await group.say("/start")
    await group.forge(mine)
    assert group.alert == "What was bought is shown in a private chat with me: it is nobody else's business."
    assert house.sent("sendDocument") == []


async def test_what_was_bought_in_a_group_is_not_shown_elsewhere(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/history")
    mine = chat.data("🧾 1")
    async with house.database.begin() as session:
        await session.execute(update(Activation).values(chat_id=-100))
    await chat.forge(mine)
    assert chat.alert == "This button belongs to somebody else."


async def test_what_is_kept_no_more_says_so(chat: Chat) -> None:
    await chat.say("/start")
    for kind in "nrm":
        await chat.forge(f"i:{kind}:nothing::0")
        assert chat.alert == "I do not have this any more. /history shows what I have."
    await chat.forge("i:x:nothing::0")
    assert chat.alert == "This button is too old. Please open /start again."


async def test_hostile_words_of_a_provider_stay_words(chat: Chat, house: House) -> None:
    await chat.buys()
    hostile = {
        "service_name": "<b>x</b>\u202e",
        "provider_id": "<i>1</i>",
        "operator": "&lt;",
        "raw": "\u200b",
    }
    async with house.database.begin() as session:
        await session.execute(update(Activation).values(**hostile, cost=Decimal("0.7")))
    told = await opened(chat)
    assert "🧾 <b>x</b> · " in told
    assert "Id there: <i>1</i>\n" in told
    assert "Operator: &lt;\n" in told
    assert "Charged: $0.70" in told


async def test_a_rental_with_many_sms_is_read_as_a_file(tenant: Chat, house: House) -> None:
    assert house.alpha.capabilities >= RENTING
    [row] = await house.codebell.rentals.recent(tenant.person_id, tenant.chat_id)
    words = {"rental_id": row.id, "sender": "Taxify", "received_at": house.clock()}
    async with house.database.begin() as session:
        session.add_all(
            RentalText(
                id=new_id(),
                position=place,
                text=f"Ride {place}: your driver waits outside",
                copy=place,
                **words,
            )
            for place in range(1, 80)
        )
    assert (await opened(tenant)).endswith("It is too long for one message: the file has all of it.")
    await tenant.press("As a file")
    assert "Ride 79" in attached(tenant, house)[1]
