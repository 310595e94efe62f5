"""The log of what operators did: every deed in words, and what it is about."""

import pytest

from handlers.deeds import WORDS
from storage.deeds import What, note
from tests.handlers.test_broadcast import house, operator
from tests.house import Chat, House

__all__ = ["house", "operator"]

#: A deed, what is stored of it, and how the log tells it.
TOLD = [
    (What.SET_ACCESS, "invite", "access by invitation"),
    (What.SET_ACCESS, "", "access as in the settings"),
    (What.SET_PAUSED, "yes", "orders paused"),
    (What.SET_PAUSED, "", "orders resumed"),
    (What.SET_MAINTENANCE, "", "maintenance ended"),
    (What.LET_IN, "700000001", "let in Olga (700000001)"),
    (What.CAP_MESSAGES, "77", "own limit: messages a day 77: as for everybody"),
    (What.CAP_MESSAGES, "77 5", "own limit: messages a day 77 5"),
    (What.SENT, "language uk 4812 Новини", "broadcast started people who speak Українська · 4,812 · Новини"),
    (What.RESUMED, "all - 1 ", "broadcast resumed all people · 1 ·"),
]


def test_every_deed_has_words() -> None:
    assert WORDS.keys() == {*What}


async def test_what_a_deed_is_about_is_told_in_words(house: House, operator: Chat) -> None:
    for what, about, _ in reversed(TOLD):
        house.clock.advance(1)
        async with house.database.begin() as session:
            note(session, operator.person_id, what, about, house.clock())
    await operator.say("/admin")
    await operator.press("Log")
    lines = [line.partition("Olga: ")[2].rstrip() for line in operator.screen.splitlines() if "Olga" in line]
    assert lines == [told for *_, told in TOLD]


async def test_who_came_by_an_invitation_is_told_by_name(house: House, operator: Chat) -> None:
    zoe = house.person("Zoe")
    await zoe.say("/start")
    async with house.database.begin() as session:
        note(session, operator.person_id, What.INVITED, str(zoe.person_id), house.clock())
    await operator.say("/admin")
    await operator.press("Log")
    assert f"Zoe ({zoe.person_id}) came in by the invitation of Olga" in operator.screen


async def test_a_deed_without_words_is_not_written(house: House, operator: Chat) -> None:
    with pytest.raises(ValueError, match="danced"):
        async with house.database.begin() as session:
            note(session, operator.person_id, "danced", "", house.clock())
