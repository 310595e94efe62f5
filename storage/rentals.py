"""A rented number in the database: what is due, what came, how it ended.

A move and what the person is told of it (the outbox) are one transaction.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDone, Refused, UnknownActivation, text
from storage.database import Database
from storage.due import DueRows
from storage.keys import to_buy_with, twins
from storage.models import Rental, RentalState, RentalText, SimWish
from storage.places import shown
from storage.rental_moves import Listed, being_rented, end, hold, lasts_until, redraw, settle_renewal, watched
from storage.rental_sms import Text, ring, stored, write
from storage.sight import Sight

#: When to look at a rental again, by its row as it is now; None when nothing is due any more.
NextLook = Callable[[Rental], datetime | None]

#: After so many failures in a row the card says that the provider does not answer.
TELL_AFTER = 3
#: A SIM that does not follow a wish within this is said to stay as it is.
SIM_PATIENCE = timedelta(minutes=5)

_MISSING = UnknownActivation.__name__


class SimStays(Refused):
    """Kept as the reason of a rental whose SIM did not follow a wish."""

    text = text("The SIM did not change within five minutes. You can ask for it again.")


class BeingRented(Refused):
    text = text("A number is being rented with this key right now. Try again in a minute.")


class RentalStore(DueRows[Rental]):
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Rental)

    # What the provider said

    async def heard(self, rental_id: str, told: Sequence[Text], now: datetime, next_look: NextLook) -> int:
        """Its SMS were read, oldest first: how many of them are new, and ring."""
        async with self._database.begin() as session:
            row = await hold(session, rental_id, RentalState.ACTIVE)
            if row is None:
                return 0
            changed = _answered(row)
            new = await write(session, row, told, now)
            if new:
                await ring(session, row, new, now)
            row.answered_at = now
            row.next_poll_at = _looked(row, now, next_look)
            if changed or new:
                await redraw(session, row, now)
            return len(new)

    async def listed(self, seen: Rental, number: Listed, now: datetime, next_look: NextLook) -> bool:
        """It stands in the account's list: whether the card says something else now.

        `seen` is the row as it was before the list was read: what was renewed or pressed for meanwhile must
        not be undone by an older list.
        """
        async with self._database.begin() as session:
            row = await hold(session, seen.id, RentalState.ACTIVE, RentalState.ENDED)
            if row is None or _outdated(row, seen, now, next_look):
                return False
            before = _shown(row)
            row.listed_at, row.missing_since = now, None
            if row.state is RentalState.ACTIVE or await _goes_on(session, row, number, now):
                _answered(row)
                await _follow(session, row, number, now)
            row.next_poll_at = _looked(row, now, next_look)
            if _shown(row) != before:
                await redraw(session, row, now)
            return _shown(row) != before

    async def missed(self, seen: Rental, since: datetime, now: datetime, next_look: NextLook) -> None:
        """The account's list does not have it `since` then, which is not believed yet; `seen` as above."""
        async with self._database.begin() as session:
            row = await hold(session, seen.id, RentalState.ACTIVE, RentalState.ENDED)
            if row is None or _outdated(row, seen, now, next_look):
                return
            row.listed_at, row.missing_since, row.failures = now, since, 0
            if row.state is RentalState.ACTIVE:
                row.reason = _MISSING
                await redraw(session, row, now)
            row.next_poll_at = _looked(row, now, next_look)

    async def ended(self, seen: Rental, reason: str, now: datetime, next_look: NextLook) -> bool:
        """It is not the account's any more: whether that is so. `seen` as above."""
        async with self._database.begin() as session:
            row = await hold(session, seen.id, RentalState.ACTIVE)
            if row is None or _outdated(row, seen, now, next_look):
                return False
            row.listed_at = row.polled_at = now
            await end(session, row, reason, now)
            row.next_poll_at = next_look(row)
            return True

    async def unanswered(
        self, rental_id: str, reason: str, now: datetime, next_look: NextLook, *, list_asked: bool
    ) -> bool:
        """No usable answer: whether the card says so now. A list that fails must not keep SMS waiting."""
        async with self._database.begin() as session:
            row = await hold(session, rental_id, RentalState.ACTIVE, RentalState.ENDED)
            if row is None:
                return False
            # A number whose SMS the provider does not know is looked for in the list next, unless it was.
            unknown = reason == _MISSING and row.missing_since is None
            row.listed_at = now if list_asked else None if unknown else row.listed_at
            row.failures += 1
            row.next_poll_at = _looked(row, now, next_look)
            told = row.failures < TELL_AFTER or row.reason == reason
            if row.state is not RentalState.ACTIVE or told:
                return False
            row.reason = reason
            await redraw(session, row, now)
            return True

    # What the person wants

    async def press(self, rental_id: str, at: datetime, now: datetime) -> Rental | None:
        """Look at its SMS and its SIM at that moment; and more often for a while."""
        async with self._database.begin() as session:
            row = await hold(session, rental_id, RentalState.ACTIVE)
            if row is not None:
                row.pressed_at, row.listed_at, row.next_poll_at = now, None, at
            return row

    async def wish(self, rental_id: str, sim: SimWish, at: datetime, now: datetime) -> Rental | None:
        """The SIM was asked to follow; until it does, or is said to stay, the list is read more often."""
        async with self._database.begin() as session:
            row = await hold(session, rental_id, RentalState.ACTIVE)
            if row is not None:
                row.sim_wish, row.sim_wished_at, row.next_poll_at = sim, now, at
                row.reason = "" if row.reason == SimStays.__name__ else row.reason
                await redraw(session, row, now)
            return row

    async def take_over(self, row: Rental, told: Sequence[Text], now: datetime) -> Rental:
        """Watch a number rented elsewhere; what it was `told` before is no news.

        Raises `AlreadyDone`, `UnknownKey` or `BeingRented`.
        """
        async with self._database.begin() as session:
            await to_buy_with(session, row.key_id, row.chat_id)
            if await watched(session, row.key_id, row.provider_id or ""):
                raise AlreadyDone("somebody watches this number already")
            if await being_rented(session, row):
                raise BeingRented
            session.add(row)
            await session.flush()
            await write(session, row, told, now, silent=True)
            await lasts_until(session, row, row.until, now)
            await redraw(session, row, now)
        return row

    async def hang_anew(self, rental_id: str, now: datetime) -> None:
        """Let the card be sent as a new message."""
        async with self._database.begin() as session:
            row = await session.get(Rental, rental_id)
            if row is not None:
                await redraw(session, row, now, anew=True)

    # Reading

    async def recent(self, owner_id: int, chat_id: int, since: datetime) -> Sequence[Rental]:
        """A person's rentals that are shown in a chat: open ones, those ended since then; newest first."""
        recent = _RECENT[owner_id == chat_id]
        return await self._database.see(recent, owner_id=owner_id, chat_id=chat_id, since=since)

    async def texts(self, rental_id: str) -> Sequence[RentalText]:
        """Every SMS of a number, newest first."""
        return await self._database.see(_TEXTS, rental_id=rental_id)

    async def last_sms(self, rental_id: str) -> RentalText | None:
        return await self._database.see_one(_LAST_TEXT, rental_id=rental_id)

    async def sms(self, sms_id: str) -> tuple[RentalText, Rental] | None:
        """An SMS with the number it came to."""
        async with self._database.begin() as session:
            sms = await session.get(RentalText, sms_id)
            return None if sms is None else (sms, await session.get_one(Rental, sms.rental_id))

    async def knows_all(self, rental_id: str, told: Sequence[Text]) -> bool:
        """Whether these newest SMS were stored before; without their times they are compared in order."""
        async with self._database.begin() as session:
            if all(each.written for each in told):
                before = await stored(session, rental_id, told)
                return Counter(each.identity for each in told) <= before
            newest = await session.scalars(_newest_first().limit(len(told)), {"rental_id": rental_id})
            same = [(sms.written, sms.sender, sms.text) for sms in newest]
            return [each.identity for each in told] == same[::-1]

    async def known(self, key_id: str, ids: Collection[str]) -> set[str]:
        """Which of the provider's ids are watched here, with this key or the same in another chat."""
        query = select(Rental.provider_id).where(
            Rental.key_id.in_(twins(key_id)),
            Rental.provider_id.in_(ids),
            (Rental.state == RentalState.ACTIVE) | Rental.next_poll_at.is_not(None),
        )
        async with self._database.begin() as session:
            return {held for held in await session.scalars(query) if held is not None}


