"""The life of an outgoing message: the draft, the one call that sends it, and the words on its delivery.

What is left when the process dies, line by line of `_carry_out`:

    before `intend` is committed      nothing; the draft is as it was and its button works
    before `calling` is committed     `sending`, never called: recovered as `failed`, not sent, not paid
    during or right after the call    `sending`, called: recovered as `unknown` with the balance before and
                                      after; no provider lists what it sent, so it is never sent again
    before `accepted` is committed    the same
    after it                          `accepted`: the watcher and the postman go on from the row
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from pydantic import SecretStr

from bot.accounts import Accounts
from bot.clock import Clock
from bot.deliveries import Deliveries
from bot.drafts import Drafts
from bot.errands import Errands, NeverCalled
from bot.errors import BadReply, CodebellError, Refused, Unclear
from bot.parts import channels, outgoing
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel, Report
from storage.caps import Caps
from storage.keys import KeyStore
from storage.messages import MessageStore
from storage.models import MessageState, OutgoingMessage

log = logging.getLogger(__name__)


class Messages(Drafts):
    """Sends messages, one at a time per account, and follows their delivery."""

    def __init__(
        self,
        store: MessageStore,
        keys: KeyStore,
        accounts: Accounts,
        providers: Mapping[str, Provider],
        caps: Caps,
        clock: Clock,
        nudge: Callable[[], None],
        errands: Errands,
    ) -> None:
        super().__init__(store, keys, providers, clock)
        self._accounts = accounts
        self._caps = caps
        self._nudge = nudge
        self._errands = errands
        self._deliveries = Deliveries(store, keys, providers, clock, nudge)

    async def send(
        self, message_id: str, owner_id: int, chat_id: int, card_id: int | None
    ) -> OutgoingMessage:
        """Send a draft, once. Raises `Refused` when nothing was tried.

        The intent is committed when this returns; what becomes of it stands in the row and on its card,
        which the message `card_id` turns into.
        """
        self._errands.admit()
        draft = await self.mine(message_id, owner_id)
        if draft.state is MessageState.DRAFT:
            self.check(draft)
        intent = await self._store.intend(message_id, owner_id, chat_id, card_id, self._caps, self._clock())
        self._errands.run(intent.id, self._carry_out(intent))
        self._nudge()
        return intent

    async def recover(self, older_than: timedelta = timedelta(0)) -> None:
        """Settle what a dead process, or a mistake of ours, left."""
        made_before = self._clock() - older_than
        for row in await self._store.stranded():
            if row.id in self._errands or (row.confirmed_at or row.created_at) > made_before:
                continue
            if row.called_at is None:
                await self._store.failed(row.id, NeverCalled.__name__, self._clock(), late=True)
            else:
                self._errands.run(row.id, self._recover(row))
        self._nudge()

    async def step(self, row: OutgoingMessage) -> None:
        """Do what is due for a message: ask how its delivery stands."""
        await self._deliveries.step(row)

    async def _recover(self, row: OutgoingMessage) -> None:
        async with await self._errands.insist(row.id, lambda: self._accounts.turn(row)):
            await self._lost(row, "Interrupted", late=True)
        self._nudge()

    async def _carry_out(self, intent: OutgoingMessage) -> None:
        async with await self._errands.insist(intent.id, lambda: self._accounts.turn(intent)):
            await self._hand_over(intent)
        self._nudge()

    async def _hand_over(self, intent: OutgoingMessage) -> None:
        try:
            await self._spend(intent)
        except CodebellError as refused:
            log.info("message %s was refused: %s", intent.id, type(refused).__name__)
            await self._fail(intent.id, type(refused))
        except Exception:
            log.exception("message %s broke off", intent.id)
            await self._settle(intent.id)

    async def _settle(self, message_id: str) -> None:
        """The row tells whether the call may have been made."""
        for row in await self._errands.insist(message_id, self._store.stranded):
            if row.id == message_id and row.called_at is None:
                await self._fail(row.id, CodebellError)
            elif row.id == message_id:
                await self._lost(row, "Interrupted")

    async def _spend(self, intent: OutgoingMessage) -> None:
        """Raises `CodebellError` only when nothing was sent."""
        provider, key = await self._accounts.behind(intent)
        row = await self._ready(intent, provider, key)
        report = None if row is None else await self._call(row, provider, key)
        if row is not None and report is not None:
            await self._keep(row, report)

    async def _ready(
        self, intent: OutgoingMessage, provider: Provider, key: SecretStr
    ) -> OutgoingMessage | None:
        """Note what the account has; once this is committed the message may have been sent."""
        try:
            balance = await self._money(intent, provider, key)
            self._errands.still_wanted()
            return await self._store.calling(intent.id, balance, self._clock())
        except CodebellError:
            raise
        except Exception as broken:
            log.exception("message %s was not tried", intent.id)
            raise CodebellError from broken

    async def _call(self, row: OutgoingMessage, provider: Provider, key: SecretStr) -> Report | None:
        """The one call that sends; None when its answer is lost. Raises when nothing was sent."""
        try:
            report = await provider.send(key, outgoing(row))
            if not report.id:
                raise BadReply("no id")
            return report
        except Refused:
            raise
        except Unclear as unclear:
            if not unclear.sent:
                raise
            log.warning("message %s is unclear: %s", row.id, type(unclear).__name__)
            await self._lost(row, type(unclear).__name__)
        except Exception:
            log.exception("message %s: a mistake of ours while it was sent", row.id)
            await self._lost(row, BadReply.__name__)
        return None

    async def _keep(self, row: OutgoingMessage, report: Report) -> None:
        news, next_look = self._deliveries.news(row, report), self._deliveries.next_look
        await self._errands.insist(
            row.id, lambda: self._store.accepted(row.id, report.id, news, self._clock(), next_look)
        )
        await self._keys.note_use(row.key_id, self._clock())

    async def _fail(self, message_id: str, reason: type[Exception]) -> None:
        """Nothing was sent."""
        await self._errands.insist(
            message_id, lambda: self._store.failed(message_id, reason.__name__, self._clock())
        )

    async def _lost(self, row: OutgoingMessage, reason: str, *, late: bool = False) -> None:
        """It may have been sent. Never called again."""
        balance = await self._money_after(row)
        await self._errands.insist(
            row.id, lambda: self._store.unknown(row.id, reason, balance, self._clock(), late=late)
        )

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
