"""The lists on the way to an offer: favourites, orders, records, limits, and who does not answer."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import Unavailable
from handlers.doors import Countries
from storage.models import Activation, Key, Sms, Sort, State
from storage.outbox import new_id
from tests.core import put
from tests.house import Chat, House

COUNTRIES = {"US": "1", "GB": "2", "DE": "3"}


async def remembered(
    house: House, chat: Chat, iso2: str, received: int, ended: int, provider: str = "alpha"
) -> None:
    """So many of the chat's numbers ended some days ago; a code came within 14 seconds."""
    [key, *_] = [key for key in await house.codebell.keys.list(chat.chat_id) if key.provider == provider]
    bought = house.clock() - timedelta(days=3)
    numbers = [_number(chat, key, iso2, bought, received=count < received) for count in range(ended)]
    codes = [_sms(number.id, bought + timedelta(seconds=14)) for number in numbers[:received]]
    await put(house.database, *numbers, *codes)


def _number(chat: Chat, key: Key, iso2: str, bought: datetime, *, received: bool) -> Activation:
    values: dict[str, object] = {
        **dict.fromkeys(("created_at", "called_at", "bought_at"), bought),
        **dict.fromkeys(("cost", "agreed"), Decimal("0.50")),
        **dict.fromkeys(("chat_id", "owner_id"), chat.chat_id),
        **{"id": new_id(), "nonce": new_id(), "key_id": key.id, "provider": key.provider, "currency": "USD"},
        **{"service": "telegram", "service_name": "Telegram", "service_code": "tg"},
        **{"country": iso2, "country_name": iso2, "country_code": COUNTRIES[iso2]},
        "state": State.FINISHED if received else State.CANCELLED,
        "ended_at": bought + timedelta(minutes=5),
    }
    return Activation(**values)


def _sms(number: str, received_at: datetime) -> Sms:
    sms: dict[str, object] = {"id": new_id(), "activation_id": number, "position": 1, "code": "12345"}
    return Sms(**sms, written="", late=False, received_at=received_at)


def lines(chat: Chat) -> list[str]:
    return [line for line in chat.screen.splitlines() if line]


# Services


async def test_a_favourite_is_made_by_one_press_and_stands_first(chat: Chat) -> None:
    await chat.say("/buy google")
    await chat.say("/buy")
    await chat.press("WhatsApp")
    await chat.press("☆ Favourite")
    assert "⭐ Favourite" in chat.buttons
    await chat.press("◀ Services")
    assert chat.buttons[:3] == ["⭐ WhatsApp", "Telegram", "Google"]
    await chat.press("⭐ WhatsApp")
    await chat.press("⭐ Favourite")
    await chat.press("◀ Services")
    assert chat.buttons[:3] == ["Telegram", "WhatsApp", "Google"]


async def test_what_was_bought_last_stands_among_the_first_and_can_be_repeated(
    chat: Chat, house: House
) -> None:
    await chat.buys("whatsapp us")
    await chat.say("/buy")
    assert chat.buttons[:3] == ["🔁 Repeat: WhatsApp 🇺🇸 · Alpha $0.30", "🕘 WhatsApp", "Telegram"]


async def test_a_country_alone_asks_for_the_service(chat: Chat) -> None:
    await chat.say("Соединенные Штаты")
    assert lines(chat) == ["🇺🇸 United States", "Which service is the number for?"]
    await chat.press("Telegram")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")


async def test_a_choice_of_services_keeps_the_country_that_was_typed(chat: Chat, house: House) -> None:
    house.alpha.names |= {"t2": "Tele2", "tz": "Telz"}
    await chat.say("/buy tel germany")
    assert "Services like “tel germany”" in chat.screen
    await chat.press("Telegram")
    assert chat.screen.startswith("Telegram · 🇩🇪 Germany")


async def test_a_known_service_that_no_key_sells_says_so_and_shows_what_to_do(chat: Chat) -> None:
    await chat.say("зало")
    assert lines(chat) == ["Zalo", "Nobody sells numbers for it right now."]
    assert chat.buttons == ["🔑 Add a key of another provider", "◀ Services"]


# Countries


async def test_the_share_of_codes_stands_on_a_button_once_there_are_enough_numbers(
    chat: Chat, house: House
) -> None:
    await remembered(house, chat, "GB", received=9, ended=9)
    await remembered(house, chat, "US", received=9, ended=10)
    await chat.say("telegram")
    assert chat.buttons[:2] == [
        "🇬🇧 United Kingdom · $0.40 · 3 left",
        "🇺🇸 United States · $0.50 · 10 left · 90%",
    ]
    assert "The share is how often a code came" in chat.screen


async def test_old_buttons_still_lead_where_they_said(chat: Chat) -> None:
    await chat.say("/buy")
    await chat.forge("bc:telegram:0:1")
    assert "✓ Stock" in chat.buttons
    await chat.forge("bc:telegram:0:0")
    assert "✓ Price" in chat.buttons
    await chat.forge(Countries(service="telegram").pack())
    assert "✓ Price" in chat.buttons
    await chat.forge("bs:0")
    assert "Which service" in chat.screen


async def test_a_page_keeps_the_order_it_was_shown_in(chat: Chat, house: House) -> None:
    isos = ["US", "GB", "DE", "VN", "FR", "IT", "ES", "PL", "UA", "RO"]
    house.alpha.places = {str(number): iso2 for number, iso2 in enumerate(isos)}
    house.alpha.prices_of = {("tg", str(number)): (f"0.{number + 10}", 100 - number) for number in range(10)}
    await chat.say("/buy telegram")
    await house.codebell.preferences.choose(chat.chat_id, sort=Sort.STOCK)
    await chat.press("2 ▶")
    assert "✓ Price" in chat.buttons
    await chat.press("☆ Favourite")
    assert "◀ 1" in chat.buttons


