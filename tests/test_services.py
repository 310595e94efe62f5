"""One name per service, whatever its providers call it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import POPULAR, nice_name, slug


@pytest.mark.parametrize(
    ("names", "one"),
    [
        (("Telegram", "tg", "TELEGRAM ", "Tele-gram"), "telegram"),
        (("WhatsApp", "wa", "Whats App"), "whatsapp"),
        (("Google", "go", "Google,youtube,Gmail", "Gmail"), "google"),
        (("Twitter", "X", "Twitter (X)", "tw"), "twitter"),
        (("OpenAI", "ChatGPT", "dr"), "openai"),
        (("Any other", "ot", "Other"), "anyother"),
        (("VK", "Вконтакте", "vk.com", "ВКонтакте"), "vk"),
    ],
)
def test_one_service_has_one_slug_however_a_site_calls_it(names: tuple[str, ...], one: str) -> None:
    assert {slug(name) for name in names} == {one}


@given(st.text(max_size=200))
def test_every_slug_fits_a_button_and_is_the_same_each_time(name: str) -> None:
    made = slug(name)
    assert 1 <= len(made) <= 20
    assert made.isascii()
    assert made.isalnum()
    assert made == made.lower() == slug(name)


@pytest.mark.parametrize("other", ["Рамблер", "微信", "Фотострана"])
def test_names_without_a_latin_letter_are_told_apart(other: str) -> None:
    assert slug(other) != slug(other + "!!") != slug("Яндекс")


def test_a_name_that_is_only_partly_in_latin_letters_is_not_known_by_these() -> None:
    assert slug("Яндекс Go") != slug("go") == "google"


def test_long_names_that_begin_alike_are_told_apart() -> None:
    assert slug("The Very Long Name Of A Bank, Ltd") != slug("The Very Long Name Of A Shop, Ltd")


@pytest.mark.parametrize("popular", POPULAR)
def test_a_popular_service_is_found_by_its_own_shown_name(popular: str) -> None:
    assert slug(popular) == popular
    assert slug(nice_name(popular, popular)) == popular


def test_a_name_nobody_knows_is_shown_as_its_provider_writes_it() -> None:
    assert nice_name(slug(" eBay.de "), " eBay.de ") == "eBay.de"
    assert nice_name("telegram", "TELEGRAM Messenger") == "Telegram"
