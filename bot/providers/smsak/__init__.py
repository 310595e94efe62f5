"""SMSAK (https://smsak.org/en/page/api): three faces of one site for one key, and what each is asked for.

    native   /api/<method>/<key>       everything, unless it stands below
    rental   the same address          the numbers rented for days
    stub     /stubs/handler_api.php    "the SMS was sent" and "finished", which the native face has no words
                                       for, and whether a number is over: native `getstatus` says `null`
                                       before the first SMS, and nobody says what it says after the end

Whether a number is over is asked past its life, and after a cancel that was refused or got lost. It is over
by STATUS_CANCEL, or by a native error that says "not found", and by nothing else. The faces share numbers by
their ids; the stub's letters for services and its country ids are never mixed with the native ones.
"""

import asyncio

from pydantic import SecretStr

from bot.errors import (
    BadInput,
    BadReply,
    CodeArrived,
    CodebellError,
    NoSmsYet,
    TooLate,
    Unclear,
    Unsupported,
    text,
)
from bot.providers import values
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
from bot.providers.http import Net
from bot.providers.pace import Pace
from bot.providers.renting import RentalSms, RentalStock, Rented, SimAnswer, Tariff
from bot.providers.signing import Call, in_path
from bot.providers.smsak import catalogue, messages, rentals, replies
from bot.providers.smsak.price_lists import PriceLists
from bot.providers.smsak.replies import Meaning, Reply
from bot.providers.smsak.stub import SmsAkStub

#: Calls of one key that go at once: a price list is one for each of some twenty countries, and then one buys.
BURST = 30
#: How many codes told apart from their SMS are remembered.
REMEMBERED = 256
#: About numbers that are paid for, bought or rented.
PAID = frozenset(
    {
        *("getstatus", "getlatestcode", "all-sms", "play", "setstatus", "getallfullnumbers"),
        *("getallsmsofnumber", "getlastsmsofnumber", "send-enable-sim", "send-disable-sim"),
    }
)


