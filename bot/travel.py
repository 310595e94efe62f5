"""On the way: what leaves evenly is heard in bunches, so a message counts from when it may have been heard.

It is heard after it left and before its answer came. The quickest answers tell what the way there and back
takes at least; by whatever another took longer, it may have been heard later than others. It counts from that
late; while there is no answer, from `LONGEST` after it left. So 31 of which the last one left when there was
room for it cannot be heard within a second, however long each of them travelled.

The price is what the way takes longer than at its quickest, for every 30: above 29 a second are heard while
that is less than 24 ms on average.
"""

import math

from bot.turnstile import Timer, Window

#: Seconds after which a message without an answer is taken for heard: what hangs does not stop all others.
LONGEST = 1.0
#: After so many answers one of them was quick; of so many more the quickest is remembered.
_SURE, _MEMORY = 100, 2000


class Travel:
    """Corrects what was counted in a window when the answer comes."""

    def __init__(self, window: Window, timer: Timer) -> None:
        self._window, self._timer = window, timer
        self._answers = 0
        #: Of the last answers, and of those before them.
        self._quickest = self._quickest_before = math.inf

    def leave(self, moment: float) -> None:
        """What was counted at that moment is on its way."""
        self._window.remove(moment)
        self._window.add(moment + LONGEST)

    def answered(self, moment: float) -> None:
        """What left at that moment has its answer now."""
        took = self._timer.time() - moment
        self._learn(took)
        self._window.remove(moment + LONGEST)
        self._window.add(moment + min(LONGEST, took - self.least))

    @property
    def least(self) -> float:
        """Seconds that every message and its answer travel; none until that is known."""
        known = self._answers >= _SURE or self._quickest_before < math.inf
        return min(self._quickest, self._quickest_before) if known else 0.0

    def _learn(self, took: float) -> None:
        self._quickest = min(self._quickest, took)
        self._answers += 1
        if self._answers >= _MEMORY:
            self._quickest_before, self._quickest, self._answers = self._quickest, math.inf, 0
