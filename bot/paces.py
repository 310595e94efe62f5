"""How fast Telegram lets us speak: in all, to one person, to one group; edits count as messages.

What is said unasked takes a turn, which waits; what answers somebody is counted as it is said. Room is kept
for a message from its turn until it is on its way, and it counts from then on; in all, from when it may have
been heard (see `bot.travel`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial

from bot.travel import Travel
from bot.turnstile import Line, Steady, Timer, Window


@dataclass(frozen=True, slots=True)
class Paces:
    """Messages per seconds, edits included: in all, to one person, to one group.

    In all and to one group never more in any span of so many seconds; to one person on average, and so many
    at once.

    `heard`: what one person may press, command and write; after more they are not heard until it calms.
    `typed`: the same for what they type after the bot's name, which is counted by itself.
    """

    all: tuple[int, float]
    private: tuple[int, float]
    group: tuple[int, float]
    heard: tuple[float, float] = (30, 15.0)
    typed: tuple[float, float] = (20, 10.0)


#: What Telegram asks for: 30 a second, one a second to a person, 20 a minute to a group. It counts what
#: arrives: what it takes a machine to send one and to read a clock may differ by a hundredth of a second.
#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
TELEGRAM = Paces(all=(30, 1.01), private=(3, 3.0), group=(20, 61.0))

#: Of what may be said in a group, so many are for codes alone.
FOR_CODES = 3
#: Of 30 that wait, so many pass at once; the others evenly, so that a code waits for one of them at most.
_AT_ONCE = 0.1
#: They pass a little faster than evenly, so that a late call is made up for; the window stops them then.
_CATCHING_UP = 0.95
#: While people press, the last in line leave room for as many answers as there were in so many seconds, for a
#: sixth of all at most: an answer waits for nothing.
_LATELY, _FOR_ANSWERS = 10.0, 6
#: Chats whose pace is remembered, without asking who of them is quiet.
_MANY = 1000


class NoRoom(Exception):
    """Nothing can be said in a group before so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no room for {seconds:.1f} s")
        self.seconds = seconds


class Place:
    """Room for one message in a chat, kept until it is used or given back."""

    def __init__(self, chat_id: int, kept: Window | Steady) -> None:
        self.chat_id = chat_id
        self._kept = [kept]
        kept.keep()

    def take_over(self, kept: Window) -> None:
        """Somebody else kept this for it."""
        self._kept.append(kept)

    def use(self) -> list[Window | Steady]:
        """The message is on its way; where it is counted by that."""
        used = self._kept
        self.give_back()
        for each in used:
            each.count()
        return used

    def give_back(self) -> None:
        for each in self._kept:
            each.give_back()
        self._kept = []


#: Where room is kept for what is said next in this task.
_place: ContextVar[Place | None] = ContextVar("place", default=None)


@contextmanager
def _at(place: Place) -> Iterator[None]:
    """What is said next goes there; what is not used is given back."""
    before = _place.get()
    _place.set(place)
    try:
        yield
    finally:
        _place.set(before)
        place.give_back()


