"""A bot that serves more and more people holds no more than before once they are gone quiet."""

import asyncio
import gc
import os
from collections import Counter, deque
from weakref import WeakValueDictionary

from bot.errors import Unavailable
from tests.house import Chat, House

#: What Telegram and the providers of these tests remember is theirs.
OURS, THEIRS = ("bot.", "handlers.", "storage."), ("bot.sandbox.", "bot.providers.base")
COLLECTIONS = (dict, list, set, deque, WeakValueDictionary)
#: They hold ten thousand at most.
BOUNDED = (
    *("Voices._met", "each _Met", "each Texts", "Welcome._told", "Haste._levels", "_Chart.seconds"),
    *("Absent._keys", "Derived._made"),
    # Made of lists, and held by Derived.
    *("each Listed", "each Names", "Names._ids", "Names._place", "Names._sorted"),
)
#: What was said in the last second of this machine, not of the house.
FLEETING = ("Window._times",)
#: People who come one after another until what is remembered of them is settled, and those after them.
FIRST, THEN = 2, 2
DAY = 24 * 3600.0


async def test_s_17_nothing_grows_with_the_people_who_came_and_went(house: House) -> None:
    house.alpha.prices_of["tg", "1"] = ("0.01", None)
    await days(house, FIRST)
    before = held(house)
    await days(house, THEN)
    after = held(house)
    assert {name: more for name, more in (after - before).items() if name not in BOUNDED + FLEETING} == {}


async def days(house: House, people: int) -> None:
    """A day for each new person: a code, a cancel, a provider that fails, somebody who blocks the bot."""
    for _ in range(people):
        chat = house.person()
        await house.connect(chat, house.alpha, f"key-of-{chat.person_id}")
        await codes(house, chat)
        await trouble(house, chat)
        house.clock.advance(DAY)
        await house.settle()
        await house.codebell.housekeeping()


async def codes(house: House, chat: Chat) -> None:
    await chat.buys()
    house.alpha.delivers("12345")
    await chat.wait(10)
    await chat.press("Finish")


async def trouble(house: House, chat: Chat) -> None:
    await chat.buys()
    house.alpha.fails("poll", Unavailable())
    await chat.wait(40)
    await chat.press("Cancel")
    house.human.block(chat.person_id)
    await house.settle()


def held(house: House) -> Counter[str]:
    """What a process can run out of, what there is of each kind, and what its collections hold."""
    gc.collect()
    sizes = Counter({"tasks": len(asyncio.all_tasks()), "file descriptors": len(os.listdir("/proc/self/fd"))})
    for thing in gc.get_objects():
        kind = type(thing)
        # A type made in C may have a descriptor there.
        room = str(kind.__module__)
        if room.startswith(OURS) and not room.startswith(THEIRS):
            sizes[f"each {kind.__name__}"] += 1
            sizes.update(collections_of(thing, kind.__name__))
    return sizes


def collections_of(thing: object, name: str) -> dict[str, int]:
    """By attribute."""
    slots = [slot for kind in type(thing).__mro__ for slot in getattr(kind, "__slots__", ())]
    values = {slot: getattr(thing, slot, None) for slot in slots} | getattr(thing, "__dict__", {})
    return {f"{name}.{key}": len(value) for key, value in values.items() if isinstance(value, COLLECTIONS)}
