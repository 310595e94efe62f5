"""Where operators read their notices, as the switch `notices` keeps it: a chat, perhaps a topic of it."""

from dataclasses import dataclass, replace

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import Post, Switch

#: The switch that names the place: `chat` or `chat/topic`; without it, each operator's own chat.
SWITCH = "notices"


@dataclass(frozen=True, slots=True)
class Place:
    """Where operators read their notices: a chat, perhaps a topic of it."""

    chat_id: int
    thread_id: int | None = None


def place_in(value: str) -> Place:
    """A place as its switch keeps it."""
    chat, _, thread = value.partition("/")
    return Place(int(chat), int(thread) if thread else None)


def as_place(place: Place) -> str:
    return f"{place.chat_id}/{place.thread_id or ''}".rstrip("/")


async def follow(session: AsyncSession, old: int, new: int) -> None:
    """Within the caller's transaction: the chat of the notices moved, and what was said there stays said."""
    row = await session.get(Switch, SWITCH)
    if row is None or (place := place_in(row.value)).chat_id != old:
        return
    row.value = as_place(replace(place, chat_id=new))
    told = update(Post).where(Post.chat_id == old, Post.kind.in_(("lost", "report")))
    renamed = func.replace(Post.dedup, f":{old}", f":{new}")
    await session.execute(told.values(dedup=renamed), execution_options={"synchronize_session": False})
