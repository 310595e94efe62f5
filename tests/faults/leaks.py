"""Looks for secrets in everything the bot wrote: as they are, quoted for a URL, in base64, in hex."""

import base64
from urllib.parse import quote, quote_plus

from bot.sandbox.demo import TOKEN
from tests.faults.harness import Sandbox, written


def secrets(sandbox: Sandbox) -> dict[str, bytes]:
    """What nobody may read, by name: the bot's token, the master key, every provider's key."""
    given = {"the bot's token": TOKEN.encode(), "the token's secret half": TOKEN.partition(":")[2].encode()}
    given["the master key"] = sandbox.master_key.encode()
    given["the master key's bytes"] = base64.b64decode(sandbox.master_key)
    keys = [(name, key) for name, site in sandbox.sites.items() for key in site.keys]
    return given | {f"{name}'s key …{key[-4:]}": key.encode() for name, key in keys}


def forms(secret: bytes) -> set[bytes]:
    """The ways a secret may be written; base64 at each of the three places it can begin in a longer text."""
    text = secret.decode("latin-1")
    shifted = [base64.b64encode(bytes(shift) + secret)[4 if shift else 0 : -4] for shift in range(3)]
    urlsafe = [form.replace(b"+", b"-").replace(b"/", b"_") for form in shifted]
    quoted = [quote(text, safe="").encode(), quote_plus(text).encode(), secret.hex().encode()]
    return {secret, *quoted, *shifted, *urlsafe}


def leaks(sandbox: Sandbox) -> list[str]:
    """The names of the secrets that can be read in what the bot wrote."""
    everything = written(sandbox)
    return [
        name for name, secret in secrets(sandbox).items() if any(form in everything for form in forms(secret))
    ]
