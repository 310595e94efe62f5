"""Numbers that an account holds and nobody here bought: which are known, and one that is taken over."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select

from bot.errors import AlreadyDone, Refused, text
from storage.database import Database
from storage.keys import to_buy_with, twins
from storage.models import IS_LOOKED_FOR, IS_OPEN, Activation, State
from storage.moves import note, redraw


class StillLooking(Refused):
    text = text("A purchase is still being looked for on that account. Try again in a few minutes.")


class StrayStore:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, key_id: str, ids: Collection[str]) -> set[str]:
        """Which of the provider's ids have a row here, by this key or the same in another chat."""
        same = (Activation.key_id.in_(twins(key_id)), Activation.provider_id.in_(ids))
        async with self._database.begin() as session:
            found = await session.scalars(select(Activation.provider_id).where(*same))
            return {provider_id for provider_id in found if provider_id is not None}

    async def take_over(self, row: Activation, now: datetime) -> None:
        """Write the row of a number that is watched from now on, and its card.

        Raises `UnknownKey`, `AlreadyDone` when it has a row by now, or `StillLooking`.
        """
        account = Activation.key_id.in_(twins(row.key_id))
        looked_for = or_(
            and_(account, IS_OPEN, Activation.state == State.BUYING),
            and_(account, IS_LOOKED_FOR, Activation.state == State.UNKNOWN),
        )
        async with self._database.begin() as session:
            await to_buy_with(session, row.key_id, row.chat_id)
            if await session.scalar(
                select(Activation.id).where(account, Activation.provider_id == row.provider_id)
            ):
                raise AlreadyDone
            if await session.scalar(select(Activation.id).where(looked_for).limit(1)):
                raise StillLooking
            session.add(row)
            await session.flush()
            note(session, row, now)
            await redraw(session, row, now)