async def test_a_long_name_is_never_cut_but_shortened_and_then_the_stock_is_left_out(
    chat: Chat, house: House
) -> None:
    house.alpha.places = {"1": "GS", "2": "CF", "3": "AE"}
    house.alpha.prices_of = {
        ("tg", "1"): ("0.50", 10),
        ("tg", "2"): ("1234.56", 1_234_567),
        ("tg", "3"): ("1234.5678", 0),
    }
    await chat.say("/buy telegram")
    assert chat.buttons[:3] == [
        "🇬🇸 South Georgia · $0.50 · 10 left",
        "🇨🇫 Central African Republic · $1,234.56",
        "🇦🇪 UAE · $1,234.5678 · out of stock",
    ]


# Offers


async def test_offers_tell_how_often_and_how_soon_a_code_came(chat: Chat, house: House) -> None:
    await remembered(house, chat, "US", received=9, ended=12)
    await chat.say("telegram us")
    assert lines(chat)[2:] == [
        "Alpha · $0.50 · 10 left",
        "75% of 12 numbers got a code (at least 47%) · usually in 14 seconds · about $0.50 a code",
    ]
    assert chat.buttons == ["Alpha · $0.50", "◀ Countries", "👀 Watch"]


async def test_few_numbers_are_called_few(chat: Chat, house: House) -> None:
    await remembered(house, chat, "US", received=1, ended=1)
    await chat.say("telegram us")
    assert "1 of 1 number got a code (few data)" in chat.screen


async def test_a_price_above_the_own_limit_is_marked_and_can_be_pressed(chat: Chat, house: House) -> None:
    await house.codebell.preferences.cap(chat.chat_id, "USD", Decimal("0.45"))
    await chat.say("telegram")
    assert chat.buttons[:2] == ["🇬🇧 United Kingdom · $0.40 · 3 left", "🇺🇸 United States · 🔺 $0.50 · 10 left"]
    assert "🔺 is above your own limit" in chat.screen
    await chat.press("United States")
    assert "🔺 above your own limit of $0.45" in chat.screen
    await chat.press("🔺 Alpha · $0.50")
    assert "Telegram · 🇺🇸 United States" in chat.screen


async def test_many_offers_are_shown_page_by_page(chat: Chat, house: House) -> None:
    for number in range(9):
        house.clock.advance(1)
        await house.connect(chat, house.alpha, f"key-of-alpha-{number:04}-wxyz", label=f"no. {number}")
    await chat.say("telegram us")
    assert chat.buttons[-3:] == ["2 ▶", "◀ Countries", "👀 Watch"]
    assert len(chat.buttons) == 11
    await chat.press("2 ▶")
    more = ["◀ 1", "◀ Countries", "👀 Watch"]
    assert chat.buttons == ["Alpha no. 7 · $0.50", "Alpha no. 8 · $0.50", *more]


async def test_who_does_not_answer_is_marked_and_a_press_still_tries(chat: Chat, house: House) -> None:
    house.beta.prices_of["tg", "1"] = ("0.35", 4)
    await house.connect(chat, house.beta)
    await chat.say("telegram us")
    house.beta.breaks("prices", Unavailable("502"))
    house.clock.advance(120)
    await chat.say("telegram us")
    assert chat.buttons == ["⚠️ Beta · $0.35", "Alpha · $0.50", "◀ Countries", "👀 Watch"]
    assert "not answering right now" in lines(chat)[3]
    await chat.press("Beta")
    assert chat.alert == "The provider does not answer right now."
    house.beta.breaks("prices", None)
    await chat.press("Beta")
    assert "Buy for $0.35" in chat.buttons[0]


async def test_countries_of_who_does_not_answer_are_marked_with_their_moment(
    chat: Chat, house: House
) -> None:
    await chat.say("telegram")
    at = house.clock()
    house.alpha.breaks("prices", Unavailable("502"))
    house.clock.advance(120)
    await chat.say("telegram")
    assert chat.buttons[0] == "🇬🇧 United Kingdom · ⚠️ $0.40 · 3 left"
    told = f"⚠️ Alpha does not answer right now; what it sells is shown as of {at.astimezone():%H:%M}."
    assert told in chat.screen


async def test_who_does_not_answer_is_named_where_nothing_of_it_is_shown(chat: Chat, house: House) -> None:
    await chat.say("telegram")
    house.alpha.breaks("prices", Unavailable("502"))
    house.clock.advance(120)
    await chat.say("telegram vietnam")
    assert "Nobody who answers sells it there right now." in chat.screen
    assert "⚠️ Alpha: The provider does not answer right now." in chat.screen
    assert "shown as of" not in chat.screen


# Nothing to buy


async def test_when_nobody_answers_and_nothing_is_known_there_is_another_try(
    chat: Chat, house: House
) -> None:
    house.alpha.breaks("prices", Unavailable("502"))
    await chat.say("telegram")
    assert lines(chat)[1] == "Nobody who answers sells numbers for it right now."
    await chat.say("telegram us")
    assert "Nobody who answers sells it there right now." in chat.screen
    house.alpha.breaks("prices", None)
    await chat.press("🔄 Try again")
    assert chat.buttons[0] == "Alpha · $0.50"


@pytest.mark.parametrize("stock", [0, None])
async def test_where_all_is_sold_out_somebody_can_wait_for_it(
    chat: Chat, house: House, stock: int | None
) -> None:
    house.alpha.prices_of["tg", "1"] = ("0.50", stock)
    await chat.say("telegram us")
    assert ("🔔 Tell me when there are numbers" in chat.buttons) is (stock == 0)
