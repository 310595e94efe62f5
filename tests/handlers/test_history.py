"""/history: everything bought, rented and sent, its filters, and the way to the receipts."""

from datetime import datetime, timedelta

import pytest

from bot.errors import NoNumbers
from handlers.filters import Filters, Period, mark, read
from storage.models import Key, MessageState, OrderState, RentalState, State
from storage.wanted import Kind, Outcome
from tests.handlers.test_numbers import many_more
from tests.house import Chat, House
from tests.storage.shelf import number, put
from tests.storage.things import message, order, rental


@pytest.fixture
async def customer(chat: Chat, house: House) -> Chat:
    """Somebody with a code, a cancelled number, a rented one and a sent message."""
    await chat.buys()
    house.alpha.delivers("04817", "Your code is 04817")
    await chat.wait(10)
    await chat.buys("whatsapp us")
    await chat.wait(31)
    await chat.press("Cancel")
    await chat.wait(10)
    [key] = await house.codebell.keys.list(chat.chat_id)
    await put(house.database, *rented_and_sent(key, house.clock()))
    return chat


def rented_and_sent(key: Key, now: datetime) -> list[object]:
    rented, paid = (
        rental(key, "rental", RentalState.ACTIVE),
        order(key, "order", "rental", OrderState.DONE, "4.00"),
    )
    rented.provider, rented.phone, rented.country = "alpha", "+447700900001", "US"
    rented.created_at, rented.until, rented.online = now, now + timedelta(days=7), True
    paid.currency = "USD"
    sent = message(key, "message", MessageState.ACCEPTED)
    sent.provider, sent.recipient, sent.channels, sent.currency = "alpha", "+380501234567", "sms", "USD"
    sent.confirmed_at = now + timedelta(minutes=1)
    return [rented, sent, paid]


def things(chat: Chat) -> list[str]:
    """The list without its heading."""
    return chat.screen.split("\n\n")[1:]


def firsts(chat: Chat) -> list[str]:
    """For what each thing of the list was, without its place and its country."""
    return [each.split(". ", 1)[1].split("\n")[0].split(" · ")[0] for each in things(chat)]


async def test_without_a_history_the_next_step_is_a_number(newcomer: Chat) -> None:
    await newcomer.say("/history")
    assert newcomer.screen == (
        "History\n\nNothing yet. What you buy, rent or send is listed here from then on."
    )
    assert newcomer.buttons == ["📱 Buy a number", "◀ Menu"]


async def test_everything_is_listed_newest_first_with_its_price_and_how_it_ended(customer: Chat) -> None:
    await customer.say("/history")
    assert customer.screen.split("\n\n")[0] == "History · 4\n🧾 opens a receipt."
    assert things(customer) == [
        "1. ✉️ SMS · 🇺🇦 Ukraine\n+380 50 123 4567 · $0.48\n1 May 12:01 · ⏳ on its way",
        "2. 🗓 Rental · 🇺🇸 United States\n+44 7700 900001 · $4.00\n"
        "1 May 12:00 · ⏳ until 8 May 12:00 · SIM on",
        "3. WhatsApp · 🇺🇸 United States\n+1 201-555-0002 · $0.30\n1 May 12:00 · ❌ cancelled",
        "4. Telegram · 🇺🇸 United States\n+1 201-555-0001 · $0.50\n1 May 12:00 · ✅ code received",
    ]
    receipts = [f"🧾 {place}" for place in range(1, 5)]
    assert customer.buttons == [*receipts, "🔎 Filters", "⬇️ Export", "◀ Menu"]


async def test_a_year_later_the_year_is_told(customer: Chat, house: House) -> None:
    house.clock.advance(366 * 86400)
    await customer.say("/history")
    assert "1 May 2026 · ✅ code received" in customer.screen


async def test_the_list_of_numbers_leads_to_the_history(customer: Chat) -> None:
    await customer.say("/numbers")
    await customer.press("History")
    assert customer.screen.startswith("History · 4\n")


