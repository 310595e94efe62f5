"""Phone numbers as people type them, their countries, and mobile country codes."""

import csv
import re
from pathlib import Path

import phonenumbers
import pytest
from babel import Locale

import bot.mobile
from bot.mobile import NotAPhone, OneAtATime, country_of, mccs, typed

TABLE = Path(bot.mobile.__file__).with_name("mobile_countries.csv")


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("iso2", "codes"),
    [
        ("UA", ("255",)),
        ("ua", ("255",)),
        ("GB", ("234", "235")),
        ("US", ("310", "311", "312", "313", "314", "315", "316")),
        ("IN", ("404", "405", "406")),
        ("DE", ("262",)),
        ("PL", ("260",)),
        ("KZ", ("401",)),
        ("VN", ("452",)),
        ("XK", ("221",)),
        ("AX", ("244",)),
        ("", ()),
        ("ZZ", ()),
        ("AQ", ()),
    ],
)
def test_a_country_has_its_mobile_codes(iso2: str, codes: tuple[str, ...]) -> None:
    assert mccs(iso2) == codes


@pytest.mark.parametrize(
    ("phone", "iso2"),
    [
        ("+380501234567", "UA"),
        ("+12125550123", "US"),
        ("+14165550123", "CA"),
        ("+79161234567", "RU"),
        ("+77011234567", "KZ"),
        ("+447400123456", "GB"),
        ("+84901234567", "VN"),
        ("+38344123456", "XK"),
        ("+80012345678", ""),
        ("+999123456789", ""),
        ("+0501234567", ""),
        ("0501234567", ""),
        ("+", ""),
        ("", ""),
    ],
)
def test_a_number_has_the_country_of_its_numbering_plan(phone: str, iso2: str) -> None:
    assert country_of(phone) == iso2


def test_every_country_that_has_numbers_has_a_code() -> None:
    listed = [row["iso2"] for row in rows()]
    assert listed == sorted(set(listed))
    assert phonenumbers.SUPPORTED_REGIONS - set(listed) <= {"IO"}
    assert set(listed) <= set(Locale("en").territories)


def test_every_code_has_three_digits_of_a_geographic_area() -> None:
    codes = [code for row in rows() for code in row["mcc"].split(";")]
    assert [code for code in codes if not re.fullmatch("[2-7][0-9]{2}", code)] == []
    assert all(len(set(row["mcc"].split(";"))) == len(row["mcc"].split(";")) for row in rows())


@pytest.mark.parametrize(
    ("words", "phone"),
    [
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
        ("380501234567", "+380501234567"),
        (" +380 (50) 123-45-67 ", "+380501234567"),
        ("+380\u00a050\u00a0123.45.67", "+380501234567"),
        ("79007777777", "+79007777777"),
        ("\u202a+380 50 123 4567\u202c", "+380501234567"),
        ("\u200e+380501234567\ufeff", "+380501234567"),
        ("\u2066+380\u200b501234567\u2069", "+380501234567"),
        ("+380\u201150\u2011123\u20114567", "+380501234567"),
        ("+380\u201350\u2013123\u22124567", "+380501234567"),
        ("tel:+380501234567", "+380501234567"),
        ("TEL: +380-50-123-4567", "+380501234567"),
        ("(+380) 50 123 4567", "+380501234567"),
        ("+380501234567,\n", "+380501234567"),
    ],
)
def test_a_typed_number_is_read_in_the_forms_people_write_it(words: str, phone: str) -> None:
    assert typed(words) == phone


@pytest.mark.parametrize(
    "words",
    [
        *("", "hello", "+12", "1-800-FLOWERS", "١٢٣٤٥٦٧٨٩", "+" + "7" * 16, "+999 123456"),
        *("+380501234567, mum", "tel:", ",", "tel:tel:+380501234567"),
        "+380501234567" + " " * 60 + "8",
    ],
)
def test_what_is_no_number_is_refused(words: str) -> None:
    with pytest.raises(NotAPhone):
        typed(words)


@pytest.mark.parametrize("between", [",", ";", "\n", " ", ", "])
def test_several_numbers_are_refused(between: str) -> None:
    with pytest.raises(OneAtATime):
        typed(f"+12015550123{between}+442079460958")
