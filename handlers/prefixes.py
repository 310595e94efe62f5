"""Prefixes that a number shall not begin with, as people type them."""

import re

from bot.errors import BadInput, text

_PREFIX = re.compile(r"[0-9]{3,10}", re.ASCII)
_PREFIXES = 20
#: What may stand between the digits of a number.
_BETWEEN = re.compile(r"[\s()‐‑–-]+")


class NotPrefixes(BadInput):
    text = text(
        "These are no prefixes. Send them like 7918, 7900111: digits with the country code, separated by "
        "commas."
    )


def typed_prefixes(words: str) -> list[str]:
    """Prefixes between commas, each written as numbers are: `+44 20-1`. Raises `NotPrefixes`."""
    prefixes = [_digits(part.strip()) for part in words.split(",") if part.strip()]
    if not 0 < len(prefixes) <= _PREFIXES or not all(_PREFIX.fullmatch(prefix) for prefix in prefixes):
        raise NotPrefixes
    return prefixes


def _digits(part: str) -> str:
    groups = [group for group in _BETWEEN.split(part.removeprefix("+")) if group]
    # Two that lack their comma would become one that nobody meant.
    if not part.startswith("+") and len(groups) > 1 and all(map(_PREFIX.fullmatch, groups)):
        raise NotPrefixes
    return "".join(groups)
