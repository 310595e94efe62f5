"""A purchase in the handler_api family: what is asked for, and what the answer says was bought.

The answer is one line (getNumber), or JSON (getNumberV2) that SMSBower's document shows with values unquoted.
"""

import re
from decimal import Decimal

from bot.errors import BadInput, BadReply, CodebellError, Unsupported
from bot.providers.base import Number, Wish
from bot.providers.handler_api.tokens import Reply, purchase_failure
from bot.providers.values import as_written, identifier, money, phone, showable, truth

#: An operator's name is the site's own words; more of it than this is no name.
LONGEST_OPERATOR = 32


def query(wish: Wish, capabilities: frozenset[str]) -> dict[str, str]:
    """The parameters of getNumber and getNumberV2; `Unsupported` for a wish the site would ignore."""
    if not wish.needs() <= capabilities:
        raise Unsupported("the wish")
    asked = {
        "service": wish.service,
        "country": wish.country,
        "operator": wish.operator or "",
        "maxPrice": _amount(wish.max_price),
        "minPrice": _amount(wish.min_price),
        "providerIds": _digits(wish.suppliers),
        "exceptProviderIds": _digits(wish.except_suppliers),
        "phoneException": _digits(wish.avoid_prefixes),
    }
    return {name: value for name, value in asked.items() if value}


def number(reply: Reply) -> Number:
    """The number that was bought; raises what `purchase_failure` makes of anything else."""
    found = _from_line(reply) if reply.word == "ACCESS_NUMBER" else _from_document(reply.document)
    if found is None:
        raise _failure(reply)
    return found


def listed(row: object) -> Number | None:
    """A row of getActiveActivations; None where it holds no number."""
    found = _from_document(row)
    if found is None or not isinstance(row, dict) or phone(found.raw) is None:
        return None
    service, country = identifier(row.get("serviceCode")) or "", identifier(row.get("countryCode")) or ""
    return Number(found.id, found.phone, found.raw, found.cost, None, found.another_sms, service, country)


def _from_line(reply: Reply) -> Number | None:
    bought, _, more = reply.rest.partition(":")
    return _number(bought, more.partition(":")[0].strip())


def _from_document(found: object) -> Number | None:
    if not isinstance(found, dict):
        return None
    return _number(
        found.get("activationId"),
        found.get("phoneNumber"),
        money(found.get("activationCost")),
        _operator(found.get("activationOperator")),
        truth(found.get("canGetAnotherSms")),
    )


def _number(
    bought: object,
    raw: object,
    cost: Decimal | None = None,
    operator: str | None = None,
    another_sms: bool | None = None,
) -> Number | None:
    """None without an id; where only the phone cannot be read, what there is of it."""
    name, written = identifier(bought), as_written(raw)
    if name is None:
        return None
    return Number(name, phone(raw) or showable(written), written, cost, operator, another_sms)


def _failure(reply: Reply) -> CodebellError:
    return BadReply("a number nobody can read") if reply.word == "ACCESS_NUMBER" else purchase_failure(reply)


def _operator(value: object) -> str | None:
    return value.strip()[:LONGEST_OPERATOR] or None if isinstance(value, str) else None


def _amount(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def _digits(words: tuple[str, ...]) -> str:
    if not all(re.fullmatch(r"[0-9]{1,12}", word) for word in words):
        raise BadInput("digits only")
    return ",".join(words)
