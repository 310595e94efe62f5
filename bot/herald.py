"""The herald: takes the copies of broadcasts to Telegram, each at most once, behind all that the postman has.

Few are under way at once, and a copy is marked before its call: when the process dies, only of those nobody
knows whether they were sent (see `storage.copies` and `bot.hand`). What Telegram is sure not to have taken is
tried again; after an answer that says neither, the next copy is a probe, as whoever goes on would lose one
after another.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import datetime, timedelta
from typing import Protocol

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.aftermath import Aftermath
from bot.broadcasts import Speed
from bot.clock import Clock, ended
from bot.drawing import proclaim
from bot.failpoints import Failpoint, reach
from bot.hand import Hand
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
from storage.broadcasts import BroadcastStore
from storage.chats import ChatStore
from storage.copies import CopyStore, Due, Fate

log = logging.getLogger(__name__)

#: So many are marked and not noted at once, of which few are under way: only they may be lost.
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


class Turn(Protocol):
    """Room for one message in a chat, when it is its turn; raises `NoRoom`."""

    def __call__(self, chat_id: int, /, *, last: bool) -> AbstractAsyncContextManager[None]: ...


class Herald:
    """Works off what is due of broadcasts; `turn` is the pace that all messages share.

    `hold` tells for how many seconds Telegram is better left alone.
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
    ) -> None:
        self._bot = bot
        self._copies, self._chats = copies, chats
        self._turn, self._speed = turn, speed
        self._clock, self._nudge, self._revoked, self._hold = clock, nudge, revoked, hold
        self._after = Aftermath(copies, store, chats, clock, nudge, self._counted)
        self._hand = Hand(copies, self._after, clock, self._read)
        #: Held by the one who is next in line.
        self._calling = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None
        self._halted = False
        #: Broadcasts of which something ended since it was told, and when that was.
        self._moved: set[str] = set()
        self._told: datetime | None = None
        self._quiet_until: datetime | None = None
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
                if not await self._copies.next(self._clock(), 1):
                    await self._after.believe()
                    break
                await self._work_off()
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

    async def _work_off(self) -> None:
        """Several side by side, as long as something is due.

        Whatever fails in one, the others find their end. Raises the first that failed.
        """
        lanes = (self._lane() for _ in range(AT_ONCE))
        try:
            for failure in await asyncio.gather(*lanes, return_exceptions=True):
                if failure is not None:
                    raise failure
        finally:
            await self._hand.put_back()
            await self._after.catch_up()

    async def _read(self) -> Sequence[Due]:
        """The next second's worth."""
        await self._tell()
        now = self._clock()
        return await self._copies.next(now, _SLICE) if await self._copies.feed(now) else ()

    async def _lane(self) -> None:
        """One copy after another."""
        while await self._deliver():
            pass

    async def _deliver(self) -> bool:
        """Each is called to its turn before the next one is taken; False when there is none to send."""
        with suppress(NoRoom):
            async with AsyncExitStack() as turn:
                async with self._calling:
                    due = await self._hand.take(self._most) if self.may_speak else None
                    if due is None:
                        return False
                    turn.callback(self._hand.let_go)
                    await self._called(due, turn)
                await self._try(due)
        return True

    @property
    def _most(self) -> int:
        """As long as it is not sure how things are, one copy after another."""
        return 1 if self._careful else AT_ONCE

    async def _called(self, due: Due, turn: AsyncExitStack) -> None:
        """It may be sent now, when it is its turn; else that comes again, and `NoRoom` ends the turn unused.

        Whoever is broken off in line has not sent it: that is sure, and nobody is in doubt over it.
        """
        try:
            await turn.enter_async_context(self._turn(due.post.chat_id, last=True))
        except NoRoom as full:
            await self._after.later(due, self._clock() + timedelta(seconds=full.seconds))
            raise
        except BaseException:
            self._hand.give_back(due)
            raise
        if not self.may_speak:
            await self._after.later(due)
            raise NoRoom(0)

    async def _try(self, due: Due) -> None:
        try:
            reach(Failpoint.BEFORE_SEND)
            self._chats.speak(due.post.chat_id)
            message_id = await proclaim(self._bot, due, silent=self._is_quiet(due))
            reach(Failpoint.AFTER_SEND)
        except Exception as error:  # noqa: BLE001  # judged there
            await self._react(due, error)
        else:
            self._unsure, self._careful = 0, False
            await self._after.taken(due, message_id)

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
        unforeseen = not isinstance(error, (AiogramError, TimeoutError))
        log.warning("a copy got no clear answer: %s", type(error).__name__, exc_info=unforeseen)
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
