"""Renting and renewing where answers are lost and the bot is killed: one press pays once, the list tells."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.sandbox.sites.rentals import Rental, Sim
from tests.faults.harness import BotProcess, Sandbox, written
from tests.faults.leaks import leaks, secrets
from tests.faults.person import stated
from tests.faults.renting import (
    IN_KAZAKHSTAN,
    LIST,
    PRICE,
    RENEW,
    RENT,
    UNKNOWN,
    WEEK,
    Renter,
    calls,
    in_order,
    list_stands_still,
    paid,
    rent_on_the_site,
    smsak,
)

#: How an answer is lost after the site did its work: the fault, and what stands in its body.
LOST = {
    "reset": ("drop", None),
    "502": ("502", None),
    "html": ("html", None),
    "truncated": ("garbage", '{"id": 19004223, "time": "2026-1'),
    "another shape": ("garbage", '{"result": [[]], "ok": null}'),
}
#: What an order that came true is answered, where nobody documents it.
SHAPES = ("1", "list", "empty")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renters(sandbox: Sandbox, process: BotProcess) -> dict[str, Renter]:
    """For each row somebody who is about to rent."""
    return await _about_to_rent(sandbox, process, *LOST, *SHAPES, "Ann", "Bob")


async def _about_to_rent(sandbox: Sandbox, process: BotProcess, *names: str) -> dict[str, Renter]:
    if not process.lives:
        await process.start()
    in_order(sandbox)
    renters = {name: Renter(sandbox, name) for name in names}
    await asyncio.gather(*(renter.connect("smsak") for renter in renters.values()))
    await asyncio.gather(*(renter.before_renting() for renter in renters.values()))
    return renters


async def test_b_1_two_presses_on_rent_and_on_renew_pay_for_one(
    sandbox: Sandbox, renters: Mapping[str, Renter]
) -> None:
    ann = renters["Ann"]
    assert await _pressed_twice(ann, "Rent for") == ["Renting…", "Already done"]
    ann.rental = await ann.rented()
    await ann.before_renewing()
    assert await _pressed_twice(ann, "Renew for") == ["Renewing…", "Already done"]
    await ann.sees("renewed for 7 days")
    assert paid(sandbox, ann.rental) == [PRICE, PRICE]


async def _pressed_twice(renter: Renter, button: str) -> list[str]:
    presses = renter.click(button), renter.click(button)
    return [(await renter.answer(press))["text"].partition(":")[0] for press in presses]


@pytest.mark.parametrize("row", LOST)
async def test_b_8_b_9_b_10_b_11_the_list_tells_of_a_rent_whose_answer_is_lost(
    sandbox: Sandbox, renters: Mapping[str, Renter], row: str
) -> None:
    _lose(sandbox, RENT, row)
    await _rents_one(renters[row])


@pytest.mark.parametrize("row", LOST)
async def test_b_8_b_9_b_10_b_11_the_list_tells_of_a_renewal_whose_answer_is_lost(
    sandbox: Sandbox, renters: Mapping[str, Renter], row: str
) -> None:
    number = await renters[row].rent()
    _lose(sandbox, RENEW, row)
    await _renews_once(renters[row], number)


@pytest.mark.parametrize("shape", SHAPES)
async def test_b_11_whatever_a_rent_is_answered_leads_to_the_number(
    sandbox: Sandbox, renters: Mapping[str, Renter], shape: str
) -> None:
    smsak(sandbox).control("dialect", rented=shape)
    await _rents_one(renters[shape])


@pytest.mark.parametrize("shape", SHAPES)
async def test_b_11_whatever_a_renewal_is_answered_leads_to_the_new_end(
    sandbox: Sandbox, renters: Mapping[str, Renter], shape: str
) -> None:
    smsak(sandbox).control("dialect", rented=shape)
    await _renews_once(renters[shape], await renters[shape].rent())


def _lose(sandbox: Sandbox, method: str, row: str) -> None:
    kind, body = LOST[row]
    smsak(sandbox).control("fault", kind=kind, body=body, method=method, after_processing=True)


async def _rents_one(renter: Renter) -> None:
    every = smsak(renter.sandbox).rentals.all
    known = {*every}
    number = await renter.rent()
    assert every.keys() - known == {number.id}
    assert paid(renter.sandbox, number) == [PRICE]


async def _renews_once(renter: Renter, number: Rental) -> None:
    until = number.until
    await renter.before_renewing()
    await renter.renew()
    assert number.until == until + WEEK
    assert paid(renter.sandbox, number) == [PRICE, PRICE]


async def test_b_20_an_order_that_is_refused_says_why_and_is_not_paid(
    sandbox: Sandbox, renters: Mapping[str, Renter]
) -> None:
    site, bob, before = smsak(sandbox), renters["Bob"], len(paid(sandbox))
    site.control("rental_stock", country="RU", count=0)
    await _not_rented(bob, "No numbers in stock")
    site.control("balance", amount=399)
    await _not_rented(bob, "not enough money")
    site.control("dialect", blocked="спам")
    await _not_rented(bob, "blocked this account")
    assert len(paid(sandbox)) == before


async def _not_rented(renter: Renter, why: str) -> None:
    """Confirm in vain, and stand before the confirmation again when the site is as it was."""
    await renter.press("Rent for")
    await renter.sees("Not rented, not paid", why)
    in_order(renter.sandbox)
    await renter.press("Try again")
    await renter.again()


async def test_b_20_a_renewal_that_is_refused_says_why_and_is_not_paid(
    sandbox: Sandbox, renters: Mapping[str, Renter]
) -> None:
    site, cat = smsak(sandbox), renters["reset"]
    number, keys = await cat.rent(), site.keys
    before = paid(sandbox, number)
    await cat.before_renewing()
    site.keys = set()
    await cat.press("Renew for")
    await cat.sees("Not renewed, not paid", "does not accept this key")
    site.keys = keys
    assert paid(sandbox, number) == before


async def test_b_12_a_number_the_list_tells_of_late_is_adopted_and_one_rented_elsewhere_is_not(
    sandbox: Sandbox, renters: Mapping[str, Renter]
) -> None:
    bob, before = renters["Bob"], len(calls(sandbox, RENT))
    list_stands_still(sandbox)
    _lose(sandbox, RENT, "reset")
    await bob.press("Rent for")
    card = (await bob.sees(*UNKNOWN))["text"]
    assert stated(card, "Balance before") - stated(card, "Balance after") == PRICE
    elsewhere = rent_on_the_site(sandbox, "RU", days=30)
    smsak(sandbox).control("fault", kind="none", method=LIST)
    number = await bob.rented()
    assert (number.id != elsewhere.id, paid(sandbox, number)) == (True, [PRICE])
    assert len(calls(sandbox, RENT)) == before + 1


@dataclass(frozen=True, slots=True)
class Crash:
    """Who was in the middle of what when the bot was killed; `numbers` by person, `called` by method."""

    people: Mapping[str, Renter]
    numbers: Mapping[str, Rental]
    called: Mapping[str, int]

    async def rings(self, name: str, words: str) -> int:
        """Wait for an SMS in a person's chat; how often it rang."""
        await self.people[name].sees("🔔", words)
        return len(self.people[name].showing("🔔", words))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crash(sandbox: Sandbox, process: BotProcess) -> Crash:
    """Kill the bot with five people in the middle of things, let an SMS come, start it again."""
    people = await _about_to_rent(sandbox, process, "Eve", "Fay", "Gus", "Hal", "Ida")
    numbers = {name: await people[name].rent() for name in ("Ida", "Eve")}
    for name, number in numbers.items():
        number.sim = Sim.ONLINE
        await people[name].before_renewing()
    await people["Ida"].order_in_vain("Renew for", RENEW, done=True)
    await people["Eve"].order_in_vain("Renew for", RENEW, done=False)
    await people["Fay"].order_in_vain("Rent for", RENT, done=True)
    await people["Gus"].before_renting("Ukraine")
    await people["Gus"].order_in_vain("Rent for", RENT, done=False)
    rent_on_the_site(sandbox, "KZ")
    await _kept_from_ringing(people["Eve"], numbers["Eve"], "0815")
    await people["Hal"].order_in_vain("Rent for", "getbalance", done=False)
    called = {method: len(calls(sandbox, method)) for method in (RENT, RENEW)}
    await process.stop(signal.SIGKILL)
    sandbox.human.heal()
    smsak(sandbox).control("sms", id=numbers["Ida"].id, text="Your code: 00-417")
    await process.start()
    return Crash(people, numbers, called)


