"""The SMS that services send: realistic codes and wordings, a few of each."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

LETTERS = "BCDFGHJKMNPQRTVWXY23456789"


@dataclass(frozen=True, slots=True)
class Draft:
    """An SMS before it arrives: the code as the site will cut it out, the text, who sent it."""

    code: str
    text: str
    sender: str


@dataclass(frozen=True, slots=True)
class Wording:
    """How a brand writes: `codes` are patterns ("#" a digit, "@" a letter or digit), `texts` templates."""

    sender: str
    codes: list[str]
    texts: list[str]


def draft(random: Random, brand: str, code: str | None = None, text: str | None = None) -> Draft:
    """An SMS of `brand` ("" for any other); given words and a given code are taken as they are."""
    wording = _wordings().get(brand) or _wordings()[""]
    if text is not None:
        return Draft(_found_in(text) if code is None else code, text, wording.sender)
    code = _code(random, random.choice(wording.codes)) if code is None else code
    digits = re.sub(r"\D", "", code)
    return Draft(code, random.choice(wording.texts).format(code=code, digits=digits), wording.sender)


def _code(random: Random, pattern: str) -> str:
    drawn = {"#": "0123456789", "@": LETTERS}
    return "".join(random.choice(drawn.get(sign, sign)) for sign in pattern)


def _found_in(text: str) -> str:
    """The first run of four to eight digits, perhaps split by a dash or blank; else the text itself."""
    found = re.search(r"(?<!\d)\d{3}[- ]\d{3}(?!\d)|(?<!\d)\d{4,8}(?!\d)", text)
    return found.group() if found else text.strip()


@cache
def _wordings() -> dict[str, Wording]:
    source = files("bot.sandbox.sites").joinpath("data/texts.json")
    return {brand: Wording(**fields) for brand, fields in json.loads(source.read_text("utf-8")).items()}