def _newest_first() -> Select[RentalText]:
    theirs = select(RentalText).where(RentalText.rental_id == bindparam("rental_id"))
    return theirs.order_by(RentalText.position.desc())


def _recent(*, alone: bool) -> Select[Rental]:
    is_open = Rental.state.in_((RentalState.RENTING, RentalState.ACTIVE))
    fresh = func.coalesce(Rental.ended_at, Rental.created_at) >= bindparam("since")
    query = select(Rental).where(
        shown(Rental.chat_id, alone=alone),
        Rental.owner_id == bindparam("owner_id"),
        Rental.state != RentalState.FAILED,
        is_open | fresh,
    )
    return query.order_by(Rental.created_at.desc())


_RECENT = {alone: Sight(_recent(alone=alone)) for alone in (True, False)}
_TEXTS, _LAST_TEXT = Sight(_newest_first()), Sight(_newest_first().limit(1))


def _outdated(row: Rental, seen: Rental, now: datetime, next_look: NextLook) -> bool:
    """Whether a list was read by somebody else meanwhile; then the next look is at a newer one."""
    if row.listed_at == seen.listed_at:
        return False
    row.next_poll_at = _looked(row, now, next_look)
    return True


def _looked(row: Rental, now: datetime, next_look: NextLook) -> datetime | None:
    row.polled_at = now
    return next_look(row)


