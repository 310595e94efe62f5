"""The rules of a group in the transaction of an intent: who may buy there, how much a day, how many at once.

They are read again there: they may have been changed since the press, and of presses at once each sees what
was intended before it. What a member handed over still counts as bought by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LimitReached, Refused, text
from storage.caps import FREE, Expense, alive, charged
from storage.counted import DAY, counts_for
from storage.models import IS_OPEN, Activation, Buyers, Eyes, Member, Quote, Sharing, State
from storage.models.columns import no_index


class NotSharing(Refused):
    text = text("This group shares no numbers yet. An administrator sets it up with /share.")


class NotABuyer(Refused):
    text = text("You may not buy in this group. Its administrators decide who may, with /share: ask one.")


class GroupLimit(LimitReached):
    """A limit that a group set for each member; `free_at` is when the next one fits, None if that is open."""

    text = text("That would pass a limit of this group for each member.")

    def __init__(self, detail: str = "", *, free_at: datetime | None = None, **values: object) -> None:
        super().__init__(detail, **values)
        self.free_at = free_at


class TooManyHere(GroupLimit):
    text = text(
        "In this group the limit of your numbers that wait for a code is {limit}: "
        "cancel one, or let its code come."
    )


class TooManyHereToday(GroupLimit):
    text = text("In this group the limit of numbers a day is {limit} for each member.")


class SpentEnoughHere(GroupLimit):
    text = text("That would pass {limit} a day, which each member may spend at this provider in this group.")


@dataclass(frozen=True, slots=True)
class Seat:
    """As whom and where in a group somebody presses *Buy*: whether they lead it right now, and its topic."""

    leads: bool = False
    thread_id: int | None = None


async def rules_for(session: AsyncSession, quote: Quote, seat: Seat | None) -> Sharing | None:
    """The rules to buy by; None in a private chat. Raises `NotSharing` or `NotABuyer`.

    Without a `seat` nobody presses: of several that were confirmed at once, the next one is ordered.
    """
    if quote.chat_id > 0:
        return None
    rules = await session.get(Sharing, quote.chat_id)
    if rules is None:
        raise NotSharing
    if not await _may_buy(session, rules, quote, seat):
        raise NotABuyer
    return rules


async def _may_buy(session: AsyncSession, rules: Sharing, quote: Quote, seat: Seat | None) -> bool:
    if rules.who_buys is Buyers.EVERYONE:
        return True
    if seat is None:
        return await _since_the_press(session, rules, quote)
    if seat.leads or rules.who_buys is not Buyers.NAMED:
        return seat.leads
    member = await session.get(Member, (quote.chat_id, quote.owner_id))
    return member is not None and member.may_buy


async def _since_the_press(session: AsyncSession, rules: Sharing, quote: Quote) -> bool:
    """Whether the rules are those under which the first of several was allowed."""
    pressed = await session.scalar(select(Activation.created_at).where(Activation.nonce == quote.nonce))
    return pressed is not None and rules.changed_at <= pressed


async def within_rules(session: AsyncSession, rules: Sharing | None, expense: Expense, now: datetime) -> None:
    """Raise a `GroupLimit` where one more purchase would pass what each member may do."""
    if rules is None:
        return
    if rules.active_numbers:
        waiting = await _waiting(session, rules.chat_id, expense.owner_id, now)
        if waiting >= rules.active_numbers:
            raise TooManyHere(limit=rules.active_numbers)
    recent = counts_for(session, Activation, expense.owner_id, Activation.created_at > now - DAY)
    today = and_(no_index(Activation.chat_id) == rules.chat_id, recent)
    if rules.numbers_per_day:
        await _count(session, today, rules.numbers_per_day)
    if rules.spend_per_day:
        await _money(session, today, rules.spend_per_day, expense)


async def room_here(session: AsyncSession, chat_id: int, person_id: int, now: datetime) -> int | None:
    """How many more numbers of theirs may wait for a code in a group; None where there is no limit."""
    rules = await session.get(Sharing, chat_id)
    if rules is None or not rules.active_numbers:
        return None
    return max(0, rules.active_numbers - await _waiting(session, chat_id, person_id, now))


async def _waiting(session: AsyncSession, chat_id: int, person_id: int, now: datetime) -> int:
    theirs = no_index(Activation.chat_id) == chat_id, counts_for(session, Activation, person_id, IS_OPEN)
    return await session.scalar(select(func.count()).where(*theirs, alive(now))) or 0


async def _count(session: AsyncSession, today: ColumnElement[bool], limit: int) -> None:
    """The oldest of the last so many tells when there is room again."""
    newest = select(Activation.created_at).where(today, Activation.state != State.FAILED)
    newest = newest.order_by(Activation.created_at.desc())
    oldest = await session.scalar(newest.offset(limit - 1).limit(1))
    if oldest is not None:
        raise TooManyHereToday(limit=limit, free_at=oldest + DAY)


async def _money(session: AsyncSession, today: ColumnElement[bool], limit: Decimal, expense: Expense) -> None:
    row = Activation
    kept = (today, row.provider == expense.provider, row.state.not_in(FREE))
    paid = select(row.created_at, row.state, row.cost, row.agreed).where(*kept).order_by(row.created_at)
    costs = [
        (each.created_at, charged(each.state, each.cost, each.agreed)) for each in await session.execute(paid)
    ]
    if sum((cost for _, cost in costs), expense.cost) > limit:
        raise SpentEnoughHere(limit=limit, free_at=_room_again(costs, limit, expense.cost))


def _room_again(costs: Sequence[tuple[datetime, Decimal]], limit: Decimal, cost: Decimal) -> datetime | None:
    """When enough of what was paid is a day old; None where it costs more than a whole day's money."""
    left = sum((each for _, each in costs), cost)
    for at, each in costs:
        left -= each
        if left <= limit:
            return at + DAY
    return None


def shown_to_all(rules: Sharing | None) -> bool:
    """Whether what is bought by these rules may be seen by everyone in the group."""
    return rules is not None and rules.who_sees is Eyes.EVERYONE
