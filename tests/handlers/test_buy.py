"""Picking a service, a country and an offer: by pressing, by typing, by command."""

import pytest

from bot.errors import Unavailable
from bot.providers.base import Capability
from tests.doubles import KEY
from tests.house import Chat, House
from tests.sending import SENDING


async def test_popular_services_come_first(chat: Chat) -> None:
    await chat.say("/buy")
    assert chat.buttons == ["Telegram", "WhatsApp", "Google", "◀ Menu"]


async def test_who_has_no_key_is_told_to_add_one(newcomer: Chat) -> None:
    await newcomer.say("/buy")
    assert "Add one first" in newcomer.screen
    assert newcomer.buttons == ["🔑 Add a provider key", "◀ Menu"]


async def test_who_has_no_key_is_led_to_one_and_back_to_what_they_typed(newcomer: Chat) -> None:
    for words in ("/buy telegram us", "телеграм сша", "/prices telegram us"):
        await newcomer.say(words)
        assert newcomer.screen.startswith("Telegram · 🇺🇸 United States\nNumbers are bought with your own key")
        assert newcomer.data("Add a provider key").endswith(":telegram:US"), words
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say(KEY)
    await newcomer.press("Go on: Telegram · 🇺🇸 United States")
    assert newcomer.buttons[0] == "Alpha · $0.50"


async def test_a_key_that_only_sends_buys_no_number(chat: Chat, house: House) -> None:
    house.alpha.capabilities = house.beta.capabilities = SENDING | {Capability.BALANCE}
    for words in ("/buy", "/start buy_telegram_us", "telegram"):
        await chat.say(words)
        assert chat.buttons[0] == "🔑 Add a provider key", words


async def test_many_services_are_shown_page_by_page(chat: Chat, house: House) -> None:
    house.alpha.names = {f"s{number}": f"Shop {number:02}" for number in range(30)}
    await chat.say("/buy")
    assert chat.buttons[-2:] == ["2 ▶", "◀ Menu"]
    assert "Shop 13" in chat.buttons
    await chat.press("2 ▶")
    assert "Shop 14" in chat.buttons
    assert chat.buttons[-3:] == ["◀ 1", "3 ▶", "◀ Menu"]
    await chat.press("3 ▶")
    assert "Shop 29" in chat.buttons
    assert chat.buttons[-2:] == ["◀ 2", "◀ Menu"]
    await chat.press("◀ 2")
    assert "Shop 14" in chat.buttons


async def test_a_page_that_is_no_more_is_the_last_one(chat: Chat, house: House) -> None:
    house.alpha.names = {f"s{number}": f"Shop {number:02}" for number in range(30)}
    await chat.say("/buy")
    await chat.press("2 ▶")
    house.alpha.names = {"tg": "Telegram"}
    await chat.wait(8 * 24 * 3600)
    await chat.press("3 ▶")
    assert chat.buttons == ["Telegram", "◀ Menu"]


async def test_countries_show_flag_name_price_and_stock_cheapest_first(chat: Chat) -> None:
    await chat.say("/buy")
    await chat.press("Telegram")
    assert chat.buttons == [
        "🇬🇧 United Kingdom · $0.40 · 3 left",
        "🇺🇸 United States · $0.50 · 10 left",
        "🇩🇪 Germany · $0.90 · 50 left",
        "✓ Price",
        "Stock",
        "◀ Services",
        "☆ Favourite",
    ]


async def test_countries_are_sorted_by_stock_and_back(chat: Chat) -> None:
    await chat.say("/buy telegram")
    await chat.press("Stock")
    assert [label.split()[1] for label in chat.buttons[:3]] == ["Germany", "United", "United"]
    assert "✓ Stock" in chat.buttons
    await chat.press("Price")
    assert chat.buttons[0].startswith("🇬🇧")


async def test_what_is_out_of_stock_stands_last_and_says_so(chat: Chat, house: House) -> None:
    house.alpha.prices_of["tg", "2"] = ("0.40", 0)
    await chat.say("/buy telegram")
    assert chat.buttons[2] == "🇬🇧 United Kingdom · $0.40 · out of stock"


async def test_many_countries_are_shown_page_by_page_in_their_order(chat: Chat, house: House) -> None:
    isos = ["US", "GB", "DE", "VN", "FR", "IT", "ES", "PL", "UA", "RO"]
    house.alpha.places = {str(number): iso2 for number, iso2 in enumerate(isos)}
    house.alpha.prices_of = {("tg", str(number)): (f"0.{number + 10}", 100 - number) for number in range(10)}
    await chat.say("/buy telegram")
    assert len([label for label in chat.buttons if "$" in label]) == 8
    await chat.press("Stock")
    await chat.press("2 ▶")
    assert [label.split()[1] for label in chat.buttons[:2]] == ["Ukraine", "Romania"]
    assert "✓ Stock" in chat.buttons


async def test_back_leads_back_everywhere(chat: Chat) -> None:
    await chat.say("/buy")
    await chat.press("Telegram")
    await chat.press("United States")
    await chat.press("Alpha")
    await chat.press("◀ Other offers")
    assert "Which offer?" in chat.screen
    await chat.press("◀ Countries")
    assert "Which country" in chat.screen
    await chat.press("◀ Services")
    assert "Which service" in chat.screen
    await chat.press("◀ Menu")
    assert "What shall it be?" in chat.screen
    assert len(chat.messages) == 1


