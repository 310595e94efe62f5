"""What must hold once all is healed and quiet: the site's ledger and the chat against the bot's books."""

from dataclasses import dataclass, field

from bot.sandbox.sites.activation import Activation, Stage
from bot.sandbox.sites.shop import Shop
from storage.models import State
from storage.reasons import Reason
from tests.faults.books import Books, Number
from tests.faults.harness import Sandbox, purchases
from tests.faults.person import Person

#: Where a provider lists what the account holds, a purchase must be found again.
LISTING = frozenset({"herosms"})
#: Unknown all the same is one of several purchases that nobody can tell apart.
ALIKE = (Reason.SEVERAL, Reason.CLAIMED)
#: What a card says of a number, by its state: one of these.
SAID = {
    State.WAITING: ("Waiting for the SMS",),
    State.RECEIVED: ("Done with it?", "Waiting for another SMS", "One more look"),
    State.CANCELLED: ("Cancelled",),
    State.EXPIRED: ("⌛",),
    State.FINISHED: ("Finished", "⌛"),
    State.FAILED: ("Not bought",),
    State.UNKNOWN: ("unknown",),
}


@dataclass(slots=True)
class Deal:
    """What a person and a provider did from a moment on: what was sold, and how often it was asked for."""

    sandbox: Sandbox
    person: Person
    site: str
    #: The presses Telegram was still to bring when the bot had died.
    presses: list[str] = field(default_factory=list)
    _sold: set[str] = field(init=False)
    _calls: int = field(init=False)

    def __post_init__(self) -> None:
        self._sold = set(self._shop.sold)
        self._calls = len(purchases(self.sandbox.sites[self.site]))

    @property
    def _shop(self) -> Shop:
        return self.sandbox.sites[self.site].shop

    def sold(self) -> list[Activation]:
        return [number for number in self._shop.sold.values() if number.id not in self._sold]

    def calls(self) -> int:
        """How often the provider was asked to sell."""
        return len(purchases(self.sandbox.sites[self.site])) - self._calls


@dataclass(slots=True)
class Findings:
    """What a deal came to; each list holds sentences, and only `repeated` may be allowed."""

    orphans: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    repeated: int = 0

    def violations(self) -> list[str]:
        return [*self.orphans, *self.twice, *self.unanswered, *self.lost, *self.broken]


def findings(deal: Deal) -> Findings:
    """Everything there is to find out about a deal of at most one purchase."""
    found, books = Findings(), Books(deal.sandbox.database)
    rows = books.numbers(deal.person.id)
    found.orphans += _orphans(deal, rows)
    found.twice += _bought_twice(deal, rows)
    found.unanswered += _unanswered(deal, rows)
    for number in deal.sold():
        _codes(deal, number, rows, found)
    found.broken += [f"said nothing until {moment:.0f}" for moment in books.unsaid()] + books.wrong()
    violations = deal.sandbox.sites[deal.site].ledger.violations
    found.broken += [each.detail for each in violations if each.rule == "purchase repeated"]
    return found


def _orphans(deal: Deal, rows: list[Number]) -> list[str]:
    """A number that was sold is in the books, or the person was told that it may be."""
    known = {row.provider_id for row in rows}
    told = deal.site not in LISTING and any(row.state is State.UNKNOWN for row in rows)
    return [f"{number.id} is an orphan" for number in deal.sold() if number.id not in known and not told]


def _bought_twice(deal: Deal, rows: list[Number]) -> list[str]:
    """One press, one call, and none without an intent that was stored before."""
    asked = [row for row in rows if row.called_at is not None]
    found = [f"{deal.calls()} calls for {len(asked)} orders"] if deal.calls() > len(asked) else []
    if len(deal.sold()) > 1:
        found.append(f"{len(deal.sold())} numbers were bought")
    early = [number for number in deal.sold() if all(row.created_at > number.sold_at for row in asked)]
    return found + [f"{number.id} was bought before it was written down" for number in early]


def _unanswered(deal: Deal, rows: list[Number]) -> list[str]:
    """A press that Telegram still held got its answer; the person sees the truth, or the button."""
    human = deal.sandbox.human
    silent = [f"press {press} got no answer" for press in deal.presses if not human.answer(press)]
    if not rows and not deal.person.offered("Buy for"):
        return [*silent, "nothing happened, and there is nothing to press"]
    return silent + [wrong for row in rows if (wrong := untrue(deal.person, row))]


def untrue(person: Person, row: Number) -> str:
    """What is wrong with what somebody's card says of a number, by the site; "" when it is the truth."""
    cards = [each["text"] for each in person.messages() if each["message_id"] == row.card]
    if not cards:
        return f"{row.state}, and no card hangs"
    if not any(words in cards[0] for words in SAID.get(row.state, ())):
        return f"{row.state}, and the card says {cards[0]!r}"
    if row.state is State.UNKNOWN and row.provider in LISTING and row.reason not in ALIKE:
        return f"unknown for {row.reason!r}, where it could be looked up"
    number = person.sandbox.sites[row.provider].shop.sold.get(row.provider_id or "")
    if row.state is State.CANCELLED and number is not None and number.stage is not Stage.CANCELLED:
        return f"told to be cancelled, and it is {number.stage}"
    return ""


def _codes(deal: Deal, number: Activation, rows: list[Number], found: Findings) -> None:
    """Each SMS of a number of ours rang in its owner's chat, and in no other."""
    if number.id not in {row.provider_id for row in rows}:
        return
    for sms in number.sms:
        rings = len(deal.person.showing("🔔", sms.code))
        found.repeated += max(0, rings - 1)
        if not rings:
            found.lost.append(f"a code of {number.id} never rang")
        if _elsewhere(deal, sms.code):
            found.broken.append(f"a code of {number.id} stands in another chat")


def _elsewhere(deal: Deal, code: str) -> bool:
    others = [chat for chat in deal.sandbox.world.chats.values() if chat.id != deal.person.id]
    return any(code in said.get("text", "") for chat in others for said in chat.messages.values())
