"""What looks like a provider key, and what only seems to: addresses, and vouchers in a message's text."""

import re

#: The letters of any key; a JWT's, base64 and hexadecimal are among them.
_LETTER = "[A-Za-z0-9._~+/=-]"
_KEY_ALONE = re.compile(rf"(?:/\S+\s+)?((?=\S*[0-9])(?=\S*[A-Za-z]){_LETTER}{{16,1024}})", re.ASCII)
_WORD = re.compile(rf"{_LETTER}{{16,}}", re.ASCII)
#: With its scheme, or by its host: names between dots, of which the last has no digits. A JWT's last one has.
_ADDRESS = re.compile(
    rf"(?<!\S)\S+://\S*|\b(?:t\.me|www\.)\S*|(?<!{_LETTER})(?:[a-z0-9-]+\.)+[a-z]{{2,12}}(?![a-z0-9._~+=-])\S*",
    re.ASCII | re.IGNORECASE,
)
#: Capitals and numbers between hyphens with a whole word among them: a UUID has none.
_VOUCHER = re.compile(
    r"(?![0-9A-F]{8}-)(?=(?:\S*-)?[A-Z]{3,}(?:-|$))[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12})+", re.ASCII
)


def is_a_key(text: str | None) -> bool:
    """One long word of letters and digits, perhaps after a command; not an address."""
    found = _KEY_ALONE.fullmatch((text or "").strip())
    return found is not None and _ADDRESS.fullmatch(found[1]) is None


def holds_a_key(text: str | None) -> bool:
    """Whether some word is as a key is: 16 characters or more, letters and digits mixed, not an address."""
    words = _WORD.findall(_ADDRESS.sub(" ", text or ""))
    return any(re.search("[0-9]", word) and re.search("[A-Za-z]", word) for word in words)


def is_a_voucher(text: str) -> bool:
    """`PROMO2026-SALE-50-OFF`: what people send, and no provider gives as a key."""
    return _VOUCHER.fullmatch(text.strip()) is not None
