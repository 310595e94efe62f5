"""Words that name nothing, and commands in plain words."""

from babel import Locale

from bot.greeting import COMMANDS
from bot.i18n import Catalogues
from bot.names import folded
from bot.search import LANGUAGES
from bot.services import known
from bot.words import command, commands, parted, telling
from handlers.spoken import way_by


def test_a_text_is_parted_where_its_words_end_and_a_flag_is_a_code() -> None:
    assert parted("TELEGRAM-USA · vk/🇺🇦x  a_b") == ["TELEGRAM", "USA", "vk", "UA", "x", "a", "b"]
    assert parted(" \n-/ ") == []


def test_what_is_left_of_a_polite_sentence_are_its_names() -> None:
    words = "Hello, I need 2 numbers for Telegram, please!"
    assert telling(words.split()) == ["Telegram"]


def test_commands_are_known_in_four_languages() -> None:
    for word in ("balance", "Баланс", "баланс?", "số dư"):
        assert command(word) == "balance", word
    for word in ("cancel", "ОТМЕНА", "скасувати", "hủy"):
        assert command(word) == "cancel", word
    assert [command(word) for word in ("", "telegram", "balance telegram")] == ["", "", ""]


def test_no_command_takes_the_name_of_a_service_or_a_country() -> None:
    countries = {folded(name) for each in LANGUAGES for name in Locale(each).territories.values()}
    services = {folded(name) for one in known().values() for name in (one.name, one.slug, *one.also)}
    assert (countries | services).isdisjoint(commands())


def test_every_word_leads_to_a_command_that_has_a_button() -> None:
    t = Catalogues().texts("en")
    for word, named in commands().items():
        screen = way_by(word, t)
        assert screen is not None
        assert screen.html == f"/{named} – {COMMANDS[named]}"
