"""The life of an outgoing message: the draft, the one call that sends it, and the words on its delivery.

What is left when the process dies, line by line of `bot.spending`:

    before `intend` is committed      nothing; the draft is as it was and its button works
    before `calling` is committed     `sending`, never called: recovered as `failed`, not sent, not paid
    during or right after the call    `sending`, called: recovered as `unknown` with the balance before and
                                      after; no provider lists what it sent, so it is never sent again
    before `accepted` is committed    the same
    after it                          `accepted`: the watcher and the postman go on from the row
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from pydantic import SecretStr

from bot.accounts import Accounts
from bot.clock import Clock
from bot.deliveries import Deliveries
from bot.drafts import Drafts
from bot.errands import Errands
from bot.errors import BadReply, CodebellError
from bot.parts import channels, outgoing
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel, Report
from bot.spending import Ready, Spending
from storage.caps import CapsOf
from storage.keys import KeyStore
from storage.messages import MessageStore
from storage.models import MessageState, OutgoingMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Letter(Ready[OutgoingMessage]):
    """A message right before the call that sends it."""


class _Letters(Spending[OutgoingMessage, _Letter, Report]):
    """Hands messages over."""

    kind = "message"

    def __init__(
        self,
        store: MessageStore,
        keys: KeyStore,
        accounts: Accounts,
        deliveries: Deliveries,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        super().__init__(accounts, clock, nudge, errands)
        self._store = store
        self._keys = keys
        self._deliveries = deliveries

    def send(self, intent: OutgoingMessage) -> None:
        """The intent is committed: it is handed over now."""
        self.begin(intent, partial(self._prepare, intent))

    async def _prepare(self, intent: OutgoingMessage, provider: Provider, key: SecretStr) -> _Letter:
        return _Letter(intent, provider, key, await self._money(intent, provider, key))

    async def _note(self, order: _Letter) -> OutgoingMessage | None:
        return await self._store.calling(order.row.id, order.balance, self._clock())

    async def _call(self, order: _Letter) -> Report:
        report = await order.provider.send(order.key, outgoing(order.row))
        if not report.id:
            raise BadReply("no id")
        return report

    async def _keep(self, order: _Letter, answer: Report) -> None:
        row, next_look = order.row, self._deliveries.next_look
        news = self._deliveries.news(row, answer)
        await self._errands.insist(
            row.id, lambda: self._store.accepted(row.id, answer.id, news, self._clock(), next_look)
        )
        await self._keys.note_use(row.key_id, self._clock())

    async def _lost(self, row: OutgoingMessage, reason: str, *, late: bool) -> None:
        balance = await self._money_after(row)
        await self._errands.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), late=late)
        )

    async def _failed(self, row: OutgoingMessage, reason: str, *, late: bool) -> None:
        await self._store.failed(row.id, reason, self._clock(), late=late)

    async def _stranded(self) -> Sequence[OutgoingMessage]:
        return await self._store.stranded()

    async def _money(self, row: OutgoingMessage, provider: Provider, key: SecretStr) -> Decimal | None:
        """What the account has for these channels: SMS have the usual balance, Viber may have its own."""
        usual = await self._accounts.balance(provider, row.key_id, key)
        used = set(channels(row))
        if used <= {Channel.SMS} or not provider.can(Capability.CHANNEL_BALANCES):
            return usual
        told = await provider.balances(key)
        return sum((told[channel] for channel in used), Decimal(0)) if used <= told.keys() else None

    async def _money_after(self, row: OutgoingMessage) -> Decimal | None:
        """The same after a call that is settled whether it can be read or not."""
        try:
            provider, key = await self._accounts.behind(row)
            return await self._money(row, provider, key)
        except CodebellError:
            return None
        except Exception:
            log.exception("message %s: the balance after it is not known", row.id)
            return None


class Messages(Drafts):
    """Sends messages, one at a time per account, and follows their delivery."""

    def __init__(
        self,
        store: MessageStore,
        keys: KeyStore,
        accounts: Accounts,
        providers: Mapping[str, Provider],
        caps: CapsOf,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        super().__init__(store, keys, providers, clock)
        self._caps = caps
        self._deliveries = Deliveries(store, keys, providers, clock, nudge)
        self._letters = _Letters(store, keys, accounts, self._deliveries, clock, nudge, errands)

    async def send(
        self, message_id: str, owner_id: int, chat_id: int, card_id: int | None
    ) -> OutgoingMessage:
        """Send a draft, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card,
        which the message `card_id` turns into.
        """
        draft = await self.mine(message_id, owner_id)
        if draft.state is MessageState.DRAFT:
            self.check(draft)
        caps, now = self._caps(owner_id), self._clock()
        with self._letters.intending():
            intent = await self._store.intend(message_id, owner_id, chat_id, card_id, caps, now)
        self._letters.send(intent)
        return intent

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left."""
        await self._letters.recover(older_than)

    async def step(self, row: OutgoingMessage) -> None:
        """Do what is due for a message: ask how its delivery stands."""
        await self._deliveries.step(row)
