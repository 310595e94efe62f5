"""What is taken for a code in the text of an SMS, and how fast."""

import time

import pytest

from bot.providers.codes import codes_in


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Your code: 12345", ["12345"]),
        ("0042 is your PIN", ["0042"]),
        ("G-123456 is your Google code.", ["123456"]),
        ("Use 123-456 to sign in", ["123-456"]),
        ("Use 123 456 to sign in", ["123 456"]),
        ("Code 1234, again: 1234", ["1234"]),
        ("Code 1234 or 5678", ["1234", "5678"]),
        ("Call +4420794609 now", []),
        ("Order 1234567890123", []),
        ("You have 12 new messages", []),
        ("Код 778899. Никому не говорите", ["778899"]),
        ("code ١٢٣٤٥", []),
        ("", []),
    ],
)
def test_codes_are_found_and_what_is_none_is_not(text: str, codes: list[str]) -> None:
    assert codes_in(text) == codes


@pytest.mark.parametrize("text", ["1" * 1_000_000, "123-" * 250_000, "123 45 " * 150_000])
def test_a_hostile_text_is_looked_through_at_once(text: str) -> None:
    start = time.perf_counter()
    codes_in(text)
    assert time.perf_counter() - start < 0.5
