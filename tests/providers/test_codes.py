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
        # Groups of a longer number are no codes, nor are those of a phone.
        *(
            (f"Call {number} now", [])
            for number in (
                *("123 456 789", "123-456-789", "123 456 78", "1234-5678", "1234 5678 9012", "2026-11-20"),
                *(
                    "+7 900 123 4567",
                    "+7 (900) 123-45-67",
                    "+7(900)1234567",
                    "+1-212-555-0123",
                    "+44 7911.123456",
                ),
                *("900 123 4567", "8 (800) 555-3535", "8-800-2000-600", "(212) 555 0123", "8(900)1234567"),
            )
        ),
        ("Call +7 900 123 4567: 4711 is your code", ["4711"]),
        ("4711 is your code. Call 8 800 555 3535", ["4711"]),
        ("Your code 1234 10 minutes", ["1234"]),
        ("iPhone 15 123456", ["123456"]),
        ("12:30 1234 is your code", ["1234"]),
        ("1234. 5678.", ["1234", "5678"]),
        ("(123456)", ["123456"]),
        ("You have 12 new messages", []),
        ("Код 778899. Никому не говорите", ["778899"]),
        ("code ١٢٣٤٥", []),
        ("", []),
    ],
)
def test_codes_are_found_and_what_is_none_is_not(text: str, codes: list[str]) -> None:
    assert codes_in(text) == codes


@pytest.mark.parametrize(
    "text", ["1" * 1_000_000, "+1" + "-1" * 500_000, "+1(" * 400_000, "123-" * 250_000, "123 45 " * 150_000]
)
def test_a_hostile_text_is_looked_through_at_once(text: str) -> None:
    start = time.thread_time()
    codes_in(text)
    assert time.thread_time() - start < 0.5