async def test_pages_go_on_after_a_restart(customer: Chat, house: House) -> None:
    await many_more(house, 9, State.EXPIRED)
    await customer.say("/history")
    assert len(things(customer)) == 6
    assert customer.screen.startswith("History · 13 · page 1 of 3\n")
    assert customer.buttons[6:] == ["2 ▶", "3 ⏭", "🔎 Filters", "⬇️ Export", "◀ Menu"]
    await house.restart()
    await customer.press("2 ▶")
    assert [each.split(".")[0] for each in things(customer)] == [str(place) for place in range(7, 13)]
    assert "◀ 1" in customer.buttons
    await customer.press("3 ▶")
    assert things(customer) == [
        "13. Telegram · 🇺🇸 United States\n+1 201-555-0001 · $0.50\n1 May 12:00 · ✅ code received"
    ]
    await customer.press("🧾 13")
    await customer.press("◀ History")
    assert "13. Telegram" in customer.screen
    assert customer.buttons[1:3] == ["⏮ 1", "◀ 2"]
    await customer.press("⏮ 1")
    await customer.press("3 ⏭")
    assert customer.screen.startswith("History · 13 · page 3 of 3\n")


#: What is pressed on the screen of the filters, and what is listed then.
CHOICES = {
    ("Kind", "Numbers"): ["WhatsApp", "Telegram"],
    ("Kind", "Rentals"): ["🗓 Rental"],
    ("Kind", "Messages"): ["✉️ SMS"],
    ("Outcome", "Succeeded"): ["Telegram"],
    ("Outcome", "Cancelled"): ["WhatsApp"],
    ("Outcome", "Still open"): ["✉️ SMS", "🗓 Rental"],
    ("Service", "WhatsApp"): ["WhatsApp"],
    ("Country", "Ukraine"): ["✉️ SMS"],
    ("Provider", "Alpha"): ["✉️ SMS", "🗓 Rental", "WhatsApp", "Telegram"],
    ("Period", "Last 24 hours"): ["✉️ SMS", "🗓 Rental", "WhatsApp", "Telegram"],
}


async def test_a_filter_lets_its_own_through_at_once(customer: Chat) -> None:
    for (by, value), listed in CHOICES.items():
        await customer.say("/history")
        for label in ("Filters", by, value):
            await customer.press(label)
        assert firsts(customer) == listed, (by, value)
        assert value in customer.screen.split("\n")[1]


async def test_each_filter_can_be_taken_back(customer: Chat) -> None:
    narrow = Filters(Kind.NUMBER, Outcome.CAME, Period.DAY, "US", mark("alpha"), "telegram")
    await customer.say("/history")
    await customer.forge(f"hf:{narrow}")
    assert ": any" not in customer.screen
    for count, by in enumerate(("Kind", "Outcome", "Service", "Country", "Provider", "Period"), 1):
        for label in (by, "Any", "Filters"):
            await customer.press(label)
        assert customer.screen.count(": any") == count
    await customer.press("◀ History")
    assert len(firsts(customer)) == 4


async def test_filters_add_up_and_are_told_in_words(customer: Chat, house: House) -> None:
    await customer.say("/history")
    for by, value in (("Kind", "Numbers"), ("Country", "United States"), ("Outcome", "Code came")):
        await customer.press("Filters")
        await customer.press(by)
        await customer.press(value)
    assert firsts(customer) == ["Telegram"]
    assert customer.screen.split("\n")[1] == "📱 Numbers · ✅ Code came · 🇺🇸 United States"
    await house.restart()
    await customer.press("Filters")
    assert customer.screen.split("\n")[:7] == [
        "Filters",
        "Kind: 📱 Numbers",
        "Outcome: ✅ Code came",
        "Service: any",
        "Country: 🇺🇸 United States",
        "Provider: any",
        "Period: any",
    ]
    await customer.press("◀ History")
    assert firsts(customer) == ["Telegram"]
    await customer.press("Filters")
    await customer.press("Clear")
    assert len(firsts(customer)) == 4


