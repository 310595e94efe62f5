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
