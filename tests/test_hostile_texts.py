"""How long a text can keep the bot busy: no longer than it takes to go through it once."""

import time
from collections.abc import Callable

import pytest

from bot.i18n import visible
from bot.providers import http, values
from bot.providers.codes import codes_in
from handlers.lookalikes import holds_a_key, is_a_key, is_a_voucher
from handlers.strangers import mixes_alphabets

#: Seconds of this process, on a slow machine; what goes through it again and again takes many.
AT_ONCE = 0.3
MANY = 120_000
TEXTS = {
    "digits": "1" * MANY,
    "groups": "123-" * (MANY // 4),
    "phones": "+1(" * (MANY // 3),
    "letters": "aB3" * (MANY // 3),
    "dots": "a." * (MANY // 2),
    "capitals": "ABC-" * (MANY // 4),
    "mixed": "аa" * (MANY // 2),
    "blanks": "," + " " * MANY,
    "commas": ", " * (MANY // 2),
    "quotes": '"a" ' * (MANY // 4),
    "open quote": '{"' + "a" * MANY,
    "escapes": '"\\' * (MANY // 2),
    "apostrophes": "' " * (MANY // 2),
    "names": "{a" * (MANY // 2),
    "slashes": "://" * (MANY // 3),
    "hidden": "\u202e" * MANY,
}
READERS: dict[str, Callable[[str], object]] = {
    "visible": visible,
    "codes_in": codes_in,
    "mixes_alphabets": mixes_alphabets,
    "is_a_key": is_a_key,
    "holds_a_key": holds_a_key,
    "is_a_voucher": is_a_voucher,
    "document": values.document,
    "code": values.code,
    "text_of": values.text_of,
    "phone": values.phone,
    "name": values.name,
    "showable": values.showable,
    "retry_after": lambda text: http.retry_after(text, 0.0),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_keeps_anybody_busy(reader: str) -> None:
    for name, text in TEXTS.items():
        start = time.process_time()
        READERS[reader](text)
        assert time.process_time() - start < AT_ONCE, name
