"""A cancel whose answer is lost on the wire: asked about until the provider says so, and paid back once."""

import pytest

from tests.faults.harness import WAIT, BotProcess, Sandbox, refunds
from tests.faults.person import Person

SMSBOWER = "smsbower"


@pytest.mark.parametrize(("kind", "done"), [("drop", True), ("502", True), ("drop", False)])
async def test_c_7_a_cancel_without_an_answer_is_paid_back_once(
    sandbox: Sandbox, bot: BotProcess, kind: str, done: bool
) -> None:
    ann, site = Person(sandbox), sandbox.sites[SMSBOWER]
    await ann.connect(SMSBOWER)
    number = await ann.buy(SMSBOWER)
    site.control("fault", kind=kind, method="setStatus", after_processing=done)
    await ann.press("Cancel from")
    sandbox.advance(WAIT)
    await ann.sees("📱", "Cancelled")
    assert (number.stage, len(refunds(site, number))) == ("cancelled", 1)
    called = [call.query["id"] for call in site.ledger.calls if call.method == "setStatus"]
    assert called.count(number.id) == (1 if done else 2)
