"""sms.ski (its "Quick Integration Blueprint" 1.1 of 2019): a task per number, known by the number alone.

GET only, also for what costs money; the key is a JWT. A 404 means "not yet" to `code` and "it is there" to
`cancel`; a 406 to `cancel` means "too early" or "over". A code is given out once, and tasks are not listed.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError

from bot.errors import (
    BadKey,
    BadReply,
    CodeArrived,
    CodebellError,
    LimitReached,
    NoMoney,
    NoNumbers,
    TooEarly,
    TooLate,
    Unavailable,
    Unclear,
    Unsupported,
    text,
)
from bot.providers import jwt, values
from bot.providers.base import (
    ENDED,
    WAITING,
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
from bot.providers.hosted import Hosted
from bot.providers.http import Answer, Net
from bot.providers.pace import Pace
from bot.providers.signing import Call, as_bearer, segment

Row = TypeVar("Row", bound=BaseModel)

RECEIVE = "/api/v1/receive"
#: What the document says of a refused purchase.
NO_PHONE = {406: NoNumbers, 409: NoMoney, 429: LimitReached}
#: The pause between two polls of a number, in `min_poll`: the site's clock and ours are not the same.
SPACING = 1.04
#: How many codes are remembered.
REMEMBERED = 256


class CountryPrice(BaseModel):
    """The document's "Service Country Price"; the code is lower case there."""

    country_code: Annotated[str, Field(pattern="^[A-Za-z]{2}$")]
    price: Annotated[Decimal, BeforeValidator(values.money)]


class ServiceCountries(BaseModel):
    """The document's "Service Countries"; a broken row of it costs only itself."""

    identifier: Annotated[str, Field(min_length=1, max_length=64)]
    countries: list[object]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: a `message`, or an error's number from the body or the status; 0 for what is neither."""

    message: object = None
    error: int | None = None
    retry_after: float | None = None


class SmsSki(Hosted):
    name = "smsski"
    title = "sms.ski"
    #: Never told; the account's own unit.
    currency = ""
    root = "https://sms.ski"
    where_key = text("Sign in on sms.ski and copy the access token under API access.")
    #: All three documented; faster polls put the account at risk.
    timing = Timing(min_poll=5, min_cancel=30, lifetime=360)
    gives_once = True
    capabilities = frozenset(
        {
            *(Capability.BALANCE, Capability.SERVICES, Capability.COUNTRIES, Capability.PRICES),
            *(Capability.BUY, Capability.CODE, Capability.CANCEL),
        }
    )

    def __init__(self, root: str = "", timing: Timing | None = None, net: Net | None = None) -> None:
        super().__init__(root, timing, net)
        self._polls = Pace(self.timing.min_poll * SPACING, 1, self._net.clock, self._net.sleep)
        self._codes: dict[tuple[str, str], Reading] = {}

    def sign(self, call: Call, key: str) -> Call:
        return as_bearer(call, key)

    def expires_at(self, key: SecretStr) -> datetime | None:
        """A token is good for a year from the sign-up; it says until when."""
        return jwt.expires_at(key)

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        amount = values.money(await self._ask(key, "balance", paid=paid))
        if amount is None:
            raise BadReply("no amount")
        return Balance(amount, self.currency)

    async def services(self, key: SecretStr) -> list[Service]:
        listed = await self._services(key)
        return [Service(one.identifier, one.identifier.replace("_", " ").capitalize()) for one in listed]

    async def countries(self, key: SecretStr) -> list[Country]:
        sold = dict.fromkeys(price.country for price in await self.prices(key))
        return [Country(code, _iso2(code), code.upper()) for code in sold]

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        """Prices without stock. An unknown service has none: its answer is not described."""
        if service is None:
            listed = await self._services(key)
            found = [price for one in listed for price in _prices(one.identifier, one.countries)]
        else:
            found = await self._service_prices(key, service)
        return [one for one in found if country is None or one.country.lower() == country.lower()]

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        if not wish.needs() <= self.capabilities:
            raise Unsupported("the wish")
        said = await self._once(key, f"phone/{segment(wish.country)}/{segment(wish.service)}/")
        if said.error is not None:
            raise NO_PHONE[said.error](str(said.error)) if said.error in NO_PHONE else _failure(said)
        return self._bought(key, said.message)

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        """A code fetched before and not known to the caller is given again: the site gives it once."""
        kept = self._codes.get(_task(key, held.raw))
        if kept and held.last_code is None:
            return kept
        await self._polls.turn(held.raw)
        try:
            said = await self._once(key, f"code/{segment(held.raw)}", paid=True)
        finally:
            self._polls.rest(held.raw)
        match said.error:
            case None:
                return self._received(_task(key, held.raw), said.message)
            case 404:
                return WAITING
            case 406:
                return ENDED
        raise _failure(said)

    async def cancel(self, key: SecretStr, held: Held) -> None:
        """Held back here before the minimum wait: the site would not tell "too early" from "over"."""
        if held.age < self.timing.min_cancel:
            raise TooEarly("not sent", seconds=self.timing.min_cancel - held.age)
        try:
            said = await self._once(key, f"cancel/{segment(held.raw)}", paid=True)
        except Unclear as error:
            return await self._settle(key, held, error)
        match said.error:
            case None:
                return None
            case 404:
                raise CodeArrived("404")
            case 406:
                return await self._early_or_over(key, held)
        return await self._settle(key, held, _failure(said))

    async def _settle(self, key: SecretStr, held: Held, error: CodebellError) -> None:
        """An unclear cancel: only the site's word that the task is gone makes it one.

        Whatever comes of the look, the cancel did leave: a failure of the look does not speak for it.
        """
        if not isinstance(error, Unclear) or not error.sent:
            raise error
        try:
            now = await self.poll(key, held)
        except CodebellError:
            raise error from None
        if now.outcome is Outcome.RECEIVED:
            raise CodeArrived(error.detail, code=now.whole)
        if now.outcome is Outcome.WAITING:
            raise error
        if held.last_code is not None:
            raise TooLate(error.detail)

    async def _early_or_over(self, key: SecretStr, held: Held) -> None:
        """A 406: by our clock where it can tell, else by asking for the code once."""
        surely = self.timing.min_cancel + self.timing.min_poll
        if held.age < surely:
            raise TooEarly("406", seconds=surely - held.age)
        if held.age >= self.timing.lifetime:
            raise TooLate("406")
        now = await self.poll(key, held)
        if now.outcome is Outcome.RECEIVED:
            raise CodeArrived("406", code=now.whole)
        if now.outcome is Outcome.ENDED:
            raise TooLate("406")
        raise TooEarly("406", seconds=self.timing.min_poll)

    def _bought(self, key: SecretStr, message: object) -> Number:
        raw, plus = str(message).strip(), values.phone(message)
        if plus is None:
            raise BadReply("a number nobody can read")
        self._codes.pop(_task(key, raw), None)
        return Number(raw, plus, raw)

    def _received(self, task: tuple[str, str], message: object) -> Reading:
        found = values.code(message)
        if not found and not isinstance(message, str):
            raise BadReply("no code")
        if not found:
            return WAITING
        while len(self._codes) >= REMEMBERED:
            del self._codes[next(iter(self._codes))]
        kept = self._codes[task] = Reading(Outcome.RECEIVED, found, values.text_of(message))
        return kept

    async def _services(self, key: SecretStr) -> list[ServiceCountries]:
        return _valid(ServiceCountries, await self._ask(key, "services"))

    async def _service_prices(self, key: SecretStr, service: str) -> list[Price]:
        said = _said(await self._site.read(Call(f"{RECEIVE}/service/{segment(service)}/countries"), key))
        return [] if said.error == 404 else _prices(service, _message(said))

    async def _ask(self, key: SecretStr, path: str, *, paid: bool = False) -> object:
        return _message(_said(await self._site.read(Call(f"{RECEIVE}/{path}", paid=paid), key)))

    async def _once(self, key: SecretStr, path: str, *, paid: bool = False) -> Said:
        return _said(await self._site.send(Call(f"{RECEIVE}/{path}", paid=paid), key))


