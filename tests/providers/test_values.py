"""Foreign values: what is read, and what is refused rather than guessed."""

from decimal import Decimal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.providers import values
from bot.providers.handler_api import codes


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (5, "5"),
        ("0.50", "0.50"),
        (" 0.5 ", "0.5"),
        (Decimal("0.683"), "0.683"),
        ("1e2", "1E+2"),
        (0, "0"),
        ("0,5", None),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999999", None),
        ("1e-999999999", None),
        ("", None),
        (True, None),
        (None, None),
        ([1], None),
        ("1_000", None),
        ("١٢", None),
        ("5.", "5"),
    ],
)
def test_money_is_exact_or_nothing(value: object, amount: str | None) -> None:
    assert values.money(value) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u2800", "\u3164", "\u00ad", "\u00a0", "\U000e0041"])
@pytest.mark.parametrize("times", [1, 80])
def test_c_14_a_code_of_which_nobody_sees_anything_is_none(sign: str, times: int) -> None:
    assert values.code(sign * times) == ""
    assert values.text_of(sign * times) is None
    assert values.code(f"{sign}12345") == f"{sign}12345".strip()


def test_whole_messages_that_begin_alike_are_told_apart_as_codes() -> None:
    first, second = (f"{'your code, as you asked: ' * 4}{number}" for number in (111, 222))
    assert values.code(first) != values.code(second)
    assert (values.text_of(first), values.text_of("4711"), values.text_of(4711)) == (first, None, None)


def test_whole_messages_that_differ_only_in_their_middle_are_told_apart_as_codes() -> None:
    greeting, warning = "Dear customer of ours, your code is ", ". Never tell this code to anybody at all."
    first, second = (values.code(f"{greeting}{number}{warning}") for number in (111, 222))
    assert first != second
    assert len(first) == len(second) == values.LONGEST_CODE
    assert first.startswith("Dear customer of ours")
    assert first.endswith("to anybody at all.")


@given(st.text() | st.integers() | st.decimals() | st.booleans() | st.none() | st.floats())
def test_money_is_never_negative_and_never_fills_the_memory(value: object) -> None:
    amount = values.money(value)
    assert amount is None or (amount >= 0 and len(format(amount, "f")) <= 4_400)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("84901234567", "+84901234567"),
        ("+84 (90) 123-45.67", "+84901234567"),
        (84901234567, "+84901234567"),
        ("0901234567", "0901234567"),
        ("12345", None),
        ("1234567890123456", None),
        ("++84901234567", None),
        ("84901234567x", None),
        ("٨٤٩٠١٢٣٤٥٦٧", None),
        ("", None),
        (None, None),
        (True, None),
        (84901234567.0, None),
    ],
)
def test_a_number_is_international_where_it_can_be(value: object, number: str | None) -> None:
    assert values.phone(value) == number


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("true", True),
        (0, False),
        ("False", False),
        (None, None),
        ("yes", None),
    ],
)
def test_a_yes_has_many_forms(value: object, truth: bool | None) -> None:
    assert values.truth(value) is truth


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a":1.10,}', {"a": Decimal("1.10")}),
        ('{"a":[1,2,],"b":x y}', {"a": [1, 2], "b": "x y"}),
        ('{"a":2026-08-30 12:00:00,"b":any}', {"a": "2026-08-30 12:00:00", "b": "any"}),
        ('{"a":"x,}y"}', {"a": "x,}y"}),
        ('{a:1, b_2 : "c: 3, d: 4",}', {"a": 1, "b_2": "c: 3, d: 4"}),
        ('"a":{"b":1},\n', {"a": {"b": 1}}),
        ("{''a'':{''b'':1,'\n'c'':2}}", {"a": {"b": 1, "c": 2}}),
        (r'{"a":"\ud83d\ude00 \ud83d \ude00\ud83d","\udc00":"\\ud83d"}', {"a": "😀 � ��", "�": r"\ud83d"}),
        ('{"a":1e99999999999999999999}', None),
        ('"a":1', None),
        ('{"a":1', None),
        ("{'a':1}", None),
        ("", None),
    ],
)
def test_a_document_is_mended_only_where_its_meaning_is_plain(text: str, document: object) -> None:
    assert values.document(text) == document


def test_every_country_of_the_family_has_a_name_in_every_language() -> None:
    known = Locale("ru").territories
    ids = [str(number) for number in range(205)]
    named = [codes.country(number) for number in ids if codes.country(number).iso2]
    assert len(named) == 197
    assert all(country.iso2 in known for country in named)


def test_the_services_whose_codes_changed_their_meaning_are_not_named() -> None:
    assert codes.service("tg").name == "Telegram"
    assert {code: codes.service(code).name for code in ("hn", "xj", "sl", "ny", "af", "hj")} == {
        code: code for code in ("hn", "xj", "sl", "ny", "af", "hj")
    }


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (" New \n York\u00a0City ", "New York City"),
        ("\u202eelgooG\u2066\u200b\x00\x1b[31m", "elgooG[31m"),
        ("<b>&amp;", "<b>&amp;"),
        ("Телеграм 🔔", "Телеграм 🔔"),
        ("x" * 65, "x" * 64),
        ("\u200b", ""),
        (7, ""),
    ],
)
def test_a_name_is_one_line_with_nothing_hidden_in_it(told: object, name: str) -> None:
    assert values.name(told) == name
