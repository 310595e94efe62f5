"""How long a provider asks to be left alone: the Retry-After header in all its forms."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.providers import http

NOW = datetime(2026, 8, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("-5", 0),
        ("+5", 5),
        ("99999999999999999999999999", 3600),
        ("9" * 50, 3600),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("١٢", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=90), usegmt=True), 3600),
        ("Sun, 30 Aug 2026 12:00:30", 30),
        ("Sun, 99 Aug 2026 12:00:30 GMT", None),
        ("Sun, 30 Aug 99999999999999 12:00:30 GMT", None),
    ],
)
def test_x_8_retry_after_is_read_in_all_its_forms(header: str, seconds: float | None) -> None:
    assert http.retry_after(header, NOW.timestamp()) == seconds
