"""A person who sends messages in the sandbox's Telegram, and what SMS-fly's site knows of them."""

import itertools
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.sites.ledger import Journalled
from bot.sandbox.sites.outgoing import Message
from bot.sandbox.sites.smsfly import SmsFly
from tests.faults.harness import Sandbox
from tests.faults.person import Person

SMSFLY = "smsfly"
SEND = "SENDMESSAGE"
#: What one SMS of the tests costs.
PRICE = Decimal("0.478")
#: How a card says that an answer was lost.
UNKNOWN = ("unknown", "will not send it again", "Balance before", "Balance after")

_RECIPIENTS = itertools.count(380_501_234_001)


@dataclass(slots=True)
class Sender(Person):
    """Somebody with a key of SMS-fly who sends one SMS to `recipient`, digits alone."""

    recipient: str = field(default_factory=lambda: str(next(_RECIPIENTS)), init=False)

    async def before_sending(self) -> None:
        """As far as the draft with everything: the next press sends."""
        self.say("/send")
        await self.press("SMS")
        await self.press("InfoCenter")
        await self.sees("Who gets it?")
        self.say(f"+{self.recipient}")
        await self.sees("What does the message say?")
        self.say("Your taxi is here")
        await self.sandbox.eventually(lambda: self._button("✅ Send"), f"{self.name} is asked to confirm")

    async def send(self) -> Message:
        """Confirm; the message as the site knows it."""
        await self.press("✅ Send")
        await self.sees("✉️", "on its way")
        (message,) = sent(self)
        return message

    async def send_in_vain(self, method: str, *, done: bool) -> None:
        """Confirm where the site never answers a method; `done` when it did its work before."""
        smsfly(self.sandbox).control("fault", kind="hang", method=method, after_processing=done)
        before = len(calls(self.sandbox, method))
        await self.press("✅ Send")
        await self.sandbox.eventually(
            lambda: len(calls(self.sandbox, method)) > before, f"{SMSFLY} sees {self.name}'s {method}"
        )


def smsfly(sandbox: Sandbox) -> SmsFly:
    site = sandbox.sites[SMSFLY]
    assert isinstance(site, SmsFly)
    return site


def calls(sandbox: Sandbox, *methods: str) -> list[Journalled]:
    """The calls of these methods the site has seen."""
    return [call for call in smsfly(sandbox).ledger.calls if call.method in methods]


def sent(sender: Sender) -> list[Message]:
    """Every message of a person the site has taken."""
    messages = smsfly(sender.sandbox).post.sent.values()
    return [message for message in messages if message.recipient == sender.recipient]


def paid(sender: Sender) -> list[Decimal]:
    """What the site took for the messages of a person."""
    mine = {message.id for message in sent(sender)}
    entries = smsfly(sender.sandbox).ledger.entries
    return [entry.amount for entry in entries if entry.kind == "charge" and entry.number in mine]