class Tempo:
    """Keeps these paces."""

    def __init__(self, paces: Paces, timer: Timer | None = None) -> None:
        """`timer` is the running loop unless told otherwise."""
        self._paces = paces
        self._timer: Timer = asyncio.get_running_loop() if timer is None else timer
        most, span = paces.all
        self._all = Window(most, span, self._timer)
        even = Steady(span / most * _CATCHING_UP, max(1, most * _AT_ONCE), self._timer)
        self._travel = Travel(self._all, self._timer)
        self._answers = Window(most // _FOR_ANSWERS, _LATELY, self._timer)
        self._line = Line(self._all, even, self._timer, self._spare)
        self._chats: dict[int, Window | Steady] = {}
        #: With so many chats those are looked for that are quiet.
        self._most = _MANY

    @asynccontextmanager
    async def turn(self, chat_id: int, *, urgent: bool = False, last: bool = False) -> AsyncIterator[None]:
        """Wait until something may be said in a chat; what is urgent overtakes all that waits.

        Raises `NoRoom` for a group that may be told nothing now, as nobody waits for so long; what is urgent
        may use the room that is kept for codes. What goes `last` waits for nobody else's chat, either. Who
        finds in their turn that nothing may be said raises it, too: then nothing is counted.
        """
        if not last:
            await self.calm(chat_id)
        if (chat_id < 0 or last) and (pause := self.pause(chat_id, urgent=urgent)):
            raise NoRoom(pause)
        place = Place(chat_id, self._of(chat_id))
        with _at(place):
            await self._line.stand(chat_id, urgent=urgent, last=last)
            place.take_over(self._all)
            try:
                yield
            except NoRoom:
                place.give_back()
                raise
            finally:
                place.use()

    def pause(self, chat_id: int, *, urgent: bool = False, besides: int = 0) -> float:
        """Seconds until something may be said in a chat, and in a group so much more `besides`."""
        return self._of(chat_id).pause(besides + (0 if urgent else FOR_CODES))

    async def calm(self, chat_id: int) -> None:
        """Wait until one person may be told something; a group is not waited for."""
        while chat_id > 0 and (pause := self.pause(chat_id)):
            await self._rest(pause)

    def hurry(self, chat_id: int) -> None:
        """A code is due in a chat: what stands in line for it, and before it, is urgent."""
        self._line.hurry(chat_id)

    @property
    def waits(self) -> bool:
        """Whether something stands in line that can be hurried."""
        return self._line.waits

    @contextmanager
    def answering(self, chat_id: int, share: Window) -> Iterator[None]:
        """Room for one message in a group is kept for whoever answers somebody meanwhile, who has a share."""
        place = Place(chat_id, self._of(chat_id))
        share.keep()
        place.take_over(share)
        with _at(place):
            yield

    @property
    def in_a_group(self) -> int:
        """How much may be said in one group in its span."""
        return self._paces.group[0]

    def part(self, most: int) -> Window:
        """Room for so many of what is said in one group in its span."""
        return Window(most, self._paces.group[1], self._timer)

    def leave(self, chat_id: int | None) -> Callable[[], None]:
        """Count what leaves, as `speak` does; to be called when its answer came."""
        self.speak(chat_id)
        self._travel.leave(self._all.last)
        return partial(self._travel.answered, self._all.last)

    def speak(self, chat_id: int | None) -> None:
        """Count what is on its way to a chat (None: nobody knows which), whoever says it.

        Raises `NoRoom` for a group that had all it may have, unless room was kept.
        """
        place = _place.get()
        used = place.use() if place is not None and place.chat_id == chat_id else []
        counted = [self._all] if chat_id is None else [self._all, self._of(chat_id)]
        if chat_id is not None and chat_id < 0 and not used and (pause := self._of(chat_id).pause()):
            raise NoRoom(pause)
        for each in counted:
            if each not in used:
                each.count()
        if self._all not in used:
            self._answers.count()

    def _spare(self) -> int:
        """Room for answers: as many as there were lately, as far as it goes."""
        most = self._paces.all[0] // _FOR_ANSWERS
        return min(most, most - self._answers.left)

    @property
    def remembered(self) -> set[int]:
        """The chats whose pace is remembered, as something was said there lately."""
        return set(self._chats)

    def tidy(self) -> None:
        """Forget the chats that are quiet."""
        for chat_id in [chat_id for chat_id, pace in self._chats.items() if pace.quiet]:
            del self._chats[chat_id]
        self._most = max(_MANY, 2 * len(self._chats))

    async def _rest(self, seconds: float) -> None:
        over = asyncio.Event()
        handle = self._timer.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            handle.cancel()

    def _of(self, chat_id: int) -> Window | Steady:
        if chat_id not in self._chats:
            if len(self._chats) >= self._most:
                self.tidy()
            self._chats[chat_id] = self._new(chat_id)
        return self._chats[chat_id]

    def _new(self, chat_id: int) -> Window | Steady:
        if chat_id < 0:
            return Window(*self._paces.group, self._timer)
        most, span = self._paces.private
        return Steady(span / most, most, self._timer)
