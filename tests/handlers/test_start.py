"""The first minute: the menu, help, deep links, coming in and going away."""

from bot.providers.base import Capability
from tests.doubles import KEY
from tests.house import Chat, House
from tests.renting import RENTING
from tests.sending import SENDING

MENU = [
    "📱 Buy a number",
    "📋 My numbers",
    "💰 Balance",
    "🏷 Prices",
    "👀 Watches",
    "More ▾",
    "❔ Help",
]
MORE = ["🗂 History", "📊 Statistics", "🔑 Keys", "⚙️ Settings", "🔒 Privacy", "❔ Help", "◀ Menu"]


async def test_a_newcomer_is_shown_one_clear_next_step(newcomer: Chat) -> None:
    await newcomer.say("/start")
    assert newcomer.buttons == ["🔑 Add a provider key", "❔ How it works"]
    assert "One step to begin" in newcomer.screen


async def test_who_has_a_key_gets_the_menu(chat: Chat) -> None:
    await chat.say("/start")
    assert chat.buttons == MENU
    assert chat.screen == "🔔 Codebell\n\nWhat shall it be? You can also just type it, like telegram usa."


async def test_the_rest_of_the_menu_is_one_press_away_and_leads_back(chat: Chat) -> None:
    await chat.say("/start")
    await chat.press("More")
    assert chat.buttons == MORE
    await chat.press("◀ Menu")
    assert chat.buttons == MENU


async def test_every_button_of_the_menu_leads_somewhere(chat: Chat) -> None:
    for first, labels in (("", MENU), ("More", MORE)):
        for label in labels:
            await chat.say("/start")
            if first:
                await chat.press(first)
            shown = chat.screen
            await chat.press(label)
            assert chat.alert == "", label
            assert chat.screen != shown or label == "◀ Menu", label


async def test_what_only_some_providers_can_do_is_shown_to_who_has_a_key_of_one(
    chat: Chat, house: House
) -> None:
    house.alpha.capabilities |= RENTING | SENDING
    await chat.say("/start")
    assert chat.buttons == [*MENU[:3], "🗓 Rent a number", "✉️ Send message", *MENU[3:]]


async def test_the_menu_says_how_many_numbers_wait_for_an_sms(owner: Chat, house: House) -> None:
    await owner.say("/start")
    assert "1 number is waiting for an SMS." in owner.screen
    house.alpha.delivers("12345")
    await owner.wait(10)
    await owner.say("/start")
    assert "waiting for an SMS" not in owner.screen


async def test_no_row_of_the_menu_has_more_than_two_buttons(owner: Chat, house: House) -> None:
    house.alpha.capabilities |= RENTING | SENDING
    await owner.say("/start")
    rows = owner.last["reply_markup"]["inline_keyboard"]
    assert max(len(row) for row in rows) <= 2
    assert len(rows) <= 7


