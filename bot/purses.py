"""What amounts are compared within: a currency, or one provider where it does not tell its currency."""

from collections import Counter
from collections.abc import Sequence


def purse_of(currency: str, provider: str) -> str:
    """A currency (`USD`), else the provider's name (`smsski`): two unknown currencies are not the same.

    Amounts of one purse may be compared and added, of two never. Names of providers are in lower case.
    """
    return currency or provider


def currency_of(purse: str) -> str:
    """The currency of a purse, "" where it is a provider's name."""
    return purse if purse.isupper() else ""


def in_order(purses: Sequence[tuple[str, str]]) -> list[str]:
    """The purses of some offers, given with the provider of each.

    That of most providers comes first, then those whose currency is known, then that of most offers.
    """
    counts = Counter(purse for purse, _ in purses)
    sellers = Counter(purse for purse, _ in set(purses))
    return sorted(counts, key=lambda one: (-sellers[one], not currency_of(one), -counts[one], one))
