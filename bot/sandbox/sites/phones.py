"""Numbering: which prefixes a country or an operator has, and numbers drawn from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

#: Draws before the prefixes to avoid are taken to cover everything.
DRAWS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """`dial` is the country code, `digits` the length after it, `prefixes` its mobile ranges."""

    dial: str
    digits: int
    prefixes: tuple[str, ...]

    def draw(
        self, random: Random, avoid: Iterable[str] = (), taken: Callable[[str], bool] = lambda _: False
    ) -> str | None:
        """A fresh number, digits only with the country code; None when all would start with `avoid`."""
        unwanted = tuple(avoid)
        for _ in range(DRAWS):
            phone = self._any(random)
            if not phone.startswith(unwanted) and not taken(phone):
                return phone
        return None

    def only(self, prefixes: Iterable[str]) -> "Plan":
        return Plan(self.dial, self.digits, tuple(prefixes))

    def _any(self, random: Random) -> str:
        prefix = random.choice(self.prefixes)
        rest = self.digits - len(prefix)
        # No subscriber number starts with 0 or 1 in the North American plan; elsewhere it does no harm.
        return (
            self.dial + prefix + random.choice("23456789") + "".join(random.choices("0123456789", k=rest - 1))
        )
