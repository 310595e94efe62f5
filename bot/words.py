"""Typed words before they are looked up: what holds them together parts them, and a flag is a country's code.

Which words name nothing, and which are commands, is data: `words.csv`, in every language of the bot.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from bot.names import folded

#: What the table calls words that name neither a service nor a country.
_NOTHING = "nothing"
_APART = re.compile(r"[\s/|_·•–—-]+")
#: Signs that are letters on the other keyboard; they part words only where nothing else is understood.
_SIGNS = re.compile("[,;:]")
_AROUND = ".,;:!?…()\"'«»“”"
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")


def parted(text: str) -> list[str]:
    """The words of a text: `telegram/🇺🇸` is `telegram` and `US`."""
    return [word for word in _APART.split(_FLAG.sub(_code, text)) if word]


def telling(words: Sequence[str]) -> list[str]:
    """The words that may name something: no "please", no numbers."""
    apart = [word for each in words for word in _SIGNS.split(each)]
    return [word for word in apart if any(map(str.isalpha, word)) and not is_silent(word)]


def is_silent(word: str) -> bool:
    """Whether a word stands around names only, as "number" and "for" do."""
    return word.casefold().strip(_AROUND) in _silent()


def command(text: str) -> str:
    """The command that is called so in plain words, as "balance" is for "баланс"; "" for none."""
    return commands().get(folded(text), "")


def _code(flag: re.Match[str]) -> str:
    letters = "".join(chr(ord("A") + ord(sign) - ord("\U0001f1e6")) for sign in flag.groups())
    return f" {letters} "


@cache
def _silent() -> frozenset[str]:
    return frozenset(word.casefold() for means, word in _table() if means == _NOTHING)


@cache
def commands() -> Mapping[str, str]:
    """Every command by each of its plain words, as they are compared."""
    return {folded(word): means for means, word in _table() if means != _NOTHING}


def _table() -> list[tuple[str, str]]:
    """Every word of the table, and what it means."""
    text = resources.files("bot").joinpath("words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [(row["means"], word) for row in rows for word in row["words"].split("|")]
