"""Sending where answers are lost and the bot is killed: one press sends once, and the truth is told."""

import asyncio
import signal
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.sandbox.sites.outgoing import Message
from tests.faults.harness import BotProcess, Sandbox, written
from tests.faults.leaks import leaks, secrets
from tests.faults.person import stated
from tests.faults.sending import PRICE, SEND, SMSFLY, UNKNOWN, Sender, calls, paid, sent, smsfly

#: How an answer is lost after the site did its work: the fault, and what stands in its body.
LOST = {
    "reset": ("drop", None),
    "502": ("502", None),
    "html": ("html", None),
    "truncated": ("garbage", '{"success": 1, "data": {"messageID": "FAPI00'),
    "empty": ("empty", None),
    "another shape": ("garbage", '{"success": 1, "data": []}'),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def senders(sandbox: Sandbox, process: BotProcess) -> dict[str, Sender]:
    """For each row somebody who is about to send."""
    return await _about_to_send(sandbox, process, *LOST, "Ann", "Bob", "Cat")


async def _about_to_send(sandbox: Sandbox, process: BotProcess, *names: str) -> dict[str, Sender]:
    if not process.lives:
        await process.start()
    senders = {name: Sender(sandbox, name) for name in names}
    await asyncio.gather(*(sender.connect(SMSFLY) for sender in senders.values()))
    await asyncio.gather(*(sender.before_sending() for sender in senders.values()))
    return senders


async def test_b_1_two_presses_on_send_send_once(sandbox: Sandbox, senders: Mapping[str, Sender]) -> None:
    ann = senders["Ann"]
    presses = ann.click("✅ Send"), ann.click("✅ Send")
    answers = [(await ann.answer(press))["text"].partition(":")[0] for press in presses]
    assert answers == ["Sending…", "Already done"]
    await ann.sees("✉️", "on its way")
    assert paid(ann) == [PRICE]


@pytest.mark.parametrize("row", LOST)
async def test_b_8_b_9_b_10_b_11_b_15_a_lost_answer_is_told_and_never_repeated(
    sandbox: Sandbox, senders: Mapping[str, Sender], row: str
) -> None:
    (kind, body), ann = LOST[row], senders[row]
    before = len(calls(sandbox, SEND))
    smsfly(sandbox).control("fault", kind=kind, body=body, method=SEND, after_processing=True)
    await ann.press("✅ Send")
    card = (await ann.sees(*UNKNOWN))["text"]
    assert stated(card, "Balance before") - stated(card, "Balance after") == PRICE
    assert paid(ann) == [PRICE]
    assert len(calls(sandbox, SEND)) == before + 1


async def test_b_7_a_lost_press_that_sent_nothing_is_told_as_unknown(
    sandbox: Sandbox, senders: Mapping[str, Sender]
) -> None:
    bob = senders["Bob"]
    smsfly(sandbox).control("fault", kind="drop", method=SEND)
    await bob.press("✅ Send")
    card = (await bob.sees(*UNKNOWN))["text"]
    assert stated(card, "Balance before") == stated(card, "Balance after")
    assert sent(bob) == []


async def test_b_20_a_refused_message_says_why_and_is_not_paid(
    sandbox: Sandbox, senders: Mapping[str, Sender]
) -> None:
    site, cat = smsfly(sandbox), senders["Cat"]
    keys, balance = site.keys, site.ledger.balance
    site.keys = set()
    await _not_sent(cat, "does not accept this key")
    site.keys = keys
    await cat.press("Change and try again")
    site.control("dialect", unpaid="error")
    site.control("balance", amount=0)
    await _not_sent(cat, "not enough money")
    assert sent(cat) == []
    site.control("balance", amount=balance)
    await cat.press("Change and try again")
    site.control("dialect", unpaid="status")
    site.control("balance", amount=0)
    await cat.press("✅ Send")
    await cat.sees("🔔", "Not delivered", "not enough money")
    site.control("balance", amount=balance)
    assert paid(cat) == []


async def _not_sent(sender: Sender, why: str) -> None:
    await sender.press("✅ Send")
    await sender.sees("Not sent, not paid", why)


@dataclass(frozen=True, slots=True)
class Crash:
    """Who was in the middle of what when the bot was killed; `messages` by person, the calls that sent."""

    people: Mapping[str, Sender]
    messages: Mapping[str, Message]
    called: int


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crash(sandbox: Sandbox, process: BotProcess) -> Crash:
    """Kill the bot with six people in the middle of things, let messages arrive, start it again."""
    people = await _about_to_send(sandbox, process, "Eve", "Fay", "Gus", "Hal", "Ida", "Jay")
    messages = {name: await people[name].send() for name in ("Eve", "Fay", "Gus")}
    await people["Hal"].send_in_vain(SEND, done=True)
    await people["Ida"].send_in_vain(SEND, done=False)
    await _kept_from_ringing(people["Fay"], messages["Fay"])
    await people["Jay"].send_in_vain("GETBALANCE", done=False)
    called = len(calls(sandbox, SEND))
    await process.stop(signal.SIGKILL)
    sandbox.human.heal()
    smsfly(sandbox).control("message", id=messages["Eve"].id, status="DELIVRD")
    await process.start()
    return Crash(people, messages, called)


async def _kept_from_ringing(sender: Sender, message: Message) -> None:
    """Its delivery is read and stored, and Telegram takes no new message for its sender."""
    sandbox, seq = sender.sandbox, sender.sandbox.world.events.seq
    sandbox.human.fault(method="sendMessage", chat_id=sender.id, drop=True, times=None)
    smsfly(sandbox).control("message", id=message.id, status="DELIVRD")
    await sandbox.eventually(lambda: sandbox.calls("sendMessage", seq), "the bot tries to ring")


async def test_b_8_killed_within_a_send_it_is_unknown_and_never_repeated(
    sandbox: Sandbox, crash: Crash
) -> None:
    card = (await crash.people["Hal"].sees(*UNKNOWN))["text"]
    assert stated(card, "Balance before") - stated(card, "Balance after") == PRICE
    await _looks_again(sandbox)
    assert paid(crash.people["Hal"]) == [PRICE]
    assert len(calls(sandbox, SEND)) == crash.called


async def test_b_7_killed_within_a_send_that_never_came_true_it_is_unknown_and_never_repeated(
    sandbox: Sandbox, crash: Crash
) -> None:
    await crash.people["Ida"].sees(*UNKNOWN)
    await _looks_again(sandbox)
    assert sent(crash.people["Ida"]) == []
    assert len(calls(sandbox, SEND)) == crash.called


async def test_b_5_killed_before_the_call_nothing_is_sent_and_it_says_so(crash: Crash) -> None:
    await crash.people["Jay"].sees("Not sent, not paid", "stopped before it could order")
    assert sent(crash.people["Jay"]) == []


async def test_c_1_a_delivery_while_the_bot_was_dead_is_told_and_rings_once(
    sandbox: Sandbox, crash: Crash
) -> None:
    await _delivered(sandbox, crash.people["Eve"])


async def test_c_3_a_delivery_that_was_read_before_the_kill_rings_once_after_it(
    sandbox: Sandbox, crash: Crash
) -> None:
    await _delivered(sandbox, crash.people["Fay"])


async def _delivered(sandbox: Sandbox, sender: Sender) -> None:
    """Both the card and a message that rings say so, and looking again rings no more."""
    await sender.sees("🔔", "Delivered")
    await sender.sees("✉️", "Delivered over SMS")
    await _looks_again(sandbox)
    assert len(sender.showing("🔔", "Delivered")) == 1
    assert paid(sender) == [PRICE]


async def _looks_again(sandbox: Sandbox) -> None:
    """Gus's message is still on its way, and is asked about three times more."""
    before = len(calls(sandbox, "GETMESSAGESTATUS"))
    asked = lambda: len(calls(sandbox, "GETMESSAGESTATUS")) > before + 2  # noqa: E731
    await sandbox.eventually(asked, "the bot asks how messages stand")


async def test_b_8_the_site_saw_no_message_repeated(sandbox: Sandbox, crash: Crash) -> None:
    rules = {violation.rule for violation in smsfly(sandbox).ledger.violations}
    assert "purchase repeated" not in rules


async def test_x_1_no_recipient_and_no_text_stands_in_the_log(crash: Crash, process: BotProcess) -> None:
    recipients = [sender.recipient for sender in crash.people.values()]
    assert [words for words in (*recipients, "Your taxi") if words in process.log] == []


async def test_x_1_no_key_can_be_read_in_anything_the_bot_wrote(sandbox: Sandbox, crash: Crash) -> None:
    assert sum(name.startswith("smsfly's key") for name in secrets(sandbox)) > len(crash.people)
    assert "DEBUG" in written(sandbox).decode(errors="replace")
    assert leaks(sandbox) == []