async def test_a_service_is_found_by_typing_whatever_the_mistakes(chat: Chat) -> None:
    for typed in ("telegram", "TELEGRAM", "telegarm", "teleg", "Telegramm", " telegram \n", "ntktuhfv"):
        await chat.say(typed)
        assert len(chat.news) == 1, typed
        assert chat.screen.startswith("Telegram\nWhich country"), typed


async def test_another_name_of_a_service_finds_it(chat: Chat, house: House) -> None:
    house.alpha.names["dr"] = "OpenAI/ChatGPT"
    await chat.say("chatgpt")
    assert chat.screen.startswith("OpenAI")
    await chat.say("тг")
    assert chat.screen.startswith("Telegram")


async def test_nothing_found_says_so_and_offers_all_services(chat: Chat) -> None:
    await chat.say("zzqqxx")
    assert "I know no service like “zzqqxx”. Type another name" in chat.screen
    await chat.press("All services")
    assert "Telegram" in chat.buttons


async def test_the_command_goes_as_far_as_its_words_lead(chat: Chat) -> None:
    await chat.say("/buy telegram us")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")
    await chat.say("/buy telegram")
    assert "Which country" in chat.screen
    for both in ("telegarm us", "tg us", "телеграм сша", "usa telegram", "Telegram, United States"):
        await chat.say(f"/buy {both}")
        assert chat.screen.startswith("Telegram · 🇺🇸 United States"), both


async def test_a_country_nobody_sells_says_so(chat: Chat) -> None:
    await chat.say("/buy telegram fr")
    assert "Nobody sells it there right now" in chat.screen
    assert chat.buttons == ["🔔 Tell me when there are numbers", "◀ Countries"]


async def test_offers_of_all_keys_stand_side_by_side_cheapest_first(chat: Chat, house: House) -> None:
    house.beta.prices_of["tg", "1"] = ("0.35", None)
    await house.connect(chat, house.beta)
    house.clock.advance(1)
    await house.connect(chat, house.alpha, "second-key-0000000000-more", label="work")
    await chat.say("/buy telegram us")
    assert chat.buttons == ["Beta · $0.35", "Alpha · $0.50", "Alpha work · $0.50", "◀ Countries", "👀 Watch"]
    assert chat.screen.splitlines()[3:] == [
        *("Beta · $0.35", "", "Alpha · $0.50 · 10 left", "", "Alpha work · $0.50 · 10 left")
    ]


async def test_a_service_sold_by_two_providers_is_listed_once(chat: Chat, house: House) -> None:
    house.beta.names = {"opt29": "telegram", "x": "Xing"}
    house.beta.prices_of = {("opt29", "1"): ("0.20", 5)}
    await house.connect(chat, house.beta)
    await chat.say("/buy")
    assert chat.buttons == ["Telegram", "WhatsApp", "Google", "Xing", "◀ Menu"]
    await chat.press("Telegram")
    assert chat.buttons[0] == "🇺🇸 United States · $0.20 · 15 left"


async def test_a_provider_that_is_down_is_named_and_the_others_sell(chat: Chat, house: House) -> None:
    await house.connect(chat, house.beta)
    house.beta.breaks("services", Unavailable("502"))
    await chat.say("/buy telegram us")
    assert chat.buttons[0] == "Alpha · $0.50"
    assert "⚠️ Beta: The provider does not answer right now." in chat.screen
    await chat.say("/buy")
    assert "⚠️ Beta" in chat.screen
    assert "Telegram" in chat.buttons


async def test_when_no_provider_answers_it_is_said_and_nothing_breaks(chat: Chat, house: House) -> None:
    house.alpha.breaks("services", Unavailable("502"))
    await chat.say("/buy")
    assert "There is nothing to buy right now." in chat.screen
    assert "⚠️ Alpha" in chat.screen


async def test_names_by_a_provider_are_shown_as_text_never_as_markup(chat: Chat, house: House) -> None:
    house.alpha.names["ev"] = "<b>Evil</b> & \u202eCo"
    house.alpha.prices_of["ev", "1"] = ("0.10", 1)
    await chat.say("evil")
    await chat.press("Evil")
    await chat.press("United States")
    assert "<b>Evil</b> &" in chat.screen


async def test_countries_are_named_in_the_language_the_bot_speaks(chat: Chat) -> None:
    await chat.say("/buy telegram")
    assert not any("by Alpha" in label for label in chat.buttons)


async def test_a_group_that_shares_nothing_is_told_who_sets_it_up(chat: Chat, house: House) -> None:
    group = house.group(chat)
    await group.say("/buy")
    assert group.screen.endswith("An administrator sets it up with /share.")


@pytest.mark.parametrize("label", ["Telegram", "◀ Menu"])
async def test_old_buttons_after_the_last_key_went_tell_the_truth(
    chat: Chat, house: House, label: str
) -> None:
    await chat.say("/buy")
    [key] = await house.codebell.keys.list(chat.chat_id)
    await house.codebell.keys.remove(key.id, chat.chat_id, house.clock())
    await chat.press(label)
    told = f"{chat.alert} {chat.screen} {chat.buttons}"
    assert "Nobody sells" not in told
    assert "Add" in told
    assert len(house.sent("answerCallbackQuery")) == 1
