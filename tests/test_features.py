"""The README's feature table is true of every provider, and tells all that was asked for."""

from collections.abc import Iterator

from bot.providers import ALL
from bot.providers.base import Capability, Provider
from bot.providers.handler_api import HandlerApi
from bot.providers.smsak.stub import SmsAkStub
from tests.papers import table

#: The columns by their headings: SMSAK's second face answers for itself, too.
COLUMNS: dict[str, type[Provider]] = {
    **{provider.title: provider for provider in ALL},
    "SMSAK stub": SmsAkStub,
    "any handler_api site": HandlerApi,
}
ROWS = {
    "balance": Capability.BALANCE,
    "services": Capability.SERVICES,
    "countries": Capability.COUNTRIES,
    "prices": Capability.PRICES,
    "stock": Capability.STOCK,
    "price tiers": Capability.TIERS,
    "suppliers, in or out": Capability.SUPPLIERS,
    "maximum price": Capability.MAX_PRICE,
    "minimum price": Capability.MIN_PRICE,
    "prefixes to avoid": Capability.PREFIXES,
    "operator": Capability.OPERATOR,
    "buy": Capability.BUY,
    "code": Capability.CODE,
    "full text of the SMS": Capability.FULL_TEXT,
    "all SMS of a number": Capability.ALL_SMS,
    '"I sent the SMS"': Capability.SENT,
    "another SMS": Capability.ANOTHER_SMS,
    "finish": Capability.FINISH,
    "cancel": Capability.CANCEL,
    "call forwarding": Capability.FORWARD,
    "finding a purchase whose answer was lost": Capability.ACTIVE,
    "rental: countries, tariffs, rent": Capability.RENT,
    "rental: list": Capability.RENTED,
    "rental: SIM on and off": Capability.SIM,
    "rental: all SMS, the last SMS": Capability.RENTAL_SMS,
    "rental: renew": Capability.RENEW,
    "sending: sender names": Capability.SENDERS,
    "sending: balance per channel": Capability.CHANNEL_BALANCES,
    "sending: price list, price by mcc and mnc": Capability.SEND_PRICES,
    "sending: SMS": Capability.SEND_SMS,
    "sending: Viber": Capability.SEND_VIBER,
    "sending: delivery status": Capability.DELIVERY,
}
FIRST_CANCEL, LIFETIME = "seconds to the first cancel", "seconds a number lives"
#: The rows that were asked for, in the words they were asked for in, each with those of ours that tell it.
ASKED_FOR = {
    "balance": ("balance", "sending: balance per channel"),
    "services, countries": ("services", "countries", "sending: sender names"),
    "prices, stock": ("prices", "stock", "sending: price list, price by mcc and mnc"),
    "price tiers; suppliers in/out": ("price tiers", "suppliers, in or out"),
    "maximum price; prefixes to avoid": ("maximum price", "prefixes to avoid"),
    "operator": ("operator",),
    "buy": ("buy",),
    "code; full text; all SMS": ("code", "full text of the SMS", "all SMS of a number"),
    "sent (1), another SMS (3), finish (6)": ('"I sent the SMS"', "another SMS", "finish"),
    "cancel (minimum wait)": ("cancel", FIRST_CANCEL),
    "call forwarding": ("call forwarding",),
    "rental: countries, tariffs, rent, list, SIM on/off, SMS all/last, renew": (
        "rental: countries, tariffs, rent",
        "rental: list",
        "rental: SIM on and off",
        "rental: all SMS, the last SMS",
        "rental: renew",
    ),
    # Both in order: a message with a tick for each of its channels.
    "send SMS, Viber, both in order; status; price list; price": (
        "sending: SMS",
        "sending: Viber",
        "sending: delivery status",
        "sending: price list, price by mcc and mnc",
    ),
}
#: What the table tells beyond that.
BEYOND = {"minimum price", "finding a purchase whose answer was lost", LIFETIME}


def cells(row: str) -> Iterator[tuple[type[Provider], str]]:
    """The cells of a row, each with the provider it speaks of."""
    rows = table("Feature")
    return zip((COLUMNS[title] for title in rows["Feature"]), rows[row], strict=True)


def test_the_table_has_every_provider_once_in_the_order_people_see_them() -> None:
    headings = table("Feature")["Feature"]
    assert sorted(headings) == sorted(COLUMNS)
    assert [COLUMNS[title] for title in headings if COLUMNS[title] in ALL] == list(ALL)


def test_the_table_has_a_row_for_every_capability_and_no_other() -> None:
    assert set(ROWS.values()) == set(Capability)
    assert list(table("Feature")) == ["Feature", *ROWS, FIRST_CANCEL, LIFETIME]


def test_a_cell_is_ticked_where_the_provider_says_that_it_can_and_only_there() -> None:
    told = {row: dict(cells(row)) for row in ROWS}
    assert told == {
        row: {provider: "✔" if needed in provider.capabilities else "–" for provider in COLUMNS.values()}
        for row, needed in ROWS.items()
    }


def test_the_table_tells_all_that_was_asked_for() -> None:
    told = {row for rows in ASKED_FOR.values() for row in rows}
    assert told.isdisjoint(BEYOND)
    assert told | BEYOND == table("Feature").keys() - {"Feature"}


def test_the_table_tells_the_times_of_everybody_who_sells_numbers() -> None:
    for row, time in ((FIRST_CANCEL, "min_cancel"), (LIFETIME, "lifetime")):
        assert dict(cells(row)) == {
            provider: shown(getattr(provider.timing, time)) if sells_numbers(provider) else "–"
            for provider in COLUMNS.values()
        }


def sells_numbers(provider: type[Provider]) -> bool:
    return Capability.BUY in provider.capabilities


def shown(seconds: float) -> str:
    """A wait that nobody has documented is learned."""
    return f"{seconds:g}" if seconds else "learned"
