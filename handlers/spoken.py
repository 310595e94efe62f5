"""Commands said in plain words, in any language: "balance" typed is answered with the way to the balance."""

from collections.abc import Callable, Mapping

from aiogram.types import InlineKeyboardButton

from bot.greeting import COMMANDS
from bot.i18n import Texts
from bot.words import command
from handlers.doors import (
    Balance,
    Buy,
    Help,
    History,
    Keys,
    Menu,
    Numbers,
    Prices,
    Privacy,
    Rent,
    Send,
    Settings,
    Stats,
    Watches,
)
from handlers.screen import Screen, press


def way_by(words: str, t: Texts) -> Screen | None:
    """What words that are a command lead to: the command itself, and its button; None for other words."""
    named = command(words)
    if not named:
        return None
    text = f"/{named} – {t(COMMANDS[named])}"
    menu = [] if named == "start" else [press(t.plain("◀ Menu"), Menu())]
    return Screen(text, [[_DOORS[named](t)], menu])


#: Where each command leads to. What can be cancelled stands among the numbers.
_DOORS: Mapping[str, Callable[[Texts], InlineKeyboardButton]] = {
    "start": lambda t: press(t.plain("◀ Menu"), Menu()),
    "buy": lambda t: press(t.plain("📱 Buy a number"), Buy()),
    "numbers": lambda t: press(t.plain("📋 My numbers"), Numbers()),
    "cancel": lambda t: press(t.plain("📋 My numbers"), Numbers()),
    "watch": lambda t: press(t.plain("👀 Watches"), Watches()),
    "rent": lambda t: press(t.plain("🗓 Rent a number"), Rent()),
    "send": lambda t: press(t.plain("✉️ Send a message"), Send()),
    "history": lambda t: press(t.plain("🗂 History"), History()),
    "stats": lambda t: press(t.plain("📊 Statistics"), Stats()),
    "balance": lambda t: press(t.plain("💰 Balance"), Balance()),
    "prices": lambda t: press(t.plain("🏷 Prices"), Prices()),
    "keys": lambda t: press(t.plain("🔑 Keys"), Keys()),
    "settings": lambda t: press(t.plain("⚙️ Settings"), Settings()),
    "privacy": lambda t: press(t.plain("🔒 Privacy"), Privacy()),
    "help": lambda t: press(t.plain("❔ Help"), Help()),
}
