"""What a press costs: every screen by the whole bot, beside the same screen ready-made in a bare aiogram.

In one process and without a network: both get the same updates as JSON, a hundred at a time from many people,
and speak with the same Telegram, each over its own session. Both are measured in turn; the best of some
rounds counts, in CPU.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from aiogram import Bot, Dispatcher
from aiogram.methods import GetUpdates
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot import frugal
from bot.app import Codebell
from handlers import doors
from storage.database import Database
from storage.opening import opened
from storage.vault import Vault
from tests.benchmarks import amid
from tests.benchmarks.cores import measured_here
from tests.benchmarks.figures import Figure
from tests.benchmarks.mirror import TOKEN, Bare, Fields, Mirror, Ours, pressed_by, said_by
from tests.benchmarks.pressers import LEFT, SINCE, moved_in, secret_of
from tests.doubles import FakeClock, FakeProvider
from tests.house import MASTER, PATIENCE, PLENTY, UNHURRIED, telling

PEOPLE, A_BATCH, ROUNDS = 200, 100, 4
#: Updates of the whole bot for each of the bare one.
GOAL = 0.5

Take = Callable[[], Awaitable[object]]


#: Measured with cProfile: what a press costs without its handler is 0.2 ms more than bare aiogram.
_SEEN = "what the screen shows is read and put in order for everybody anew; the way there takes 0.2 ms"
_KEPT = "by profile 34 % send the screen, 8 % read the update, 7 % keep what the provider says"
_OPEN = "by profile 40 % are SQLAlchemy's transaction that asks for the card, 24 % three strokes that post it"
_LISTED = "by profile 28 % send the screen, 18 % put the page into words, 10 % are its eight glances"
_ADDED = "by profile 30 % send the screen, 14 % put it into words, 14 % read and add up"


@dataclass(frozen=True, slots=True)
class Deed:
    """What people do: a command, or a press whose `{}` is their number's id."""

    name: str
    said: str = ""
    pressed: str = ""
    #: What it is that takes the time, where the goal is not reached.
    why: str = _SEEN

    def by(self, person: int, on: Fields) -> Fields:
        if self.said:
            return said_by(person, self.said)
        return pressed_by(person, self.pressed.format(f"number-{person}"), on)


DEEDS = (
    Deed("/start", said="/start"),
    Deed("the menu", pressed=doors.Menu().pack()),
    Deed("help", pressed=doors.Help().pack()),
    Deed("numbers", pressed=doors.Numbers().pack()),
    Deed("services", pressed=doors.Buy().pack()),
    Deed("countries", pressed=doors.Countries(service="telegram").pack()),
    Deed("offers of known prices", pressed=doors.Country(service="telegram", iso2="US").pack()),
    Deed("settings", pressed=doors.Settings().pack()),
    Deed("balance", pressed=doors.Balance().pack(), why=_KEPT),
    Deed("history", pressed=doors.History().pack(), why=_LISTED),
    Deed("statistics", pressed=doors.Stats().pack(), why=_ADDED),
    Deed("a number's card", pressed=doors.Act(what=doors.What.CARD, id="{}").pack(), why=_OPEN),
)


async def figures(folder: Path) -> list[Figure]:
    with measured_here():
        pressed = await _pressed(folder)
    return [*pressed, *await amid.figures(folder / "amid")]


async def _pressed(folder: Path) -> list[Figure]:
    frugal.loaded()
    async with opened(f"sqlite+aiosqlite:///{folder}/codebell.db", [MASTER]) as (database, vault):
        await moved_in(database, vault, PEOPLE)
        mirror = Mirror()
        bell = _bell(database, vault, mirror)
        found = [await _figure(deed, bell, mirror) for deed in DEEDS]
        await bell.stop()
    return found


def _bell(database: Database, vault: Vault, mirror: Mirror) -> Codebell:
    """Nothing runs but what the updates ask for."""
    clock = FakeClock()
    clock.now = SINCE
    sites = {name: FakeProvider(name, clock) for name in ("alpha", "beta")}
    sites["alpha"].accounts |= {secret_of(person): LEFT for person in range(1, PEOPLE + 1)}
    bot = Bot(TOKEN, session=Ours(mirror))
    return Codebell(
        telling(), database, vault, bot, dict(sites), clock, clock.sleep, UNHURRIED, None, lambda: PLENTY
    )


async def _figure(deed: Deed, bell: Codebell, mirror: Mirror) -> Figure:
    """In updates a second; what is ready-made is what the whole bot said the first time."""
    numbers = count(1)

    async def whole() -> None:
        await bell.poller.fetch(0)
        await bell.poller.drain(PATIENCE)
        # A card is a message of its own, which the postman brings.
        while mirror.messages < mirror.awaited:
            await bell.postman.round()
            await bell.postman.settle(PATIENCE)

    first = deed.by(1, {"text": "…"})
    await _taken([{**first, "update_id": next(numbers)}], mirror, whole)
    said = mirror.said
    updates = [{**deed.by(1 + person, said), "update_id": next(numbers)} for person in range(PEOPLE)]
    bare = _bare(said, mirror)
    mine, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(await _taken(updates, mirror, bare))
        mine.append(await _taken(updates, mirror, whole))
    limit = "the same, ready-made, by bare aiogram"
    value, beside = 1 / min(mine), 1 / min(theirs)
    return Figure("pressing", deed.name, value, "updates/s of CPU", limit, beside, GOAL, True, deed.why)


async def _taken(updates: list[Fields], mirror: Mirror, take: Take) -> float:
    """Seconds of CPU for each."""
    batches = [updates[at : at + A_BATCH] for at in range(0, len(updates), A_BATCH)]
    written = [(json.dumps(batch), len(batch)) for batch in batches]
    mirror.messages, mirror.awaited, spent = 0, 0, time.process_time()
    async with asyncio.timeout(PATIENCE):
        for mirror.batch, many in written:
            mirror.awaited += many
            await take()
    assert mirror.messages == len(updates), "each is answered by one message"
    return (time.process_time() - spent) / len(updates)


def _bare(said: Fields, mirror: Mirror) -> Take:
    """One router with one handler for what is pressed and one for what is said."""
    dispatcher, bot = Dispatcher(), Bot(TOKEN, session=Bare(mirror))
    keyboard = said.get("reply_markup")
    screen: Fields = {"text": said["text"], "parse_mode": "HTML"}
    screen["reply_markup"] = InlineKeyboardMarkup.model_validate_json(keyboard) if keyboard else None

    @dispatcher.callback_query()
    async def pressed(callback: CallbackQuery) -> None:
        if isinstance(callback.message, Message):
            await callback.message.edit_text(**screen)
        await callback.answer()

    @dispatcher.message()
    async def wrote(message: Message) -> None:
        await message.answer(**screen)

    async def take() -> None:
        updates = await bot(GetUpdates(timeout=0))
        await asyncio.gather(*(dispatcher.feed_update(bot, update) for update in updates))

    return take
