"""The purchase in the database: intent before money, then one of four ends.

What a dead process leaves: `buying` without `called_at` was never called, so nothing was bought; with it, the
purchase may have happened and becomes `unknown`, unless the provider can list what the account holds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.errors import AlreadyDone, Expired, LimitReached, NotOffered, NotYours, UnknownKey, text
from storage.database import Database
from storage.models import OPEN, Activation, Key, Quote, State
from storage.moves import change, move, note, redraw
from storage.outbox import new_id
from storage.quotes import LIFETIME

_DAY = timedelta(days=1)
#: States that cost nothing in the end.
_FREE = frozenset({State.FAILED, State.CANCELLED, State.EXPIRED})


class TooManyNumbers(LimitReached):
    text = text("The limit of numbers that wait for a code is {limit}: cancel one, or let its code come.")


class TooManyToday(LimitReached):
    text = text("That is the limit of {limit} purchases a day; try again later.")


class SpentEnough(LimitReached):
    text = text("That would pass the daily spending limit of {limit} at this provider.")


@dataclass(frozen=True, slots=True)
class Caps:
    """What one person may do; 0 is no limit. `spend_per_day` is per provider, in its currency.

    `blocked` are slugs of services nobody may buy.
    """

    active_numbers: int = 0
    purchases_per_day: int = 0
    spend_per_day: Decimal = Decimal(0)
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bought:
    """What a provider sold us and when (`at`), and when it can be cancelled, ends and is looked at first."""

    provider_id: str
    phone: str
    raw: str
    cost: Decimal | None
    operator: str | None
    another_sms: bool | None
    at: datetime
    cancel_from: datetime
    expires_at: datetime
    next_poll_at: datetime


class PurchaseStore:
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(
        self, nonce: str, owner_id: int, chat_id: int, card_id: int | None, caps: Caps, now: datetime
    ) -> tuple[Activation, Quote]:
        """Write the intent to buy a quote, its limits checked in the same transaction. Raises `Refused`."""
        async with self._database.begin() as session:
            quote = await _usable(session, nonce, owner_id, chat_id, now)
            if quote.service in caps.blocked:
                raise NotOffered(f"{quote.service} is blocked")
            key = await session.get(Key, quote.key_id)
            if key is None or key.removed_at is not None:
                raise UnknownKey(f"key {quote.key_id}")
            await _within(session, caps, quote, key.provider, now)
            activation = _intent(quote, key.provider, card_id, now)
            session.add(activation)
            await session.flush()
            note(session, activation, now)
            await redraw(session, activation, now)
        return activation, quote

    async def calling(
        self, activation_id: str, balance: Decimal | None, held: set[str] | None, now: datetime
    ) -> Activation | None:
        """Right before the purchase call: from here on it may have happened."""
        values = {
            "called_at": now,
            "balance_before": balance,
            "held_before": None if held is None else ",".join(sorted(held)),
        }
        async with self._database.begin() as session:
            return await change(session, activation_id, {State.BUYING}, **values)

    async def bought(self, activation_id: str, number: Bought, now: datetime) -> Activation | None:
        """The number is ours. Raises `AlreadyDone` while a number of that id is open on the same account."""
        values: dict[str, Any] = _values(number) | {"answered_at": now, "polled_at": now}
        async with self._database.begin() as session:
            await _succeed(session, activation_id, number.provider_id, now)
            return await move(session, activation_id, State.WAITING, now, **values)

    async def failed(self, activation_id: str, reason: str, now: datetime) -> Activation | None:
        async with self._database.begin() as session:
            return await move(session, activation_id, State.FAILED, now, reason=reason, ended_at=now)

    async def unknown(
        self,
        activation_id: str,
        reason: str,
        balance: Decimal | None,
        now: datetime,
        look_at: datetime | None,
    ) -> Activation | None:
        """It may have been bought: kept with the balance after, looked for where it can be listed."""
        values: dict[str, Any] = {
            "reason": reason,
            "balance_after": balance,
            "ended_at": now,
            "next_poll_at": look_at,
        }
        async with self._database.begin() as session:
            return await move(session, activation_id, State.UNKNOWN, now, **values)

    async def stranded(self) -> Sequence[Activation]:
        """Intents a dead process left behind, oldest first."""
        query = select(Activation).where(Activation.state == State.BUYING).order_by(Activation.created_at)
        async with self._database.begin() as session:
            return (await session.scalars(query)).all()

    async def looked_in_vain(
        self, activation_id: str, now: datetime, look_at: datetime | None
    ) -> Activation | None:
        """An unknown purchase does not stand in the account's list yet; `look_at` is the next look."""
        values = {"failures": Activation.failures + 1, "polled_at": now, "next_poll_at": look_at}
        async with self._database.begin() as session:
            return await change(session, activation_id, {State.UNKNOWN}, **values)

    async def known(self, key_id: str, ids: Collection[str]) -> set[str]:
        """Which of the provider's ids are numbers bought here, with this key or the same in another chat."""
        query = select(Activation.provider_id).where(
            Activation.key_id.in_(_twins(key_id)), Activation.provider_id.in_(ids)
        )
        async with self._database.begin() as session:
            return {held for held in await session.scalars(query) if held is not None}


