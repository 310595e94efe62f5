"""/prices: what things cost over all keys, without buying."""

from bot.errors import Unavailable
from tests.house import Chat, House, keyboard


async def test_without_words_it_asks_for_the_service(chat: Chat) -> None:
    await chat.say("/prices")
    assert chat.screen.startswith("Prices of which service?")
    assert chat.buttons == ["Telegram", "WhatsApp", "Google", "◀ Menu"]


async def test_a_service_is_a_line_for_each_country_the_cheapest_first(chat: Chat) -> None:
    await chat.say("/prices telegram")
    assert chat.screen.split("\n\n")[1].splitlines() == [
        "$0.40 · 🇬🇧 United Kingdom · 3 left",
        "$0.50 · 🇺🇸 United States · 10 left",
        "$0.90 · 🇩🇪 Germany · 50 left",
    ]
    assert chat.screen.startswith("Telegram · prices at ")
    assert chat.buttons == ["🇬🇧", "🇺🇸", "🇩🇪", "📱 Buy a number", "📤 Send to a chat", "◀ Services"]


async def test_a_flag_shows_what_each_provider_asks_and_leads_to_buying(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta)
    house.beta.prices_of[("tg", "1")] = ("0.45", 2)
    await chat.say("/prices")
    await chat.press("Telegram")
    await chat.press("🇺🇸")
    assert chat.screen.split("\n\n")[1:] == ["Beta · $0.45 · 2 left", "Alpha · $0.50 · 10 left"]
    assert chat.buttons == ["📱 Buy a number", "👀 Watch", "📤 Send to a chat", "◀ Countries"]
    await chat.press("◀ Countries")
    await chat.press("🇺🇸")
    await chat.press("Buy a number")
    assert "Which offer?" in chat.screen


async def test_typed_words_lead_as_far_as_they_are_understood(chat: Chat) -> None:
    for words, screen in (
        ("telegram us", "Telegram · 🇺🇸 United States\nPrices at "),
        ("сша телеграм", "Telegram · 🇺🇸 United States\nPrices at "),
        ("usa", "🇺🇸 United States\nPrices of which service?"),
        ("xyzzyq", "I know no service like “xyzzyq”."),
        ("g", "Services like “g”:"),
        ("telegram japan", "Telegram · 🇯🇵 Japan\nNobody sells it there right now."),
    ):
        await chat.say(f"/prices {words}")
        assert chat.screen.startswith(screen), words
        assert len(chat.news) == 1
        assert chat.buttons, words


async def test_a_country_alone_leads_by_a_service_to_its_providers(chat: Chat) -> None:
    await chat.say("/prices usa")
    await chat.press("WhatsApp")
    assert chat.screen.startswith("WhatsApp · 🇺🇸 United States\nPrices at ")


async def test_many_countries_and_many_keys_come_in_pages_that_fit_a_message(
    chat: Chat, house: House
) -> None:
    codes = [f"{first}{second}" for first in "ABCDEFGHIJK" for second in "EMRS"]
    house.alpha.places = {str(at): code for at, code in enumerate(codes)}
    house.alpha.prices_of = {("tg", str(at)): ("0.50", 1) for at in range(len(codes))}
    for number in range(9):
        await house.connect(chat, house.alpha, f"key-{number}-0123456789-abcdef", label=f"no {number}")
    await chat.say("/prices telegram")
    assert "2 ▶" in chat.buttons
    await chat.press("2 ▶")
    assert {"◀ 1", "3 ▶"} <= {*chat.buttons}
    await chat.say("/prices telegram ae")
    assert chat.screen.count("Alpha") == 6
    await chat.press("2 ▶")
    assert chat.screen.count("Alpha") == 4


async def test_it_asks_for_names_and_prices_and_for_nothing_else(chat: Chat, house: House) -> None:
    await chat.say("/prices telegram us")
    assert {call.name for call in house.alpha.calls} == {"services", "countries", "prices"}
    assert house.alpha.called("buy") == []


async def test_who_has_no_key_is_led_to_one(newcomer: Chat) -> None:
    for words in ("/prices", "/prices telegram us"):
        await newcomer.say(words)
        assert newcomer.buttons[0] == "🔑 Add a provider key"


async def test_a_provider_that_does_not_answer_is_named(chat: Chat, house: House) -> None:
    house.alpha.breaks("prices", Unavailable("down"))
    await chat.say("/prices telegram")
    assert "⚠️ Alpha" in chat.screen
    assert "Nobody who answers sells numbers for it right now." in chat.screen
    assert chat.buttons == ["🔄 Try again", "◀ Services"]
    await chat.say("/prices telegram us")
    assert "Nobody who answers sells it there right now." in chat.screen
    house.alpha.breaks("prices", None)
    await chat.press("🔄 Try again")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States\nPrices at ")


async def test_a_price_is_sent_on_by_inline_mode(chat: Chat) -> None:
    await chat.say("/prices telegram us")
    [words] = [
        button["switch_inline_query"] for button in keyboard(chat.last) if "switch_inline_query" in button
    ]
    assert words == "Telegram us"


async def test_in_a_group_prices_are_nobodys_business(chat: Chat, house: House) -> None:
    group = house.group(chat)
    await group.say("/prices telegram")
    assert "private chat" in group.screen


async def test_where_telegram_does_not_tell_of_inline_mode_prices_are_shown_without_it(
    chat: Chat, house: House
) -> None:
    house.human.fault("getMe", code=502, times=None)
    await chat.say("/prices telegram us")
    assert chat.buttons == ["📱 Buy a number", "👀 Watch", "◀ Countries"]
