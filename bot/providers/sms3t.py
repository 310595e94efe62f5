"""SMS3T (https://sms3t.com/account/api): a handler_api site for Viet Nam only.

Its documented address is plain http, so the key and the codes travel unencrypted; `BASE_URLS` can name
another. Its lists of answers are lost in every copy of the document: the family's words apply, and what its
clients met.
"""

from pydantic import SecretStr

from bot.errors import NotOffered, text
from bot.providers.base import Capability, Country, Held, Number, Service, Timing, Wish
from bot.providers.handler_api import HandlerApi, codes, document_of, price_lists

VIET_NAM = Country("10", "VN", "Vietnam")
OPERATORS = ("any", "mobifone", "vietnamobile", "viettel", "vinaphone")


class Sms3T(HandlerApi):
    name = "sms3t"
    title = "SMS3T"
    root = "http://vps.sms3t.com"
    path = "/stubs/handler_api.php"
    where_key = text(
        "Sign in on sms3t.com and copy the key under Account, API. "
        "This provider takes it over an unencrypted connection: use a key of its own."
    )
    #: No minimum wait is documented: the first EARLY_CANCEL_DENIED tells.
    timing = Timing(min_poll=5, min_cancel=0, lifetime=1200)
    capabilities = HandlerApi.capabilities - {Capability.MAX_PRICE, Capability.FULL_TEXT, Capability.ACTIVE}
    #: Three independent clients get the code so, and two of them in no other way.
    code_as_retry = True

    async def services(self, key: SecretStr) -> list[Service]:
        """The services it has prices for, or, without a price list, those it has numbers for."""
        sold = dict.fromkeys(price.service for price in await self.prices(key, country=VIET_NAM.code))
        if sold:
            return [codes.service(code) for code in sold]
        reply = await self._ask(key, "getNumbersStatus", country=VIET_NAM.code)
        return [codes.service(code) for code in price_lists.stock_keys(document_of(reply))]

    async def countries(self, key: SecretStr) -> list[Country]:
        return [VIET_NAM]

    async def operators(self, key: SecretStr, country: str) -> list[str]:
        return list(OPERATORS) if country == VIET_NAM.code else []

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        """Several operators may be named, with commas between them."""
        if wish.country != VIET_NAM.code:
            raise NotOffered("country")
        if wish.operator and not set(wish.operator.split(",")) <= set(OPERATORS):
            raise NotOffered("operator")
        return await super().buy(key, wish)

    async def finish(self, key: SecretStr, held: Held) -> None:
        """Not told while another SMS is waited for: a 6 would put the number back to waiting for an SMS."""
        if not held.asked_again:
            await super().finish(key, held)
