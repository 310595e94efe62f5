"""How the words of a stranger are shown: as they came, in a quote, and nothing in them can be pressed.

Inside `code` Telegram makes no link of an address, a name or a command; a spoiler takes no `code`, so there
they are broken up. Who sent an SMS is only what it claims.
"""

import re
import unicodedata

from bot.i18n import Texts, visible

#: Alphabets whose letters can be taken for each other's.
_LOOKALIKES = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")
_WORD = re.compile(r"\w+")
#: What addresses, names, commands and tags begin with or are held together by; a word joiner parts them.
_PRESSABLE = re.compile(r"[.@/:#$](?=\S)")
#: UTF-16 units of a text with its word joiners: a message holds it beside what stands around it.
_LONGEST_VEILED = 3500
#: What comes after so many characters is not looked through.
_LOOKED_THROUGH = 4096


def quoted(text: str, t: Texts) -> str:
    """A text of a stranger, `visible` already; of one with hidden signs alone nothing is left."""
    if not text.strip():
        return t("(nothing readable)")
    if t.veils:
        veiled = cut(_at_rest(text), _LONGEST_VEILED)
        return t("<blockquote><tg-spoiler>{text}</tg-spoiler></blockquote>", text=veiled)
    return t("<blockquote><code>{text}</code></blockquote>", text=text)


def _at_rest(text: str) -> str:
    """A text in which Telegram finds no address, name or command, though it does not stand in `code`."""
    return _PRESSABLE.sub("\\g<0>\u2060", text)


def cut(text: str, units: int) -> str:
    """A text of at most so many UTF-16 units, as Telegram counts; never with half a character."""
    written = text.encode("utf-16-le", "replace")
    if len(written) <= 2 * units:
        return text
    return written[: 2 * (units - 1)].decode("utf-16-le", "ignore") + "…"


def sender_of(sender: str | None, t: Texts) -> str:
    """Above a quote: whose words these are, as far as anybody knows."""
    shown = visible(sender or "", 64)
    if not shown:
        return t("Sender unknown")
    return t("From <code>{sender}</code> · unverified", sender=shown)


def warnings(text: str, t: Texts) -> list[str]:
    """Below a quote: what a reader would not see."""
    if not mixes_alphabets(text):
        return []
    return [
        t("⚠️ A word here mixes letters of several alphabets: names and addresses may not be what they seem.")
    ]


def mixes_alphabets(text: str) -> bool:
    """Whether one word has letters of two alphabets that look alike, as in “pаypal” with a Russian “а”."""
    words = _WORD.findall(text[:_LOOKED_THROUGH])
    return any(len(_alphabets(word)) > 1 for word in words if not word.isascii())


def _alphabets(word: str) -> set[str]:
    first = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
    return first.intersection(_LOOKALIKES)
