"""What operators are told unasked: trouble once, its end once, and a report a day.

What was told stands in the database, so a restart repeats nothing. All of it is looked at each minute; only
that a backup failed is told at once, by who made it. Trouble is over when it was gone for some minutes: what
comes and goes is told as that, and over when it stayed away for an hour.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.disk import Room
from bot.health import Health, Pulse
from bot.settings import Settings
from bot.switches import Switches
from bot.voices import Voices
from storage.chats import ChatStore
from storage.incidents import AGAIN, IncidentStore
from storage.models import Incident
from storage.notice_board import SWITCH, Place, as_place, place_in

#: Seconds between two looks.
EVERY = 60.0
BACKUP, DISK, OUTBOX, PROVIDER = "backup", "disk", "outbox", "provider:"
#: So long trouble is to be gone before its end is told; of what comes and goes, `AGAIN`.
CALM = timedelta(minutes=5)
#: The hours of a place's clock in which it hears of yesterday: a bot that starts later lets it be.
MORNING = range(8, 12)


@dataclass(frozen=True, slots=True)
class Level:
    """How something was found: whether there is trouble with it, since when it is so, where that is known."""

    subject: str
    bad: bool
    detail: str = ""
    since: datetime | None = None


class Alarms:
    """Tells the operators, where they want to be told."""

    def __init__(
        self,
        incidents: IncidentStore,
        chats: ChatStore,
        voices: Voices,
        switches: Switches,
        settings: Settings,
        clock: Clock,
        room: Callable[[], Room | None],
        health: Health,
        nudge: Callable[[], None],
    ) -> None:
        self._incidents = incidents
        self._chats = chats
        self._voices = voices
        self._switches = switches
        self._operators = settings.admin_ids
        self._clock = clock
        self._room = room
        self._health = health
        self._nudge = nudge
        #: Since when trouble that goes on for the operators is gone.
        self._gone: dict[str, datetime] = {}

    async def send_to(self, place: Place | None, by: int) -> None:
        """From now on notices go there; with None to every operator's own chat."""
        await self._switches.set(SWITCH, None if place is None else as_place(place), by)

    @property
    def chosen(self) -> Place | None:
        """The place that was chosen, if one was."""
        chosen = self._switches.get(SWITCH)
        return None if chosen is None else place_in(chosen)

    async def places(self) -> Sequence[Place]:
        """The chosen place while it can be reached, else every operator's own chat."""
        chosen = self.chosen
        if chosen is None or await self._is_lost(chosen):
            return self._own
        return [chosen]

    @property
    def _own(self) -> Sequence[Place]:
        return [Place(each) for each in self._operators]

    async def _is_lost(self, place: Place) -> bool:
        chat = await self._chats.get(place.chat_id)
        return chat is not None and chat.unreachable_at is not None

    async def backup_failed(self, why: str) -> None:
        await self._began(Level(BACKUP, True, why), await self.places(), self._clock())

    async def backup_made(self) -> None:
        now = self._clock()
        await self._over(Level(BACKUP, False), now, await self.places(), now)

    async def look(self) -> None:
        """One look at everything there may be trouble with."""
        now, places = self._clock(), await self.places()
        await self._bring_home(places, now)
        known = {each.subject: each for each in await self._incidents.open()}
        for level in [*self._providers(), *self._disk(), await self._outbox()]:
            await self._weigh(level, known, places, now)
        await self._incidents.tell_lost(places, now)
        await self._report(places, now)

    async def _bring_home(self, places: Sequence[Place], now: datetime) -> None:
        """What the chosen chat was not told before it was lost."""
        chosen = self.chosen
        others = [each for each in places if chosen is not None and each.chat_id != chosen.chat_id]
        if chosen is not None and others and await self._incidents.move(chosen.chat_id, others, now):
            self._nudge()

    def _providers(self) -> Iterator[Level]:
        """One nobody has asked since the start is neither up nor down."""
        for each in self._health.report():
            if each.pulse is not Pulse.UNASKED:
                yield Level(PROVIDER + each.provider, each.pulse is Pulse.DOWN, since=each.since)

    def _disk(self) -> Iterator[Level]:
        room = self._room()
        if room is not None:
            yield Level(DISK, room.is_short, f"{room.free}/{room.total}")

    async def _outbox(self) -> Level:
        count = await self._incidents.put_aside()
        return Level(OUTBOX, count > 0, str(count))

    async def _weigh(
        self, level: Level, known: Mapping[str, Incident], places: Sequence[Place], now: datetime
    ) -> None:
        """Only what is other than it was told is written."""
        told = known.get(level.subject)
        if level.bad:
            self._gone.pop(level.subject, None)
            if told is None:
                await self._began(level, places, now)
        elif told is not None:
            gone = self._gone.setdefault(level.subject, level.since or now)
            if now - gone >= (AGAIN if told.returns else CALM):
                await self._over(level, gone, places, now)

    async def _began(self, level: Level, places: Sequence[Place], now: datetime) -> None:
        if await self._incidents.begin(level.subject, level.detail, places, now, level.since):
            self._nudge()

    async def _over(self, level: Level, gone: datetime, places: Sequence[Place], now: datetime) -> None:
        self._gone.pop(level.subject, None)
        if await self._incidents.end(level.subject, level.detail, places, now, gone):
            self._nudge()

    async def _report(self, places: Sequence[Place], now: datetime) -> None:
        """To each place in the morning of its own clock."""
        for place in places:
            here = now.astimezone((await self._voices.of(place.chat_id)).zone)
            if here.hour in MORNING:
                await self._incidents.report(f"{here - timedelta(days=1):%Y-%m-%d}", place, now)
