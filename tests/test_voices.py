"""In which language, on which clock and how openly a chat is spoken to, from the moment it is chosen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.hours import zone_of
from bot.i18n import Catalogues, Texts
from bot.voices import Voices
from storage.chats import ChatStore
from storage.database import Database
from storage.outbox import OutboxStore
from storage.preferences import PreferenceStore
from storage.vault import Vault
from tests.core import blank
from tests.doubles import FakeClock
from tests.storage.shelf import MASTER

ANN, TEAM = 7, -7


class Room:
    """The voices over a database, and people who are heard."""

    def __init__(self, database: Database) -> None:
        self.clock, self.chats = FakeClock(), ChatStore(database, Vault([MASTER]))
        self.preferences = PreferenceStore(database)
        stores = self.chats, self.preferences, OutboxStore(database)
        self.voices = Voices(Catalogues(), *stores, self.clock)

    async def hears(self, spoken: str, chat_id: int = ANN) -> Texts:
        return await self.voices.meet(chat_id, "private" if chat_id > 0 else "group", "Ann", spoken)

    async def language(self, chat_id: int = ANN) -> str:
        return await self.chats.language(chat_id)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with blank(tmp_path) as database:
        yield database


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


async def test_whose_telegram_speaks_another_language_is_followed_at_once(room: Room) -> None:
    for spoken, language in (("uk", "uk"), ("de", "de"), ("", "de"), ("de", "de")):
        await room.hears(spoken)
        assert await room.language() == language


async def test_who_chose_a_language_is_not_followed_any_more(room: Room) -> None:
    await room.hears("de")
    await room.voices.speak(ANN, "vi", "de")
    await room.hears("fr")
    assert await room.language() == "vi"
    await room.voices.speak(ANN, "", "fr")
    assert await room.language() == "fr"


async def test_a_group_keeps_its_language_whoever_speaks(room: Room) -> None:
    for spoken in ("uk", "de"):
        await room.hears(spoken, TEAM)
        room.clock.advance(3601)
    assert await room.language(TEAM) == "uk"


async def test_what_is_chosen_counts_at_once_for_answers_and_for_what_comes_unasked(room: Room) -> None:
    before = await room.hears("en")
    assert (before.zone, before.veils) == (None, False)
    await room.voices.choose(ANN, utc_offset=120, hide_codes=True)
    for t in (await room.hears("en"), await room.voices.of(ANN)):
        assert (t.zone, t.veils) == (zone_of(120), True)


async def test_what_is_at_hand_is_asked_for_again_after_an_hour_or_when_it_was_forgotten(room: Room) -> None:
    await room.hears("en")
    await room.preferences.choose(ANN, utc_offset=60)
    assert (await room.hears("en")).zone is None
    room.clock.advance(3601)
    assert (await room.hears("en")).zone == zone_of(60)
    await room.preferences.choose(ANN, utc_offset=None)
    room.voices.forget(ANN)
    assert (await room.hears("en")).zone is None


async def test_of_many_chats_only_so_many_are_at_hand(database: Database) -> None:
    room = Room(database)
    room.voices = Voices(
        Catalogues(), room.chats, room.preferences, OutboxStore(database), room.clock, most=2
    )
    for chat_id in (1, 2, 3):
        await room.hears("en", chat_id)
    assert len(room.voices) == 1
