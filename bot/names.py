"""Names of things, found again however they are typed: without accents, with mistakes, begun only."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: How sure a find is, of 100: the name itself, the same typed on the other keyboard.
EXACT, SLIPPED = 100, 97
#: The beginning of a name: the surer the less is missing.
_BEGUN, _NEARLY = 80, 15
#: Of so many letters and more so many mistakes are forgiven; each makes a find less sure.
_MISTAKES = ((4, 1), (7, 2), (11, 3))
_FIRST_MISTAKE, _EACH_MISTAKE = 95, 7
#: A beginning has so many letters.
_BEGINNING = 2
#: Behind every letter.
_LAST = "\U0010ffff"
#: The keys of a keyboard, in Latin and in Cyrillic letters.
_LATIN, _CYRILLIC = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SLIPS = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))
_BARE = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ß": "ss", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a name may stand for, and how sure that is, of 100."""

    id: str
    sure: int


class Names:
    """Ids by all their names; one name may stand for several."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        """`named`: pairs of a name and the id it stands for."""
        self._ids: dict[str, list[str]] = {}
        for name, id_ in named:
            self._ids.setdefault(folded(name), []).append(id_)
        self._ids.pop("", None)
        self._sorted = sorted(self._ids)
        self._place = {name: place for place, name in enumerate(self._ids)}

    def exactly(self, typed: str) -> list[Found]:
        """What is called just so, or would be on the other keyboard."""
        sure = {folded(slip): SLIPPED for slip in _slips(typed)} | {folded(typed): EXACT}
        return _best(Found(id_, sure[name]) for name in sure for id_ in self._ids.get(name, ()))

    def like(self, typed: str) -> list[Found]:
        """What is called so, begins so, or would be called so but for a few mistakes; surest first."""
        found = self.exactly(typed)
        for word in (folded(each) for each in (typed, *_slips(typed))):
            found += [*self._begun(word), *self._mistyped(word)]
        return _best(found)

    def _begun(self, word: str) -> list[Found]:
        if len(word) < _BEGINNING:
            return []
        names = sorted(self._beginning(word), key=self._place.__getitem__)
        sure = {name: _BEGUN + _NEARLY * len(word) // len(name) for name in names}
        return [Found(id_, sure[name]) for name in names for id_ in self._ids[name]]

    def _beginning(self, word: str) -> Sequence[str]:
        """The longer names that begin so: in the order of letters they stand right behind it."""
        first = bisect_right(self._sorted, word)
        return self._sorted[first : bisect_left(self._sorted, word + _LAST, first)]

    def _mistyped(self, word: str) -> list[Found]:
        most = max((mistakes for letters, mistakes in _MISTAKES if len(word) >= letters), default=0)
        if not most:
            return []
        near = process.extract(word, self._ids.keys(), scorer=OSA.distance, score_cutoff=most, limit=20)
        sure = {name: _FIRST_MISTAKE - _EACH_MISTAKE * int(mistakes) for name, mistakes, _ in near}
        return [Found(id_, sure[name]) for name in sure if len(name) > most for id_ in self._ids[name]]


def folded(name: str) -> str:
    """A name without case, signs, blanks and accents: what is left to be compared."""
    apart = unicodedata.normalize("NFKD", name.casefold().translate(_BARE))
    return re.sub(r"[\W_]+", "", "".join(each for each in apart if not unicodedata.combining(each)))


def _slips(typed: str) -> list[str]:
    """What the same keys mean on the other keyboard."""
    return [slip for table in _SLIPS if (slip := typed.casefold().translate(table)) != typed.casefold()]


def _best(found: Iterable[Found]) -> list[Found]:
    """Each id once, as sure as can be, surest first."""
    sure: dict[str, int] = {}
    for each in found:
        sure[each.id] = max(sure.get(each.id, 0), each.sure)
    return [Found(id_, sure[id_]) for id_ in sorted(sure, key=lambda id_: -sure[id_])]
