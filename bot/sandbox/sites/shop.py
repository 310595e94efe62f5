"""The trade behind every site, whatever protocol it speaks: numbers are sold, SMS arrive, money moves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from random import Random
from typing import Protocol

from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.clock import Agenda, Clock, Times
from bot.sandbox.sites.goods import Goods, Lot
from bot.sandbox.sites.ledger import Ledger
from bot.sandbox.sites.texts import Draft, draft

#: A poll this much sooner than allowed is the network's jitter, not the client's haste.
JITTER = 0.05


class Denied(StrEnum):
    """Why nothing was sold."""

    NO_NUMBERS = "NO_NUMBERS"
    NO_BALANCE = "NO_BALANCE"


@dataclass(frozen=True, slots=True)
class Auto:
    """Codes that arrive by themselves: between two delays in seconds, for that share of numbers."""

    after_seconds: tuple[float, float]
    share: float


class Watched(Protocol):
    """What a client asks about again and again; `polled_at` is when it last did."""

    id: str
    polled_at: float | None


class Shop:
    """Goods, ledger and sold numbers of one account. `settle` first: nothing happens by itself."""

    #: Whether a code that arrived in time can still be fetched after the number's life.
    code_outlives = False

    def __init__(self, goods: Goods, ledger: Ledger, times: Times, clock: Clock, random: Random) -> None:
        self.goods = goods
        self.ledger = ledger
        self.times = times
        self.clock = clock
        self.random = random
        self.auto: Auto | None = None
        self.sold: dict[str, Activation] = {}
        self.by_phone: dict[str, Activation] = {}
        self._active: list[Activation] = []
        #: What is to happen at which moment; each deed is told its own.
        self.agenda: Agenda[Callable[[float], object]] = Agenda()
        self._last_id = random.randrange(310_000_000, 390_000_000)

    def settle(self) -> None:
        """Let everything happen that has fallen due, each at its own moment."""
        for at, deed in self.agenda.due(self.clock.now()):
            deed(at)

    def sell(self, lots: Iterable[Lot], avoid: Iterable[str] = ()) -> Activation | Denied:
        """A number of the first lot in stock whose numbers can do without the prefixes to avoid."""
        avoid = tuple(avoid)
        for lot in lots:
            phone = self._phone(lot, avoid) if lot.stock else None
            if phone:
                affordable = self.ledger.balance >= lot.price
                return self._hand_over(lot, phone) if affordable else Denied.NO_BALANCE
        return Denied.NO_NUMBERS

    def book(self, activation: Activation, sms: Draft, seconds: float, late: bool = False) -> None:
        """Let this SMS arrive in so many seconds, even after the end if `late`."""
        at = self.clock.now() + seconds
        activation.due_at = at
        self.agenda.put(at, partial(self.deliver, activation, sms, late=late))

    def deliver(self, activation: Activation, sms: Draft, at: float, late: bool = False) -> bool:
        """False when the number takes no SMS now. A late one revives an ended number and is charged."""
        activation.due_at = None
        if not activation.listening and not late:
            return False
        if activation.refunded:
            activation.refunded = False
            self.ledger.charge(at, activation.price, activation.id)
        if activation.over:
            self._active.append(activation)
        activation.take(sms, at)
        return True

    def polled(self, watched: Watched) -> None:
        """Note a look at a number or a message; sooner than allowed after the last is a violation."""
        now = self.clock.now()
        before, watched.polled_at = watched.polled_at, now
        if before is not None and now - before < self.times.poll - JITTER:
            detail = f"{now - before:.3f} s after the last, {self.times.poll:g} s are asked for"
            self.ledger.violate(now, "polled too soon", watched.id, detail)

    def active(self) -> list[Activation]:
        """The numbers that have not ended, in the order they were sold."""
        self._active = [activation for activation in self._active if not activation.over]
        return self._active

    def too_early(self, activation: Activation) -> bool:
        return self.clock.now() - activation.sold_at < self.times.cancel

    def ask_again(self, activation: Activation) -> None:
        activation.stage = Stage.AGAIN
        self._book_auto(activation)

    def cancel(self, activation: Activation) -> None:
        self._give_back(activation, Stage.CANCELLED, self.clock.now())

    def draft(self, activation: Activation, code: str | None = None, text: str | None = None) -> Draft:
        """An SMS as the number's service would send it."""
        service = self.goods.services.get(activation.service)
        return draft(self.random, service.brand if service else "", code, text)

    def _phone(self, lot: Lot, avoid: tuple[str, ...]) -> str | None:
        plan = self.goods.countries[lot.country].plan(lot.operator)
        return plan.draw(self.random, avoid, self.by_phone.__contains__) if plan else None

    def _hand_over(self, lot: Lot, phone: str) -> Activation:
        now = self.clock.now()
        self._last_id += self.random.randrange(1, 400)
        activation = Activation(
            str(self._last_id), phone, lot.service, lot.country, lot.operator, lot.price, now
        )
        lot.stock -= 1
        self.sold[activation.id] = self.by_phone[phone] = activation
        self._active.append(activation)
        self.ledger.charge(now, lot.price, activation.id)
        self.agenda.put(now + self.times.lifetime, partial(self._end_of_life, activation))
        self._book_auto(activation)
        return activation

    def _book_auto(self, activation: Activation) -> None:
        if self.auto and self.random.random() < self.auto.share:
            self.book(activation, self.draft(activation), self.random.uniform(*self.auto.after_seconds))

    def _end_of_life(self, activation: Activation, at: float) -> None:
        """Without a code the price goes back; with one the number counts as used."""
        if activation.over or (self.code_outlives and activation.stage is Stage.RECEIVED):
            return
        if activation.sms:
            activation.stage = Stage.FINISHED
        else:
            self._give_back(activation, Stage.EXPIRED, at)

    def _give_back(self, activation: Activation, stage: Stage, at: float) -> None:
        """End a number; its price goes back unless an SMS had come."""
        activation.stage = stage
        activation.due_at = None
        if not activation.sms:
            activation.refunded = True
            self.ledger.refund(at, activation.price, activation.id)
