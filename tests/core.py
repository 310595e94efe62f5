"""The rooms between handlers and database, over a real file and a provider that can end the process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from bot.accounts import Accounts
from bot.activations import Activations
from bot.catalogue import Catalogue
from bot.errands import Errands
from bot.i18n import Catalogues
from bot.purchases import Purchases
from handlers.cards import draw_card
from storage.activations import ActivationStore
from storage.caps import Caps
from storage.database import Database
from storage.keys import KeyStore
from storage.models import Activation, Chat, Key, Post, Quote, Sms, State, Step
from storage.outbox import OutboxStore, new_id
from storage.quotes import QuoteStore
from storage.vault import Vault
from storage.waits import WaitStore
from tests.doubles import KEY, FakeClock
from tests.mortal import MortalProvider, MortalPurchaseStore
from tests.quick_sqlite import quick
from tests.storage.shelf import MASTER, shelf

OWNER, STRANGER = 7, 8


class Core:
    """Purchases and activations over one file, one provider and one clock; `reborn` is the next process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.alpha = MortalProvider("alpha", self.clock)
        self.providers = {"alpha": self.alpha}
        self.keys = KeyStore(database, Vault([MASTER]))
        self.quotes, self.numbers = QuoteStore(database), ActivationStore(database)
        self.outbox, self.waits = OutboxStore(database), WaitStore(database)
        self.caps = Caps()
        self.slept: list[float] = []
        #: Open while the bot's pauses pass at once.
        self.pauses_pass = asyncio.Event()
        self.pauses_pass.set()
        self.nudged, self.paused = asyncio.Event(), asyncio.Event()
        self.key_id = ""
        self.reborn()

    def reborn(self) -> None:
        """The process that comes after this one: same file, same provider, nothing remembered."""
        self.store = MortalPurchaseStore(self.database)
        self.alpha.deadly.clear()
        self.errands = Errands(self._sleep)
        accounts = Accounts(self.keys, self.providers, self.clock)
        self.purchases = Purchases(
            *(
                self.store,
                self.waits,
                self.keys,
                accounts,
                lambda _: self.caps,
                self.clock,
                self._nudge,
                self.errands,
            ),
            Catalogue(self.clock),
        )
        self.activations = Activations(
            self.numbers, self.waits, self.keys, self.providers, self.clock, self._nudge
        )

    async def key(self, chat_id: int = OWNER, secret: str = KEY) -> Key:
        await put(self.database, chat(chat_id, self.clock()))
        self.alpha.accounts.setdefault(secret, Decimal("18.74"))
        balance = self.alpha.accounts[secret]
        return await self.keys.add(chat_id, "alpha", "", SecretStr(secret), balance, "USD", self.clock())

    async def quote(self, **changes: object) -> Quote:
        """An offer of the first key's: Telegram in the US for $0.50."""
        values: dict[str, object] = {
            "nonce": new_id(),
            "chat_id": OWNER,
            "owner_id": OWNER,
            "key_id": self.key_id,
            "service": "telegram",
            "service_name": "Telegram",
            "service_code": "tg",
            "country": "US",
            "country_name": "United States",
            "country_code": "1",
            "cost": Decimal("0.50"),
            "currency": "USD",
            "suppliers": "",
            "except_suppliers": "",
            "avoid_prefixes": "",
            "created_at": self.clock(),
        }
        quote = Quote(**(values | changes))
        await self.quotes.open(quote)
        return quote

    async def press(self, quote: Quote) -> Activation:
        """Press *Buy* on a quote; what comes of it is not waited for."""
        return await self.purchases.buy(quote.nonce, quote.owner_id, quote.chat_id, None)

    async def buy(self, **changes: object) -> Activation:
        """Buy, and wait for what comes of it."""
        intent = await self.press(await self.quote(**changes))
        await self.errands.drain(10)
        return await self.row(intent.id)

    async def received(self, code: str = "12345") -> Activation:
        """A number that got a code."""
        row = await self.buy()
        self.alpha.delivers(code)
        return await self.step(row.id)

    async def row(self, activation_id: str) -> Activation:
        row = await self.numbers.get(activation_id)
        assert row is not None
        return row

    async def step(self, activation_id: str) -> Activation:
        """What the watcher does with it at its next moment."""
        row = await self.row(activation_id)
        if row.next_poll_at is not None:
            self.clock.now = max(self.clock.now, row.next_poll_at)
        await self.attend(row)
        return await self.row(activation_id)

    async def attend(self, row: Activation) -> None:
        """What the watcher does with a row, whatever has become of it since."""
        if (left := await self.activations.step(row)) is not None:
            await left()

    async def settled(self, activation_id: str) -> Activation:
        """The number once its purchase came to an end, whatever else is under way."""
        while True:
            self.nudged.clear()
            row = await self.row(activation_id)
            if row.state is not State.BUYING:
                return row
            await self.nudged.wait()

    async def rows(self) -> Sequence[Activation]:
        async with self.database.begin() as session:
            return (await session.scalars(select(Activation).order_by(Activation.created_at))).all()

    async def codes(self, activation_id: str) -> list[str]:
        return [sms.code for sms in await self.numbers.all_sms(activation_id)]

    async def history(self, activation_id: str) -> list[State]:
        query = select(Step.state).where(Step.activation_id == activation_id).order_by(Step.at, Step.id)
        async with self.database.begin() as session:
            return list((await session.scalars(query)).all())

    async def posts(self) -> list[str]:
        """What lies in the outbox, by its deduplication keys."""
        async with self.database.begin() as session:
            return sorted((await session.scalars(select(Post.dedup))).all())

    async def told(self, activation_id: str) -> str:
        """What the card says, if it is due to be said; "" if nothing is."""
        due = {post.subject for post in await self.outbox.due(self.clock())}
        texts = Catalogues().texts("en")
        row = await self.row(activation_id)
        drawing = draw_card(row, texts, self.providers, self.clock())
        return drawing.html if activation_id in due else ""

    async def stored(self) -> tuple[set[tuple[str, str]], set[str]]:
        """Every SMS as (number, code), and the ids of those nobody is going to be told of."""
        told = select(Post.subject).where(Post.kind == "code")
        async with self.database.begin() as session:
            every = (await session.execute(select(Sms.activation_id, Sms.code))).all()
            untold = await session.scalars(select(Sms.id).where(Sms.id.not_in(told)))
            return {(number, code) for number, code in every}, set(untold)

    @property
    def purchased(self) -> int:
        """How many numbers the provider sold."""
        return len(self.alpha.lines)

    def _nudge(self) -> None:
        self.nudged.set()

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.paused.set()
        await self.pauses_pass.wait()
        await asyncio.sleep(0)


def chat(chat_id: int, now: datetime) -> Chat:
    return Chat(id=chat_id, kind="private", created_at=now, seen_at=now)


async def put(database: Database, *rows: object) -> None:
    async with database.begin() as session:
        session.add_all(rows)


#: A migrated database without rows, made by the first test of a process.
_blank: list[bytes] = []


@asynccontextmanager
async def blank(folder: Path) -> AsyncIterator[Database]:
    """A migrated database, closed at the end."""
    file = folder / "codebell.db"
    if not _blank:
        async with shelf(folder):
            pass
        _blank.append(file.read_bytes())
    file.write_bytes(_blank[0])
    database = Database(quick(file))
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_core(folder: Path) -> AsyncIterator[Core]:
    """The rooms in a folder of their own, with one key in the owner's chat."""
    async with blank(folder) as database:
        core = Core(database)
        core.key_id = (await core.key()).id
        yield core
        await core.errands.drain(10)
