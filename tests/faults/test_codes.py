"""A code that reached the provider reaches its owner: through an outage, a kill -9, a time without a bot."""

import asyncio
import base64
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import pytest_asyncio

from bot.failpoints import KILLED, Failpoint
from bot.sandbox.sites.activation import Activation
from tests.faults.harness import BotProcess, Sandbox, purchases, refunds, written
from tests.faults.leaks import forms, leaks, secrets
from tests.faults.person import Person

HEROSMS = "herosms"
SMSBOWER = "smsbower"
SMSSKI = "smsski"


@dataclass(frozen=True, slots=True)
class Crash:
    """Who was in the middle of what when the bot was killed; `numbers` by person."""

    people: dict[str, Person]
    numbers: dict[str, Activation]
    #: The purchase calls each site had seen by then.
    bought: dict[str, int]

    async def rings(self, name: str, code: str) -> int:
        """Wait for a code in a person's chat; how often it rang."""
        await self.people[name].sees("🔔", code)
        return len(self.people[name].showing("🔔", code))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crash(sandbox: Sandbox, process: BotProcess) -> Crash:
    """Kill the bot with six people in the middle of things, let codes arrive, start it again."""
    if not process.lives:
        await process.start()
    people = {name: Person(sandbox, name) for name in ("Ann", "Bob", "Cat", "Dan", "Eve", "Fay")}
    await asyncio.gather(*(people[name].connect(SMSBOWER) for name in people if name != "Dan"))
    await people["Dan"].connect(HEROSMS)
    numbers = {name: await people[name].buy(SMSBOWER) for name in ("Eve", "Ann", "Bob")}
    await people["Eve"].press("Cancel from")
    await people["Eve"].sees("Cancelled")
    await _lose_the_answer(people["Cat"], SMSBOWER, "getNumberV2")
    await _lose_the_answer(people["Dan"], HEROSMS, "getNumber")
    numbers["Fay"] = await people["Fay"].buy(SMSBOWER)
    await people["Fay"].press("Cancel from")
    bought = {name: len(purchases(site)) for name, site in sandbox.sites.items()}
    await process.stop(signal.SIGKILL)
    sandbox.sites[SMSBOWER].control("sms", id=numbers["Ann"].id, code="00-417")
    sandbox.sites[SMSBOWER].control("sms", id=numbers["Eve"].id, code="5150", late=True)
    await process.start()
    return Crash(people, numbers, bought)


async def _lose_the_answer(person: Person, name: str, method: str) -> None:
    """Press *Buy* at a site that sells the number and never answers."""
    site = person.sandbox.sites[name]
    await person.choose(name)
    before = len(purchases(site))
    site.control("fault", kind="hang", method=method, after_processing=True)
    await person.press("Buy for")
    await person.sandbox.eventually(lambda: len(purchases(site)) > before, f"{name} sold a number")