async def _kept_from_ringing(renter: Renter, number: Rental, text: str) -> None:
    """An SMS is read and stored, and Telegram takes no message for its owner."""
    sandbox, seq = renter.sandbox, renter.sandbox.world.events.seq
    sandbox.human.fault(method="sendMessage", chat_id=renter.id, drop=True, times=None)
    smsak(sandbox).control("sms", id=number.id, text=text)
    await renter.press("Look now")
    await sandbox.eventually(lambda: sandbox.calls("sendMessage", seq), "the bot tries to ring")


async def test_b_8_killed_within_a_rent_the_number_is_there(sandbox: Sandbox, crash: Crash) -> None:
    number = await crash.people["Fay"].rented()
    assert paid(sandbox, number) == [PRICE]
    assert len(calls(sandbox, RENT)) == crash.called[RENT]


async def test_b_8_killed_within_a_renewal_the_new_end_is_there(sandbox: Sandbox, crash: Crash) -> None:
    await crash.people["Ida"].sees("📱", "renewed for 7 days")
    assert paid(sandbox, crash.numbers["Ida"]) == [PRICE, PRICE]
    assert len(calls(sandbox, RENEW)) == crash.called[RENEW]


async def test_b_7_b_14_killed_within_a_rent_that_never_came_true_it_is_unknown_whatever_else_is_new(
    sandbox: Sandbox, crash: Crash
) -> None:
    card = await crash.people["Gus"].sees(*UNKNOWN)
    assert stated(card["text"], "Balance before") - stated(card["text"], "Balance after") == IN_KAZAKHSTAN
    assert len(calls(sandbox, RENT)) == crash.called[RENT]


