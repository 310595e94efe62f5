"""The first minute: the menu, help, deep links, coming in and going away."""

from tests.house import Chat, House


async def test_a_newcomer_is_shown_one_clear_next_step(newcomer: Chat) -> None:
    await newcomer.say("/start")
    assert newcomer.buttons == ["🔑 Add a provider key", "❔ How it works"]
    assert "One step to begin" in newcomer.screen


async def test_who_has_a_key_gets_the_menu(chat: Chat) -> None:
    await chat.say("/start")
    assert chat.buttons == ["📱 Buy a number", "📋 My numbers", "💰 Balance", "🔑 Keys", "❔ Help"]


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


async def test_help_comes_by_command_and_by_button_and_leads_back(newcomer: Chat) -> None:
    await newcomer.say("/help")
    assert "How it works" in newcomer.screen
    await newcomer.say("/start")
    await newcomer.press("How it works")
    assert newcomer.screen.startswith("How it works")
    await newcomer.press("◀ Menu")
    assert newcomer.buttons == ["🔑 Add a provider key", "❔ How it works"]


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


async def test_a_newcomer_by_a_deep_link_is_told_to_add_a_key_first(newcomer: Chat) -> None:
    await newcomer.say("/start buy_telegram_US")
    assert "🔑 Add a provider key" in newcomer.buttons


async def test_a_deep_link_to_what_nobody_sells_says_so(chat: Chat) -> None:
    await chat.say("/start buy_nosuchthing_US")
    assert "Nobody sells it there" in chat.screen
    assert len(chat.news) == 1


async def test_a_broken_deep_link_opens_the_menu(chat: Chat) -> None:
    await chat.say("/start bananas")
    assert "What shall it be?" in chat.screen


async def test_start_ends_a_question_that_was_open(newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    await newcomer.press("Add a provider key")
    await newcomer.press("Alpha")
    await newcomer.say("/start")
    said = await newcomer.say("telegram")
    assert newcomer.has(said)
    assert "First add a provider key" in newcomer.screen
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
    for command in ("/start", "/help", "/buy", "/rent", "/numbers", "/cancel", "/balance", "/keys"):
        await group.say(command)
        assert len(group.news) == 1, command
        assert "$18.74" not in group.screen, command
