"""Where what is said of a number goes: its chat and topic, or its holder when the group is out of reach.

A number belongs to who holds it, who bought it or was handed it, also where the bot was thrown out: what was
not said in the group yet, and whatever comes later, is said in the holder's private chat, to nobody else.

In a group a card goes to the topic that the group's rules name, else to that of the first one of its order,
else to where it is told to (`OutboxStore.keep_in_topic`). The SMS follow their card.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.models import Activation, Chat, Post, Rental, RentalText, Sharing, Sms
from storage.models.columns import no_index


@dataclass(frozen=True, slots=True)
class Family:
    """What the outbox says of a kind of numbers, by the words of its rows."""

    number: type[Activation | Rental]
    sms: type[Sms | RentalText]
    number_of: Any
    card: str
    code: str
    reminders: tuple[str, ...] = ()

    def owner(self, kind: str, subject: Any) -> Any:
        """The holder of what a row is about, to be asked within a statement."""
        number = self.id(kind, subject)
        return select(self.number.owner_id).where(self.number.id == number).correlate(Post).scalar_subquery()

    def id(self, kind: str, subject: Any) -> Any:
        if kind != self.code:
            return subject
        # Named: of itself it finds its row only in the statement right around it, and takes any other.
        return select(self.number_of).where(self.sms.id == subject).correlate(Post).scalar_subquery()

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.code, self.card, *self.reminders)


FAMILIES = (
    Family(Activation, Sms, Sms.activation_id, "card", "code"),
    Family(Rental, RentalText, RentalText.rental_id, "rental", "rental_sms", ("day_left", "hour_left")),
)

_THIS_CHAT: Any = bindparam("chat_id")


async def place_of(session: AsyncSession, kind: str, subject: str, chat_id: int) -> tuple[int, int | None]:
    """Within the caller's transaction: the chat and the topic to say something new in.

    What is no number's, as the news of a group's key, goes to the topic that its rules name.
    """
    family = next((each for each in FAMILIES if kind in each.kinds), None)
    if family is None or chat_id > 0:
        return chat_id, None if chat_id > 0 else await _named(session, chat_id)
    lost = select(Chat.id).where(Chat.id == chat_id, Chat.unreachable_at.is_not(None))
    if await session.scalar(lost) is not None:
        owner = await session.scalar(select(family.owner(kind, subject)))
        return (chat_id if owner is None else owner), None
    return chat_id, await _topic(session, family, kind, subject, chat_id)


async def _topic(session: AsyncSession, family: Family, kind: str, subject: str, chat_id: int) -> int | None:
    """A card's by the rules of its group or by its order, what rings by its card."""
    if kind == family.card:
        named = await _named(session, chat_id)
        return named or await session.scalar(select(Post.thread_id).where(Post.dedup == _first(subject)))
    card = Post.dedup == f"{family.card}:" + family.id(kind, subject)
    return await session.scalar(select(Post.thread_id).where(card))


async def _named(session: AsyncSession, chat_id: int) -> int | None:
    """The topic that a group's rules name."""
    named: int | None = await session.scalar(select(Sharing.thread_id).where(Sharing.chat_id == chat_id))
    return named


def _first(activation_id: str) -> Any:
    """The outbox's name for the card of the first number that was ordered with this one."""
    first, mine = aliased(Activation), aliased(Activation)
    together = and_(first.batch == mine.batch, first.position == 1, mine.id == activation_id)
    return select("card:" + first.id).select_from(first).join(mine, together).scalar_subquery()


def shown_in(chat: Any, owner_id: int, chat_id: int) -> ColumnElement[bool]:
    """Whose `chat` is this one; in a private chat also a group that is out of reach."""
    return shown(chat, chat_id, alone=chat_id == owner_id)


def shown(chat: Any, chat_id: object = _THIS_CHAT, *, alone: bool) -> ColumnElement[bool]:
    """The same of a chat that is named only when it is asked, as `chat_id`; `alone`: it is a private one."""
    chat = no_index(chat)
    if not alone:
        return and_(chat == chat_id)
    lost = select(Chat.id).where(Chat.id < 0, Chat.unreachable_at.is_not(None))
    return or_(chat == chat_id, chat.in_(lost))
