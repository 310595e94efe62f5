"""/help: what people ask, each answered with a next step, and all commands."""

from bot.greeting import COMMANDS
from handlers.guide import ANSWERS, Question
from tests.house import Chat

ASKED = [
    "📱 How do I get a number?",
    "⏳ No code came: what now?",
    "💰 What does it cost?",
    "🔒 Who sees my key and codes?",
    "❓ “Unknown”, or charged?",
]


async def test_five_questions_are_on_the_first_screen(newcomer: Chat) -> None:
    await newcomer.say("/help")
    assert newcomer.screen.startswith("How it works")
    assert newcomer.buttons == [*ASKED, "⌨️ Commands", "◀ Menu"]


async def test_every_question_is_answered_on_one_screen_with_a_next_step_and_a_way_back(chat: Chat) -> None:
    assert ANSWERS.keys() == {*Question}
    for question in ASKED:
        await chat.say("/help")
        await chat.press(question)
        assert len(chat.screen) < 900, question
        assert len(chat.buttons) == 3, question
        await chat.press("◀ Help")
        assert chat.screen.startswith("How it works")


async def test_what_one_press_buys_is_told_truly(newcomer: Chat) -> None:
    await newcomer.say("/help")
    await newcomer.press("How do I get a number?")
    assert "one press never buys twice: it buys as many numbers as its button says" in newcomer.screen


async def test_every_step_of_an_answer_leads_somewhere(chat: Chat) -> None:
    for question in ASKED:
        await chat.say("/help")
        await chat.press(question)
        answer = chat.last
        for step in (button for button in list(chat.buttons) if not button.startswith("◀")):
            await chat.say("/help")
            await chat.press(question)
            await chat.press(step)
            assert chat.alert == "", (question, step)
            assert chat.last["text"] != answer["text"], (question, step)


async def test_all_commands_of_the_menu_are_listed_and_lead_back(newcomer: Chat) -> None:
    await newcomer.say("/help")
    await newcomer.press("Commands")
    for name in COMMANDS:
        assert f"/{name} – " in newcomer.screen, name
    await newcomer.press("◀ Help")
    await newcomer.press("◀ Menu")
    assert "One step to begin" in newcomer.screen
