"""What is known not to be in the database, so that it need not be asked again until somebody puts it there.

One process owns the database: whoever puts something there says so. A look that was under way meanwhile
proves nothing, before or after.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

#: So many are remembered; then all are asked for anew.
_REMEMBERED = 10_000


class Absent(Generic[K]):
    """The keys under which there is nothing."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._keys: set[K] = set()
        self._changes = 0

    def __contains__(self, key: K) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def since(self) -> int:
        """Before a look: the moment it begins at, for `note`."""
        return self._changes

    def note(self, key: K, since: int) -> None:
        """A look that began then found nothing."""
        if since != self._changes:
            return
        if len(self._keys) >= self._most:
            self._keys.clear()
        self._keys.add(key)

    @contextmanager
    def changing(self, key: K) -> Iterator[None]:
        """Around a transaction after which there may be something."""
        self.doubt(key)
        try:
            yield
        finally:
            self.doubt(key)

    def doubt(self, key: K) -> None:
        """There may be something now."""
        self._changes += 1
        self._keys.discard(key)

    def doubt_all(self) -> None:
        self._changes += 1
        self._keys.clear()
