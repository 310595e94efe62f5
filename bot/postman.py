"""The postman: the only one who sends unasked. Codes first, then cards; each chat at Telegram's pace.

A row is counted before it is drawn and marked after it was sent. What is left when the process dies:

    until it is sent      due, and sent after the start; tried at three deaths in a row it may be the cause of
                          them: it is logged and put aside for a while, then tried again, at ever longer
                          pauses; its code stands in /numbers meanwhile
    until it is marked    sent again after the start: a code comes at least once

A stop breaks off at the same places, and within what is being written: whether or not that is written then,
the row is due as before and was not tried, or it is marked.

While it lives, nobody died: a row that a failing database left half done is begun anew, and what was sent is
not sent again before its mark is stored.

What Telegram tells us to wait for is stored and never slept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.clock import Clock, ended
from bot.drawing import Drawing, Later, send
from bot.failpoints import Failpoint, reach
from bot.floods import Floods
from bot.marks import Hung, Marks, Said
from bot.paces import NoRoom, Tempo
from bot.setbacks import Setbacks
from bot.verdicts import (
    AsItIs,
    AsPlainText,
    Hopeless,
    SendNew,
    Unreachable,
    WithoutThread,
    judge,
)
from storage.chats import ChatStore
from storage.models import Post
from storage.outbox import TRYING, OutboxStore, Priority, crashes

log = logging.getLogger(__name__)

#: Chats served side by side: two seconds of Telegram's limit, so that no code waits longer behind cards of
#: its chat; and as many more for codes, so that none waits behind the cards of others.
AT_ONCE, MORE_FOR_CODES = 60, 60
#: Seconds at the start for all that was being tried at the last two crashes; half of it for each by itself.
SUSPECTS = 10.0


#: Draws what a row stands for, as it is now; None when there is nothing to say any more.
Draw = Callable[[Post], Awaitable[Drawing | Later | None]]


class Postman:
    """Takes due rows of the outbox to Telegram."""

    def __init__(
        self,
        bot: Bot,
        outbox: OutboxStore,
        chats: ChatStore,
        draw: Draw,
        hung: Hung,
        clock: Clock,
        revoked: Callable[[], None],
        tempo: Tempo,
        suspects: float = SUSPECTS,
    ) -> None:
        self._bot = bot
        self._outbox = outbox
        self._chats = chats
        self._draw = draw
        self._marks = Marks(outbox, hung)
        self._clock = clock
        self._setbacks = Setbacks(outbox, chats, self._marks, clock, self.nudge, revoked)
        self._floods = Floods(chats, clock)
        bot.session.middleware(self._floods)
        self._tempo = tempo
        self._for_suspects = suspects
        self._busy: dict[int, asyncio.Task[None]] = {}
        #: Rows this process began and has not settled, and what they had said of crashes before.
        self._begun: dict[str, str] = {}
        self._nudged = asyncio.Event()

    @property
    def hold(self) -> float:
        """Seconds in which nobody is to be tried who waits for nothing urgent; see `Floods`."""
        return self._floods.hold

    def nudge(self) -> None:
        """Something was put in the outbox: do not wait for the next round."""
        self._nudged.set()

    async def listen(self) -> None:
        """Go round whenever somebody nudges; runs until cancelled."""
        while True:
            await self._nudged.wait()
            self._nudged.clear()
            try:
                await self.round()
            except Exception:
                log.exception("a nudged round")

    async def start(self) -> None:
        """What was being tried at the last two crashes comes first and alone: only its own death counts."""
        await self._floods.remember()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._for_suspects):
                await self._try_suspects()
        await self.round()

    async def _try_suspects(self) -> None:
        for post in await self._outbox.suspects(self._clock()):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._for_suspects / 2):
                    await self._deliver(post)

    async def round(self) -> None:
        """Start serving the chats that something is due in, side by side, the most urgent first."""
        self._begin(self._marks.chats)
        if self._floods.everywhere:
            await self._begin_due(1)
            return
        if self._tempo.waits:
            await self._hurry_codes()
        await self._begin_due(AT_ONCE)
        if len(self._busy) >= AT_ONCE:
            await self._begin_due(AT_ONCE + MORE_FOR_CODES, Priority.CODE)

    async def _hurry_codes(self) -> None:
        """A chat whose card stands in line when its code comes stands there no longer."""
        for chat_id in await self._outbox.chats_due(self._clock(), (), MORE_FOR_CODES, Priority.CODE):
            self._tempo.hurry(chat_id)

    async def _begin_due(self, most: int, least: Priority = Priority.BROADCAST) -> None:
        """With no more than so many chats at once, and only for what is at least so urgent."""
        room = most - len(self._busy)
        self._begin(await self._outbox.chats_due(self._clock(), frozenset(self._busy), room, least))

    def _begin(self, chats: Iterable[int]) -> None:
        for chat_id in chats:
            if chat_id not in self._busy:
                self._busy[chat_id] = asyncio.create_task(self._serve(chat_id))

    @property
    def paced(self) -> set[int]:
        """The chats whose pace is remembered, as something was said there lately."""
        return self._tempo.remembered

    async def tidy(self) -> None:
        """Forget the pace of chats that are quiet, and park what cannot be delivered for now."""
        self._tempo.tidy()
        await self._outbox.park(self._clock())

    async def settle(self, seconds: float) -> None:
        """Wait for what is being delivered."""
        if self._busy:
            await asyncio.wait(tuple(self._busy.values()), timeout=seconds)

    async def rest(self) -> None:
        """Break off what is being delivered still; it is sent after the next start."""
        await ended(*self._busy.values())

    async def _serve(self, chat_id: int) -> None:
        """One row after another, each time the most urgent one: a code overtakes the cards that wait."""
        try:
            await self._marks.catch_up(chat_id)
            while (post := await self._next(chat_id)) is not None:
                if not await self._deliver(post):
                    return
        except Exception:
            log.exception("serving a chat")
        finally:
            del self._busy[chat_id]

    async def _next(self, chat_id: int) -> Post | None:
        """What is to be said next in a chat that may be told something; what has no room yet is put off.

        It is taken, and drawn, no sooner than that: a card that changed ten times meanwhile is one edit.
        """
        await self._tempo.calm(chat_id)
        post = await self._outbox.most_urgent(chat_id, self._clock())
        if post is None or chat_id > 0 or not (pause := self._tempo.pause(chat_id, urgent=_is_code(post))):
            return post
        await self._setbacks.wait_for_room(post, pause)
        return None

    async def _deliver(self, post: Post) -> bool:
        """Send one row; False when the chat takes no more for now."""
        post.failure = self._begun.setdefault(post.id, post.failure)
        more = True
        if crashes(post) == len(TRYING):
            await self._setbacks.put_aside(post)
        else:
            more = await self._attempt(post)
        del self._begun[post.id]
        return more

    async def _attempt(self, post: Post) -> bool:
        try:
            await self._outbox.trying(post)
            return await self._say(post)
        except NoRoom as full:
            await self._outbox.unburnt(post)
            await self._setbacks.wait_for_room(post, full.seconds)
            return False
        except asyncio.CancelledError:
            await self._outbox.unburnt(post)
            del self._begun[post.id]
            raise
        except Exception as error:
            log.exception("delivering %s", post.dedup)
            if post.chat_id not in self._marks.chats:
                await self._setbacks.try_later(post, error)
            return False

    async def _say(self, post: Post) -> bool:
        try:
            reach(Failpoint.IN_DRAWING)
            drawing = await self._draw(post)
        except Exception as error:
            # What cannot be drawn holds up nothing else that is due in its chat.
            log.exception("drawing %s", post.dedup)
            await self._setbacks.try_later(post, error)
            return True
        match drawing:
            case None:
                await self._outbox.dead(post, "nothing to say")
            case Later(at=moment):
                await self._outbox.rest(post, moment)
            case _:
                return await self._try(post, drawing)
        return True

    async def _try(self, post: Post, drawing: Drawing, *, again: bool = False) -> bool:
        """`again` is another way to say what was refused: room for that is not waited for."""
        try:
            message_id = await self._speak(post, drawing, urgent=again or _is_code(post))
        except (AiogramError, TimeoutError, ValueError) as error:
            return await self._react(post, drawing, error)
        await self._sent(post, drawing, message_id)
        return True

    async def _speak(self, post: Post, drawing: Drawing, *, urgent: bool) -> int:
        """The id of the message. Raises `NoRoom` too, for what must not be said before a flood ends."""
        async with self._tempo.turn(post.chat_id, urgent=urgent), self._floods.gently():
            if self._floods.everywhere and not _is_code(post):
                raise NoRoom(self._floods.left)
            reach(Failpoint.BEFORE_SEND)
            self._chats.speak(post.chat_id)
            message_id = await send(self._bot, post, drawing)
            reach(Failpoint.AFTER_SEND)
            return message_id

    async def _sent(self, post: Post, drawing: Drawing, message_id: int) -> None:
        anew = drawing.edits != message_id
        await self._marks.note(Said(post, message_id, self._clock(), drawing.again_at, anew))

    async def _react(self, post: Post, drawing: Drawing, error: Exception) -> bool:
        match judge(error):
            case AsItIs():
                await self._sent(post, drawing, drawing.edits or 0)
            case SendNew() if drawing.once:
                await self._sent(post, drawing, drawing.edits or 0)
            case SendNew() if drawing.edits is not None:
                return await self._try(post, replace(drawing, edits=None), again=True)
            case AsPlainText() if not drawing.plain:
                log.error("our markup was refused for %s", post.dedup)
                return await self._try(post, replace(drawing, plain=True), again=True)
            case Hopeless() if drawing.keyboard is not None or not drawing.plain:
                log.error("%s was refused: the bare words are tried", post.dedup)
                return await self._try(post, replace(drawing, plain=True, keyboard=None), again=True)
            case WithoutThread() if post.thread_id is not None:
                post.thread_id = None
                return await self._try(post, drawing, again=True)
            case Hopeless(named=True) if post.priority == Priority.CODE:
                # Perhaps something about the chat: a code is kept until the chat is heard again.
                return await self._setbacks.put_off(post, Unreachable(), error)
            case other:
                return await self._setbacks.put_off(post, other, error)
        return True


def _is_code(post: Post) -> bool:
    return post.priority == Priority.CODE
