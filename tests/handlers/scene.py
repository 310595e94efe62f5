"""Ann with all she has, and everybody who could try to touch it: what each may press and say, as tables."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from bot.errors import NotOffered, NotYours, UnknownKey
from bot.exports import StillWriting
from bot.i18n import Catalogues
from bot.pictures import Picture
from handlers import private
from handlers.figures import too_few
from storage.models import Buyers
from tests.handlers.belongings import Belongings, Whose, buttons, gathered, rows, told
from tests.handlers.operators_buttons import OPERATING
from tests.house import Chat, House, open_house
from tests.renting import RENTING
from tests.sending import SENDING

OPERATOR = 700_000_001
#: Who else there is, beside the owner.
OTHERS = ("operator", "member", "group admin", "former member")
#: Of each class of buttons: a member tries all, the others one.
MOST = {"owner": 1, "operator": 1, "member": 99, "group admin": 1, "former member": 1}
#: What is said to buttons with Ann's ids; of a country by her key, that nobody offers it.
REFUSED = {NotYours.text, UnknownKey.text, NotOffered.text}
#: What is said to who wants pictures of next to nothing.
TOO_FEW = [too_few(picture, Catalogues().texts("en")) for picture in (None, *Picture)]
#: And to who wants their files twice at once.
FINE = {"", StillWriting.text, "There is no number that could be cancelled.", *TOO_FEW}
#: What is said to a button that means nothing to who presses it.
OF_NO_FLOW = "This button is too old. Please open /start again."
#: Commands that are there for operators alone.
OPERATORS = frozenset({"admin", "broadcast"})
NOBODY = "I cannot tell who you are"
PRIVATE_BOT = "This bot is private."
#: Why a press is refused in a group, by its first letter; what else there is works there, too.
IN_GROUPS = {
    **dict.fromkeys("ck", private.KEYS),
    **dict.fromkeys("fx", private.NUMBERS),
    **dict.fromkeys("rte", private.RENTS),
    **dict.fromkeys("wspd", private.MESSAGES),
    "j": private.STATISTICS,
    "z": private.PRIVACY,
    "v": private.WATCHES,
    "g": private.PRICES,
    **dict.fromkeys("hiE", private.HISTORY),
    **dict.fromkeys({kind.__prefix__[0] for kind in OPERATING}, OF_NO_FLOW),
}
#: What works in groups, by who may do it there.
OPEN_IN_GROUPS = frozenset("mHbqoualnyDGIKQC")
#: Buttons whose handlers ask the row that they name.
BY_ROW = frozenset("auDf")
NOTHING = Belongings(*("x" * 11 for _ in fields(Belongings)))
PUBLIC = frozenset({"start", "help"})
COMMANDS = {
    **dict.fromkeys(("buy", "numbers", "cancel"), private.NUMBERS),
    "rent": private.RENTS,
    "send": private.MESSAGES,
    "balance": "Balance",
    "stats": private.STATISTICS,
    **dict.fromkeys(("privacy", "forget"), private.PRIVACY),
    "keys": private.KEYS,
    "settings": "Settings",
    "share": "Sharing numbers in this group",
    "watch": private.WATCHES,
    "prices": private.PRICES,
    **dict.fromkeys(("history", "export"), private.HISTORY),
}
#: What a group's administrators do there.
LEADERS = frozenset({"settings", "share"})
#: What is said to each in a group.
SAID = {
    **COMMANDS,
    "start": "Codebell",
    "help": "How it works",
    "buy": "Which service is the number for?",
    "balance": "Balance",
    "numbers": "number",
    "cancel": "number",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """Ann with all she has, and the others in a group with her: one leads it, one has left it."""

    house: House
    ann: Chat
    mine: Belongings
    others: dict[str, Chat]
    group: Chat

    def everybody(self) -> dict[str, Chat]:
        return {**self.others, "owner": self.ann}


@asynccontextmanager
async def set_scene(folder: Path) -> AsyncIterator[Scene]:
    """One for all tests of a file: what they try changes nothing."""
    async with open_house(folder, admin_ids=str(OPERATOR)) as house:
        others = await _others(house)
        ann = house.person("Ann")
        mine = await gathered(ann, house)
        group = house.group(others["group admin"], ann, *others.values(), status="administrator")
        house.human.leave(group.chat_id, others["former member"].person_id)
        await house.codebell.sharings.set(group.chat_id, house.clock(), who_buys=Buyers.EVERYONE)
        await house.connect(group, house.beta, "key-of-the-group-0123456789-wxyz")
        await group.say("/start")
        yield Scene(house, ann, mine, others, group)


async def _others(house: House) -> dict[str, Chat]:
    """People with a key of their own, who can do all that Ann can."""
    house.beta.capabilities |= RENTING | SENDING
    people = {who: house.person(who) for who in OTHERS}
    assert people["operator"].person_id == OPERATOR
    for one in people.values():
        await house.connect(one, house.beta, f"key-of-{one.person_id}-0123456789-wxyz")
        await one.say("/start")
    return people


@contextmanager
def left_alone(scene: Scene, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing of Ann's is changed, shown, or asked about, and nothing is a mistake of ours."""
    house = scene.house
    before, calls = rows(house), len(house.alpha.calls)
    yield
    assert rows(house) == before
    assert len(house.alpha.calls) == calls
    assert told(house, scene.group, *scene.others.values()) == []
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


def all_data(mine: Belongings, whose: Whose | None = None, most: int = 99) -> list[str]:
    """What the buttons send, of each class so many at most; of nobody in particular, but a group's rules."""
    wanted = {*Whose} - {Whose.LEADERS} if whose is None else {whose}
    each = buttons(mine).values()
    return [*dict.fromkeys(one.pack() for who, some in each if who in wanted for one in some[:most])]