def _shown(row: Rental) -> tuple[object, ...]:
    """What of a rental the card shows and a look may change."""
    return row.state, row.reason, row.until, row.online, row.sim_wish


def _answered(row: Rental) -> bool:
    """The provider answered: whether the card spoke of its failures."""
    told, row.failures = row.failures >= TELL_AFTER, 0
    if told:
        row.reason = ""
    return told


# The list


async def _goes_on(session: AsyncSession, row: Rental, number: Listed, now: datetime) -> bool:
    """Whether one that had ended was renewed elsewhere, or had been missing in the list by mistake."""
    until = number.until
    alive = until is None or until > now or (row.until is not None and until > row.until)
    if not alive or await watched(session, row.key_id, number.provider_id):
        return False
    row.state, row.reason, row.ended_at = RentalState.ACTIVE, "", None
    await lasts_until(session, row, row.until, now)
    return True


async def _follow(session: AsyncSession, row: Rental, number: Listed, now: datetime) -> None:
    if row.reason == _MISSING or (row.reason == SimStays.__name__ and row.online is not number.online):
        row.reason = ""
    row.online = number.online
    if number.until is not None and number.until != row.until:
        longer = row.until is not None and number.until > row.until
        await lasts_until(session, row, number.until, now)
        if longer:
            await settle_renewal(session, row, now)
    _follow_sim(row, now)


def _follow_sim(row: Rental, now: datetime) -> None:
    """A wish is over when the list agrees, or when it had its time; where the list never tells, silently."""
    if row.sim_wish is SimWish.NONE or row.sim_wished_at is None:
        return
    if row.online is (row.sim_wish is SimWish.ON):
        row.sim_wish = SimWish.NONE
    elif now - row.sim_wished_at >= SIM_PATIENCE:
        row.sim_wish = SimWish.NONE
        row.reason = row.reason if row.online is None else SimStays.__name__
