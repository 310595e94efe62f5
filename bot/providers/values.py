"""Foreign values, read strictly: whatever cannot be meant becomes None, never a guess."""

import json
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256

#: Codes that providers give in place of no code.
NO_CODE = frozenset({"", "-", "null", "None"})
#: Letters and signs without a shape, which Unicode does not count among the blanks.
SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: What is longer is a whole SMS: its beginning, a checksum and its end tell it from the next.
LONGEST_CODE = 64
#: Characters of one SMS that are kept; ten concatenated ones have 1530.
LONGEST_TEXT = 4096
LONGEST_PHONE = 32
#: Decimal itself would read "1_000" and the digits of every script.
AMOUNT = re.compile(r"[0-9]{1,40}(\.[0-9]{0,40})?(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)
#: An escape of JSON: an emoji in its two halves, half a one alone, or any other.
ESCAPE = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|(\\.)",
    re.DOTALL,
)
#: Money beyond these powers of ten is a mistake or an attack: 1e999999999 would fill the memory.
LARGEST, SMALLEST = 12, -12


def document(text: str) -> object | None:
    """A JSON document with its fractions as Decimal; None for what is none.

    Half an emoji becomes U+FFFD: no text with one could be written anywhere, neither to a file nor to a site.
    Forgiven is how SMSBower's document prints its answers: getNumberV2 with a comma after the last value and
    values without quotes, price lists without the braces around them, without quotes or with other ones.
    """
    for mended in _ever_more_mended(_whole(text)):
        try:
            return json.loads(mended, parse_float=Decimal, parse_constant=Decimal)  # type: ignore[no-any-return]
        except (ValueError, RecursionError):
            continue
        except ArithmeticError:
            # Decimal knows no exponent of twenty digits; mended it would be a text, and perhaps a code.
            return None
    return None


def money(value: object) -> Decimal | None:
    """An amount from a number or its text; None for NaN, infinity, negatives and the absurd."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and not AMOUNT.fullmatch(value.strip()):
        return None
    amount = Decimal(value)
    return amount if _plausible(amount) else None


def count(value: object) -> int | None:
    """A whole number of at least 0, from a number or its text."""
    amount = money(value)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def code(value: object) -> str:
    """A code as text, with its zeros and dashes; "" where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    word = unquoted(str(value)[:LONGEST_TEXT])
    if len(word) > LONGEST_CODE and seen(word):
        return f"{word[:28]}…{sha256(word.encode(errors='replace')).hexdigest()[:6]}…{word[-28:]}"
    return "" if word in NO_CODE or not seen(word) else word


def text_of(value: object) -> str | None:
    """The whole SMS where it stands in place of a code; None where the code is all there is."""
    word = unquoted(value[:LONGEST_TEXT]) if isinstance(value, str) else ""
    return word if len(word) > LONGEST_CODE and seen(word) else None


def seen(text: str) -> bool:
    """Whether a person sees anything of it: not of blanks, control and format signs alone."""
    return any(sign not in SHAPELESS and unicodedata.category(sign)[0] not in "CZ" for sign in text)


def identifier(value: object) -> str | None:
    """An id, given as text or as a number; None for what is empty or could not be sent back."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    word = str(value).strip()
    return word if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", word) else None


def phone(value: object) -> str | None:
    """A number in E.164 with a plus, from whatever form it came in; as it is where it begins with a 0.

    Such a national number cannot be completed, but it was bought and can be used.
    """
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > LONGEST_PHONE:
        return None
    word = re.sub(r"[\s().-]", "", str(value)).removeprefix("+")
    if not re.fullmatch(r"[0-9]{6,15}", word):
        return None
    return word if word.startswith("0") else f"+{word}"


def as_written(value: object) -> str:
    """A phone the way it came, at most 64 characters; "" for what is neither text nor a number."""
    return "" if isinstance(value, bool) or not isinstance(value, int | str) else str(value)[:64]


def showable(written: str) -> str:
    """What can be shown of a phone that cannot be read: letters, digits and a number's signs, at most 32."""
    return re.sub(r"[^0-9A-Za-z+*(). -]", "", written)[:LONGEST_PHONE]


def truth(value: object) -> bool | None:
    """A yes or no in any of its forms: true, 1, "1", "true"."""
    word = str(value).strip().lower()
    if word in {"true", "1"}:
        return True
    return False if word in {"false", "0"} else None


def name(value: object) -> str:
    """A name on one line without stray blanks and hidden signs, at most 64 characters."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(filter(str.isprintable, words))[:64].strip()


def unquoted(word: str) -> str:
    """Without blanks around it and without one pair of quotes."""
    word = word.strip()
    if len(word) >= 2 and word[0] == word[-1] and word[0] in "'\"":
        return word[1:-1].strip()
    return word


def rows(value: object) -> list[tuple[str, object]]:
    """A table of a JSON document, which `[]` stands for when it is empty, without its nameless rows."""
    if not isinstance(value, dict):
        return []
    return [(key, row) for key, row in value.items() if isinstance(key, str) and identifier(key)]


def _whole(text: str) -> str:
    """The text of a document without halves of emoji; those a text was cut through."""
    return ESCAPE.sub(lambda found: found[1] or found[2] or r"\ufffd", text)


def _ever_more_mended(text: str) -> Iterator[str]:
    yield text
    for mend in (_with_braces, _without_commas, _with_quotes, _with_quoted_names, _with_usual_quotes):
        text = mend(text)
        yield text


def _with_braces(text: str) -> str:
    """An excerpt of a table as the table: `"10": {…},`."""
    return "{" + text + "}" if re.match(r"\s*\"\w+\"\s*:\s*\{", text) else text


def _without_commas(text: str) -> str:
    return re.sub(r",(\s*[}\]])", r"\1", text)


def _with_quotes(text: str) -> str:
    bare = r"(\"\w+\"\s*:\s*)([^\s\",{}\[\]][^\",{}\[\]\n]*)"
    return re.sub(bare, lambda pair: pair[1] + json.dumps(pair[2].strip()), text)


def _with_quoted_names(text: str) -> str:
    """Names are looked for outside of strings only, each of which is passed over whole."""
    bare = r"(\"(?:[^\"\\]|\\.)*+\"?)|([{,]\s*)([A-Za-z_]\w*)(?=\s*:)"
    return re.sub(bare, lambda found: found[1] or f'{found[2]}"{found[3]}"', text, flags=re.DOTALL)


def _with_usual_quotes(text: str) -> str:
    """Two apostrophes as one quote, also where a line break has torn them apart."""
    return re.sub(r"'\s*'", '"', text)


def _plausible(amount: Decimal) -> bool:
    if not amount.is_finite() or amount < 0:
        return False
    exponent = amount.as_tuple().exponent
    return amount == 0 or (
        amount.adjusted() <= LARGEST and isinstance(exponent, int) and exponent >= SMALLEST
    )
