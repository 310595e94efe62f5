"""How fast and how evenly the postman and the herald speak, what that costs, and a code that comes meanwhile.

What counts is what the Telegram beside the bot heard, by its own clock, whatever happens on the way there.
"""

import asyncio
import bisect
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.database import Database
from storage.models import Activation, Broadcast, BroadcastState, Key, Sms, State
from storage.outbox import Kind, arm
from tests.benchmarks.audience import figures as audience
from tests.benchmarks.figures import Figure
from tests.benchmarks.mailing import NUMBERS, Fill, Mailing, mailing
from tests.benchmarks.proc import busy, memory
from tests.core import chat, put
from tests.storage.shelf import number

#: Telegram's limit, and the chats that copies and single messages go to.
MOST, CHATS = 30, 3000
#: Seconds measured: of a broadcast, of one to a slow Telegram, of single messages.
COPIES, SLOWLY, SINGLE = 50.0, 25.0, 25.0
#: Codes that come among copies, one to each of Ann's numbers; seconds between two, and for one to ring.
CODES, BETWEEN, RINGS = NUMBERS, 4.0, 30.0
#: Seconds that a message takes at most until it is heard by a slow Telegram.
LATE = 0.1
#: So many spans are looked at.
_SPANS = 200
#: Why a goal may be missed.
JITTER = "a machine that is busy with others answers late; what may have been heard late counts from then"
TRAVEL = (
    "each waits until the 30th before it has surely been heard: 30 in 1.01 s and what they travel beyond "
    "the quickest; nobody who cannot know how long each will travel is faster and never above 30"
)
SINGLY = (
    "each is a row of its own, and so is what it draws: two or three strokes to mark it, four or five looks, "
    "and a request through aiogram and aiohttp"
)


@dataclass(frozen=True, slots=True)
class Went:
    """What was heard: the most in any second, and a second on average; percent of a core; codes; MB more."""

    most: int
    rate: float
    core: float
    codes: list[float]
    grown: float


async def figures(folder: Path) -> list[Figure]:
    copies = await _measured(folder / "copies", _copies, COPIES, CODES)
    slow = await _measured(folder / "slow", _copies, SLOWLY, late=LATE)
    single = await _measured(folder / "single", _single, SINGLE)
    return [
        *_pace("copies", copies, JITTER),
        Figure("postage", "copies, processor", copies.core, "% of a core", goal=10),
        Figure("postage", "copies, memory", copies.grown, f"MB more after {COPIES:.0f} s"),
        Figure("postage", "a code among copies", max(copies.codes), "s at most", goal=0.2),
        *_pace("single messages", single, JITTER),
        Figure("postage", "single messages, processor", single.core, "% of a core", goal=10, why=SINGLY),
        *_pace(f"copies that travel for up to {LATE * 1000:.0f} ms", slow, TRAVEL),
        *await audience(folder),
    ]


def _pace(what: str, went: Went, why: str) -> list[Figure]:
    return [
        Figure("postage", f"{what}, most in any second", went.most, "", "Telegram's limit", MOST, goal=1),
        Figure(
            *("postage", f"{what}, on average", went.rate, "a second", "Telegram's limit", MOST, 29 / MOST),
            more=True,
            why=why,
        ),
    ]


async def _measured(folder: Path, fill: Fill, seconds: float, codes: int = 0, late: float = 0.0) -> Went:
    async with mailing(folder, fill, late) as here:
        loop = asyncio.get_running_loop()
        since, used, held = loop.time(), busy(here.bot.pid), memory(here.bot.pid).rss
        waited = [await _code(here, str(each)) for each in range(codes)]
        await asyncio.sleep(since + seconds - loop.time())
        until, core = loop.time(), busy(here.bot.pid) - used
        grown = memory(here.bot.pid).rss - held
        heard = [moment for moment in here.heard() if since <= moment <= until]
    rate = a_second(heard, since, until)
    return Went(most_within(heard), rate, core / (until - since) * 100, waited, grown)


async def _code(here: Mailing, name: str) -> float:
    """Seconds from the provider's answer with a code until the code is heard."""
    await asyncio.sleep(BETWEEN)
    code = f"7319{name}"
    here.ask("code", id=name, code=code)
    async with asyncio.timeout(RINGS):
        while code not in (rings := here.ask("rings"))["rung"]:  # noqa: ASYNC110  # in another process
            await asyncio.sleep(0.2)
    took: float = rings["rung"][code] - rings["told"][code]
    return took


def most_within(moments: Sequence[float], span: float = 1.0) -> int:
    """The most that were heard in any span of so many seconds."""
    return max(bisect.bisect_left(moments, one + span) - at for at, one in enumerate(moments))


def a_second(moments: Sequence[float], since: float, until: float) -> float:
    """How many were heard in a second, on average of all spans of whole seconds, wherever they begin.

    Codes are heard 30 at once, each 1.01 s: from the first bunch to the last one there are more of them.
    """
    whole = math.floor((until - since) * 0.8)
    begins = [since + (until - since - whole) * each / _SPANS for each in range(_SPANS)]
    within = [bisect.bisect_left(moments, one + whole) - bisect.bisect_left(moments, one) for one in begins]
    return statistics.mean(within) / whole


async def _copies(database: Database) -> None:
    """One message to many people, begun."""
    now = datetime.now(UTC)
    await put(database, *(chat(each, now) for each in _people()))
    going = Broadcast(id="news", admin_id=1, source_id=7, title="We moved", segment="all", total=CHATS)
    going.state, going.created_at, going.started_at = BroadcastState.RUNNING, now, now
    await put(database, going)


async def _single(database: Database) -> None:
    """A code for every eighth person, due first, and a card for the rest, so that both are measured."""
    now, key = datetime.now(UTC), Key(id="k1", provider="smsbower")
    then = now - timedelta(minutes=1)
    await put(database, *(chat(each, then) for each in _people()))
    await put(database, *(_bought(key, each, then) for each in _people()))
    await put(database, *(_rang(each, then) for each in _people() if _is_told(each)))
    async with database.begin() as session:
        for each in _people():
            kind = Kind.CODE if _is_told(each) else Kind.CARD
            await arm(session, kind, f"p{each}", each, then)


def _is_told(person: int) -> bool:
    """Whether they got a code."""
    return person % 8 == 0


def _people() -> Iterator[int]:
    """Ann, who has chat 1, is not among them."""
    return iter(range(100, 100 + CHATS))


def _bought(key: Key, chat_id: int, now: datetime) -> Activation:
    key.chat_id = chat_id
    return number(key, f"p{chat_id}", State.RECEIVED, phone=f"+84{chat_id:09}", created_at=now, bought_at=now)


def _rang(chat_id: int, now: datetime) -> Sms:
    return Sms(id=f"p{chat_id}", activation_id=f"p{chat_id}", position=1, code="12345", received_at=now)
