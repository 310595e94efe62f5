"""SMSBower (https://smsbower.org/api): the handler_api protocol with price tiers and suppliers, in dollars.

GET only. Country ids and several service codes are its own. It can neither list active numbers nor give the
full text of an SMS (2026-08-30: BAD_ACTION).
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import SecretStr

from bot.errors import text
from bot.providers.base import Capability, Supplier, Tier, Timing
from bot.providers.handler_api import VANILLA, HandlerApi, document_of, price_lists


class SmsBower(HandlerApi):
    name = "smsbower"
    title = "SMSBower"
    currency = "USD"
    root = "https://smsbower.page"
    path = "/stubs/handler_api.php"
    where_key = text("Sign in on smsbower.page and copy the API key from your profile.")
    #: Cancel after two minutes is documented; the lifetime and the rate are what its clients use.
    timing = Timing(min_poll=5, min_cancel=120, lifetime=1200)
    capabilities = (VANILLA - {Capability.OPERATOR, Capability.FULL_TEXT, Capability.ACTIVE}) | {
        Capability.TIERS,
        Capability.SUPPLIERS,
        Capability.MIN_PRICE,
    }
    #: The only answer that tells what was charged.
    purchase = "getNumberV2"
    family_services = False
    #: 2026-08-30, its live getCountries.
    own_countries: ClassVar[Mapping[str, str]] = {
        "1001": "JP",
        "1002": "KR",
        "1003": "BM",
        "1004": "XK",
        "1005": "LI",
        "1006": "SX",
        "1007": "VU",
        "1008": "GL",
        "1010": "SD",
        "1011": "MQ",
        "1333": "SY",
    }

    async def tiers(self, key: SecretStr, service: str, country: str) -> list[Tier]:
        reply = await self._ask(key, "getPricesV2", service=service, country=country)
        return price_lists.tiers(document_of(reply), country, service)

    async def suppliers(self, key: SecretStr, service: str, country: str) -> list[Supplier]:
        reply = await self._ask(key, "getPricesV3", service=service, country=country)
        return price_lists.suppliers(document_of(reply), country, service)
