"""Who measures or explains statements hears all of them."""

from sqlalchemy import bindparam, event, select, update

from storage.database import Database
from storage.models import Key
from storage.sight import Sight, Stroke
from tests.aloud import Aloud
from tests.storage.shelf import stored

LABELS = Sight(select(Key.label))
RENAMED = Stroke(update(Key).values(label=bindparam("named")))


async def test_a_glance_and_a_stroke_are_heard_and_do_the_same(database: Database) -> None:
    await stored(database)
    aloud, heard = Aloud(database.url), list[str]()
    event.listen(aloud.engine.sync_engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    await aloud.write(RENAMED, named="play")
    assert await aloud.see(LABELS) == await database.see(LABELS) == ["play"]
    await aloud.close()
    assert [words.split()[0] for words in heard if not words.startswith("BEGIN")] == ["UPDATE", "SELECT"]
