"""What operators are told unasked: trouble once, its end once, and a report a day.

What was told stands in the database, so a restart repeats nothing. All of it is looked at each minute; only
that a backup failed is told at once, by who made it.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.health import Health, Pulse
from bot.settings import Settings
from bot.switches import Switches
from bot.voices import Voices
from storage.chats import ChatStore
from storage.incidents import IncidentStore, Place

#: Seconds between two looks.
EVERY = 60.0
#: The switch that names the place for notices: `chat` or `chat/topic`; without it, each operator's own chat.
NOTICES = "notices"
BACKUP, DISK, OUTBOX, PROVIDER = "backup", "disk", "outbox", "provider:"
#: Of a disk so much is to be free: a share of it, and at least so many bytes.
SHARE, BYTES = 0.10, 500 * 2**20
#: The hours of a place's clock in which it hears of yesterday: a bot that starts later lets it be.
MORNING = range(8, 12)


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a disk."""

    free: int
    total: int

    @property
    def is_short(self) -> bool:
        return self.free < max(BYTES, SHARE * self.total)


def room_beside(file: Path | None) -> Callable[[], Room | None]:
    """Tells the room on the disk of a database; None where it has no file."""

    def room() -> Room | None:
        if file is None:
            return None
        usage = shutil.disk_usage(file.parent)
        return Room(usage.free, usage.total)

    return room


def place_in(value: str) -> Place:
    """A place as its switch keeps it."""
    chat, _, thread = value.partition("/")
    return Place(int(chat), int(thread) if thread else None)


def as_switch(place: Place) -> str:
    return f"{place.chat_id}/{place.thread_id or ''}".rstrip("/")


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
        self.room = room
        self._health = health
        self._nudge = nudge

    async def send_to(self, place: Place | None, by: int) -> None:
        """From now on notices go there; with None to every operator's own chat."""
        await self._switches.set(NOTICES, None if place is None else as_switch(place), by)

    @property
    def chosen(self) -> Place | None:
        """The place that was chosen, if one was."""
        chosen = self._switches.get(NOTICES)
        return None if chosen is None else place_in(chosen)

    async def places(self) -> list[Place]:
        """The chosen place while it can be reached, else every operator's own chat."""
        if (chosen := self.chosen) is not None:
            chat = await self._chats.get(chosen.chat_id)
            if chat is None or chat.unreachable_at is None:
                return [chosen]
        return [Place(each) for each in self._operators]

    async def backup_failed(self, why: str) -> None:
        await self._began(BACKUP, why)

    async def backup_made(self) -> None:
        await self._ended(BACKUP)

    async def look(self) -> None:
        """One look at everything there may be trouble with."""
        await self._look_at_providers()
        await self._look_at_disk()
        await self._look_at_outbox()
        places, now = await self.places(), self._clock()
        await self._incidents.tell_lost(places, now)
        await self._report(now)

    async def _look_at_providers(self) -> None:
        """One nobody has asked since the start is neither up nor down."""
        for each in self._health.report():
            match each.pulse:
                case Pulse.DOWN:
                    await self._began(PROVIDER + each.provider, "", each.since)
                case Pulse.UP | Pulse.SLOW:
                    await self._ended(PROVIDER + each.provider)

    async def _look_at_disk(self) -> None:
        room = self.room()
        if room is None:
            return
        told = f"{room.free}/{room.total}"
        await (self._began(DISK, told) if room.is_short else self._ended(DISK, told))

    async def _look_at_outbox(self) -> None:
        count = await self._incidents.put_aside()
        await (self._began(OUTBOX, str(count)) if count else self._ended(OUTBOX))

    async def _report(self, now: datetime) -> None:
        """To each place in the morning of its own clock."""
        for place in await self.places():
            here = now.astimezone((await self._voices.of(place.chat_id)).zone)
            if here.hour in MORNING:
                await self._incidents.report(f"{here - timedelta(days=1):%Y-%m-%d}", place, now)

    async def _began(self, subject: str, detail: str, since: datetime | None = None) -> None:
        if await self._incidents.begin(subject, detail, await self.places(), self._clock(), since):
            self._nudge()

    async def _ended(self, subject: str, detail: str = "") -> None:
        if await self._incidents.end(subject, detail, await self.places(), self._clock()):
            self._nudge()
