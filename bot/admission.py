"""Who may come in, and what they may do there: decided by the settings and by operators while the bot runs.

What was decided is at hand in memory; one process runs over a database, so nobody else changes it.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bot.clock import Clock
from bot.errors import Refused, text
from bot.settings import Access, Settings
from bot.switches import Switches
from storage.caps import Caps
from storage.guests import GuestStore
from storage.invitations import InvitationStore
from storage.links import LinkOver
from storage.models import Guest

#: The caps that somebody may have of their own.
CAPS = ("purchases_per_day", "active_numbers", "messages_per_day", "spend_per_day")

#: Groups that one person may have the bot in.
MOST_GROUPS = 20


class NotAmongThem(Refused):
    text = text(
        "This bot is private, and who brought me here may not use it. Its operator can let this group in by "
        "its id, {id}. I leave now."
    )


class Unwanted(Refused):
    text = text("The operator of this bot does not let me work in this group. I leave now.")


class TooManyGroups(Refused):
    text = text(
        "You have me in {count} groups already, and that is the most. Remove me from one of them, then bring "
        "me here again. I leave now."
    )


class Admission:
    """Knows everybody the operators decided about."""

    def __init__(
        self,
        store: GuestStore,
        invitations: InvitationStore,
        switches: Switches,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._invitations = invitations
        self._switches = switches
        self.settings = settings
        self._admins = frozenset(settings.admin_ids)
        self._limits = settings.limits
        self._clock = clock
        self._guests: Mapping[int, Guest] = {}

    async def load(self) -> None:
        """What was decided before this process."""
        self._guests = {guest.id: guest for guest in await self._store.all()}

    def is_operator(self, person_id: int) -> bool:
        return person_id in self._admins

    def serves(self, person_id: int) -> bool:
        """Whether somebody may use this bot; of a group (a negative id), whether the bot stays there."""
        if self.is_operator(person_id):
            return True
        guest = self._guests.get(person_id)
        if guest is not None and guest.blocked_at is not None:
            return False
        admitted = guest is not None and guest.admitted_at is not None
        return admitted or self._switches.access is Access.OPEN

    @property
    def invites(self) -> bool:
        """Whether strangers come in by an invitation."""
        return self._switches.invites

    def is_blocked(self, person_id: int) -> bool:
        """Whether an operator turned somebody away, whoever else may come in."""
        guest = self._guests.get(person_id)
        return guest is not None and guest.blocked_at is not None and not self.is_operator(person_id)

    async def knows(self, person_id: int) -> bool:
        """Whether somebody may have something here, from before or in a group."""
        return await self._store.known(person_id)

    async def works_beside(self, person_id: int) -> bool:
        """Whether somebody was met in a group in which the bot works."""
        return any(map(self.serves, await self._store.met_in(person_id)))

    def guest(self, person_id: int) -> Guest | None:
        """What was decided about somebody; None where nothing was."""
        return self._guests.get(person_id)

    def caps(self, person_id: int) -> Caps:
        """What somebody may do now: everybody's caps, but their own where they were given some."""
        everybodys = {name: getattr(self._limits, name) for name in CAPS}
        guest = self._guests.get(person_id)
        own = {} if guest is None else {name: getattr(guest, name) for name in CAPS}
        told = {name: value for name, value in own.items() if value is not None}
        caps = Caps(**{**everybodys, **told})
        return replace(caps, blocked=self._switches.blocked_services, paused=self._switches.paused)

    async def admit(self, person_id: int, name: str, by: int) -> None:
        """Let somebody in, or the bot stay in a group."""
        values = {"admitted_at": self._clock(), "admitted_by": by, "blocked_at": None, "blocked_by": None}
        await self._change(person_id, {**values, "name": name[:128]}, by, "let in")

    async def bring(self, chat_id: int, title: str, by: int | None) -> None:
        """Somebody brings the bot into a group; `by` is None where Telegram does not tell who.

        A group that was let in may be brought into by anybody. Where everybody may come in, it is only noted
        who brought it. Raises `Unwanted`, `NotAmongThem` or `TooManyGroups`: it does not stay.
        """
        if self.is_blocked(chat_id):
            raise Unwanted
        guest, opened = self._guests.get(chat_id), self._switches.access is Access.OPEN
        if guest is not None and guest.admitted_at is not None:
            return
        if not (opened if by is None else self.serves(by)):
            raise NotAmongThem(id=chat_id)
        if by is not None:
            await self._count_groups(chat_id, by)
            admitted_at = None if opened else self._clock()
            noted: dict[str, object] = {"admitted_at": admitted_at, "brought_by": by, "name": title[:128]}
            await self._change(chat_id, noted, None, "")

    async def _count_groups(self, chat_id: int, by: int) -> None:
        if not self.is_operator(by) and await self._store.groups_of(by, chat_id) >= MOST_GROUPS:
            raise TooManyGroups(count=MOST_GROUPS)

    async def accept(self, word: str, person_id: int, name: str) -> None:
        """Somebody comes with an operator's invitation, which is used up. Raises `LinkOver`."""
        if not self.invites:
            raise LinkOver
        guest = await self._invitations.accept(word, person_id, name, self._admins, self._clock())
        self._guests = {**self._guests, person_id: guest}

    async def dismiss(self, person_id: int, by: int) -> None:
        """Take it back that somebody was let in."""
        await self._change(person_id, {"admitted_at": None, "admitted_by": None}, by, "let out")

    async def block(self, person_id: int, by: int) -> None:
        """Turn somebody away for good; what they have paid for goes on to its end."""
        await self._change(person_id, {"blocked_at": self._clock(), "blocked_by": by}, by, "block")

    async def unblock(self, person_id: int, by: int) -> None:
        await self._change(person_id, {"blocked_at": None, "blocked_by": None}, by, "unblock")

    async def cap(self, person_id: int, name: str, value: int | Decimal | None, by: int) -> None:
        """Give somebody a cap of their own (one of `CAPS`; 0 is no limit), or with None take it back."""
        told = "" if value is None else str(value)
        await self._change(person_id, {name: value}, by, f"cap {name}"[:32], told)

    async def _change(
        self, person_id: int, values: dict[str, object], by: int | None, what: str, more: str = ""
    ) -> None:
        guest = await self._store.change(person_id, values, by, what, self._clock(), more)
        self._guests = {**self._guests, person_id: guest}
