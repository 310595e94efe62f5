"""What tells of a person, table by table: what is emptied and stays as a figure, what goes, who is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import (
    Activation,
    Ceiling,
    Favourite,
    Form,
    Guest,
    HungMenu,
    Key,
    Leaver,
    Member,
    OutgoingMessage,
    Post,
    Preferences,
    Quote,
    Rental,
    RentalOrder,
    RentalText,
    Sharing,
    SimWish,
    SingleUse,
    Sms,
    Watch,
)
from storage.models.columns import NOBODY
from storage.outbox import new_id


@dataclass(frozen=True, slots=True)
class Scrub:
    """The columns that tell of a person, and what they hold afterwards; every other one is a figure."""

    table: type[Any]
    emptied: Mapping[str, object]


#: What stays of them; their owner and their chat become nobody, too.
FIGURES = (
    Scrub(
        Activation,
        {
            **dict.fromkeys(("batch", "phone", "raw", "provider_id", "balance_before", "balance_after")),
            **dict.fromkeys(("held_before", "last_code", "forward_to", "cancel_at", "next_poll_at")),
            **dict.fromkeys(("card_chat_id", "card_message_id")),
            "last_written": "",
        },
    ),
    Scrub(
        Rental,
        {
            **dict.fromkeys(("provider_id", "phone", "raw", "online", "pressed_at", "next_poll_at")),
            "sim_wish": SimWish.NONE,
        },
    ),
    Scrub(RentalOrder, dict.fromkeys(("balance_before", "balance_after", "held_before"))),
    Scrub(
        OutgoingMessage,
        {
            **dict.fromkeys(("recipient", "viber_source", "viber_text", "viber_caption", "viber_url"), ""),
            **dict.fromkeys(("viber_image", "viber_raw", "sms_source", "sms_text", "sms_raw"), ""),
            **dict.fromkeys(("provider_id", "balance_before", "balance_after", "next_poll_at")),
        },
    ),
)
#: What belongs to one of those, by its column; when it came is a figure.
PARTS = (
    (Scrub(Sms, {"code": "", "text": None, "sender": None, "written": ""}), Sms.activation_id, Activation),
    (Scrub(RentalText, {"text": "", "sender": None, "written": ""}), RentalText.rental_id, Rental),
)
#: What goes with its rows.
GONE = (
    *(Quote, Watch, Favourite, Ceiling, Preferences, Form, Post, Member, HungMenu, SingleUse, Sharing),
    Leaver,
)
#: Of these somebody may have tens of thousands.
LONG = (Activation, OutgoingMessage, Post)
#: Where somebody else's row names them, and what stands there afterwards.
NAMED = ((Activation.bought_by, NOBODY), (Guest.brought_by, None), (Guest.admitted_by, None))


async def empty_parts(session: AsyncSession, table: type[Any], wholes: Any) -> None:
    """Of what belongs to these rows of a table, by their ids."""
    for scrub, of, whole in PARTS:
        if whole is table:
            await session.execute(update(scrub.table).where(of.in_(wholes)).values(**scrub.emptied))


async def hang_on_nobodys(
    session: AsyncSession,
    keys: ColumnElement[bool],
    now: datetime,
    scrubs: Sequence[Scrub],
    *which: ColumnElement[bool],
) -> None:
    """What was bought with these keys hangs on an empty row that all the forgotten share."""
    for key_id, provider in (await session.execute(select(Key.id, Key.provider).where(keys))).all():
        stand_in = await _stand_in(session, provider, now)
        for scrub in scrubs:
            # Of a few rows not by the key's index, which has all that was ever bought with it.
            of = func.coalesce(scrub.table.key_id, "") if which else scrub.table.key_id
            of_key = update(scrub.table).where(of == key_id, *which)
            await session.execute(of_key.values(key_id=stand_in))


async def _stand_in(session: AsyncSession, provider: str, now: datetime) -> str:
    """The id of a provider's key that is nobody's and opens nothing."""
    nobodys = select(Key.id).where(Key.chat_id == NOBODY, Key.provider == provider)
    found = await session.scalar(nobodys.limit(1))
    if found is not None:
        return found
    empty: dict[str, Any] = {"tail": "", "kid": "", "nonce": b"", "ciphertext": b""}
    row = Key(id=new_id(), chat_id=NOBODY, provider=provider, created_at=now, removed_at=now, **empty)
    session.add(row)
    await session.flush()
    return row.id


async def empty(session: AsyncSession, scrub: Scrub, person_id: int, *which: ColumnElement[bool]) -> None:
    """In a group the chat stays the group's: only the person goes."""
    table = scrub.table
    nobody = {
        name: case((column == person_id, NOBODY), else_=column)
        for name, column in (("owner_id", table.owner_id), ("chat_id", table.chat_id))
    }
    these = update(table).where(*(which or (theirs(table, person_id),)))
    await session.execute(these.values(**scrub.emptied, **nobody))


def theirs(table: type[Any], person_id: int, *among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows of a person anywhere, and all of their private chat, which has their id."""
    columns = table.__table__.c
    names = [name for name in ("owner_id", "user_id", "chat_id") if name in columns]
    return or_(*(and_(columns[name] == person_id, *among) for name in names))
