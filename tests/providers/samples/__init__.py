"""What the providers' documents show: requests as they must be built, answers as they are read.

A module per document: `PROVIDER`, the `METHODS` its document has, and its `SAMPLES`, each named after its
section there. Every method has at least one.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Stands for the key in `Exchange.asks`, wherever the provider wants it.
KEY = "<key>"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer: `asks` is verb and URL, `headers` and `body` (JSON) what goes with it."""

    asks: str
    says: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A section of a document: the call it belongs to, what is exchanged, and the value or error it gives.

    `broken` says what is wrong with the document's own JSON, which is read all the same.
    """

    section: str
    method: str
    call: Callable[[Any], Awaitable[object]]
    exchanges: tuple[Exchange, ...]
    gives: object
    broken: str = ""
