"""What a torture came to: the sites' ledgers and everybody's chat against the bot's own books."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from bot.sandbox.sites.activation import Activation
from storage.models import State
from tests.faults.books import Books, Number
from tests.faults.crowd import SITES, Crowd, rings
from tests.faults.invariants import untrue
from tests.faults.leaks import Search
from tests.faults.person import Person


@dataclass(slots=True)
class Count:
    """What the torture came to; the numbers of several are added up, of `peak` (KiB) the highest is kept."""

    kills: int = 0
    stops: int = 0
    pressed: int = 0
    sold: int = 0
    paid: int = 0
    unknown: int = 0
    unknown_sold: int = 0
    codes: int = 0
    delivered: int = 0
    repeated: int = 0
    peak: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def merge(self, other: "Count") -> None:
        for name in (each.name for each in fields(self)):
            mine, its = getattr(self, name), getattr(other, name)
            setattr(self, name, max(mine, its) if name in ("peak", "slowest") else mine + its)

    def lines(self) -> Iterator[str]:
        yield f"kill -9 {self.kills}, SIGTERM {self.stops} (the slowest stop took {self.slowest:.1f} s)"
        yield f"buttons pressed to buy {self.pressed}, purchases in the ledgers {self.sold}"
        kept = f"paid {self.paid}, unknown and told so {self.unknown}, of which {self.unknown_sold} were sold"
        yield f"purchases in the database {self.paid + self.unknown_sold}: {kept}"
        yield f"codes sent by the sites {self.codes}, delivered {self.delivered}, again {self.repeated}"
        yield f"peak memory of a bot {self.peak / 1024:.0f} MiB"
        yield f"integrity_check and everything else: {len(self.wrong)} violations"
        yield from self.wrong


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Goes through what every person of a crowd bought, once the bot is quiet."""

    crowd: Crowd
    books: Books
    count: Count

    def compare(self) -> None:
        """Count everything, and say what is wrong."""
        self.count.wrong += self.books.wrong() + Search(self.crowd.sandbox).found()
        self.count.wrong += [f"said nothing until {moment:.0f}" for moment in self.books.unsaid()]
        for person in self.crowd.people:
            for site in SITES:
                self._deals(person, site)
        self._nobodys()

    def _deals(self, person: Person, site: str) -> None:
        """What somebody pressed, paid for and was told of."""
        rows = [row for row in self.books.numbers(person.id) if row.provider == site]
        bought = {number.id: number for number in self.crowd.bought(person, site)}
        known = {row.provider_id for row in rows if row.provider_id}
        lost, unknown = len(bought.keys() - known), sum(row.state is State.UNKNOWN for row in rows)
        self.count.pressed += len(self.crowd.pressed[person.id, site])
        self.count.sold += len(bought)
        self.count.paid += len(known & bought.keys())
        self.count.unknown += unknown
        self.count.unknown_sold += min(lost, unknown)
        wrong = [*self._mismatches(person, site, rows, bought), *self._lies(person, rows)]
        self.count.wrong += [f"{person.name} at {site}: {each}" for each in wrong]
        for number in (number for name, number in bought.items() if name in known):
            self._codes(person, number)

    def _mismatches(
        self, person: Person, site: str, rows: list[Number], bought: dict[str, Activation]
    ) -> Iterator[str]:
        """Where a ledger, the buttons that were pressed and the books do not tell the same."""
        buttons, calls = len(self.crowd.pressed[person.id, site]), len(self.crowd.calls(person, site))
        called = sum(row.called_at is not None for row in rows)
        unknown = sum(row.state is State.UNKNOWN for row in rows)
        known = {row.provider_id for row in rows if row.provider_id}
        if max(calls, len(bought)) > buttons:
            yield f"{calls} orders and {len(bought)} numbers of {buttons} buttons"
        if calls > called:
            yield f"{calls} orders, {called} were meant"
        if len(lost := bought.keys() - known) > unknown:
            yield f"{lost} are in no book, {unknown} are unknown"
        if known - bought.keys():
            yield f"has {known - bought.keys()}, which others bought"

    def _lies(self, person: Person, rows: list[Number]) -> Iterator[str]:
        yield from filter(None, (untrue(person, row) for row in rows))

    def _codes(self, owner: Person, number: Activation) -> None:
        """Each rang where it was bought, and nowhere else; a second time only over a death."""
        for code in (sms.code for sms in number.sms):
            rang = rings(owner, number, code)
            self.count.codes += 1
            self.count.delivered += bool(rang)
            self.count.repeated += max(0, len(rang) - 1)
            if not rang:
                self.count.wrong.append(f"a code of {number.id} never rang for {owner.name}")
            if len(rang) > 2 or self.crowd.in_one_life(owner, rang):
                self.count.wrong.append(f"a code of {number.id} rang {len(rang)} times for {owner.name}")

    def _nobodys(self) -> None:
        """Every number was bought by one person, and stands in nobody else's chat."""
        owners = self.crowd.owners()
        for site in SITES:
            for number in self.crowd.sandbox.sites[site].shop.sold.values():
                if number.id not in owners:
                    self.count.wrong.append(f"{site} sold {number.id} to nobody")
                    continue
                for other in self.crowd.elsewhere(owners[number.id], number):
                    self.count.wrong.append(f"{number.id} stands in the chat of {other}")
