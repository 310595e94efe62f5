"""How fast a bot speaks: counted always, and refused like Telegram does it where that is switched on.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; edits count as messages.
"""

import math
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.sandbox.telegram.refusals import too_many
from bot.sandbox.telegram.wire import Json

SPEAKING = ("send", "copy", "forward", "edit")
#: So many messages in so many seconds: in all, to a person (short bursts pass), to a group.
ALL, PRIVATE, GROUP = (30, 1.0), (15, 10.0), (20, 60.0)
#: In place of a chat's id: all of them.
EVERYWHERE = 0
REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Said:
    """A message or an edit that a bot tried to put into a chat; 0 where the chat is not named."""

    at: float
    chat_id: int


class Pace:
    """The messages of all bots, and the limits for them; `strict` says whether these are kept."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.strict = False
        self._tried: deque[Said] = deque(maxlen=REMEMBERED)
        self._refused = 0
        self._taken: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=ALL[0]))

    def note(self, method: str, params: Json) -> None:
        """Count a call, whatever becomes of it."""
        if speaks(method):
            self._tried.append(Said(self._clock(), _chat(params)))

    def check(self, method: str, params: Json) -> None:
        """Refuse a message that comes too soon after others."""
        if not self.strict or not speaks(method):
            return
        chat_id, now = _chat(params), self._clock()
        limits = {EVERYWHERE: ALL} | ({chat_id: GROUP if chat_id < 0 else PRIVATE} if chat_id else {})
        wait = max(self._wait(one, *limit, now) for one, limit in limits.items())
        if wait > 0:
            self._refused += 1
            raise too_many(math.ceil(wait))
        for one in limits:
            self._taken[one].append(now)

    def _wait(self, chat_id: int, most: int, within: float, now: float) -> float:
        taken = self._taken[chat_id]
        return taken[-most] + within - now if len(taken) >= most else 0.0

    def most(self, since: float, chat_id: int | None = None) -> Json:
        """The most that was tried since then: in any second, to one chat in a second, to one in a minute."""
        tried = [said for said in self._tried if said.at >= since and chat_id in (None, said.chat_id)]
        chats: defaultdict[int, list[float]] = defaultdict(list)
        for said in tried:
            chats[said.chat_id].append(said.at)
        told = [moments for chat_id, moments in chats.items() if chat_id]
        return {
            "messages": len(tried),
            "second": _most((said.at for said in tried), 1.0),
            "chat_second": max((_most(moments, 1.0) for moments in told), default=0),
            "chat_minute": max((_most(moments, 60.0) for moments in told), default=0),
            "refused": self._refused,
        }


def speaks(method: str) -> bool:
    """Whether a method puts something into a chat or changes what stands there."""
    return method.lower().startswith(SPEAKING) and method.lower() != "sendchataction"


def _most(moments: Iterable[float], within: float) -> int:
    """The most moments that lie less than so many seconds apart; they come in order."""
    window: deque[float] = deque()
    most = 0
    for moment in moments:
        window.append(moment)
        while window[0] <= moment - within:
            window.popleft()
        most = max(most, len(window))
    return most


def _chat(params: Json) -> int:
    chat_id = str(params.get("chat_id", ""))
    return int(chat_id) if re.fullmatch(r"-?[0-9]{1,20}", chat_id, re.ASCII) else EVERYWHERE
