"""Sending messages over a real file and a provider that can end the process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from bot.accounts import Accounts
from bot.errands import Errands
from bot.messages import Messages
from bot.providers.sending import Channel, Delivery, Outgoing, Report
from storage.caps import Caps
from storage.database import Database
from storage.keys import KeyStore
from storage.message_moves import News, NextLook
from storage.messages import MessageStore
from storage.models import Key, OutgoingMessage, Post
from storage.outbox import OutboxStore
from storage.vault import Vault
from tests.core import blank, chat, put
from tests.doubles import KEY, FakeClock
from tests.mortal import Killed, MortalProvider
from tests.sending import SENDING
from tests.storage.shelf import MASTER

OWNER, STRANGER = 7, 8
KYIV = "+380501234567"
SMS = {"recipient": KYIV, "channels": "sms", "sms_source": "InfoCenter", "sms_text": "Dinner is ready"}
BOTH = SMS | {"channels": "viber,sms", "viber_source": "Promo", "viber_text": "Dinner is ready"}


class MortalSender(MortalProvider):
    """A provider of messages that ends the process, or lets something happen, before or after a call."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        super().__init__(name, clock)
        self.capabilities |= SENDING

    async def send(self, key: SecretStr, message: Outgoing) -> Report:
        await self._pass("before send")
        try:
            return await super().send(key, message)
        finally:
            await self._pass("after send")

    async def delivery(self, key: SecretStr, message_id: str) -> Report:
        await self._pass("before delivery")
        report = await super().delivery(key, message_id)
        await self._pass("after delivery")
        return report


