"""What a site remembers independently of any client: money, calls, and broken rules."""

from collections import deque
from dataclasses import asdict, dataclass
from decimal import Decimal

from bot.sandbox.sites.wire import Call, Json, Reply

#: The same wish within this many seconds of a purchase whose answer was lost is a blind repetition.
REPETITION = 60.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of money: `kind` is "charge", "refund" or "deposit"; `purse` is "" for the main one."""

    at: float
    kind: str
    amount: Decimal
    number: str
    purse: str = ""


@dataclass(frozen=True, slots=True)
class Journalled:
    """One call: what was asked, what was answered (shortened), and the fault that hit it, if any."""

    at: float
    method: str
    verb: str
    path: str
    query: dict[str, str]
    status: int | None
    answer: str
    fault: str | None


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the site a client broke: it is written down and never refused."""

    at: float
    rule: str
    subject: str
    detail: str


class Ledger:
    """One account's money to the cent, in a main purse ("") and perhaps others, and who called when."""

    def __init__(self, balance: Decimal, **purses: Decimal) -> None:
        self.purses = {"": balance, **purses}
        self.entries: list[Entry] = []
        self.calls: deque[Journalled] = deque(maxlen=20_000)
        self.violations: list[Violation] = []
        self._lost: dict[str, float] = {}

    @property
    def balance(self) -> Decimal:
        """What is in the main purse."""
        return self.purses[""]

    def charge(self, at: float, amount: Decimal, number: str, purse: str = "") -> None:
        self.entries.append(Entry(at, "charge", amount, number, purse))
        self.purses[purse] -= amount

    def refund(self, at: float, amount: Decimal, number: str, purse: str = "") -> None:
        self.entries.append(Entry(at, "refund", amount, number, purse))
        self.purses[purse] += amount

    def deposit(self, at: float, balance: Decimal, purse: str = "") -> None:
        """Set the balance; the difference is booked."""
        self.entries.append(Entry(at, "deposit", balance - self.purses[purse], "", purse))
        self.purses[purse] = balance

    def total(self, kind: str) -> Decimal:
        return sum((entry.amount for entry in self.entries if entry.kind == kind), Decimal(0))

    def violate(self, at: float, rule: str, subject: str, detail: str) -> None:
        self.violations.append(Violation(at, rule, subject, detail))

    def write(self, at: float, method: str, call: Call, reply: Reply | None, fault: str | None) -> None:
        status, answer = (reply.status, reply.body[:500]) if reply else (None, "")
        self.calls.append(
            Journalled(at, method, call.verb, call.path, dict(call.query), status, answer, fault)
        )

    def purchase(self, at: float, wish: str, spoiled: bool) -> None:
        """Judge a purchase call: the same wish right after a lost answer may have been bought twice."""
        before = self._lost.pop(wish, None)
        if before is not None and at - before < REPETITION:
            self.violate(at, "purchase repeated", wish, f"{at - before:.1f} s after a lost answer")
        if spoiled:
            self._lost[wish] = at

    def read(self) -> Json:
        """The whole ledger for JSON; money as text."""
        return {
            "balance": str(self.balance),
            "charged": str(self.total("charge")),
            "refunded": str(self.total("refund")),
            "entries": [asdict(entry) | {"amount": str(entry.amount)} for entry in self.entries],
            "calls": [asdict(call) for call in self.calls],
            "violations": [asdict(violation) for violation in self.violations],
        }
