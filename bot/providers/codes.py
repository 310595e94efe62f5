"""What looks like a code in the text of an SMS."""

import re

#: Phones with their plus and all their groups, and other numbers, are passed over whole.
_PHONE = r"\+[0-9]+(?:(?:[- .]|[- ]?[()][- ]?)[0-9]+)*"
#: Not after a group of the same number: "12-", "800 ", "(900) "; "15 " before a blank is a word by itself.
_BEGINS = r"(?<![0-9])(?<![0-9]-)(?<![0-9]{3} )(?<![0-9]{3}\))(?<![0-9]{3}\) )"
#: Four to eight digits, or two groups of three, and no further group behind them.
_CODE = r"[0-9]{4,8}(?!-?[0-9]| [0-9]{3})|[0-9]{3}[- ][0-9]{3}(?![- ]?[0-9])"
_NUMBERS = re.compile(rf"{_PHONE}|{_BEGINS}({_CODE})|[0-9]+")
#: Codes stand at the beginning; what comes after so many characters is not looked through.
_LOOKED_THROUGH = 4096


def codes_in(text: str) -> list[str]:
    """Everything that looks like a code, each once, in the order of the text."""
    return [*dict.fromkeys(filter(None, _NUMBERS.findall(text[:_LOOKED_THROUGH])))]
