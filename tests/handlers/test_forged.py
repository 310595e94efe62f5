"""Button data that nobody was ever given: odd numbers, odd ids, too long, empty."""

from collections.abc import Iterator
from dataclasses import fields

from aiogram.filters.callback_data import CallbackData

from tests.handlers.belongings import Belongings, Presser, buttons, rows
from tests.house import Chat, House

NOWHERE = Belongings(*(f"no-such-{number}" for number, _ in enumerate(fields(Belongings))))
#: Beyond 64 bits, below nothing, digits that are none of ASCII's, and what `int()` takes for a number.
ODD_NUMBERS = ("99999999999999999999999999", "-1", "1000", "١٢", "²", " 1 ", "1_0", "")
ODD_IDS = ("", "💥", "\x00", "../..", "'; DROP TABLE x; --", "\u202e")
SHAPELESS = ("", ":", "::::", "\x00", "💥" * 2_000, "m:extra", "a", "a:", "a:c", "a:c:x:y", "zz")
TOO_LONG = "bo:x:" + "x" * 5_000


def forged() -> Iterator[str]:
    """Every button with each of its fields in turn replaced by something odd."""
    for kind, (_, examples) in buttons(NOWHERE).items():
        prefix, *fields = examples[0].pack().split(":")
        for place, name in enumerate(kind.model_fields):
            for odd in ODD_NUMBERS if _counts(kind, name) else ODD_IDS:
                yield ":".join([prefix, *fields[:place], odd, *fields[place + 1 :]])


def _counts(kind: type[CallbackData], name: str) -> bool:
    return kind.model_fields[name].annotation is int


async def test_forged_data_of_any_shape_is_answered_in_words_and_changes_nothing(
    chat: Chat, house: House
) -> None:
    """One answer to each press, no mistake of ours in the log, and nothing is spent or ended."""
    await chat.say("/start")
    before, data = rows(house), [*dict.fromkeys([*forged(), *SHAPELESS, TOO_LONG])]
    answers = await Presser(chat).press(*data)
    assert {each: text for each, text in answers.items() if text is None} == {}
    assert rows(house) == before
    assert {call.name for call in house.alpha.calls} <= {"balance", "services", "countries", "prices"}


async def test_a_link_that_anybody_can_make_up_changes_nothing(chat: Chat, house: House) -> None:
    before = rows(house)
    for payload in ("{}", "nosuch", "'; DROP TABLE chats; --", "buy_" + "x" * 64, "buy_telegram_١٢", "-"):
        await chat.say(f"/start {payload}")
        assert len(chat.news) == 1, payload
    assert rows(house) == before
