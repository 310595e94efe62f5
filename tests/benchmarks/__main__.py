"""`make bench`: what a message, a press and a look at what is due cost on this machine.

A number alone says little, so each stands beside what it must keep up with.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import insert

from storage.activations import ActivationStore
from storage.database import Database
from storage.models import Activation, Key, State
from tests.benchmarks import lateness
from tests.benchmarks.lateness import Late
from tests.house import PATIENCE, Chat, House, keyboard, open_house
from tests.storage.shelf import NOW, number, shelf, stored

ROUNDS = 50
#: Numbers that ended long ago, and those that are due now.
FEW, MANY, DUE = 1_000, 100_000, 20
#: Telegram lets a bot send no more than this in a second.
TELEGRAMS_LIMIT = 30


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="codebell-bench-") as folder:
        await talk(Path(folder) / "talk")
        few = await watch(Path(folder) / "few", FEW)
        many = await watch(Path(folder) / "many", MANY)
        well = await lateness.while_all_is_well(Path(folder) / "well")
        hung = await lateness.while_one_provider_hangs(Path(folder) / "hung")
        code, said = await lateness.while_one_chat_is_shut_out(Path(folder) / "shut")
    tell(f"{DUE} due among {FEW:,} ended numbers, claimed", few)
    tell(f"{DUE} due among {MANY:,} ended numbers, claimed", many, f"{many / few:.1f} times as long")
    tell_late("looks, while all is well", well)
    tell_late(f"looks, while another provider hangs with {lateness.HUNG * lateness.EACH} numbers", hung)
    tell_late(
        f"codes, while another chat is shut out for {lateness.RETRY_AFTER} s", code, f"; {said} sent into it"
    )


async def talk(folder: Path) -> None:
    """A person and the whole bot in this process: no network, but the database is a real file."""
    async with open_house(folder) as house:
        chat = house.person()
        await house.connect(chat, house.alpha)
        said = await quickest(lambda: say(house, chat))
        pressed = await quickest(lambda: press(house, chat))
    limit = f"a second; Telegram lets {TELEGRAMS_LIMIT} out"
    tell("a command, answered", said, f"{1000 / said:.0f} {limit}")
    tell("a press, answered", pressed, f"{1000 / pressed:.0f} {limit}")


async def say(house: House, chat: Chat) -> None:
    house.human.message(chat.chat_id, chat.person_id, "/start")
    await heard(house)


async def press(house: House, chat: Chat) -> None:
    """Whatever the last button of the last message is: Help, Menu, Help …"""
    data = keyboard(chat.last)[-1]["callback_data"]
    house.human.click(chat.chat_id, chat.last["message_id"], chat.person_id, data)
    await heard(house)


async def heard(house: House) -> None:
    await house.codebell.poller.fetch(0)
    await house.codebell.poller.drain(PATIENCE)


async def watch(folder: Path, ended: int) -> float:
    """Milliseconds to claim what is due."""
    async with shelf(folder) as database:
        key = await stored(database)
        await fill(database, key, ended)
        store = ActivationStore(database)
        # A lease that ends at once: the same rows are due again at the next claim.
        return await quickest(lambda: store.claim(NOW, lease_until=NOW))


async def fill(database: Database, key: Key, ended: int) -> None:
    finished = columns(number(key, "template", State.FINISHED))
    waiting = {**columns(number(key, "template", State.WAITING)), "next_poll_at": NOW}
    rows = [named(finished, f"ended{each}") for each in range(ended)]
    async with database.begin() as session:
        await session.execute(
            insert(Activation), rows + [named(waiting, f"due{each}") for each in range(DUE)]
        )


def columns(row: Activation) -> dict[str, object]:
    return {each.key: getattr(row, each.key) for each in Activation.__table__.columns}


def named(row: dict[str, object], name: str) -> dict[str, object]:
    return {**row, "id": name, "nonce": name, "provider_id": name}


async def quickest(act: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of the quickest of many rounds: what else the machine does is left out."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await act()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def tell(what: str, milliseconds: float, beside: str = "") -> None:
    sys.stdout.write(f"  {what:<50}{milliseconds:9.2f} ms   {beside}".rstrip() + "\n")


def tell_late(what: str, late: Late, beside: str = "") -> None:
    sys.stdout.write(
        f"  {what:<62}p95 {late.p95:.2f} s late, {late.most:.2f} s at most (of {late.of}){beside}\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
