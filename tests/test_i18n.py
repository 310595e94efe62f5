"""Texts in words of a language: escaping, plurals, money, times, names of countries."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CodebellError, NoNumbers, Unavailable
from bot.i18n import _AMOUNTS, Catalogues, Texts, _written, flag, international, visible
from bot.search import country_named
from storage.caps import TooManyToday

NUMBERS = {
    "ru": ("{count} номер", "{count} номера", "{count} номеров"),
    "uk": ("{count} номер", "{count} номери", "{count} номерів"),
    "vi": ("{count} số",),
}


@pytest.fixture(scope="module")
def t() -> Texts:
    return Catalogues().texts("en")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Catalogues:
    """Catalogues of a few words in each of the bot's languages."""
    folder = tmp_path_factory.mktemp("locales")
    for language, words in NUMBERS.items():
        catalogue = Catalog(locale=language)
        catalogue.add(("{count} number", "{count} numbers"), words)
        file = folder / language / "LC_MESSAGES" / "bot.mo"
        file.parent.mkdir(parents=True)
        with file.open("wb") as compiled:
            write_mo(compiled, catalogue)
    return Catalogues(path=folder)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["1 number", "2 numbers", "5 numbers", "21 numbers"]),
        ("ru", ["1 номер", "2 номера", "5 номеров", "21 номер"]),
        ("uk", ["1 номер", "2 номери", "5 номерів", "21 номер"]),
        ("vi", ["1 số", "2 số", "5 số", "21 số"]),
    ],
)
def test_a_plural_goes_by_the_rules_of_its_language(
    four: Catalogues, language: str, shown: list[str]
) -> None:
    t = four.texts(f"{language}-XX")
    assert [t.many("{count} number", "{count} numbers", count) for count in (1, 2, 5, 21)] == shown


@pytest.mark.parametrize(
    ("language", "spans", "money", "country", "day"),
    [
        ("ru", ["5 секунд", "2 минуты", "6 дней"], "1 234,50 $", "Вьетнам", "1 мая 14:05"),
        ("uk", ["5 секунд", "2 хвилини", "6 днів"], "1 234,50 $", "Вʼєтнам", "1 трав. 14:05"),
        ("vi", ["5 giây", "2 phút", "6 ngày"], "1.234,50 $", "Việt Nam", "1 thg 5 14:05"),
    ],
)
def test_spans_money_countries_and_days_are_in_words_of_every_language(
    four: Catalogues, language: str, spans: list[str], money: str, country: str, day: str
) -> None:
    t = four.texts(language, timezone(timedelta(hours=2)))
    assert [t.span(seconds) for seconds in (5, 120, 6 * 86400)] == spans
    assert t.country("VN") == country
    assert t.day(datetime(2026, 5, 1, 12, 5, tzinfo=UTC)) == day
    assert t.money(Decimal("1234.5"), "USD").replace("\N{NO-BREAK SPACE}", " ") == money


@pytest.mark.parametrize("language", sorted(Catalogues().languages))
def test_every_country_has_a_name_that_fits_a_button(language: str) -> None:
    t = Catalogues().texts(language)
    codes = [code for code in map(str, Locale("en").territories) if country_named(code) == code]
    assert len(codes) > 200
    names = {code: t.country_within(0, code) for code in codes}
    assert [name for name in names.values() if len(name) > 17 or "…" in name] == []
    assert t.country_within(60, "CF") == t.country("CF")
    assert t.country_within(9, "QQ", "The Republic of Utopia") == "The Republic of …"


def test_times_are_those_of_the_zone_that_was_chosen() -> None:
    moment = datetime(2026, 12, 31, 20, 5, 9, tzinfo=UTC)
    t = Catalogues().texts("en", timezone(timedelta(hours=5, minutes=45)))
    assert (t.time(moment), t.clock(moment)) == ("01:50:09", "01:50")
    assert (t.day(moment), t.date(moment)) == ("1 Jan 01:50", "1 Jan 2027")


def test_a_code_is_veiled_only_where_that_was_chosen(t: Texts) -> None:
    secret = "Code: <code>&lt;1&gt;</code>"
    veiled = Catalogues().texts("en", veils=True)
    assert (t.veiled(secret), t.masked("12-34")) == (secret, "12-34")
    assert veiled.veiled(secret) == "Code: <tg-spoiler>&lt;1&gt;</tg-spoiler>"
    assert veiled.masked("12-34") == "•••••"


@given(st.text(max_size=100))
def test_no_value_can_become_markup(value: str) -> None:
    said = Catalogues().texts("en")("<b>{name}</b>", name=value)
    inside = said.removeprefix("<b>").removesuffix("</b>")
    assert "<" not in inside
    assert ">" not in inside
    assert inside.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == value


def test_plain_text_is_left_as_it_is(t: Texts) -> None:
    assert t.plain("{name}", name="<b>&") == "<b>&"


def test_values_are_not_read_as_patterns(t: Texts) -> None:
    assert t("{name}", name="{0} {name} %s") == "{0} {name} %s"


def test_a_plural_goes_by_its_count(t: Texts) -> None:
    assert [t.many("{count} number", "{count} numbers", count) for count in (0, 1, 2)] == [
        "0 numbers",
        "1 number",
        "2 numbers",
    ]


