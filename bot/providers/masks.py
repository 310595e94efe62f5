"""An answer as it may be read on: a key that it echoes, in whatever spelling, is masked."""

import re
from urllib.parse import quote

from pydantic import SecretStr

#: A shorter word is no key worth masking.
SHORTEST = 8


def masked(body: bytes, key: SecretStr) -> str:
    text, word = body.decode("utf-8-sig", errors="replace").strip(), key.get_secret_value()
    if len(word) < SHORTEST:
        return text
    for spelled in _spellings(word):
        text = text.replace(spelled, "***")
    return text


def _spellings(key: str) -> set[str]:
    """A key as it is, as it stands in URLs, and as PHP's json_encode writes it, with its slashes escaped."""
    if key.isalnum():
        return {key}
    in_urls = {quote(key, safe=""), quote(key)}
    lower = {re.sub("%..", lambda byte: byte[0].lower(), word) for word in in_urls}
    return {key, key.replace("/", r"\/")} | in_urls | lower
