"""A watch that buys, and the death of the process: the next one buys one number, or says what is known."""

import sqlite3

import pytest

from bot.failpoints import KILLED, Failpoint
from bot.sandbox.sites import Site
from bot.watcher import LEASE
from tests.faults.harness import Sandbox, purchases
from tests.faults.person import Person
from tests.faults.test_purchase import alive

#: A site that lists the account's numbers: what was bought is found there.
SITE = "herosms"


async def dies_watching(sandbox: Sandbox, point: Failpoint, site: Site) -> tuple[Person, int]:
    """Start a watch that finds at once what it waits for, in a process that ends at this point."""
    person = Person(sandbox, point.name)
    async with alive(sandbox, FAILPOINT=point) as bot:
        await person.connect(site.name)
        sold = len(purchases(site))
        person.say("/watch telegram us")
        await person.press("Buy by itself")
        await person.press("Another price")
        await person.sees("Send the most")
        person.say("9")
        await person.press("15 minutes")
        await person.sees("I look about once a minute")
        person.click("Start the watch")
        assert await bot.ended() == KILLED
    return person, sold


def standing(sandbox: Sandbox, person: Person) -> tuple[str, float]:
    """Where their one watch stands, and when it is due (seconds since 1970; 0 for never)."""
    with sqlite3.connect(sandbox.database) as database:
        query = "SELECT state, next_poll_at FROM watches WHERE owner_id = ? AND state != 'offered'"
        state, due = database.execute(query, (person.id,)).fetchone()
        return str(state), float(due or 0)


def has_bought(sandbox: Sandbox, person: Person) -> bool:
    """Whether it has; while it waits for its next look, and nobody looks, time passes until then."""
    state, due = standing(sandbox, person)
    left = due - sandbox.clock.time()
    if 0 < left < LEASE.total_seconds() / 2:
        sandbox.advance(left)
    return state == "bought"


@pytest.mark.parametrize("point", [Failpoint.AFTER_INTENT, Failpoint.AFTER_CALL])
async def test_killed_at_any_line_a_watch_buys_one_number_and_its_card_says_so(
    sandbox: Sandbox, point: Failpoint
) -> None:
    site = sandbox.sites[SITE]
    person, sold = await dies_watching(sandbox, point, site)
    async with alive(sandbox):
        await sandbox.eventually(lambda: has_bought(sandbox, person), "the watch has bought")
        await person.sees("Your watch bought this number", "📱")
        sandbox.advance(3600)
        person.say("/watch")
        await person.sees("bought one: /numbers")
    assert len(purchases(site)) == sold + 1
    assert len(person.showing("Your watch bought")) == 1
