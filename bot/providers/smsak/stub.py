"""SMSAK's imitation of sms-activate: the same numbers by the family's letters and country ids.

"Some methods may have slight differences": its countries have Russian names only, and it lists neither
services nor operators.
"""

from pydantic import SecretStr

from bot.errors import CodebellError
from bot.providers.base import Capability, Held, Outcome, Price, Service, Timing
from bot.providers.handler_api import VANILLA, HandlerApi, document_of, price_lists
from bot.providers.handler_api.tokens import Reply, read
from bot.providers.http import Answer
from bot.providers.smsak.replies import document, documented
from bot.providers.values import count, rows


class SmsAkStub(HandlerApi):
    name = "smsak"
    title = "SMSAK"
    root = "https://smsak.org"
    path = "/stubs/handler_api.php"
    #: The minimum wait is documented; the lifetime is not: its clients use 20 to 30 minutes.
    timing = Timing(min_poll=5, min_cancel=30, lifetime=1200)
    capabilities = VANILLA - {Capability.MAX_PRICE, Capability.PREFIXES, Capability.ACTIVE}

    async def services(self, key: SecretStr) -> list[Service]:
        return await self._services_sold(key)

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        """The document's own sample lacks its last brace."""
        call = self._call("getPrices", {"service": service or "", "country": country or ""})
        answer = await self._site.read(call, key)
        return price_lists.prices(document_of(_family(_closed(answer))))

    async def stock(self, key: SecretStr, country: str, operator: str = "") -> dict[str, int]:
        """How many numbers without call forwarding there are, by service.

        The bot does not ask: price lists tell it as well. It is here so that the whole document is spoken.
        """
        found = document_of(await self._ask(key, "getNumbersStatus", country=country, operator=operator))
        told = {name: count(amount) for name, amount in rows(found) if not name.endswith("_1")}
        return {name.removesuffix("_0"): amount for name, amount in told.items() if amount is not None}

    async def operators(self, key: SecretStr, country: str) -> list[str]:
        """One may be asked for, but the document names none."""
        return []

    async def has_ended(self, key: SecretStr, held: Held) -> bool:
        """Whether the site says that a number is over; no answer is no yes."""
        try:
            return (await self._status(key, held)).outcome is Outcome.ENDED
        except CodebellError:
            return False

    async def _ask(self, key: SecretStr, action: str, *, paid: bool = False, **query: str) -> Reply:
        return _family(await self._site.read(self._call(action, query, paid=paid), key))

    async def _do(self, key: SecretStr, action: str, **query: str) -> Reply:
        return _family(await self._site.send(self._call(action, query), key))


def _family(answer: Answer) -> Reply:
    """An answer in the family's words; raises an error told in the native face's envelope."""
    error = documented(document(answer.text))
    if error is not None:
        raise error
    return read(answer)


def _closed(answer: Answer) -> Answer:
    """A table that ends too soon by a brace or two, with them; a cut one ends with something else."""
    if not answer.text.endswith("}") or document(answer.text) is not None:
        return answer
    missing = answer.text.count("{") - answer.text.count("}")
    return Answer(answer.status, answer.text + "}" * max(missing, 0), answer.retry_after)