async def test_many_values_have_pages(chat: Chat, house: House) -> None:
    [key] = await house.codebell.keys.list(chat.chat_id)
    services = [f"service{place:02}" for place in range(14)]
    every = (number(key, name, State.EXPIRED, service=name, service_name=name.title()) for name in services)
    await put(house.database, *every)
    await chat.say("/history")
    for label in ("Filters", "Service"):
        await chat.press(label)
    assert chat.buttons[12:] == ["2 ▶", "Any", "◀ Filters"]
    await chat.press("2 ▶")
    assert chat.buttons[2:] == ["◀ 1", "Any", "◀ Filters"]
    [last] = [label for label in chat.buttons[:2] if label == "Service13"]
    await chat.press(last)
    assert firsts(chat) == ["Service13"]


async def test_a_kind_that_has_no_such_outcome_or_service_forgets_it(customer: Chat) -> None:
    await customer.say("/history")
    for by, value in (("Service", "WhatsApp"), ("Outcome", "Cancelled"), ("Kind", "Messages")):
        await customer.press("Filters")
        await customer.press(by)
        await customer.press(value)
    assert customer.screen.split("\n")[1] == "✉️ Messages"
    assert firsts(customer) == ["✉️ SMS"]


async def test_what_filters_let_nothing_through_can_be_changed(customer: Chat, house: House) -> None:
    house.clock.advance(2 * 86400)
    await customer.say("/history")
    for label in ("Filters", "Period", "Last 24 hours"):
        await customer.press(label)
    assert customer.screen == "History\nLast 24 hours\n\nNothing matches these filters."
    assert customer.buttons == ["🔎 Filters", "🧹 Clear", "◀ Menu"]
    await customer.press("Clear")
    assert len(firsts(customer)) == 4


async def test_what_was_not_bought_is_listed_where_it_is_asked_for_without_a_price(
    chat: Chat, house: House
) -> None:
    house.alpha.fails("buy", NoNumbers())
    await chat.buys()
    await chat.say("/history")
    assert chat.screen.startswith("History\n\nNothing yet.")
    await chat.press("🚫 Failed")
    assert things(chat) == ["1. Telegram · 🇺🇸 United States\n1 May 12:00 · 🚫 not bought"]


async def test_a_filter_of_a_provider_that_is_gone_still_names_it(customer: Chat, house: House) -> None:
    await customer.say("/history")
    await customer.press("Filters")
    await customer.press("Provider")
    del house.codebell.providers["alpha"]
    await customer.press("Alpha")
    assert customer.screen.split("\n")[1] == "alpha"
    assert len(firsts(customer)) == 4


async def test_forged_filters_show_what_is_ones_own(customer: Chat, house: House) -> None:
    stranger = house.person("Bob")
    await stranger.say("/start")
    for forged in ("hp:zzz:0", "hp:n--USffff:999", "hp:---------telegram:0", "hf:' OR 1=1", "hl:s:x:5"):
        await stranger.forge(forged)
        assert stranger.alert == "", forged
        assert "201-555" not in stranger.screen
    await stranger.forge("hl:?::0")
    assert stranger.alert == "This button is too old. Please open /start again."


async def test_in_a_group_the_history_is_nobodys_business(customer: Chat, house: House) -> None:
    group = house.group(customer)
    for command in ("/history", "/export"):
        await group.say(command)
        assert group.screen == (
            "What was bought is shown in a private chat with me: it is nobody else's business."
        )


def test_filters_come_out_of_a_button_as_they_went_in() -> None:
    some = Filters(Kind.NUMBER, Outcome.CAME, None, "US", "0f3a", "x" * 20)
    for each in (Filters(), some, Filters(country="GB"), Filters(service="tg"), Filters(kind=Kind.MESSAGE)):
        assert read(str(each)) == each
        assert len(str(each)) <= 32
        assert ":" not in str(each)
