"""The protocol of sms-activate's handler_api.php, which dozens of sites still speak.

One more such site is configuration: a name and the address of its handler_api.php. The documents of
sms-activate are gone with it; those of HeroSMS (https://hero-sms.com/api) carry them on.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import SecretStr

from bot.errors import BadReply, CodebellError, TooLate, Unclear, UnknownActivation
from bot.providers.base import (
    Balance,
    Capability,
    Country,
    Held,
    Number,
    Outcome,
    Price,
    Reading,
    Service,
    Timing,
    Wish,
)
from bot.providers.handler_api import codes, orders, price_lists, statuses
from bot.providers.handler_api.tokens import Reply, failure, read
from bot.providers.hosted import Hosted
from bot.providers.http import Net
from bot.providers.pace import Pace
from bot.providers.signing import Call, in_query
from bot.providers.values import LONGEST_TEXT, money, name, unquoted

#: What the whole family knows; which site answers BAD_ACTION to some of it is seen when it is asked.
VANILLA = frozenset(
    {
        *(Capability.BALANCE, Capability.SERVICES, Capability.COUNTRIES, Capability.PRICES, Capability.STOCK),
        *(Capability.MAX_PRICE, Capability.PREFIXES, Capability.OPERATOR, Capability.BUY),
        *(Capability.CODE, Capability.FULL_TEXT, Capability.SENT, Capability.ANOTHER_SMS, Capability.FINISH),
        *(Capability.CANCEL, Capability.ACTIVE),
    }
)

#: About numbers that are paid for.
PAID = frozenset({"getStatus", "setStatus", "getFullSms", "getActiveActivations"})


class HandlerApi(Hosted):
    """A site of the family, at the address of its handler_api.php."""

    capabilities = VANILLA
    currency = ""
    timing = Timing(min_poll=5, min_cancel=120, lifetime=1200)
    #: Where the script lies under the root.
    path = ""
    #: Which action buys; V2 tells what was charged. The one is never tried after the other.
    purchase = "getNumber"
    #: Country ids that differ from the family's.
    own_countries: ClassVar[Mapping[str, str]] = {}
    #: Whether its service codes mean what they mean in the family.
    family_services = True
    #: Whether a code is announced as STATUS_WAIT_RETRY.
    code_as_retry = False

    def __init__(
        self,
        root: str = "",
        timing: Timing | None = None,
        net: Net | None = None,
        pace: Pace | None = None,
    ) -> None:
        super().__init__(root, timing, net, pace)
        self._without_text = False

    def sign(self, call: Call, key: str) -> Call:
        return in_query(call, key)

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        reply = await self._ask(key, "getBalance", paid=paid)
        amount = money(unquoted(reply.rest) if reply.word == "ACCESS_BALANCE" else reply.document)
        if amount is None or reply.status >= 400:
            raise failure(reply)
        return Balance(amount, self.currency)

    async def services(self, key: SecretStr) -> list[Service]:
        """The site's own list, or the services of its price list where it keeps none."""
        reply = await self._ask(key, "getServicesList")
        if reply.word == "BAD_ACTION":
            return await self._services_sold(key)
        return codes.services(document_of(reply))

    async def countries(self, key: SecretStr) -> list[Country]:
        """The site's own list, or the countries of its price list where it keeps none."""
        reply = await self._ask(key, "getCountries")
        if reply.word == "BAD_ACTION":
            sold = await self.prices(key)
            return [codes.country(code) for code in dict.fromkeys(price.country for price in sold)]
        return codes.countries(document_of(reply), self.own_countries)

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        reply = await self._ask(key, "getPrices", service=service or "", country=country or "")
        return price_lists.prices(document_of(reply))

    async def operators(self, key: SecretStr, country: str) -> list[str]:
        reply = await self._ask(key, "getOperators", country=country)
        if reply.word == "OPERATORS_NOT_FOUND":
            return []
        return _operators(document_of(reply), country)

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        asked = orders.query(wish, self.capabilities)
        return orders.number(await self._do(key, self.purchase, **asked))

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        reading = await self._status(key, held)
        if reading.outcome is Outcome.RECEIVED and self.can(Capability.FULL_TEXT):
            return replace(reading, text=await self._full_text(key, held) or reading.text)
        return reading

    async def sent(self, key: SecretStr, held: Held) -> None:
        """Never repeated: after a 1 another is BAD_STATUS. A number still alive after a doubt was told."""
        error = await self._set(key, held, "1", statuses.READY)
        if error is None:
            return
        if not statuses.in_doubt(error) or isinstance(error, UnknownActivation):
            raise error
        if (await self._look(key, held, error)).outcome is Outcome.ENDED:
            raise TooLate(error.detail)

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        """Never repeated: a second request may skip an SMS. A lost answer is looked up once."""
        error = await self._set(key, held, "3", self._asked_again)
        if isinstance(error, Unclear) and error.sent and await self._was_asked_again(key, held):
            return
        if error:
            raise error

    async def finish(self, key: SecretStr, held: Held) -> None:
        """An answer that leaves it open whether it is finished is settled by reading the status."""
        error = await self._set(key, held, "6", statuses.FINISHED)
        if error is None:
            return
        if not statuses.in_doubt(error) or (await self._look(key, held, error)).outcome is not Outcome.ENDED:
            raise error

    async def cancel(self, key: SecretStr, held: Held) -> None:
        """An answer that leaves it open whether it is cancelled is settled by reading the status."""
        error = await self._set(key, held, "8", statuses.CANCELLED)
        if error is None:
            return
        if not statuses.in_doubt(error):
            raise error
        statuses.settle_cancel(await self._look(key, held, error), held, error)

    async def active(self, key: SecretStr) -> list[Number]:
        reply = await self._ask(key, "getActiveActivations")
        if reply.word == "NO_ACTIVATIONS":
            return []
        found = document_of(reply)
        listed = found.get("activeActivations") if isinstance(found, dict) else None
        if not isinstance(listed, list):
            raise BadReply("no list of activations")
        return [number for number in map(orders.listed, listed) if number]

    async def _ask(self, key: SecretStr, action: str, *, paid: bool = False, **query: str) -> Reply:
        return read(await self._site.read(self._call(action, query, paid=paid), key))

    async def _do(self, key: SecretStr, action: str, **query: str) -> Reply:
        return read(await self._site.send(self._call(action, query), key))

    def _call(self, action: str, query: Mapping[str, str], *, paid: bool = False) -> Call:
        given = {name: value for name, value in query.items() if value}
        return Call(self.path, {"action": action, **given}, paid=paid or action in PAID)

    async def _status(self, key: SecretStr, held: Held) -> Reading:
        reply = await self._ask(key, "getStatus", id=held.id)
        return statuses.reading(reply, held, self.code_as_retry)

    async def _set(
        self, key: SecretStr, held: Held, status: str, granted: frozenset[str]
    ) -> CodebellError | None:
        """The error of a setStatus sent once, None when it was granted; HeroSMS grants with an empty 204."""
        try:
            reply = await self._do(key, "setStatus", id=held.id, status=status)
        except Unclear as error:
            return error
        if reply.word in granted or reply.status == 204:
            return None
        return statuses.refusal(reply, held, self.timing)

    async def _look(self, key: SecretStr, held: Held, error: CodebellError) -> Reading:
        """The status after a doubtful setStatus; where it cannot be read, the error of the setStatus itself.

        That one did leave, so neither "no connection" nor "wrong key" to the look may speak for it.
        """
        try:
            return await self._status(key, held)
        except UnknownActivation:
            raise error from None
        except CodebellError:
            raise statuses.undecided(error) from None

    @property
    def _asked_again(self) -> frozenset[str]:
        return statuses.ASKED_AGAIN - {"STATUS_WAIT_RETRY"} if self.code_as_retry else statuses.ASKED_AGAIN

    async def _was_asked_again(self, key: SecretStr, held: Held) -> bool:
        try:
            reply = await self._ask(key, "getStatus", id=held.id)
        except CodebellError:
            return False
        return reply.word in self._asked_again

    async def _full_text(self, key: SecretStr, held: Held) -> str | None:
        """The whole SMS where the site tells it; never at the price of the code, which is already there."""
        if self._without_text:
            return None
        try:
            async with asyncio.timeout(self.timing.min_poll):
                reply = await self._do(key, "getFullSms", id=held.id)
        except (CodebellError, TimeoutError):
            return None
        self._without_text = reply.word == "BAD_ACTION"
        return reply.rest[:LONGEST_TEXT] or None if reply.word == "FULL_SMS" else None

    async def _services_sold(self, key: SecretStr) -> list[Service]:
        sold = await self.prices(key)
        listed = dict.fromkeys(price.service for price in sold)
        return [codes.service(code) if self.family_services else Service(code, code) for code in listed]


def document_of(reply: Reply) -> object:
    """The document asked for; raises the error that came in its place."""
    if not isinstance(reply.document, dict | list):
        raise failure(reply)
    return reply.document


def _operators(found: object, country: str) -> list[str]:
    """SMSBower gives a list in place of the table where it knows no operators."""
    table = found.get("countryOperators") if isinstance(found, dict) else None
    listed = table.get(country) if isinstance(table, dict) else None
    return [word for word in map(name, listed) if word] if isinstance(listed, list) else []
