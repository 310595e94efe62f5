"""A provider that writes down every call and fails when a test says so; what it sells is up to its heirs."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.providers.base import Held, Provider, Wish
from bot.providers.renting import Rented, Tariff
from bot.providers.sending import Outgoing
from storage.database import in_transaction

About = Held | Wish | Tariff | Rented | Outgoing | str | None


def refuse_in_transaction(call: str) -> None:
    """Both ends of the world do: a call under an open transaction would hold up everybody."""
    if in_transaction():
        raise RuntimeError(f"{call} was called inside a transaction")


@dataclass(frozen=True, slots=True)
class Call:
    """One call a provider received: when, what, and what about."""

    at: datetime
    name: str
    about: About = None


@dataclass(slots=True)
class Script:
    """What happens to the next calls of one method: errors in their turn, before or after it did its work."""

    before: deque[Exception] = field(default_factory=deque)
    after: deque[Exception] = field(default_factory=deque)
    always: Exception | None = None

    def begin(self) -> None:
        if self.always is not None:
            raise self.always
        if self.before:
            raise self.before.popleft()

    def end(self) -> None:
        if self.after:
            raise self.after.popleft()


class Scripted(Provider):
    """Remembers what it was asked, and plays the script of its next failures."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.calls: list[Call] = []
        self._scripts: defaultdict[str, Script] = defaultdict(Script)
        self._clock = clock

    def fails(self, method: str, *errors: Exception) -> None:
        """The next calls of a method raise these, one each, and do nothing."""
        self._scripts[method].before.extend(errors)

    def loses_the_answer(self, method: str, error: Exception) -> None:
        """The next call of a method does its work, and its answer is lost."""
        self._scripts[method].after.append(error)

    def breaks(self, method: str, error: Exception | None) -> None:
        """Every call of a method raises this until it is told None."""
        self._scripts[method].always = error

    def called(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    def _hear(self, name: str, about: About = None) -> None:
        refuse_in_transaction(name)
        self.calls.append(Call(self._clock(), name, about))
        self._scripts[name].begin()
