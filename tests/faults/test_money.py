"""What is spent of other people's money: one press, one purchase, and a cancel when the site lets go."""

import asyncio

import pytest

from tests.faults.harness import WAIT, Sandbox, purchases, refunds
from tests.faults.person import Person, stated

#: Seconds after the first allowed moment in which a cancel must be carried out: a poll, on a busy machine.
PROMPT = 4.0

pytestmark = pytest.mark.usefixtures("bot")


async def test_b_1_two_presses_on_buy_buy_once(sandbox: Sandbox) -> None:
    ann = Person(sandbox)
    await ann.connect("smsbower")
    await ann.choose("smsbower")
    before = len(purchases(sandbox.sites["smsbower"]))
    first, second = ann.click("Buy for"), ann.click("Buy for")
    answers = [(await ann.answer(press))["text"] for press in (first, second)]
    await ann.sees("Waiting for the SMS")
    assert len(purchases(sandbox.sites["smsbower"])) == before + 1
    assert answers[0] == "Buying…"
    assert answers[1].startswith("Already done")


@pytest.mark.parametrize("fault", ["drop", "html", "502", "garbage", "empty"])
async def test_b_9_b_10_b_11_b_15_a_lost_answer_is_told_and_never_repeated(
    sandbox: Sandbox, fault: str
) -> None:
    site, ann = sandbox.sites["smsbower"], Person(sandbox, fault)
    await ann.connect("smsbower")
    await ann.choose("smsbower")
    before, balance = len(purchases(site)), site.ledger.balance
    site.control("fault", kind=fault, method="getNumberV2", after_processing=True)
    await ann.press("Buy for")
    card = await ann.sees("unknown")
    assert stated(card["text"], "Balance before") == balance
    assert stated(card["text"], "Balance after") == site.ledger.balance < balance
    assert len(purchases(site)) == before + 1


async def test_a_booked_cancel_is_carried_out_at_the_first_allowed_moment(sandbox: Sandbox) -> None:
    await asyncio.gather(
        _cancelled_in_time(sandbox, "smsbower", "telegram us"),
        _cancelled_in_time(sandbox, "smsski", "telegram us"),
        _cancelled_in_time(sandbox, "herosms", "telegram us"),
    )


async def test_c_10_a_minimum_wait_nobody_documents_is_learned(sandbox: Sandbox) -> None:
    site, bob = sandbox.sites["sms3t"], Person(sandbox, "Bob")
    await bob.connect("sms3t")
    number = await bob.buy("sms3t", "telegram vn")
    answer = await bob.press("Cancel")
    # On a busy machine the first look came before the press: the cancel keeps its distance from it.
    assert answer["text"].startswith(("Cancelling…", "Booked: I cancel it at"))
    await bob.sees("Cancelled")
    assert 0 <= refunds(site, number)[0] - number.sold_at - WAIT < PROMPT
    assert "EARLY_CANCEL_DENIED" in {call.answer for call in site.ledger.calls}
    await _cancelled_in_time(sandbox, "sms3t", "telegram vn")


async def _cancelled_in_time(sandbox: Sandbox, name: str, where: str) -> None:
    """Too early: an alert with the seconds, and a booking; then cancelled and paid back, on the second."""
    site, ann = sandbox.sites[name], Person(sandbox, name)
    await ann.connect(name)
    number = await ann.buy(name, where)
    answer = await ann.press("Cancel from")
    assert answer["show_alert"]
    assert answer["text"].startswith("Too early")
    assert " s" in answer["text"] or "second" in answer["text"]
    assert not refunds(site, number)
    await ann.sees("Cancelled")
    assert 0 <= refunds(site, number)[0] - number.sold_at - WAIT < PROMPT
    assert number.refunded