class MortalMessageStore(MessageStore):
    """A store before or after whose transactions the process may end, or the disk be full."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.deadly: set[str] = set()
        #: Errors of the database, by the method that meets them.
        self.full: defaultdict[str, list[Exception]] = defaultdict(list)

    async def calling(
        self, message_id: str, balance: Decimal | None, now: datetime
    ) -> OutgoingMessage | None:
        self._pass("before calling")
        row = await super().calling(message_id, balance, now)
        self._pass("after calling")
        return row

    async def accepted(
        self, message_id: str, provider_id: str, news: News, now: datetime, next_look: NextLook
    ) -> OutgoingMessage | None:
        self._pass("before accepted")
        row = await super().accepted(message_id, provider_id, news, now, next_look)
        self._pass("after accepted")
        return row

    async def failed(
        self, message_id: str, reason: str, now: datetime, *, late: bool = False
    ) -> OutgoingMessage | None:
        self._pass("before failed")
        return await super().failed(message_id, reason, now, late=late)

    async def unknown(
        self, message_id: str, reason: str, balance: Decimal | None, now: datetime, *, late: bool = False
    ) -> OutgoingMessage | None:
        self._pass("before unknown")
        return await super().unknown(message_id, reason, balance, now, late=late)

    async def told(self, message_id: str, news: News, now: datetime, next_look: NextLook) -> bool:
        self._pass("before told")
        new = await super().told(message_id, news, now, next_look)
        self._pass("after told")
        return new

    def _pass(self, point: str) -> None:
        if point in self.deadly:
            raise Killed(point)
        when, method = point.split()
        if when == "before" and self.full[method]:
            raise self.full[method].pop()


class Mailroom:
    """Messages over one file, one provider and one clock; `reborn` is the next process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.alpha = MortalSender("alpha", self.clock)
        self.providers = {"alpha": self.alpha}
        self.keys = KeyStore(database, Vault([MASTER]))
        self.outbox = OutboxStore(database)
        self.caps = Caps()
        self.slept: list[float] = []
        #: Pauses of the errands pass at once, unless a test holds them.
        self.pauses_pass, self.paused = asyncio.Event(), asyncio.Event()
        self.pauses_pass.set()
        self.key_id = ""
        self.reborn()

    def reborn(self) -> None:
        """The process that comes after this one: same file, same provider, nothing remembered."""
        self.store = MortalMessageStore(self.database)
        self.alpha.deadly.clear()
        self.errands = Errands(self._sleep)
        accounts = Accounts(self.keys, self.providers, self.clock)
        self.messages = Messages(
            *(self.store, self.keys, accounts, self.providers, lambda _: self.caps),
            *(self.clock, lambda: None, self.errands),
        )

    async def key(self, chat_id: int = OWNER, secret: str = KEY) -> Key:
        await put(self.database, chat(chat_id, self.clock()))
        self.alpha.accounts.setdefault(secret, Decimal("18.74"))
        balance = self.alpha.accounts[secret]
        return await self.keys.add(chat_id, "alpha", "", SecretStr(secret), balance, "UAH", self.clock())

    async def draft(self, **parts: object) -> OutgoingMessage:
        """A draft of the owner's: an SMS to Kyiv, unless told otherwise."""
        empty = await self.messages.draft(OWNER, OWNER, self.key_id)
        return await self.messages.change(empty.id, OWNER, **(SMS | parts))

    async def press(self, draft: OutgoingMessage, card_id: int | None = None) -> OutgoingMessage:
        """Press *Send* on a draft; what comes of it is not waited for."""
        return await self.messages.send(draft.id, draft.owner_id, draft.chat_id, card_id)

    async def send(self, **parts: object) -> OutgoingMessage:
        """Send, and wait for what comes of it."""
        intent = await self.press(await self.draft(**parts))
        await self.errands.drain(10)
        return await self.row(intent.id)

    async def row(self, message_id: str) -> OutgoingMessage:
        row = await self.store.get(message_id)
        assert row is not None
        return row

    async def step(self, message_id: str) -> OutgoingMessage:
        """What the watcher does with it at its next moment."""
        row = await self.row(message_id)
        assert row.next_poll_at is not None
        self.clock.now = max(self.clock.now, row.next_poll_at)
        await self.messages.step(row)
        return await self.row(message_id)

    async def due(self) -> list[str]:
        """What is to be said now, by its deduplication keys; said at once, so that it is due no more."""
        posts = await self.outbox.due(self.clock())
        for post in posts:
            await self.outbox.sent(post, 100, self.clock(), None)
        return sorted(post.dedup.split(":")[0] for post in posts)

    async def post(self, kind: str, message_id: str) -> Post | None:
        async with self.database.begin() as session:
            wanted = select(Post).where(Post.dedup == f"{kind}:{message_id}")
            return (await session.scalars(wanted)).one_or_none()

    @property
    def handed_over(self) -> int:
        """How many messages the provider took."""
        return len(self.alpha.outgoing)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.paused.set()
        await self.pauses_pass.wait()


@asynccontextmanager
async def open_mailroom(folder: Path) -> AsyncIterator[Mailroom]:
    """A mailroom in a folder of its own, with one key in the owner's chat."""
    async with blank(folder) as database:
        mailroom = Mailroom(database)
        mailroom.key_id = (await mailroom.key()).id
        yield mailroom
        await mailroom.errands.drain(10)


async def sent(mailroom: Mailroom, **parts: object) -> OutgoingMessage:
    """A message on its way, whose card is up to date."""
    row = await mailroom.send(**parts)
    await mailroom.due()
    return row


async def hears(
    mailroom: Mailroom, row: OutgoingMessage, status: Delivery, channel: Channel = Channel.SMS
) -> OutgoingMessage:
    """The next look finds this status on a channel."""
    mailroom.alpha.reports_that(channel, status)
    return await mailroom.step(row.id)


async def silence(mailroom: Mailroom, row: OutgoingMessage) -> OutgoingMessage:
    """Look on until nothing is due any more."""
    while (await mailroom.row(row.id)).next_poll_at is not None:
        await mailroom.step(row.id)
    return await mailroom.row(row.id)
