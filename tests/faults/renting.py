"""A person who rents numbers in the sandbox's Telegram, and what SMSAK's site knows of it."""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.sites.ledger import Journalled
from bot.sandbox.sites.rentals import DAY, Rental
from bot.sandbox.sites.smsak import SmsAk
from bot.sandbox.sites.smsak_words import rented
from tests.faults.harness import Sandbox
from tests.faults.person import Person

SMSAK = "smsak"
RENT, RENEW, LIST = "getfullnumber", "rebuynumber", "getallfullnumbers"
#: What the tests rent: a week of a number.
TARIFF, PRICE, WEEK = "7 days", Decimal(400), 7 * DAY
IN_KAZAKHSTAN = Decimal(300)
#: How a card says that an answer was lost.
UNKNOWN = ("unknown", "will not order again", "Balance before", "Balance after")


@dataclass(slots=True)
class Renter(Person):
    """Somebody with a key of SMSAK who rents one number: the one of `before_renting`."""

    rental: Rental | None = field(default=None, init=False)

    async def before_renting(self, country: str = "Russia") -> None:
        """As far as the confirmation: the next press rents."""
        self.say("/rent")
        await self.press(country)
        await self.again()

    async def again(self) -> None:
        """The same from the tariffs on."""
        await self.press(TARIFF)
        await self.sandbox.eventually(lambda: self._button("Rent for"), f"{self.name} is asked to confirm")

    async def rent(self) -> Rental:
        """Confirm, if that was not done yet; the number as the site knows it."""
        if self.rental is None:
            await self.press("Rent for")
            self.rental = await self.rented()
        return self.rental

    async def rented(self) -> Rental:
        """The number on the card, once it is there."""
        card = await self.sees("Rented number", "Until")
        number = smsak(self.sandbox).rentals.at(re.sub(r"\D", "", card["text"].splitlines()[0]))
        assert number is not None
        return number

    async def before_renewing(self) -> None:
        """The same for one more week of the number."""
        await self.press("🔁 Renew")
        await self.press(TARIFF)
        await self.sandbox.eventually(lambda: self._button("Renew for"), f"{self.name} is asked to confirm")

    async def renew(self) -> None:
        """Confirm, and wait until the card tells that it came true."""
        await self.press("Renew for")
        await self.sees("Rented number", "renewed for 7 days")

    async def order_in_vain(self, button: str, method: str, *, done: bool) -> None:
        """Confirm where the site never answers a method; `done` when it did its work before."""
        smsak(self.sandbox).control("fault", kind="hang", method=method, after_processing=done)
        before = len(calls(self.sandbox, method))
        await self.press(button)
        await self.sandbox.eventually(
            lambda: len(calls(self.sandbox, method)) > before, f"{SMSAK} sees {self.name}'s {method}"
        )


def smsak(sandbox: Sandbox) -> SmsAk:
    site = sandbox.sites[SMSAK]
    assert isinstance(site, SmsAk)
    return site


def in_order(sandbox: Sandbox) -> None:
    """The account has money and is not blocked, and the site has numbers for everybody."""
    smsak(sandbox).control("balance", amount=100_000)
    smsak(sandbox).control("dialect", blocked="")
    for country in ("RU", "UA", "KZ"):
        smsak(sandbox).control("rental_stock", country=country, count=100)


def list_stands_still(sandbox: Sandbox) -> None:
    """From now on the site lists the numbers the account rents at this moment, until it is healed."""
    listed = json.dumps([rented(rental) for rental in smsak(sandbox).rentals.running()])
    smsak(sandbox).control("fault", kind="garbage", method=LIST, times=None, body=listed)


def rent_on_the_site(sandbox: Sandbox, country: str, days: int = 7) -> Rental:
    """A number that is rented with the account, and not by the bot."""
    tariffs = smsak(sandbox).rentals.tariffs.values()
    tariff = next(each for each in tariffs if (each.country, each.days) == (country, days))
    number = smsak(sandbox).rentals.rent(tariff)
    assert isinstance(number, Rental)
    return number


def calls(sandbox: Sandbox, *methods: str) -> list[Journalled]:
    """The calls of these methods the site has seen."""
    return [call for call in smsak(sandbox).ledger.calls if call.method in methods]


def paid(sandbox: Sandbox, number: Rental | None = None) -> list[Decimal]:
    """What the site took for a number, or for all."""
    entries = smsak(sandbox).ledger.entries
    mine = (entry for entry in entries if number is None or entry.number == number.id)
    return [entry.amount for entry in mine if entry.kind == "charge"]