class SmsAk(Hosted):
    name = "smsak"
    title = "SMSAK"
    #: Never told.
    currency = ""
    root = SmsAkStub.root
    where_key = text("Sign in on smsak.org and copy the API key from the API page.")
    timing = SmsAkStub.timing
    capabilities = frozenset(
        {
            *(Capability.BALANCE, Capability.SERVICES, Capability.COUNTRIES, Capability.PRICES),
            *(Capability.STOCK, Capability.BUY, Capability.CODE, Capability.FULL_TEXT, Capability.ALL_SMS),
            *(Capability.SENT, Capability.ANOTHER_SMS, Capability.FINISH, Capability.CANCEL),
            *(Capability.FORWARD, Capability.RENT, Capability.RENTED, Capability.RENEW),
            *(Capability.SIM, Capability.RENTAL_SMS),
        }
    )

    def __init__(self, root: str = "", timing: Timing | None = None, net: Net | None = None) -> None:
        timing, net = timing or self.timing, net or Net()
        # 96 calls a minute where polls are five seconds apart; clients make a hundred.
        pace = Pace(timing.min_poll / 8, BURST, net.clock, net.sleep)
        super().__init__(root, timing, net, pace)
        self._stub = SmsAkStub(root, timing, net, pace)
        # A number is not asked about twice in a second: a cancel's look may follow on the heels of a poll.
        self._looks = Pace(timing.min_poll / 4, 1, net.clock, net.sleep)
        #: Codes that stood beside SMS of an activation (its id) and not in them.
        self._beside: dict[tuple[str, Reading], str] = {}
        self._lists = PriceLists(self._prices_of, self.countries, net.clock, timing.min_poll)

    def sign(self, call: Call, key: str) -> Call:
        return in_path(call, key)

    async def close(self) -> None:
        await super().close()
        await self._stub.close()

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        call = _call("getbalance", {}, paid=paid)
        amount = values.money(replies.read(await self._site.read(call, key)).word)
        if amount is None:
            raise BadReply("no amount")
        return Balance(amount, self.currency)

    async def services(self, key: SecretStr) -> list[Service]:
        return catalogue.services(await self._ask(key, "getservices"))

    async def countries(self, key: SecretStr) -> list[Country]:
        return catalogue.countries(await self._ask(key, "countries"))

    async def prices(
        self, key: SecretStr, service: str | None = None, country: str | None = None
    ) -> list[Price]:
        """Of one country as they are now, of all as they were half a minute ago at most."""
        if country is not None:
            found = await self._lists.of(key, country)
        else:
            found = await self._lists.of_all(key)
        return [price for price in found if service is None or price.service == service]

    async def buy(self, key: SecretStr, wish: Wish) -> Number:
        if not wish.needs() <= self.capabilities:
            raise Unsupported("the wish")
        return catalogue.bought(await self._do(key, "getnumber", id=wish.service, code=wish.country))

    async def poll(self, key: SecretStr, held: Held) -> Reading:
        now = await self._latest(key, held)
        past_its_life = held.age >= self.timing.lifetime
        if now.outcome is Outcome.WAITING and past_its_life and await self._stub.has_ended(key, held):
            return ENDED
        return now

    async def all_sms(self, key: SecretStr, held: Held) -> list[Reading]:
        found = messages.every(await self._ask(key, "all-sms", replies.about_a_number, id=held.id))
        return [messages.with_code(sms, self._known_beside(held, sms)) for sms in found]

    async def sent(self, key: SecretStr, held: Held) -> None:
        await self._stub.sent(key, held)

    async def another_sms(self, key: SecretStr, held: Held) -> None:
        replies.granted(await self._do(key, "play", replies.asked_in_vain, id=held.id))

    async def finish(self, key: SecretStr, held: Held) -> None:
        await self._stub.finish(key, held)

    async def cancel(self, key: SecretStr, held: Held) -> None:
        """An answer that leaves it open whether the number is given back is settled by a look.

        A yes is no money after an SMS: the document pays back only "if no message has been received".
        """
        means = replies.not_returned(held, self.timing.min_cancel)
        try:
            replies.granted(await self._do(key, "setstatus", means, id=held.id, status="1"))
        except (TooLate, Unclear) as error:
            await self._settle(key, held, error)
        else:
            await self._look_for_sms(key, held)

    async def forward(self, key: SecretStr, held: Held, phone: str) -> None:
        """Not sent before the first SMS, as the document wants it."""
        if values.phone(phone) != phone or not phone.startswith("+"):
            raise BadInput("not a phone")
        if held.last_code is None:
            raise NoSmsYet("not sent")
        where = {"id": held.id, "status": "2", "forward": phone.removeprefix("+")}
        replies.granted(await self._do(key, "setstatus", replies.not_forwarded, **where))

    async def rental_stock(self, key: SecretStr) -> list[RentalStock]:
        return rentals.stock(await self._ask(key, "getfullnumbers"))

    async def tariffs(self, key: SecretStr) -> list[Tariff]:
        return rentals.tariffs(await self._ask(key, "getalltarifs"))

    async def rent(self, key: SecretStr, tariff: Tariff) -> None:
        """What it answers to a success is documented nowhere, so whatever is no error may be one."""
        await self._spend(key, "getfullnumber", code=tariff.country, tarif=tariff.id)

    async def renew(self, key: SecretStr, rented: Rented, tariff: Tariff) -> None:
        await self._spend(key, "rebuynumber", id=rented.id, tarif=tariff.id)

    async def rented(self, key: SecretStr) -> list[Rented]:
        return rentals.rented(await self._ask(key, "getallfullnumbers"))

    async def sim_on(self, key: SecretStr, rented: Rented) -> SimAnswer:
        return rentals.sim(await self._do(key, "send-enable-sim", id=rented.id))

    async def sim_off(self, key: SecretStr, rented: Rented) -> SimAnswer:
        return rentals.sim(await self._do(key, "send-disable-sim", id=rented.id))

    async def rental_sms(self, key: SecretStr, rented: Rented, last: int | None = None) -> list[RentalSms]:
        """Not asked for a number that cannot be read: what came back might be of another."""
        if values.phone(rented.raw) is None:
            raise BadInput("no number")
        count = {} if last is None else {"count": str(last)}
        method = "getallsmsofnumber" if last is None else "getlastsmsofnumber"
        return rentals.sms(await self._ask(key, method, phone=rented.raw, **count), rented.raw)

    async def _prices_of(self, key: SecretStr, country: str) -> list[Price]:
        return catalogue.prices(await self._ask(key, "numbersstatus", code=country), country)

    async def _latest(self, key: SecretStr, held: Held) -> Reading:
        """The newest SMS; after another was asked for, not the same one again."""
        sms = await self._newest(key, held)
        if sms is None:
            return WAITING
        found = messages.with_code(sms, "" if sms.code else await self._code_beside(key, held, sms))
        return WAITING if held.asked_again and messages.is_known(found, held) else found

    async def _newest(self, key: SecretStr, held: Held) -> Reading | None:
        await self._looks.turn(held.id)
        try:
            reply = await self._ask(key, "getstatus", replies.about_a_number, id=held.id)
        finally:
            self._looks.rest(held.id)
        return messages.latest(reply)

    async def _code_beside(self, key: SecretStr, held: Held, sms: Reading) -> str:
        """The code of a first SMS that tells none itself; of later ones it would be the one before.

        It is remembered, so that an SMS has the same code wherever it is met again.
        """
        known = self._known_beside(held, sms)
        if known or held.last_code is not None or (held.id, sms) in self._beside:
            return known
        try:
            told = messages.code_alone(await self._ask(key, "getlatestcode", id=held.id))
        except CodebellError:
            return ""
        while len(self._beside) >= REMEMBERED:
            del self._beside[next(iter(self._beside))]
        return self._beside.setdefault((held.id, sms), told)

    def _known_beside(self, held: Held, sms: Reading) -> str:
        """The code told beside this SMS before; of the last SMS also in the life of another process."""
        if held.last_code is not None and sms.written and sms.written == held.last_written:
            return held.last_code
        return self._beside.get((held.id, sms), "")

    async def _look_for_sms(self, key: SecretStr, held: Held) -> None:
        """After a cancel that was granted: raises `CodeArrived` where an SMS was there before it."""
        try:
            async with asyncio.timeout(self.timing.min_poll):
                now = await self._latest(key, held)
        except (CodebellError, TimeoutError):
            return
        if now.outcome is Outcome.RECEIVED:
            raise CodeArrived("before the cancel", code=now.whole)

    async def _settle(self, key: SecretStr, held: Held, error: TooLate | Unclear) -> None:
        """A cancel that was refused or got lost: after a code there is none, and what is over was given back.

        Whatever comes of the look, the cancel did leave: a failure of the look does not speak for it.
        """
        if isinstance(error, Unclear) and not error.sent:
            raise error
        try:
            now = await self._latest(key, held)
        except CodebellError:
            raise error from None
        if now.outcome is Outcome.RECEIVED:
            raise CodeArrived(error.detail, code=now.whole)
        if held.last_code is not None or not await self._stub.has_ended(key, held):
            raise error

    async def _ask(
        self, key: SecretStr, method: str, means: Meaning = replies.undocumented, /, **query: str
    ) -> Reply:
        return replies.read(await self._site.read(_call(method, query), key), means)

    async def _do(
        self, key: SecretStr, method: str, means: Meaning = replies.undocumented, /, **query: str
    ) -> Reply:
        """Sent once, whatever comes back."""
        return replies.read(await self._site.send(_call(method, query), key), means)

    async def _spend(self, key: SecretStr, method: str, **query: str) -> None:
        """Sent once. An empty answer is no error: so is the document where its example should stand."""
        answer = await self._site.send(_call(method, query), key)
        if answer.text or answer.status >= 400:
            replies.read(answer)


def _call(method: str, query: dict[str, str], *, paid: bool = False) -> Call:
    return Call(f"/api/{method}/{{key}}", query, paid=paid or method in PAID)
