"""What every list of things to buy says alike: how much is left, who does not answer, and who lacks a key."""

from collections.abc import Sequence

from aiogram.types import CallbackQuery, Message

from bot.errors import NoKeys
from bot.i18n import Texts, visible
from bot.search import understand
from bot.shops import Trouble
from handlers.doors import AddKey, Menu
from handlers.screen import Screen, chat_of, press

#: What was so some time ago; what is above somebody's own limit.
OLD, OVER = "⚠️", "🔺"
_TYPED = 64
#: A longer word is not said again: it may be a secret.
_WORD = 20


def no_keys(t: Texts, service: str = "", iso2: str = "") -> Screen:
    """Without a key of a provider that sells there is nothing to buy with."""
    wanted = AddKey(service=service, iso2=iso2)
    return Screen(
        t(NoKeys.text),
        [[press(t.plain("🔑 Add a provider key"), wanted)], [press(t.plain("◀ Menu"), Menu())]],
    )


def key_for(words: str) -> AddKey:
    """Add a key, and come back to what was typed, as far as that is clear."""
    meant = understand(words, ())
    return AddKey(service=meant.services[0].slug if meant.sure else "", iso2=meant.iso2)


def stock_left(stock: int | None, t: Texts) -> str:
    """How much is left, as the end of a button's label."""
    match stock:
        case None:
            return ""
        case 0:
            return t.plain("out of stock")
        case _:
            return t.plain("{stock} left", stock=stock)


def troubles(missing: Sequence[Trouble], t: Texts) -> str:
    """One line for each provider that is missing, and why."""
    lines = [_trouble(trouble, t) for trouble in missing]
    return "\n\n" + "\n".join(lines) if lines else ""


def _trouble(trouble: Trouble, t: Texts) -> str:
    if trouble.as_of is None:
        return t("⚠️ {provider}: {problem}", provider=trouble.title, problem=t.plain_error(trouble.error))
    return t(
        "⚠️ {provider} does not answer right now; what it sells is shown as of {time}.",
        provider=trouble.title,
        time=t.clock(trouble.as_of),
    )


def said_again(words: str) -> str:
    """What was typed, fit to be quoted."""
    short = (word if len(word) <= _WORD else "…" for word in words.split())
    return visible(" ".join(short), _TYPED)


def person_of(event: Message | CallbackQuery) -> int:
    """Who typed or pressed; in a private chat that is the chat."""
    return event.from_user.id if event.from_user else chat_of(event)
