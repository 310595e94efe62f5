"""What looks like a code in the text of an SMS."""

import re

#: Four to eight digits, or two groups of three; no part of a longer number, and no phone with its plus.
_CODE = re.compile(r"(?<![0-9+])(?:[0-9]{4,8}|[0-9]{3}[- ][0-9]{3})(?![0-9])")
#: Codes stand at the beginning; what comes after so many characters is not looked through.
_LOOKED_THROUGH = 4096


def codes_in(text: str) -> list[str]:
    """Everything that looks like a code, each once, in the order of the text."""
    return [*dict.fromkeys(_CODE.findall(text[:_LOOKED_THROUGH]))]
