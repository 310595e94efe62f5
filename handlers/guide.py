"""/help: the five questions people ask, each answered on one screen with a next step, and all commands.

In a group it tells the group's rules.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from bot.admission import Admission
from bot.greeting import COMMANDS, OPERATING
from bot.i18n import Texts
from handlers.doors import AddKey, Balance, Buy, Help, History, Keys, Menu, Numbers, Prices, Privacy
from handlers.group_menu import group_help
from handlers.screen import Screen, chat_of, in_rows, press, show
from handlers.share_screens import called
from storage.keys import KeyStore
from storage.sharings import SharingStore

router = Router(name="guide")
router.callback_query.filter(F.data.startswith("H"))

Steps = list[InlineKeyboardButton]


class Question(StrEnum):
    """What people ask."""

    NUMBER = "n"
    NO_CODE = "c"
    MONEY = "m"
    SAFETY = "s"
    UNKNOWN = "u"


class Answer(CallbackData, prefix="Hq"):
    """The answer to a question."""

    to: Question


class Commands(CallbackData, prefix="Hc"):
    """Everything that can be typed."""


@router.message(Command("help", ignore_case=True), F.chat.type != "private")
@router.callback_query(Help.filter(), F.message.chat.type != "private")
async def help_in_a_group(
    event: Message | CallbackQuery, t: Texts, sharings: SharingStore, keys: KeyStore
) -> None:
    chat_id = chat_of(event)
    named = [called(one) for one in await sharings.members(chat_id) if one.may_buy]
    await show(event, group_help(await sharings.of(chat_id), await keys.list(chat_id), named, t))


@router.message(Command("help", ignore_case=True))
async def help_by_command(message: Message, t: Texts) -> None:
    await show(message, _questions(t))


@router.callback_query(Help.filter())
async def help_by_button(callback: CallbackQuery, t: Texts) -> None:
    await show(callback, _questions(t))


@router.callback_query(Answer.filter())
async def answered(callback: CallbackQuery, callback_data: Answer, t: Texts) -> None:
    text, steps = ANSWERS[callback_data.to](t)
    await show(callback, Screen(text, [*in_rows(steps, 2), [press(t.plain("◀ Help"), Help())]]))


@router.callback_query(Commands.filter())
async def commands(callback: CallbackQuery, t: Texts, admission: Admission) -> None:
    theirs = OPERATING if admission.is_operator(callback.from_user.id) else {}
    lines = [f"/{name} – {t.plain(about)}" for name, about in {**COMMANDS, **theirs}.items()]
    text = "\n".join([t("<b>Commands</b>"), *lines, "", _typed(t)])
    await show(callback, Screen(text, [[press(t.plain("◀ Help"), Help())]]))


def _typed(t: Texts) -> str:
    return t("With a service and a country it goes straight there:\n/buy telegram us")


def _questions(t: Texts) -> Screen:
    text = t(
        "<b>How it works</b>\n"
        "You add a key of a provider, pick a service and a country, and buy. "
        "The code comes here as a new message.\n\n"
        "What would you like to know?"
    )
    asked = {
        Question.NUMBER: t.plain("📱 How do I get a number?"),
        Question.NO_CODE: t.plain("⏳ No code came: what now?"),
        Question.MONEY: t.plain("💰 What does it cost?"),
        Question.SAFETY: t.plain("🔒 Who sees my key and codes?"),
        Question.UNKNOWN: t.plain("❓ “Unknown”, or charged?"),
    }
    rows = [[press(label, Answer(to=question))] for question, label in asked.items()]
    return Screen(text, [*rows, [press(t.plain("⌨️ Commands"), Commands()), press(t.plain("◀ Menu"), Menu())]])


def _number(t: Texts) -> tuple[str, Steps]:
    text = t(
        "<b>How do I get a number?</b>\n"
        "1. Open an account at a provider and put money on it there. Copy its API key: when you add a key, "
        "I say where each provider shows it.\n"
        "2. Pick a service, a country and an offer. The price is shown before you buy, and one press "
        "never buys twice: it buys as many numbers as its button says.\n"
        "3. Enter the number where you need it, with its country code. The code comes here as a new message."
    )
    return text, [press(t.plain("📱 Buy a number"), Buy()), press(t.plain("🔑 Add a key"), AddKey())]


def _no_code(t: Texts) -> tuple[str, Steps]:
    text = t(
        "<b>No code came: what now?</b>\n"
        "Check that the number was entered with its country code, and let the service send the code "
        "again.\n\n"
        "Still nothing? Press <b>Cancel</b> under the number: once the provider confirms, it pays back what "
        "the number cost. Pressed before the provider's minimum wait is over, that happens by itself as "
        "soon as it may. What runs out without a cancel is paid back only where the provider does so.\n\n"
        "Some numbers just do not work: another country or provider often does."
    )
    return text, [press(t.plain("📋 My numbers"), Numbers()), press(t.plain("📱 Buy another"), Buy())]


def _money(t: Texts) -> tuple[str, Steps]:
    text = t(
        "<b>What does it cost, and who holds my money?</b>\n"
        "You pay the provider, from your own account there, at its price; I add nothing and hold no money. "
        "The price stands on the button before you buy. If it has risen by the time you press, nothing is "
        "bought without asking you again.\n\n"
        "Prices and balances can be looked at any time: that buys nothing."
    )
    return text, [press(t.plain("🏷 Prices"), Prices()), press(t.plain("💰 Balance"), Balance())]


def _safety(t: Texts) -> tuple[str, Steps]:
    text = t(
        "<b>Who sees my key and my codes?</b>\n"
        "Your message with the key is deleted at once; the key is stored encrypted and never shown again. "
        "Numbers and codes are shown to you alone, and erased some time after the number has ended.\n\n"
        "As with every bot, Telegram and whoever runs this one could read what passes through it.\n\n"
        "Give a key to nobody and post it in no group: whoever has it can spend your money."
    )
    return text, [press(t.plain("🔒 Privacy"), Privacy()), press(t.plain("🔑 Keys"), Keys())]


def _unknown(t: Texts) -> tuple[str, Steps]:
    text = t(
        "<b>“Unknown”, or charged without a number?</b>\n"
        "“Unknown” means that the provider's answer was lost: it may have sold a number. I never order "
        "again by myself. Where a provider lists its numbers, I look for it there and tell you. Where it "
        "does not, compare the balance on the number's card: if it fell, a number was sold.\n\n"
        "For the provider's support, the history keeps what was ordered, when, and for how much."
    )
    return text, [press(t.plain("📋 My numbers"), Numbers()), press(t.plain("🗂 History"), History())]


#: What is said to each question, and what can be done next.
ANSWERS: Mapping[Question, Callable[[Texts], tuple[str, Steps]]] = {
    Question.NUMBER: _number,
    Question.NO_CODE: _no_code,
    Question.MONEY: _money,
    Question.SAFETY: _safety,
    Question.UNKNOWN: _unknown,
}
