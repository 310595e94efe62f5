"""What amounts are compared within: a currency, or one provider where it does not tell its currency."""

from bot.providers import connect
from bot.purses import currency_of, in_order, purse_of


def test_a_currency_is_a_purse_whoever_charges_it_and_an_unknown_one_is_its_providers_own() -> None:
    assert purse_of("USD", "alpha") == purse_of("USD", "beta") == "USD"
    assert purse_of("", "alpha") != purse_of("", "beta")


def test_a_purse_tells_its_currency_for_every_provider_there_is() -> None:
    for name, provider in connect().items():
        assert currency_of(purse_of(provider.currency, name)) == provider.currency
        assert currency_of(purse_of("", name)) == ""


def test_the_purse_of_most_providers_comes_first_whatever_its_letters() -> None:
    assert in_order([("UAH", "a"), ("UAH", "a"), ("USD", "b"), ("USD", "c")]) == ["USD", "UAH"]
    assert in_order([("EUR", "a"), ("USD", "b"), ("USD", "b")]) == ["USD", "EUR"]
    assert in_order([("a", "a"), ("a", "a"), ("USD", "b")]) == ["USD", "a"]
    assert in_order([]) == []
