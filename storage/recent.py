"""What somebody bought last: the numbers they look at, the services they are likely to want again."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import and_, bindparam, or_, select

from storage.database import Database
from storage.models import IS_OPEN, Activation, State
from storage.places import shown
from storage.sight import Sight

#: So many purchases back it is looked.
_LOOKED_AT = 50
_NEWEST = Sight(
    select(Activation.service)
    .where(
        Activation.owner_id == bindparam("owner_id"),
        Activation.chat_id == bindparam("chat_id"),
        Activation.state != State.FAILED,
    )
    .order_by(Activation.created_at.desc())
    .limit(_LOOKED_AT)
)


class RecentStore:
    """Every method is a glance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def services(self, chat_id: int, owner_id: int) -> Sequence[str]:
        """The slugs of the services somebody bought last in a chat, the newest first."""
        return list(dict.fromkeys(await self._database.see(_NEWEST, chat_id=chat_id, owner_id=owner_id)))


@cache
def numbers_in(states: frozenset[State], *, alone: bool) -> Sight[Activation]:
    """A person's numbers in these states that are shown in a chat: the open ones, those made since then."""
    theirs = Activation.owner_id == bindparam("owner_id")
    query = select(Activation).where(
        shown(Activation.chat_id, alone=alone),
        Activation.state.in_(states),
        # Each half with its holder: an index is found by what stands together.
        or_(and_(theirs, Activation.created_at >= bindparam("since")), and_(theirs, IS_OPEN)),
    )
    return Sight(query.order_by(Activation.created_at.desc()))
