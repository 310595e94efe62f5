"""A purchase and the death of the process, at every point of the way: what the next process makes of it."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from bot.failpoints import KILLED, Failpoint
from bot.sandbox.sites import Site
from bot.sandbox.telegram.wire import Json
from tests.faults.harness import BotProcess, Sandbox, purchases
from tests.faults.person import Person, stated

#: A site that lists the account's numbers, and one that does not.
HEROSMS, SMSBOWER = "herosms", "smsbower"
#: Rounds of stops at random moments within a purchase, and the seconds within which they come.
STOPS = 4
WITHIN = 0.4


@asynccontextmanager
async def alive(sandbox: Sandbox, **changes: str) -> AsyncIterator[BotProcess]:
    """A bot for this block; it is dead at the end, one way or another."""
    bot = BotProcess(sandbox, **changes)
    await bot.start()
    try:
        yield bot
    finally:
        if bot.lives:
            await bot.stop(signal.SIGKILL)


def bought_by(sandbox: Sandbox, person: Person) -> dict[str | None, str]:
    """What the database has of a person's purchases: the provider's id and the state of each."""
    with sqlite3.connect(sandbox.database) as database:
        query = "SELECT provider_id, state FROM activations WHERE owner_id = ?"
        return dict(database.execute(query, (person.id,)).fetchall())


@dataclass(frozen=True, slots=True)
class Death:
    """A process that ended over a press: the press as Telegram keeps it, and what was sold before."""

    person: Person
    press: Json
    sold: int

    def press_comes_again(self) -> None:
        """Nobody confirmed it: the next process is told of the same update."""
        updates = self.person.sandbox.world.bot().updates
        if self.press not in updates.fetch():
            updates.renumber(self.press["update_id"])
            updates.put_unchecked("callback_query", self.press["callback_query"])

    async def press_is_answered(self) -> str:
        return str((await self.person.answer(self.press["callback_query"]["id"]))["text"])


async def dies_buying(sandbox: Sandbox, point: Failpoint, site: Site) -> Death:
    """Press *Buy* in a process that ends at this point."""
    person = Person(sandbox, point.name)
    async with alive(sandbox, FAILPOINT=point) as bot:
        await person.connect(site.name)
        await person.choose(site.name)
        sold = len(purchases(site))
        person.click("Buy for")
        press = sandbox.world.bot().updates.fetch()[-1]
        assert await bot.ended() == KILLED
    death = Death(person, press, sold)
    death.press_comes_again()
    return death


# The process dies


async def test_b_2_b_4_killed_before_the_intent_nothing_is_bought_until_the_press_comes_again(
    sandbox: Sandbox,
) -> None:
    site = sandbox.sites[HEROSMS]
    death = await dies_buying(sandbox, Failpoint.BEFORE_INTENT, site)
    ann = death.person
    assert (len(purchases(site)), bought_by(sandbox, ann)) == (death.sold, {})
    async with alive(sandbox):
        number = ann.number(HEROSMS, await ann.sees("📱", "Waiting for the SMS"))
        assert await death.press_is_answered() == "Buying…"
    assert len(purchases(site)) == death.sold + 1
    assert bought_by(sandbox, ann) == {number.id: "waiting"}


async def test_b_2_b_5_killed_before_the_call_nothing_is_bought_it_says_so_and_can_be_tried_again(
    sandbox: Sandbox,
) -> None:
    site = sandbox.sites[HEROSMS]
    death = await dies_buying(sandbox, Failpoint.AFTER_INTENT, site)
    ann = death.person
    async with alive(sandbox):
        await ann.sees("Not bought, not paid", "stopped before it could order")
        assert (await death.press_is_answered()).startswith("Already done")
        assert len(purchases(site)) == death.sold
        await ann.press("Try again")
        await ann.press("Buy for")
        await ann.sees("📱", "Waiting for the SMS")
    assert len(purchases(site)) == death.sold + 1


@pytest.mark.parametrize("point", [Failpoint.AFTER_CALL, Failpoint.AFTER_OUTCOME])
async def test_b_2_b_6_killed_after_the_call_the_number_is_there_and_its_code_rings(
    sandbox: Sandbox, point: Failpoint
) -> None:
    site = sandbox.sites[HEROSMS]
    death = await dies_buying(sandbox, point, site)
    ann = death.person
    async with alive(sandbox):
        number = ann.number(HEROSMS, await ann.sees("📱", "Waiting for the SMS"))
        site.control("sms", id=number.id, code="606060")
        await ann.sees("🔔", "606060")
    assert len(purchases(site)) == death.sold + 1
    assert bought_by(sandbox, ann) == {number.id: "received"}


async def test_b_6_b_15_killed_after_the_call_it_is_unknown_where_nothing_is_listed(sandbox: Sandbox) -> None:
    site = sandbox.sites[SMSBOWER]
    death = await dies_buying(sandbox, Failpoint.AFTER_CALL, site)
    async with alive(sandbox):
        card = await death.person.sees("unknown", "Balance before", "Balance after")
        assert stated(card["text"], "Balance after") < stated(card["text"], "Balance before")
        sandbox.advance(3600)
        death.person.say("/numbers")
        await death.person.sees("Your numbers")
        assert bought_by(sandbox, death.person) == {None: "unknown"}
    assert len(purchases(site)) == death.sold + 1


async def test_b_7_killed_right_before_the_call_it_is_checked_and_then_not_bought(
    sandbox: Sandbox,
) -> None:
    site = sandbox.sites[HEROSMS]
    death = await dies_buying(sandbox, Failpoint.BEFORE_CALL, site)
    again = BotProcess(sandbox, FAILPOINT=Failpoint.IN_RECOVERY)
    await again.launch()
    assert await again.ended() == KILLED
    async with alive(sandbox):
        await death.person.sees("Checking…", "Balance before", "Balance after")
        while bought_by(sandbox, death.person) == {None: "unknown"}:
            await another_look(sandbox, death.person)
        await death.person.sees("Not bought", "lists no such number")
    assert len(purchases(site)) == death.sold


async def another_look(sandbox: Sandbox, person: Person) -> None:
    """The next of the looks for a lost purchase, once its time is known: made when it is due."""
    look, due = planned(sandbox, person)
    sandbox.advance(max(0.0, due - sandbox.clock.time()))
    await sandbox.eventually(lambda: planned(sandbox, person) != (look, due), "another look")


def planned(sandbox: Sandbox, person: Person) -> tuple[int, float]:
    """How many looks for their only purchase found nothing, and when the next is due (seconds since 1970)."""
    with sqlite3.connect(sandbox.database) as database:
        query = "SELECT failures, next_poll_at FROM activations WHERE owner_id = ?"
        looks, due = database.execute(query, (person.id,)).fetchone()
        return int(looks), float(due)


# The process is stopped


async def test_b_19_stopped_at_any_moment_of_a_purchase_the_site_and_the_database_agree(
    sandbox: Sandbox,
) -> None:
    site, dice = sandbox.sites[HEROSMS], random.Random(19)
    buyers = [Person(sandbox, f"Buyer {count}") for count in range(STOPS)]
    sold = len(purchases(site))
    async with alive(sandbox):
        for buyer in buyers:
            await buyer.connect(HEROSMS)
            await buyer.choose(HEROSMS)
    for buyer in buyers:
        async with alive(sandbox) as bot:
            buyer.click("Buy for")
            await asyncio.sleep(dice.uniform(0, WITHIN))
            assert await bot.stop(signal.SIGTERM) == 0
    async with alive(sandbox):
        for buyer in buyers:
            await sandbox.eventually(partial(settled, buyer), f"{buyer.name} is told the truth")
    kept = [number for buyer in buyers for number in bought_by(sandbox, buyer) if number is not None]
    assert len(purchases(site)) == sold + len(kept)
    assert {number.id for number in site.shop.active()} >= set(kept)


def settled(buyer: Person) -> bool:
    """Whether they have a number, or are told that they have none: nothing is unknown where it is listed."""
    return bool(buyer.showing("📱", "Waiting for the SMS") or buyer.showing("Not bought, not paid"))
