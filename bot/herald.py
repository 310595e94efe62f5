"""The herald: takes the copies of broadcasts to Telegram, each at most once, behind all that the postman has.

Few are under way at once, and a copy is marked before its call: when the process dies, only of those nobody
knows whether they were sent (see `storage.copies`). What Telegram is sure not to have taken is tried again;
after an answer that says neither, the next copy is a probe, as whoever goes on would lose one after another.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import lru_cache

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import InlineKeyboardMarkup

from bot.aftermath import Aftermath
from bot.broadcasts import PACE, Speed
from bot.clock import Clock, ended
from bot.drawing import Copy, Drawing, copy, delete, reword
from bot.failpoints import Failpoint, reach
from bot.hours import quiet_until, zone_of
from bot.paces import NoRoom
from bot.verdicts import (
    AsItIs,
    Moved,
    Stop,
    Unreachable,
    Unsure,
    Verdict,
    Wait,
    is_of_its_kind,
    is_plain,
    judge,
    never_left,
)
from storage.broadcasts import BroadcastStore, Change
from storage.chats import ChatStore
from storage.copies import CopyStore, Due, Fate

log = logging.getLogger(__name__)

#: So many calls under way at once; Telegram asks for few, and only theirs may be lost.
AT_ONCE = 5
#: Copies read at once: a second of Telegram's limit.
_SLICE = 30
#: How far it is is told every so often.
_TOLD = timedelta(seconds=3)
#: Nothing is sent for so long after a flood limit, at most; a longer one is that chat's alone.
_BREATH = 5.0
#: The longest pause while Telegram does not answer as it should.
_LONGEST = 60.0
#: So often a copy is changed that gave no clear answer.
_TRIES = 3
_GONE = ("message to copy not found", "message can't be copied")

Turn = Callable[[int], AbstractAsyncContextManager[None]]


class Herald:
    """Works off what is due of broadcasts; `turn` is the pace that all messages share.

    `hold` tells for how many seconds Telegram is better left alone; `pace` is in copies a second.
    """

    def __init__(
        self,
        bot: Bot,
        copies: CopyStore,
        store: BroadcastStore,
        chats: ChatStore,
        turn: Turn,
        speed: Speed,
        clock: Clock,
        nudge: Callable[[], None],
        revoked: Callable[[], None],
        hold: Callable[[], float],
        pace: float = PACE,
    ) -> None:
        self._bot = bot
        self._copies, self._chats = copies, chats
        self._turn, self._speed = turn, speed
        self._clock, self._nudge, self._revoked, self._hold = clock, nudge, revoked, hold
        self._after = Aftermath(copies, store, chats, clock, nudge, self._counted)
        self._work: asyncio.Task[None] | None = None
        self._halted = False
        #: Broadcasts of which something ended since it was told, and when that was.
        self._moved: set[str] = set()
        self._told: datetime | None = None
        self._quiet_until: datetime | None = None
        #: They leave evenly: seconds between two of them, and when the next one may, by the loop's clock.
        self._gap, self._next = 1 / pace, 0.0
        #: Unclear answers in a row; and whether one copy at a time is enough for now.
        self._unsure, self._careful = 0, False

    async def start(self) -> None:
        """What was being sent when the last process died is never sent again."""
        lost = await self._copies.interrupted(self._clock())
        if lost:
            log.warning("of %d copies nobody knows whether they were sent: the process died over them", lost)

    async def round(self) -> None:
        """Begin to work off what is due, if nobody does; every second."""
        if (self._work is None or self._work.done()) and not self._halted:
            self._work = asyncio.create_task(self._go())

    def halt(self) -> None:
        """Begin nothing any more."""
        self._halted = True

    async def settle(self, seconds: float) -> None:
        """Wait for what is under way."""
        if self._work is not None:
            await asyncio.wait((self._work,), timeout=seconds)

    async def rest(self) -> None:
        """Break it off: nobody knows then whether it was sent."""
        if self._work is not None:
            await ended(self._work)

    async def _go(self) -> None:
        try:
            await self._after.catch_up()
            while self.may_speak and await self._copies.feed(self._clock()):
                if not (due := await self._copies.next(self._clock(), _SLICE)):
                    await self._after.believe()
                    break
                await self._take(deque(due))
                await self._tell()
            await self._tell()
        except Exception:
            log.exception("a round of the herald")

    @property
    def may_speak(self) -> bool:
        """Whether it is not to be silent for a while, or for good."""
        resting = self._quiet_until is not None and self._clock() < self._quiet_until
        return not self._halted and not resting and self._hold() <= 0

    def _rest_for(self, seconds: float) -> None:
        self._quiet_until = self._clock() + timedelta(seconds=seconds)

    async def _take(self, due: deque[Due]) -> None:
        """Several side by side, one after another as long as it is not sure how things are.

        Whatever fails in one, the others find their end. Raises the first that failed.
        """
        lanes = (self._one_by_one(due) for _ in range(1 if self._careful else AT_ONCE))
        for failure in await asyncio.gather(*lanes, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _one_by_one(self, due: deque[Due]) -> None:
        while due and self.may_speak:
            one = due.popleft()
            try:
                await self._deliver(one)
            except NoRoom as full:
                await self._after.later(one, self._clock() + timedelta(seconds=full.seconds))

    async def _deliver(self, due: Due) -> None:
        if due.lost:
            await self._after.ended(due, Fate.BLOCKED if due.is_new else Fate.UNCHANGED)
            return
        await self._evenly()
        async with self._turn(due.post.chat_id):
            if self.may_speak and await self._copies.begin(due, self._clock()):
                await self._try(due)

    async def _evenly(self) -> None:
        """Room is left for answers and cards, and calls that arrive late do not meet too many others."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + self._gap
        await asyncio.sleep(at - now)

    async def _try(self, due: Due) -> None:
        try:
            reach(Failpoint.BEFORE_SEND)
            self._chats.speak(due.post.chat_id)
            message_id = await self._say(due)
            reach(Failpoint.AFTER_SEND)
        except (AiogramError, TimeoutError, ValueError) as error:
            await self._react(due, error)
        else:
            self._unsure, self._careful = 0, False
            await self._after.taken(due, message_id)

    async def _say(self, due: Due) -> int | None:
        """One call; the id of the copy, None where there is none any more."""
        broadcast, chat_id, message_id = due.broadcast, due.post.chat_id, due.post.message_id or 0
        if due.is_new:
            original = Copy(broadcast.admin_id, broadcast.source_id, buttons(broadcast.keyboard))
            return await copy(self._bot, chat_id, original, silent=self._is_quiet(due))
        if broadcast.changing == Change.DELETE:
            await delete(self._bot, chat_id, message_id)
            return None
        words = Drawing(broadcast.words, buttons(broadcast.keyboard))
        await reword(self._bot, chat_id, message_id, words, captioned=broadcast.wording == "caption")
        return message_id

    def _is_quiet(self, due: Due) -> bool:
        """Whether the chat has quiet hours now: it gets its copy without a sound."""
        zone = zone_of(due.utc_offset)
        return due.quiet is not None and quiet_until(self._clock(), *due.quiet, zone) is not None

    async def _react(self, due: Due, error: Exception) -> None:
        match judge(error):
            case Unsure():
                await self._doubt(due, error)
            case Wait(seconds=seconds):
                self._careful = True
                self._rest_for(min(seconds, _BREATH))
                await self._after.later(due)
            case Moved(chat_id=new):
                await self._after.move(due, new)
            case Stop():
                self.halt()
                await self._after.later(due)
                self._revoked()
            case AsItIs() if not due.is_new:
                await self._after.taken(due, due.post.message_id)
            case verdict if due.is_new:
                await self._refuse(due, verdict, error)
            case Unreachable():
                await self._after.lost(due)
            case _:
                gone = "message to delete not found" in str(error).lower()
                await self._after.ended(due, Fate.CHANGED if gone else Fate.UNCHANGED)

    async def _doubt(self, due: Due, error: Exception) -> None:
        """No clear answer: what may have been sent is not sent again, and the next one waits a little."""
        self._careful = True
        self._unsure += 1
        self._rest_for(min(_LONGEST, 2.0 ** min(self._unsure, 10)))
        log.warning("a copy got no clear answer: %s", type(error).__name__)
        if never_left(error) or (not due.is_new and due.post.attempts < _TRIES):
            await self._after.later(due, burnt=1)
        else:
            await self._after.ended(due, Fate.UNSURE if due.is_new else Fate.UNCHANGED, due.post.message_id)

    async def _refuse(self, due: Due, verdict: Verdict, error: Exception) -> None:
        """A definite no to a new copy: of this chat, or of all of them."""
        if any(words in str(error).lower() for words in _GONE):
            await self._after.pause(due, "gone")
        elif is_of_its_kind(error):
            await self._after.refused(due, alone=True)
        elif not isinstance(verdict, Unreachable):
            await self._after.refused(due, alone=False)
        elif is_plain(error):
            await self._after.lost(due)
        else:
            await self._after.perhaps_lost(due)

    def _counted(self, broadcast_id: str) -> None:
        self._speed.count(broadcast_id)
        self._moved.add(broadcast_id)

    async def _tell(self) -> None:
        """Let it be shown how far they are, not too often."""
        now = self._clock()
        if self._moved and (self._told is None or now - self._told >= _TOLD):
            moved, self._moved, self._told = self._moved, set(), now
            await self._copies.report(moved, now)
            self._nudge()


@lru_cache(maxsize=16)
def buttons(keyboard: str) -> InlineKeyboardMarkup | None:
    """The buttons of a broadcast from their JSON; "" is none."""
    return InlineKeyboardMarkup.model_validate_json(keyboard) if keyboard else None