async def test_a_clone_named_in_the_environment_is_offered_and_bought_from(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    gil = Person(sandbox, "Gil")
    await gil.connect(HEROSMS)
    number = await gil.buy(HEROSMS)
    sandbox.sites[HEROSMS].control("sms", id=number.id, code="731904")
    await gil.sees("🔔", "731904")
    await gil.press("Finish")
    await gil.sees("📱", "Finished")
    assert number.stage == "finished"


async def test_t_3_a_code_that_comes_while_telegram_is_down_rings_when_it_is_back(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    hal = Person(sandbox, "Hal")
    await hal.connect(SMSBOWER)
    number = await hal.buy(SMSBOWER)
    sandbox.human.fault(code=502, body="<html>502 Bad Gateway</html>", times=4)
    sandbox.human.fault(drop=True, times=None)
    seq = sandbox.world.events.seq
    sandbox.sites[SMSBOWER].control("sms", id=number.id, code="88001")
    await sandbox.eventually(lambda: len(sandbox.calls("sendMessage", seq)) > 1, "the bot tries to send")
    assert not hal.showing("88001")
    sandbox.human.heal()
    await hal.sees("🔔", "88001")
    hal.say("/help")
    await hal.sees("How it works")
    assert len(hal.showing("🔔", "88001")) == 1


@pytest.mark.parametrize(
    "point", [Failpoint.AFTER_READING, Failpoint.AFTER_CODE, Failpoint.BEFORE_SEND, Failpoint.AFTER_SEND]
)
async def test_c_2_c_3_c_4_killed_over_a_code_it_rings_after_the_kill(
    sandbox: Sandbox, bot: BotProcess, point: Failpoint
) -> None:
    """Once more if it was sent and that was not written down; it is one SMS all the same."""
    kim, code = Person(sandbox, "Kim"), f"7{len(sandbox.world.people):05}"
    await kim.connect(SMSBOWER)
    number = await kim.buy(SMSBOWER)
    await bot.arm(point)
    sandbox.sites[SMSBOWER].control("sms", id=number.id, code=code)
    assert await bot.ended() == KILLED
    times = len(kim.showing("🔔", code)) + 1
    assert times == 1 or point is Failpoint.AFTER_SEND
    await bot.start()
    await sandbox.eventually(lambda: len(kim.showing("🔔", code)) >= times, "it rings after the kill")
    await kim.sees("📱", code)
    sandbox.advance(60)
    kim.say("/help")
    await kim.sees("How it works")
    assert len(kim.showing("🔔", code)) == times
    with closing(sqlite3.connect(sandbox.database)) as file:
        assert file.execute("SELECT count(*) FROM sms WHERE code = ?", [code]).fetchone() == (1,)


async def test_c_2_killed_over_a_code_that_is_given_out_once_its_card_says_where_to_look(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    """sms.ski gives no code twice and lists no tasks: nothing it can be asked brings the code back."""
    lou, site = Person(sandbox, "Lou"), sandbox.sites[SMSSKI]
    await lou.connect(SMSSKI)
    number = await lou.buy(SMSSKI)
    await bot.arm(Failpoint.AFTER_READING)
    site.control("sms", id=number.id, code="618033")
    assert await bot.ended() == KILLED
    await bot.start()
    await lou.sees("📱", "if an SMS came, look for it in your account")
    assert not lou.showing("618033")
    assert number.stage == "finished"


async def test_c_1_a_code_that_came_while_the_bot_was_dead_rings_at_its_start(crash: Crash) -> None:
    assert await crash.rings("Ann", "00-417") == 1


async def test_c_9_a_late_code_that_came_while_the_bot_was_dead_rings_too(crash: Crash) -> None:
    assert await crash.rings("Eve", "5150") == 1
    assert crash.people["Eve"].showing("5150", "late")


async def test_b_6_killed_between_purchase_and_code_the_code_still_rings(
    sandbox: Sandbox, crash: Crash
) -> None:
    sandbox.sites[SMSBOWER].control("sms", id=crash.numbers["Bob"].id, code="90210")
    assert await crash.rings("Bob", "90210") == 1
    assert len(purchases(sandbox.sites[SMSBOWER])) == crash.bought[SMSBOWER]


async def test_b_8_b_15_killed_within_a_purchase_it_is_unknown_where_none_can_be_listed(
    sandbox: Sandbox, crash: Crash
) -> None:
    await crash.people["Cat"].sees("unknown", "Balance before", "Balance after")
    assert len(purchases(sandbox.sites[SMSBOWER])) == crash.bought[SMSBOWER]


async def test_b_8_killed_within_a_purchase_the_number_is_adopted_where_it_is_listed(
    sandbox: Sandbox, crash: Crash
) -> None:
    site, dan = sandbox.sites[HEROSMS], crash.people["Dan"]
    number = dan.number(HEROSMS, await dan.sees("📱", "Waiting for the SMS"))
    site.control("sms", id=number.id, code="4242")
    assert await crash.rings("Dan", "4242") == 1
    assert len(purchases(site)) == crash.bought[HEROSMS]


async def test_c_20_a_cancel_that_fell_due_while_the_bot_was_dead_is_carried_out(
    sandbox: Sandbox, crash: Crash
) -> None:
    await crash.people["Fay"].sees("📱", "Cancelled")
    assert len(refunds(sandbox.sites[SMSBOWER], crash.numbers["Fay"])) == 1


async def test_x_1_no_secret_can_be_read_in_anything_the_bot_wrote(sandbox: Sandbox, crash: Crash) -> None:
    assert "DEBUG" in written(sandbox).decode(errors="replace")
    assert leaks(sandbox) == []


@pytest.mark.parametrize("name", ["the bot's token", "the master key", "the master key's bytes"])
async def test_x_1_a_secret_would_be_found_however_it_is_written(sandbox: Sandbox, name: str) -> None:
    secret = secrets(sandbox)[name]
    for shift in range(3):
        assert any(form in base64.b64encode(b"x" * shift + secret + b"tail") for form in forms(secret))
    assert secret in forms(secret)
    assert quote(secret.decode("latin-1"), safe="").encode() in forms(secret)
