"""A person in the sandbox's Telegram: types, presses, and looks at what the bot shows."""

import re
import secrets
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import takewhile
from typing import TypeVar

from bot.sandbox.sites import Site
from bot.sandbox.sites.activation import Activation
from bot.sandbox.telegram.wire import Json
from tests.faults.harness import PATIENCE, Sandbox

T = TypeVar("T")


@dataclass(slots=True)
class Person:
    """Somebody new with an empty chat; its id is theirs."""

    sandbox: Sandbox
    name: str = "Ann"
    id: int = field(init=False)
    #: Where they are: the chat with the bot, or a group.
    chat_id: int = field(init=False)
    #: Seconds they wait for what should come at once.
    patience: float = field(default=PATIENCE, kw_only=True)
    #: They look only at messages with a higher id.
    after: int = field(default=0, kw_only=True)
    #: The key they added last, by provider.
    keys: dict[str, str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        self.id = self.chat_id = int(self.sandbox.human.user(self.name)["user"]["id"])

    def seat(self, chat_id: int) -> "Person":
        """The same in a group."""
        there = copy(self)
        there.chat_id, there.after = chat_id, 0
        return there

    def afresh(self) -> "Person":
        """The same, who looks only at what comes from now on: older buttons may be somebody else's."""
        here = copy(self)
        here.after = self.sandbox.world.chats[self.chat_id].last_message_id
        return here

    # What they see

    def messages(self) -> list[Json]:
        """The bot's messages as they are now, newest first."""
        newest_first = reversed(self.sandbox.world.chats[self.chat_id].messages.values())
        seen = takewhile(lambda message: message["message_id"] > self.after, newest_first)
        return [message for message in seen if message["from"]["is_bot"]]

    def showing(self, *words: str) -> list[Json]:
        """The bot's messages with all these words."""
        return [message for message in self.messages() if all(word in message["text"] for word in words)]

    async def sees(self, *words: str, seconds: float | None = None) -> Json:
        """The newest message with all these words, as soon as there is one."""
        what = f"{self.name} sees {words}, not {[message['text'] for message in self.messages()]}"
        return (await self.sandbox.eventually(lambda: self.showing(*words), what, seconds or self.patience))[
            0
        ]

    def offered(self, label: str) -> bool:
        """Whether there is a button with these words."""
        return self._button(label) is not None

    # What they do

    def say(self, text: str) -> None:
        self.sandbox.human.message(self.chat_id, self.id, text)

    def click(self, label: str) -> str:
        """Press the newest button with these words; the press's id."""
        found = self._button(label)
        assert found is not None, f"{self.name} has no button {label!r}"
        message_id, data = found
        return str(self.sandbox.human.click(self.chat_id, message_id, self.id, data)["callback_query_id"])

    async def press(self, label: str) -> Json:
        """Wait for a button, press it, and wait for the answer: {"text", "show_alert", …}."""
        await self._waits(lambda: self._button(label), f"{self.name} has a button {label!r}")
        return await self.answer(self.click(label))

    async def answer(self, press: str) -> Json:
        return await self._waits(lambda: self.sandbox.human.answer(press), f"{self.name}'s press is answered")

    async def _waits(self, look: Callable[[], T | None], what: str) -> T:
        return await self.sandbox.eventually(look, what, self.patience)

    def _button(self, label: str) -> tuple[int, str] | None:
        for message in self.messages():
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return message["message_id"], button["callback_data"]
        return None

    # What it leads to

    async def connect(self, *sites: str) -> None:
        """Add a key of their own of each of these providers: purchases on one key wait for each other."""
        for name in sites:
            site = self.sandbox.sites[name]
            self.say("/keys")
            await self.press("Add a")
            await self.press(title(site))
            await self.sees(title(site), "Send the key")
            self.keys[name] = new_key(site)
            self.say(self.keys[name])
            await self.sees(title(site), "connected")

    async def choose(self, site: str, where: str = "telegram us") -> None:
        """As far as the confirmation: the next press is *Buy*."""
        self.say(f"/buy {where}")
        await self.press(f"{title(self.sandbox.sites[site])} ")
        await self._waits(lambda: self._button("Buy for"), f"{self.name} is asked to confirm")

    async def buy(self, site: str, where: str = "telegram us") -> Activation:
        """Buy a number of a provider whose key is there; the number as the site knows it."""
        await self.choose(site, where)
        await self.press("Buy for")
        return self.number(site, await self.sees("📱", "Waiting for the SMS"))

    def number(self, site: str, card: Json) -> Activation:
        """The site's own record of the number on a card."""
        digits = re.sub(r"\D", "", str(card["text"]).splitlines()[0])
        return self.sandbox.sites[site].shop.by_phone[digits]


def stated(text: str, label: str) -> Decimal:
    """The amount of money after a label."""
    return Decimal(text.partition(f"{label}: ")[2].splitlines()[0].strip("$₴ UAH").replace(",", ""))


def new_key(site: Site) -> str:
    """One more key the site accepts; sms.ski has only the one its control panel shows."""
    if site.name == "smsski":
        return site.key
    return str(site.control("key", value=secrets.token_hex(16))["key"])


def title(site: Site) -> str:
    """How the bot calls a provider: a clone goes by its name."""
    return site.name if site.name == "herosms" else site.title
