"""Buttons that are everybody's are made once: one for the same words, and no more of them than may be."""

from handlers.doors import Help, Menu
from handlers.screen import _BUTTONS, _button, press


def test_the_same_words_on_the_same_way_are_one_button() -> None:
    assert press("Menu", Menu()) is press("Menu", Menu())


def test_other_words_or_another_way_are_another_button() -> None:
    [one, renamed, elsewhere] = press("Menu", Menu()), press("Меню", Menu()), press("Menu", Help())
    assert (one.text, one.callback_data) == ("Menu", Menu().pack())
    assert (renamed.text, renamed.callback_data) == ("Меню", Menu().pack())
    assert (elsewhere.text, elsewhere.callback_data) == ("Menu", Help().pack())


def test_no_more_buttons_are_kept_than_may_be() -> None:
    for number in range(_BUTTONS + 1):
        press(f"Menu {number}", Menu())
    assert _button.cache_info().currsize == _BUTTONS