async def test_b_7_killed_within_a_renewal_that_never_came_true_it_is_unknown(
    sandbox: Sandbox, crash: Crash
) -> None:
    card = await crash.people["Eve"].sees("📱", *UNKNOWN)
    assert stated(card["text"], "Balance before") > stated(card["text"], "Balance after")
    assert paid(sandbox, crash.numbers["Eve"]) == [PRICE]
    assert len(calls(sandbox, RENEW)) == crash.called[RENEW]


async def test_b_5_killed_before_the_call_nothing_is_rented_and_it_says_so(crash: Crash) -> None:
    await crash.people["Hal"].sees("Not rented, not paid", "stopped before it could order")


async def test_c_1_an_sms_that_came_while_the_bot_was_dead_rings_at_its_start(crash: Crash) -> None:
    assert await crash.rings("Ida", "00-417") == 1


async def test_c_3_an_sms_that_was_read_before_the_kill_rings_after_it(crash: Crash) -> None:
    assert await crash.rings("Eve", "0815") == 1


async def test_b_8_the_site_saw_no_order_repeated(sandbox: Sandbox, crash: Crash) -> None:
    rules = {violation.rule for violation in smsak(sandbox).ledger.violations}
    assert "purchase repeated" not in rules


async def test_x_1_no_number_and_no_sms_stands_in_the_log(crash: Crash, process: BotProcess) -> None:
    phones = [number.phone for number in crash.numbers.values()]
    assert [words for words in (*phones, "00-417", "0815") if words in process.log] == []


async def test_x_1_no_key_can_be_read_in_anything_the_bot_wrote(sandbox: Sandbox, crash: Crash) -> None:
    assert sum(name.startswith("smsak's key") for name in secrets(sandbox)) > len(crash.people)
    assert "DEBUG" in written(sandbox).decode(errors="replace")
    assert leaks(sandbox) == []