async def _usable(session: AsyncSession, nonce: str, owner_id: int, chat_id: int, now: datetime) -> Quote:
    quote = await session.get(Quote, nonce)
    if quote is None:
        raise Expired
    if (quote.owner_id, quote.chat_id) != (owner_id, chat_id):
        raise NotYours
    if await session.scalar(select(Activation.id).where(Activation.nonce == nonce)):
        raise AlreadyDone
    if now - quote.created_at > LIFETIME:
        raise Expired
    return quote


async def _within(session: AsyncSession, caps: Caps, quote: Quote, provider: str, now: datetime) -> None:
    """Raise `LimitReached` when this purchase would pass one of the person's caps."""
    mine = Activation.owner_id == quote.owner_id
    active = await session.scalar(select(func.count()).where(mine, Activation.state.in_(OPEN)))
    if caps.active_numbers and (active or 0) >= caps.active_numbers:
        raise TooManyNumbers(limit=caps.active_numbers)
    today = (mine, Activation.created_at > now - _DAY, Activation.state != State.FAILED)
    bought = await session.scalar(select(func.count()).where(*today))
    if caps.purchases_per_day and (bought or 0) >= caps.purchases_per_day:
        raise TooManyToday(limit=caps.purchases_per_day)
    if caps.spend_per_day:
        await _affordable(session, caps.spend_per_day, quote, provider, now)


async def _affordable(
    session: AsyncSession, limit: Decimal, quote: Quote, provider: str, now: datetime
) -> None:
    costs = await session.scalars(
        select(Activation.cost).where(
            Activation.owner_id == quote.owner_id,
            Activation.provider == provider,
            Activation.created_at > now - _DAY,
            Activation.state.not_in(_FREE),
        )
    )
    # A maximum above the price may be charged in full.
    if sum(costs, max(quote.cost, quote.max_price or quote.cost)) > limit:
        raise SpentEnough(limit=limit)


def _twins(key_id: str) -> Select[str]:
    """The ids of this key and of the same one in other chats."""
    this = aliased(Key)
    same = select(Key.id).join(this, (this.provider == Key.provider) & (this.tail == Key.tail))
    return same.where(this.id == key_id)


async def _succeed(session: AsyncSession, activation_id: str, provider_id: str, now: datetime) -> None:
    """A provider may sell an id anew when the number before it has ended; that one is looked at no more.

    2026-08-30: sms.ski's id is the phone itself, and one phone is sold to one key more than once. A late
    look at the old number would fetch the new one's code. While the old one is open the id is not believed.
    """
    key_id = await session.scalar(select(Activation.key_id).where(Activation.id == activation_id))
    held = select(Activation).where(
        Activation.key_id.in_(_twins(key_id or "")),
        Activation.provider_id == provider_id,
        Activation.id != activation_id,
    )
    for old in await session.scalars(held):
        if old.state in OPEN:
            raise AlreadyDone("the provider gave the id of a number that is open")
        await _let_rest(session, old, now)


async def _let_rest(session: AsyncSession, old: Activation, now: datetime) -> None:
    told = old.asked_again
    old.next_poll_at, old.asked_again = None, False
    await session.flush()
    if told:
        await redraw(session, old, now)


def _intent(quote: Quote, provider: str, card_id: int | None, now: datetime) -> Activation:
    copied = (
        "nonce chat_id owner_id key_id service service_name service_code "
        "country country_name country_code operator cost currency"
    )
    values = {name: getattr(quote, name) for name in copied.split()}
    values["agreed"] = quote.max_price or quote.cost
    flags = {"failures": 0, "asked_again": False, "told_sent": False, "reason": ""}
    card = {"card_chat_id": quote.chat_id, "card_message_id": card_id}
    started = {"id": new_id(), "provider": provider, "state": State.BUYING, "created_at": now}
    return Activation(**values, **flags, **card, **started)


def _values(number: Bought) -> dict[str, object]:
    values: dict[str, object] = {
        "provider_id": number.provider_id,
        "phone": number.phone,
        "raw": number.raw,
        "another_sms": number.another_sms,
        "bought_at": number.at,
        "cancel_from": number.cancel_from,
        "expires_at": number.expires_at,
        "next_poll_at": number.next_poll_at,
        "ended_at": None,
        "reason": "",
    }
    reported = {"cost": number.cost, "operator": number.operator}
    return values | {name: value for name, value in reported.items() if value is not None}