def test_an_error_says_its_own_text_with_its_values(t: Texts) -> None:
    assert t.error(TooManyToday(limit=3)) == "That is the limit of 3 purchases a day; try again later."
    assert t.plain_error(NoNumbers("detail for the log")) == "No numbers in stock there right now."


def test_a_site_that_is_left_alone_says_for_how_long(t: Texts) -> None:
    left_alone = Unavailable("left alone", retry_after=24.2, sent=False)
    told = "The provider does not answer right now. I leave it alone for now; try again in 25 s."
    assert (t.plain_error(left_alone), t.plain_error(Unavailable())) == (told, Unavailable.text)


def _errors(kind: type[CodebellError]) -> list[type[CodebellError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _errors(below))]


@pytest.mark.parametrize("kind", _errors(CodebellError))
def test_every_error_has_a_sentence_to_say(kind: type[CodebellError]) -> None:
    assert kind.text
    assert kind.text[0].isupper()
    assert re.search(r"([.?]|: /[a-z]+)$", kind.text)


@pytest.mark.parametrize("said", ["", None, "en-GB", "tlh", "EN"])
def test_a_language_nobody_translated_to_is_english(said: str | None) -> None:
    assert Catalogues().texts(said).language == "en"


def test_a_default_language_nobody_has_is_english() -> None:
    assert Catalogues("xx").texts("").language == "en"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.35", "USD", "$0.35"),
        ("0.3512", "USD", "$0.3512"),
        ("18.7", "USD", "$18.70"),
        ("1234", "", "1,234.00"),
    ],
)
def test_money_is_never_rounded_to_cents(t: Texts, amount: str, currency: str, shown: str) -> None:
    assert t.money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["$0.35", "₴1,234.50", "₽12.3456"]),
        ("ru", ["0,35\xa0$", "1\xa0234,50\xa0₴", "12,3456\xa0₽"]),
        ("uk", ["0,35\xa0$", "1\xa0234,50\xa0₴", "12,3456\xa0₽"]),
        ("vi", ["0,35\xa0$", "1.234,50\xa0₴", "12,3456\xa0₽"]),
    ],
)
def test_money_is_written_as_a_language_writes_it(language: str, shown: list[str]) -> None:
    t = Catalogues().texts(language)
    amounts = {"USD": "0.35", "UAH": "1234.5", "RUB": "12.3456"}
    assert [t.money(Decimal(amount), currency) for currency, amount in amounts.items()] == shown


def test_sizes_are_megabytes_as_a_language_writes_numbers(t: Texts) -> None:
    assert [t.megabytes(size) for size in (0, 2**20, 1_300_000_000)] == ["0.0 MB", "1.0 MB", "1,239.8 MB"]
    assert Catalogues().texts("uk").megabytes(13 * 2**19).startswith("6,5")


def test_countries_times_and_spans_are_in_words(t: Texts) -> None:
    assert (t.country("VN"), t.country("vn"), t.country("??", "Nowhere")) == ("Vietnam", "Vietnam", "Nowhere")
    assert [t.span(seconds) for seconds in (0, 40, 75, 119, 120, 600)] == [
        "1 second",
        "40 seconds",
        "75 seconds",
        "119 seconds",
        "2 minutes",
        "10 minutes",
    ]
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert t.time(moment) == moment.astimezone().strftime("%H:%M:%S")
    assert t.date(moment) == "1 May 2026"


@pytest.mark.parametrize(("iso2", "shown"), [("US", "🇺🇸"), ("", "🏳️"), ("us", "🏳️"), ("USA", "🏳️")])
def test_a_flag_for_every_country_and_a_white_one_for_none(iso2: str, shown: str) -> None:
    assert flag(iso2) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+12015550123", "+1 201-555-0123"), ("12345", "12345"), ("", ""), ("<b>", "<b>")],
)
def test_a_phone_number_is_grouped_where_it_can_be(phone: str, shown: str) -> None:
    assert international(phone) == shown


@given(st.decimals(-1000, 1000, allow_nan=False, places=4), st.sampled_from(["USD", "RUB", ""]))
def test_an_amount_is_written_alike_whatever_was_written_before(amount: Decimal, currency: str) -> None:
    """Amounts that are equal share what is kept, however many zeros they are told with."""
    for t in (Catalogues().texts(language) for language in ("en", "uk")):
        whole, bare = t.money(amount, currency), t.money(amount.normalize(), currency)
        assert whole == bare == _written.__wrapped__(amount + 0, currency, t.language)


def test_zero_has_no_minus() -> None:
    t = Catalogues().texts("en")
    assert {t.money(Decimal(zero), "USD") for zero in ("-0", "0", "-0.00", "0E+3")} == {"$0.00"}


def test_no_more_amounts_are_kept_than_may_be() -> None:
    for cents in range(_AMOUNTS + 1):
        Catalogues().texts("en").money(Decimal(cents) / 100, "USD")
    assert _written.cache_info().currsize == _AMOUNTS


@given(st.text(max_size=3000))
def test_a_strangers_text_keeps_no_hidden_sign_and_no_endless_length(text: str) -> None:
    shown = visible(text)
    assert len(shown) <= 1000
    assert not set(shown) & set("\u202e\u200b\u2066\ufeff\x00\x1b\x7f\r")


def test_lines_and_emoji_of_a_strangers_text_stay() -> None:
    assert visible("one\ntwo 🔔 \u202eevil\u0007") == "one\ntwo 🔔 evil"
