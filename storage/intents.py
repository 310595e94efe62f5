"""The intent to buy what a quote offers, in the caller's transaction: what is checked and what is written.

Of several numbers the first row has the quote's own nonce, each other one a nonce made of that and of its
position: no press and no restart buys a position twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.errors import AlreadyDone, Expired, NotSoldHere, NotYours, Refused, text
from bot.purses import purse_of
from storage.caps import Caps, Expense, room_for_one, within
from storage.group_rules import Seat, rules_for, shown_to_all, within_rules
from storage.keys import to_buy_with
from storage.models import HAS_MORE_TO_COME, Activation, Ceiling, Chat, Post, Quote, Sharing, State
from storage.moves import note, redraw
from storage.outbox import Kind, new_id
from storage.outlook import rules_of
from storage.quotes import LIFETIME, mark

#: The most numbers of one confirmation.
MOST = 5
#: A number in one of these is not ours, or not yet.
NOT_BOUGHT = frozenset({State.BUYING, State.FAILED, State.UNKNOWN})
_WHAT = "chat_id owner_id key_id service service_name service_code country country_name country_code operator"
_FLAGS = {"failures": 0, "asked_again": False, "told_sent": False, "last_written": ""}


class AboveLimit(Refused):
    text = text(
        "That costs more than your limit for one number: nothing was bought. Open the offer again to go on."
    )


class Changed(Refused):
    """The quote says something else by now than the button that was pressed."""

    text = text("It was changed meanwhile: look again.")


class Unheard(Refused):
    """Of several the next one is not ordered for a chat that blocked the bot: nobody would see it."""

    text = text("This chat could not be reached any more, so nothing more was ordered.")


async def intended(
    session: AsyncSession,
    quote: Quote,
    card_id: int | None,
    position: int,
    caps: Caps,
    now: datetime,
    seat: Seat | None,
) -> Activation:
    """The intent as it is written, its limits and those of its group checked. Raises `Refused`."""
    caps.open()
    if quote.service in caps.blocked:
        raise NotSoldHere(f"{quote.service} is blocked")
    rules = await rules_for(session, quote, seat)
    key = await to_buy_with(session, quote.key_id, quote.chat_id)
    await _within_ceiling(session, quote, key.provider)
    await room_for_one(session, caps, quote.owner_id, now)
    # A maximum above the price may be charged in full.
    expense = Expense(quote.owner_id, key.provider, max(quote.cost, quote.max_price or quote.cost))
    await within(session, caps, expense, now)
    await within_rules(session, rules, expense, now)
    row = _intent(quote, key.provider, card_id, position, now)
    row.for_all = shown_to_all(rules)
    await _written(session, row, now)
    await _keep_in_topic(session, row, rules, seat)
    return row


async def _keep_in_topic(
    session: AsyncSession, row: Activation, rules: Sharing | None, seat: Seat | None
) -> None:
    """Its card, and what follows it, stay in the topic it was asked for in, unless the group chose one."""
    if rules is None or rules.thread_id is not None:
        return
    thread = await _thread_of_the_first(session, row) if seat is None else seat.thread_id
    card = update(Post).where(Post.dedup == f"{Kind.CARD}:{row.id}")
    await session.execute(card.values(thread_id=thread))


async def _thread_of_the_first(session: AsyncSession, row: Activation) -> int | None:
    """Where the first of several was asked for."""
    first = select(Activation.id).where(Activation.nonce == row.batch).scalar_subquery()
    return await session.scalar(select(Post.thread_id).where(Post.dedup == f"{Kind.CARD}:" + first))


async def usable(
    session: AsyncSession,
    nonce: str,
    owner_id: int,
    chat_id: int,
    position: int,
    now: datetime,
    seen: str | None = None,
) -> Quote:
    """The quote a person buys from; `seen` is the mark of what the button showed, None where none did.

    Raises `Expired`, `NotYours`, `AlreadyDone`, `Unheard` or `Changed`.
    """
    quote = await session.get(Quote, nonce)
    if quote is None:
        raise Expired
    if (quote.owner_id, quote.chat_id) != (owner_id, chat_id):
        raise NotYours
    if position > quote.count or await _row(session, nonce, position) is not None:
        raise AlreadyDone
    if now - quote.created_at > LIFETIME:
        raise Expired
    if position > 1:
        await _is_heard(session, chat_id)
    if seen is not None and seen != mark(quote, for_all=shown_to_all(await rules_of(session, quote))):
        raise Changed
    return quote


async def _is_heard(session: AsyncSession, chat_id: int) -> None:
    """Raise `Unheard` for a chat that blocked the bot; who presses is heard."""
    chat = await session.get(Chat, chat_id)
    if chat is not None and chat.unreachable_at is not None:
        raise Unheard


async def left_out(session: AsyncSession, last: Activation, reason: str, now: datetime) -> Activation | None:
    """A row that says why nothing is ordered after `last`; None where something was or nothing is missing."""
    position = last.position + 1
    if position > last.count or await _row(session, last.batch or "", position) is not None:
        return None
    ended = {"state": State.FAILED, "reason": reason, "ended_at": now}
    return await _written(session, _after(last, position, now, ended), now)


async def left_in_doubt(session: AsyncSession, last: Activation, reason: str, now: datetime) -> None:
    """A row for each that others should have followed, and may have where nobody here saw it."""
    doubt = {"state": State.UNKNOWN, "reason": reason, "called_at": now, "ended_at": now}
    for position in range(last.position + 1, last.count + 1):
        await _written(session, _after(last, position, now, doubt), now)


async def unfinished(session: AsyncSession, *among: ColumnElement[bool]) -> Sequence[Activation]:
    """The last of several that others should have followed, among these: told not bought, it is an end."""
    after = aliased(Activation)
    follower = exists().where(after.batch == Activation.batch, after.position == Activation.position + 1)
    ordered = (Activation.state != State.BUYING) | Activation.called_at.is_not(None)
    query = select(Activation).where(
        *among,
        Activation.batch.is_not(None),
        HAS_MORE_TO_COME,
        ordered,
        ~follower,
    )
    return (await session.scalars(query)).all()


def _after(last: Activation, position: int, now: datetime, how: Mapping[str, Any]) -> Activation:
    """A row of the same order, of one that is not ordered here."""
    copied = f"{_WHAT} provider cost agreed currency batch count for_all".split()
    values: dict[str, Any] = {name: getattr(last, name) for name in copied}
    # The one before it may have been handed over meanwhile: this one is its buyer's.
    values["owner_id"] = last.bought_by or last.owner_id
    nonce = nonce_of(last.batch or "", position)
    return Activation(id=new_id(), nonce=nonce, position=position, created_at=now, **values, **how, **_FLAGS)


async def ordered_together(session: AsyncSession, batch: str) -> Sequence[Activation]:
    """Several numbers of one press, in order."""
    query = select(Activation).where(Activation.batch == batch).order_by(Activation.position)
    return (await session.scalars(query)).all()


def nonce_of(batch: str, position: int) -> str:
    """The nonce of a number by its position, counted from 1, among those of a quote."""
    return batch if position == 1 else f"{batch}/{position}"


async def _row(session: AsyncSession, batch: str, position: int) -> str | None:
    found: str | None = await session.scalar(
        select(Activation.id).where(Activation.nonce == nonce_of(batch, position))
    )
    return found


async def _within_ceiling(session: AsyncSession, quote: Quote, provider: str) -> None:
    """Raise `AboveLimit` where the chat pays less for one number, as of now.

    A maximum stands in a quote only where it was chosen by hand: above the limit, on purpose.
    """
    ceiling = await session.get(Ceiling, (quote.chat_id, purse_of(quote.currency, provider)))
    if ceiling is not None and quote.max_price is None and quote.cost > ceiling.amount:
        raise AboveLimit


async def _written(session: AsyncSession, row: Activation, now: datetime) -> Activation:
    session.add(row)
    await session.flush()
    note(session, row, now)
    await redraw(session, row, now)
    return row


def _intent(quote: Quote, provider: str, card_id: int | None, position: int, now: datetime) -> Activation:
    values: dict[str, Any] = {name: getattr(quote, name) for name in f"{_WHAT} cost currency count".split()}
    values["agreed"] = quote.max_price or quote.cost
    values["batch"] = quote.nonce if quote.count > 1 else None
    card = {"card_chat_id": quote.chat_id, "card_message_id": card_id}
    started = {"id": new_id(), "provider": provider, "state": State.BUYING, "created_at": now, "reason": ""}
    nonce = nonce_of(quote.nonce, position)
    return Activation(nonce=nonce, position=position, **values, **_FLAGS, **card, **started)