async def test_from_start_to_the_first_number_it_is_seven_presses(newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say("alpha-key-0123456789-abcd")
    await newcomer.press("Buy a number")
    await newcomer.press("Telegram")
    await newcomer.press("United States")
    await newcomer.press("Alpha")
    await newcomer.press("Buy for $0.50")
    assert "+1 201-555-0001" in newcomer.screen
    assert len(house.alpha.called("buy")) == 1


async def test_a_deep_link_leads_straight_to_the_offers(chat: Chat) -> None:
    await chat.say("/start buy_telegram_US")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")
    assert chat.buttons[0] == "Alpha · $0.50"


async def test_a_deep_link_knows_a_service_by_its_other_names(chat: Chat) -> None:
    await chat.say("/start buy_tg_us")
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")


async def test_a_deep_link_without_a_country_leads_to_the_countries(chat: Chat) -> None:
    await chat.say("/start buy_telegram")
    assert "Which country" in chat.screen
    assert chat.buttons[0].startswith("🇬🇧 United Kingdom · $0.40")


async def test_a_newcomer_by_a_deep_link_adds_a_key_first_and_comes_back_to_what_was_wanted(
    newcomer: Chat, house: House
) -> None:
    await newcomer.say("/start buy_telegram_US")
    assert newcomer.screen.startswith("Telegram · 🇺🇸 United States\nNumbers are bought with your own key")
    assert newcomer.buttons == ["🔑 Add a provider key", "❔ How it works"]
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.press("◀ Back")
    await newcomer.press("Alpha")
    await house.restart()
    await newcomer.say("a wrong one")
    assert "Check the key" in newcomer.screen
    await newcomer.say(KEY)
    assert newcomer.buttons[0] == "📱 Go on: Telegram · 🇺🇸 United States"
    await newcomer.press("Go on")
    assert newcomer.buttons[0] == "Alpha · $0.50"


async def test_a_newcomer_by_a_link_to_a_service_comes_back_to_its_countries(newcomer: Chat) -> None:
    await newcomer.say("/start buy_tg")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say(KEY)
    await newcomer.press("Go on: Telegram")
    assert "Which country" in newcomer.screen


async def test_a_key_that_buys_nothing_leads_to_nothing_that_is_bought(newcomer: Chat, house: House) -> None:
    house.alpha.capabilities = SENDING | {Capability.BALANCE}
    await newcomer.say("/start buy_telegram_US")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say(KEY)
    assert "connected" in newcomer.screen
    assert not any(label.startswith("📱") for label in newcomer.buttons)


async def test_a_deep_link_to_what_nobody_sells_says_so(chat: Chat) -> None:
    await chat.say("/start buy_line_US")
    assert "Nobody sells it there" in chat.screen
    assert len(chat.news) == 1


async def test_a_deep_link_to_a_service_nobody_knows_leads_to_what_is_sold(chat: Chat, house: House) -> None:
    for link in ("buy_nosuchthing_US", "buy_nosuchthing"):
        await chat.say(f"/start {link}")
        assert chat.screen.startswith("That link leads to nothing that is sold here.\n\nWhich service")
        assert "Telegram" in chat.buttons
        assert len(chat.news) == 1
    house.alpha.names["xy"] = "Nosuchthing"
    house.clock.advance(86_400)
    await chat.say("/start buy_nosuchthing")
    await chat.say("/start buy_nosuchthing")
    assert chat.screen.startswith("Nosuchthing")


async def test_a_deep_link_to_a_country_nobody_knows_leads_to_the_countries(chat: Chat) -> None:
    for nowhere in ("QX", "zz", "EU"):
        await chat.say(f"/start buy_telegram_{nowhere}")
        assert "Which country" in chat.screen, nowhere


async def test_a_broken_deep_link_opens_the_menu(chat: Chat) -> None:
    for broken in ("bananas", "buy_", "buy_telegram_USA", "buy_<b>", "buy_telegram_us_x", "x" * 64):
        await chat.say(f"/start {broken}")
        assert "What shall it be?" in chat.screen, broken


async def test_start_ends_a_question_that_was_open(newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say("/start")
    said = await newcomer.say("telegram")
    assert newcomer.has(said)
    assert newcomer.buttons[0] == "🔑 Add a provider key"
    assert house.alpha.calls == []


async def test_t_5_a_code_waits_for_who_blocked_the_bot_and_comes_when_they_are_back(
    chat: Chat, house: House
) -> None:
    await chat.say("/buy telegram us")
    await chat.press("Alpha")
    await chat.press("Buy for")
    house.human.block(chat.person_id)
    house.alpha.delivers("12345")
    await chat.wait(60)
    assert not any("12345" in message["text"] for message in chat.messages)
    house.human.unblock(chat.person_id)
    await house.settle()
    assert "12345" in chat.find("🔔")["text"]


async def test_t_5_a_code_comes_to_who_talks_again_even_if_the_unblocking_was_never_heard_of(
    chat: Chat, house: House
) -> None:
    await chat.buys()
    house.human.block(chat.person_id)
    house.alpha.delivers("12345")
    await chat.wait(60)
    house.human.unblock(chat.person_id)
    await house.settle()
    await house.codebell.chats.mark_unreachable(chat.chat_id, house.clock())
    await chat.press("Another SMS")
    house.alpha.delivers("67890")
    await chat.wait(10)
    assert "67890" in chat.find("🔔")["text"]


async def test_the_bot_speaks_to_a_person_in_a_language_it_does_not_know(house: House) -> None:
    stranger = house.person("Somebody", language="xx-YY")
    await stranger.say("/start")
    assert "Codebell" in stranger.screen


async def test_in_a_group_every_command_is_answered_once(chat: Chat, house: House) -> None:
    group = house.group(chat)
    await house.settle()
    for command in ("/start", "/help", "/buy", "/rent", "/numbers", "/cancel", "/balance", "/keys"):
        await group.say(command)
        assert len(group.news) == 1, command
        assert "$18.74" not in group.screen, command
