"""What amounts are compared within: a currency, or one provider where it does not tell its currency."""


def purse_of(currency: str, provider: str) -> str:
    """A currency (`USD`), else the provider's name (`smsski`): two unknown currencies are not the same.

    Amounts of one purse may be compared and added, of two never. Names of providers are in lower case.
    """
    return currency or provider


def currency_of(purse: str) -> str:
    """The currency of a purse, "" where it is a provider's name."""
    return purse if purse.isupper() else ""