def _task(key: SecretStr, raw: str) -> tuple[str, str]:
    """A phone is sold to more than one account, each with codes of its own; the key itself is not kept."""
    return sha256(key.get_secret_value().encode()).hexdigest(), raw


def _said(answer: Answer) -> Said:
    """An answer in any of its forms: 200 with a fail body, 4xx with one, 4xx with an empty body or HTML."""
    found = values.document(answer.text)
    body = found if isinstance(found, dict) else {}
    if answer.status < 300 and body.get("status") == "success" and "message" in body:
        return Said(body["message"])
    error = body.get("error")
    number = values.count(error.get("code")) if isinstance(error, dict) else None
    return Said(None, number or (answer.status if answer.status >= 400 else 0), answer.retry_after)


def _message(said: Said) -> object:
    if said.error is not None:
        raise _failure(said)
    return said.message


def _failure(said: Said) -> CodebellError:
    """400 is the site's own trouble with its SIM banks; whether before the task began, nobody says."""
    if said.error == 401:
        return BadKey("401")
    if said.error in {400, 403, 429} or (said.error or 0) >= 500:
        return Unavailable(str(said.error), retry_after=said.retry_after)
    return BadReply(f"error {said.error}")


def _valid(model: type[Row], listed: object) -> list[Row]:
    """The well-formed rows of a list."""
    if not isinstance(listed, list):
        raise BadReply("no list")
    return [row for row in (_row(model, one) for one in listed) if row is not None]


def _row(model: type[Row], one: object) -> Row | None:
    try:
        return model.model_validate(one)
    except ValidationError:
        return None


def _prices(service: str, listed: object) -> list[Price]:
    found = _valid(CountryPrice, listed)
    return [Price(service, one.country_code, one.price, None) for one in found]


def _iso2(code: str) -> str:
    """The site's codes are ISO 3166 by its document; `uk` is what people write for GB."""
    return "GB" if code.lower() == "uk" else code.upper()
