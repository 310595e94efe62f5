"""Every screen in every language: all buttons pressed, nothing missing, nothing cut, nothing too long."""

import re
from pathlib import Path

import pytest
from aiogram.utils.i18n import I18n
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.greeting import COMMANDS
from bot.i18n import LOCALES, Catalogues, short_countries
from bot.sandbox.sites import all_sites
from handlers import privacy
from handlers.choices import Speak
from tests.handlers.belongings import CODE, Presser, buttons, gathered
from tests.house import House
from tests.wanderer import Wanderer

LANGUAGES = sorted(Catalogues().languages)
#: Telegram's limits: bytes a button sends, characters of an answer to a press.
MOST_DATA, MOST_ALERT = 64, 200
SOLD = [one.name for site in all_sites(seed=1).values() for one in site.shop.goods.services.values()]
LONGEST_SERVICE = max(SOLD, key=len)
#: What is no text of ours: names, also of places, and what Babel says of months and spans of time.
NAMES = "Alpha Beta Google InfoCenter Promo Taxi Telegram WhatsApp tmobile verizon UTC"
ENGLISH = Locale("en")
SAID_BY_BABEL = (
    LONGEST_SERVICE,
    f"{CODE} is your code",
    *ENGLISH.territories.values(),
    *short_countries("en").values(),
    *ENGLISH.months["format"]["abbreviated"].values(),
    *(Locale(language).display_name or "" for language in LANGUAGES),
    *("minutes", "hours", "days"),
)
COMMAND = re.compile(r"/[a-z]+")
INNERMOST, WORD = re.compile("⟦[^⟦⟧]*⟧"), re.compile(r"[^\W\d_]{2,}")
DATA = frozenset(
    word for words in (NAMES, *SAID_BY_BABEL) for word in WORD.findall(words.title() + " " + words)
)


#: What would end the wandering: it goes last, and somewhere else.
ENDS = (Speak, privacy.Forget)


async def wandered(house: House, language: str) -> Wanderer:
    """Somebody who has one of everything and presses every button there is, in their language."""
    ann = house.person()
    mine = await gathered(ann, house)
    sell_long_names(house)
    presser, wanderer = Presser(ann), Wanderer(ann)
    await presser.press(Speak(value=language).pack())
    for every in (some for _, some in buttons(mine).values()):
        for button in (one for one in every if not isinstance(one, ENDS)):
            await wanderer.hear(await presser.press(button.pack()))
    await wanderer.give(
        *COMMANDS,
        f"buy {LONGEST_SERVICE}",
        f"buy {LONGEST_SERVICE} gs",
        "prices telegram gs",
        "start buy_nosuchthing",
    )
    return wanderer


def sell_long_names(house: House) -> None:
    """The longest service of the tables, in the countries whose names are longest."""
    house.alpha.names["lo"] = LONGEST_SERVICE
    for code, iso2 in enumerate(("GS", "IO", "CF", "HK", "AE"), 5):
        house.alpha.places[str(code)] = iso2
        house.alpha.prices_of |= {(one, str(code)): ("1234.5678", 1_234_567) for one in ("lo", "tg")}


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
async def test_whatever_is_pressed_it_is_answered_within_telegrams_limits(
    house: House, language: str
) -> None:
    within_limits(await wandered(house, language))


async def test_everything_a_person_reads_comes_from_the_catalogues(house: House, tmp_path: Path) -> None:
    house.codebell.catalogues._core = I18n(path=bracketed(tmp_path), domain="bot")
    found = await wandered(house, "en")
    within_limits(found)
    bare = {word for text in found.texts | found.labels for word in WORD.findall(outside(text))}
    assert sorted(bare - DATA) == []


def within_limits(found: Wanderer) -> None:
    assert [data for data in found.data if len(data.encode()) > MOST_DATA] == []
    assert [alert for alert in found.alerts if len(alert) > MOST_ALERT] == []
    assert [label for label in found.labels if "…" in label] == []


def bracketed(folder: Path) -> Path:
    """A catalogue that says every English text between brackets, in place of English."""
    with (LOCALES / "en/LC_MESSAGES/bot.po").open("rb") as file:
        english = read_po(file, locale="en", domain="bot")
    made = Catalog(locale="en", domain="bot")
    for message in english:
        if message.id:
            last = message.id[-1] if isinstance(message.id, tuple) else message.id
            said = f"⟦{last}⟧"
            made.add(message.id, (said,) * made.num_plurals if isinstance(message.id, tuple) else said)
    target = folder / "en/LC_MESSAGES/bot.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, made)
    return folder


def outside(text: str) -> str:
    """What stands between no brackets."""
    while (less := INNERMOST.sub(" ", text)) != text:
        text = less
    return COMMAND.sub(" ", text)
