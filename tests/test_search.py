"""What typed words mean, whatever their order, language, layout and mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Catalogues, short_countries
from bot.names import Names, folded
from bot.search import LANGUAGES, Listed, Meant, country_named, understand
from bot.services import known, slug

SOLD = [Listed(one.slug, one.name) for one in known().values()] + [
    Listed("telz", "Telz"),
    Listed("googlevoice", "GoogleVoice"),
    Listed("whatsappbusiness", "WhatsApp Business"),
    Listed("dominospizza", "Dominos Pizza"),
]
FEW = [Listed("telegram", "Telegram"), Listed("google", "Google")]


def service(words: str) -> str:
    """The one service that is meant for sure, "" if none is."""
    meant = understand(words, SOLD)
    return meant.services[0].slug if meant.sure else ""


def both(words: str) -> tuple[str, str]:
    return service(words), understand(words, SOLD).iso2


@pytest.mark.parametrize(
    ("one", "names"),
    [
        ("telegram", "telegram TELEGRAM tg тг телега телеграм телеграмм telegarm telegrm teleg tele"),
        ("whatsapp", "вотсап ватсап вацап whatsap watsapp WhatsApp wa уотсап вотсапп"),
        ("vk", "вк вконтакте vk vkontakte контакт vk.com вконтакті"),
        ("instagram", "ig insta инста instgram инстаграм инстаграмм"),
        ("facebook", "fb фейсбук facebok фейсбок фб"),
        ("odnoklassniki", "однокласники одноклассники ok ok.ru"),
        ("google", "gmail гугл google gogle youtube ютуб джимейл"),
        ("yandex", "яндекс yandex yandeks"),
        ("tiktok", "тикток tiktok тікток tt"),
        ("discord", "дискорд discord дс"),
        ("zalo", "zalo заловий зало"),
        ("openai", "chatgpt gpt чатгпт openai"),
        ("twitter", "x твиттер twitter"),
    ],
)
def test_a_service_is_known_by_its_other_names_and_with_mistakes(one: str, names: str) -> None:
    assert {name: service(name) for name in names.split()} == dict.fromkeys(names.split(), one)


@pytest.mark.parametrize(
    ("typed", "one"),
    [("ntktuhfv", "telegram"), ("еудупкфь", "telegram"), ("djncfg", "whatsapp"), ("вшысщкв", "discord")],
)
def test_what_was_typed_on_the_other_keyboard_is_understood(typed: str, one: str) -> None:
    assert service(typed) == one


@pytest.mark.parametrize(
    "words",
    [
        *("telegram indonesia", "телеграм индонезия", "indonesia telegram", "telegram id", "TG Indonesia"),
        *("телеграм для индонезии", "telegram indonezia", "індонезія телеграм", "telegarm indo"),
        *("telegram, Indonesia", "номер для телеграм индонезия", "telegram in Indonesia"),
    ],
)
def test_a_service_and_a_country_are_understood_in_any_order_and_language(words: str) -> None:
    assert both(words) == ("telegram", "ID")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("whatsap us", ("whatsapp", "US")),
        ("whatsapp hoa kỳ", ("whatsapp", "US")),
        ("mỹ telegram", ("telegram", "US")),
        ("вотсап сша", ("whatsapp", "US")),
        ("us tg", ("telegram", "US")),
        ("tg us", ("telegram", "US")),
        ("google england", ("google", "GB")),
        ("гугл англия", ("google", "GB")),
        ("viber uk", ("viber", "GB")),
        ("united arab emirates google", ("google", "AE")),
        ("google voice germany", ("googlevoice", "DE")),
        ("zalo việt nam", ("zalo", "VN")),
        ("телега вьетнам", ("telegram", "VN")),
        ("line south korea", ("line", "KR")),
        ("vk ru", ("vk", "RU")),
        ("ok ru", ("odnoklassniki", "")),
        ("vi us", ("viber", "US")),
    ],
)
def test_words_are_parted_where_both_halves_are_known(words: str, meant: tuple[str, str]) -> None:
    assert both(words) == meant


@pytest.mark.parametrize("words", ["usa", "США", "america", "Hoa Kỳ", "штаты", "United States"])
def test_a_country_alone_is_a_country(words: str) -> None:
    assert understand(words, SOLD) == Meant(iso2="US")


@pytest.mark.parametrize(
    "words",
    [
        *("buy telegram usa", "Telegram US please", "telegram/usa", "TELEGRAM-USA", "telegram, usa"),
        *("telegram 🇺🇸", "🇺🇸 telegram", "telegram🇺🇸", "Telegram · 🇺🇸 United States", "telegram,usa"),
        *(
            "купить телеграм сша",
            "куплю номер телеграм США, пожалуйста",
            "Telegram из США",
            "telegram usa 0.5",
        ),
        *("I need a number for telegram in usa", "купити номер телеграм із США", "mua số telegram hoa kỳ"),
        *("buy_telegram_us", "нужен временный номер для телеграма из сша"),
    ],
)
def test_words_that_name_nothing_and_signs_between_names_are_no_hindrance(words: str) -> None:
    assert both(words) == ("telegram", "US")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("номер для телеграма", ("telegram", "")),
        ("купить телеграм украина", ("telegram", "UA")),
        ("whatsapp please", ("whatsapp", "")),
        ("telegram in", ("telegram", "IN")),
        ("number for other", ("anyother", "")),
        ("any", ("anyother", "")),
        ("guinea-bissau vk", ("vk", "GW")),
        ("vk.com", ("vk", "")),
        ("🇺🇦", ("", "UA")),
        ("🇿🇿 telegram", ("telegram", "")),
    ],
)
def test_what_is_said_around_a_name_changes_nothing(words: str, meant: tuple[str, str]) -> None:
    assert both(words) == meant


def test_a_word_too_many_loses_neither_the_service_nor_the_country() -> None:
    for words in ("telegram usa alpha", "alpha telegram united states", "điện telegram hoa kỳ"):
        meant = understand(words, SOLD)
        assert (meant.services[0].slug, meant.sure, meant.iso2) == ("telegram", False, "US"), words


def test_a_short_word_that_is_both_is_the_service() -> None:
    assert both("tg") == ("telegram", "")
    assert both("vi") == ("viber", "")


def test_what_is_not_clear_is_a_choice_that_keeps_the_country() -> None:
    meant = understand("te germany", SOLD)
    assert {"telegram", "telz"} <= {one.slug for one in meant.services}
    assert (meant.sure, meant.iso2) == (False, "DE")


def test_a_word_within_a_name_finds_it() -> None:
    assert [one.slug for one in understand("pizza", SOLD).services] == ["dominospizza"]


def test_a_known_service_that_nobody_sells_is_named_all_the_same() -> None:
    meant = understand("зало", FEW)
    assert (meant.services, meant.sure) == ([Listed("zalo", "Zalo")], True)


@pytest.mark.parametrize(
    "words", ["", " ", "🔔", "qqqqqqqq", "x" * 10_000, "zz qq", "hello", "Dinner is ready"]
)
def test_what_means_nothing_finds_nothing(words: str) -> None:
    meant = understand(words, FEW)
    assert (list(meant.services), meant.sure, meant.iso2) == ([], False, "")


@given(st.text(max_size=100))
def test_no_words_can_break_the_search(words: str) -> None:
    meant = understand(words, FEW)
    assert len(meant.iso2) in (0, 2)
    assert not meant.sure or meant.services


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_by_its_name_in_every_language(language: str) -> None:
    t = Catalogues().texts(language)
    isos = (
        "US",
        "GB",
        "DE",
        "VN",
        "ID",
        "UA",
        "RU",
        "BR",
        "CI",
        "CD",
        "BA",
        "KR",
        "KP",
        "MM",
        "GN",
        "NE",
        "NG",
    )
    assert {iso2: country_named(t.country(iso2)) for iso2 in isos} == {iso2: iso2 for iso2 in isos}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_by_the_name_on_its_buttons(language: str) -> None:
    short = short_countries(language)
    assert {iso2: country_named(name) for iso2, name in short.items()} == {iso2: iso2 for iso2 in short}


def test_countries_are_understood_in_the_languages_the_bot_has() -> None:
    assert set(LANGUAGES) == Catalogues().languages


def test_every_well_known_service_is_found_by_each_of_its_names() -> None:
    """No name stands for two services."""
    wrong = {
        name: one.slug
        for one in known().values()
        for name in (one.name, one.slug, *one.also)
        if service(name) != one.slug
    }
    assert wrong == {}
    assert {one.slug: slug(one.name) for one in known().values()} == {one: one for one in known()}


def test_a_name_is_compared_without_accents_signs_and_blanks() -> None:
    assert folded("  Đà Nẵng-2! ") == folded("da nang 2") == "danang2"
    assert folded("Ёж") == folded("еж")


def test_of_two_that_are_called_alike_both_are_found() -> None:
    names = Names([("Congo", "CD"), ("Congo", "CG")])
    assert [found.id for found in names.exactly("congo")] == ["CD", "CG"]
