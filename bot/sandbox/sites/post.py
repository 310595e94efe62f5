"""The trade in messages: each is paid for when it is taken in, and goes its way channel by channel."""

import re
from contextlib import suppress
from decimal import Decimal
from functools import partial

from bot.sandbox.sites.fares import CHANNELS, Fares, Network
from bot.sandbox.sites.letters import Invalid, Letter, Part
from bot.sandbox.sites.outgoing import ARRIVED, FAILED, FATES, Leg, Message, Status
from bot.sandbox.sites.segments import segments
from bot.sandbox.sites.shop import Shop

#: Where the money of each channel lies in the ledger.
PURSES = {"sms": "", "viber": "viber"}
#: What lies between ACCEPTD and the end of the way.
MIDDLE = {"viber": (Status.INPROGRESS, Status.SENT), "sms": (Status.PENDING, Status.SENT)}
#: A number that ends so has no Viber.
NO_VIBER = "00"
#: Seconds from a delivery to the refund of the channels nobody needs any more, as in the document's sample.
REFUND_AFTER = 3.0
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


class Post:
    """The messages of one account; its money, clock and agenda are the shop's."""

    def __init__(self, shop: Shop, fares: Fares) -> None:
        self.shop = shop
        self.fares = fares
        self.sent: dict[str, Message] = {}
        self.fates = dict.fromkeys(CHANNELS, "view")
        #: Whether a message nothing can be paid of is refused instead of ending at once.
        self.refuses_unpaid = False
        self._account = shop.random.randrange(0x10000, 0xFFFFFF)

    def take(self, letter: Letter) -> Message:
        """Charge every channel there is money for and begin with the first; INVROUTE where none leads."""
        network = self.fares.route(letter.recipient)
        if network is None:
            raise Invalid("INVROUTE")
        legs = [self._leg(letter.recipient, part, network) for part in letter.parts]
        if self.refuses_unpaid and all(leg.status is Status.INSUFFICIENTFUND for leg in legs):
            raise Invalid("INSUFFICIENTFUNDS")
        return self._take(letter.recipient, legs)

    def _take(self, recipient: str, legs: list[Leg]) -> Message:
        now, number = self.shop.clock.now(), f"FAPI{self._account:010X}{len(self.sent) + 1:06X}"
        message = self.sent[number] = Message(number, recipient, legs, now, self._walks())
        for leg in legs:
            self._charge(message, leg)
        self._begin(message, now)
        return message

    def _walks(self) -> bool:
        auto = self.shop.auto
        return auto is not None and self.shop.random.random() < auto.share

    def move(self, message: Message, channel: str, status: Status, at: float) -> None:
        """Let a channel ("": the one everything hangs on) have that status; `ValueError` if it cannot."""
        leg = message.leg(channel)
        if not leg.takes(status):
            raise ValueError(f"{leg.channel} of {message.id} is {leg.status} and takes no {status} now")
        self._put(message, leg, status, at)

    def book(self, message: Message, channel: str, status: Status, seconds: float) -> None:
        """The same in so many seconds; it is lost where it cannot be so then."""

        def later(at: float) -> None:
            with suppress(ValueError):
                self.move(message, channel, status, at)

        self.shop.agenda.put(self.shop.clock.now() + seconds, later)

    def cost(self, part: Part, network: Network) -> Decimal:
        """Of the whole text: an SMS is paid per segment."""
        price = self.fares.price(part.channel, network)
        return price * segments(part.text) if part.channel == "sms" else price

    def _leg(self, recipient: str, part: Part, network: Network) -> Leg:
        fate, price = self._fate(recipient, part.channel), self.cost(part, network)
        label = _label(part) if part.channel == "viber" else ""
        unpaid = fate is Status.INSUFFICIENTFUND or price > self.shop.ledger.purses[PURSES[part.channel]]
        status = Status.INSUFFICIENTFUND if unpaid else Status.ACCEPTD
        return Leg(part, price, label, status, self.shop.clock.now(), _way(part.channel, fate))

    def _fate(self, recipient: str, channel: str) -> Status:
        fate = FATES[self.fates[channel]]
        if channel == "viber" and fate in ARRIVED and recipient.endswith(NO_VIBER):
            return Status.UNDELIV
        return fate

    def _charge(self, message: Message, leg: Leg) -> None:
        if leg.status is not Status.INSUFFICIENTFUND:
            leg.charged = True
            self.shop.ledger.charge(leg.at, leg.price, message.id, PURSES[leg.channel])

    def _begin(self, message: Message, at: float) -> None:
        """The turn of the next channel that was paid for, if there is one."""
        leg = next((leg for leg in message.legs if leg.waiting), None)
        if leg is None:
            return
        leg.begun = True
        if leg.status is Status.RESERVED:
            leg.status, leg.at = Status.PENDING, at
        self.shop.agenda.put(at + leg.part.ttl * 60, partial(self._expire, message, leg))
        self._book(message, leg, at)

    def _put(self, message: Message, leg: Leg, status: Status, at: float) -> None:
        leg.status, leg.at = status, at
        self._reserve(message, at)
        if status in ARRIVED:
            self.shop.agenda.put(at + REFUND_AFTER, partial(self._give_back, message))
        if status in FAILED:
            self._begin(message, at)
        self._book(message, leg, at)

    def _book(self, message: Message, leg: Leg, at: float) -> None:
        """Book the next step of a message that walks by itself."""
        auto, following = self.shop.auto, leg.next()
        if message.walks and auto and following:
            step = partial(self._step, message, leg, leg.status, following)
            self.shop.agenda.put(at + self.shop.random.uniform(*auto.after_seconds), step)

    def _step(self, message: Message, leg: Leg, before: Status, status: Status, at: float) -> None:
        """What became of it otherwise meanwhile stays so."""
        if leg.status is before:
            self._put(message, leg, status, at)

    def _expire(self, message: Message, leg: Leg, at: float) -> None:
        if leg.under_way:
            self._put(message, leg, Status.EXPIRED, at)

    def _reserve(self, message: Message, at: float) -> None:
        for leg in message.legs:
            if leg.waiting and leg.status is Status.ACCEPTD:
                leg.status, leg.at = Status.RESERVED, at

    def _give_back(self, message: Message, at: float) -> None:
        for leg in message.legs:
            if leg.waiting:
                leg.status, leg.at, leg.charged = Status.REFUND, at, False
                self.shop.ledger.refund(at, leg.price, message.id, PURSES[leg.channel])


def _way(channel: str, fate: Status) -> tuple[Status, ...]:
    """What follows ACCEPTD; nobody tells that an SMS was viewed."""
    match fate:
        case Status.MODERATION:
            return (fate,)
        case Status.VIEWED:
            viewed = (fate,) if channel == "viber" else ()
            return (*MIDDLE[channel], Status.DELIVRD, *viewed)
        case _:
            return (*MIDDLE[channel], fate)


def _label(part: Part) -> str:
    """A bare text with a code in it matches the account's template of a transaction, all else promotes."""
    bare = part.button is None and not part.image
    return "transaction:1" if bare and _CODE.search(part.text) else "promotion"
