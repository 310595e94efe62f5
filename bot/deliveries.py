"""What the provider of a sent message says of its delivery, and until when it is asked.

Every change redraws the card; the first final word rings, once. It is looked for eagerly in the first minute,
less and less often after that. When every channel's lifetime and an hour are over and no final word came, the
card says so and nothing rings: nobody knows whether it arrived. That takes an answer, or ten looks in a row
without one: after a long stop the first answer may be the last word. After the last word it is looked at for
one hour more: that it was viewed, and refunds, show on the card alone. If the process dies

    between two looks                  the next one reads the same, and more: nothing is lost
    before `told` is committed         neither stored nor rung; the next look does both
    after it                           the postman rings, whatever else happens
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import CodebellError, UnknownActivation
from bot.parts import channels
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel, ChannelReport, Delivery, Report
from bot.providers.sending_errors import UnknownMessage
from storage.keys import KeyStore
from storage.message_moves import News, Word
from storage.messages import MessageStore
from storage.models import GIVEN_BACK, MessageState, OutgoingMessage
from storage.reasons import Reason

log = logging.getLogger(__name__)

#: Past the lifetimes of its channels a message is asked for no more this much later.
GRACE = timedelta(hours=1)
#: How long after its last word a message is still looked at.
LATE = timedelta(hours=1)
#: When its time is over, so many failures in a row are as good as no word.
_HOPELESS = 10
#: Seconds: looks are that far apart at most, and from a message's half hour on.
_SLOWER, _SLOWEST = 60.0, 300.0
_HALF_HOUR = 1800.0
#: So young a message may not be in all of its provider's books yet.
_SETTLED = timedelta(minutes=1)
#: For messages of a provider that is configured no more.
_GONE = 60.0
#: After so many failures in a row the card says that the provider does not answer.
_TELL_AFTER = 3
#: States of a message whose last word was told.
_ENDED = frozenset({MessageState.DELIVERED, MessageState.VIEWED, MessageState.UNDELIVERED})


class Deliveries:
    """What the watcher does with a sent message, one look at a time."""

    def __init__(
        self,
        store: MessageStore,
        keys: KeyStore,
        providers: Mapping[str, Provider],
        clock: Clock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._keys = keys
        self._providers = providers
        self._clock = clock
        self._nudge = nudge

    async def step(self, row: OutgoingMessage) -> None:
        """Do what is due for a message: ask how its delivery stands."""
        if (at := self._earliest(row)) > self._clock():
            await self._store.put_off(row.id, at)
            self._nudge()
        elif (report := await self._ask(row)) is not None:
            await self._tell(row, report)

    def news(self, row: OutgoingMessage, report: Report) -> News:
        """What a report changes for a message that was accepted."""
        words = tuple(_word(each) for each in report.channels if _is_news(row, each))
        standing = statuses(row) | {
            Channel(word.channel): Delivery(word.status) for word in words if word.status
        }
        state = _sum(standing)
        silent = state is MessageState.ACCEPTED and self._overdue(row)
        return News(state, words, Reason.NO_FINAL_WORD if silent else "", _arrived_at(report))

    def next_look(self, row: OutgoingMessage) -> datetime | None:
        """After an answer; None when nothing more can come, or nothing more is waited for."""
        now, provider = self._clock(), self._providers.get(row.provider)
        if provider is not None and not provider.can(Capability.DELIVERY):
            return None
        if row.state is MessageState.ACCEPTED:
            return None if self._overdue(row) else now + timedelta(seconds=self._pause(row))
        return self._late_look(row) if row.state in _ENDED and _more_to_come(row) else None

    async def _ask(self, row: OutgoingMessage) -> Report | None:
        """The provider's word; None when there was none, and the next look is arranged."""
        provider = self._providers.get(row.provider)
        if provider is None:
            await self._unanswered(row, Reason.NOT_SET_UP)
            return None
        try:
            key = await self._keys.open(row.key_id, row.chat_id)
            return await provider.delivery(key, row.provider_id or "")
        except (UnknownActivation, UnknownMessage):
            await self._doubt(row)
        except CodebellError as failure:
            await self._unanswered(row, type(failure).__name__)
        return None

    async def _tell(self, row: OutgoingMessage, report: Report) -> None:
        if await self._store.told(row.id, self.news(row, report), self._clock(), self.next_look):
            self._nudge()

    async def _doubt(self, row: OutgoingMessage) -> None:
        """ "No such message" for one that was paid for is believed at the second time, but not in a hurry."""
        reason = UnknownMessage.__name__
        again = row.reason == reason
        if (again and self._age(row) > _SETTLED) or row.state is not MessageState.ACCEPTED:
            await self._give_up(row, reason)
        else:
            await self._unanswered(row, reason, tell=not again)

    async def _unanswered(self, row: OutgoingMessage, reason: str, *, tell: bool = False) -> None:
        log.info("message %s: %s", row.id, reason)
        if row.state is MessageState.ACCEPTED and self._overdue(row) and row.failures + 1 >= _HOPELESS:
            await self._give_up(row, Reason.NO_FINAL_WORD)
            return
        tell = row.state is MessageState.ACCEPTED and (tell or row.failures + 1 == _TELL_AFTER)
        await self._store.unanswered(row.id, reason, self._clock(), self._after_failure, tell=tell)
        if tell:
            self._nudge()

    async def _give_up(self, row: OutgoingMessage, reason: str) -> None:
        await self._store.given_up(row.id, reason, self._clock())
        self._nudge()

    # Moments

    def _earliest(self, row: OutgoingMessage) -> datetime:
        """When its provider may be asked about it again."""
        return (row.polled_at or row.created_at) + timedelta(seconds=self._spacing(row))

    def _pause(self, row: OutgoingMessage) -> float:
        """Seconds to the next look: twice as many with every minute, 60 at most; 300 from half an hour on."""
        age, spacing = self._age(row).total_seconds(), self._spacing(row)
        if age > _HALF_HOUR:
            return max(spacing, _SLOWEST)
        return max(spacing, min(_SLOWER, spacing * (1 << min(int(age // 60), 8))))

    def _late_look(self, row: OutgoingMessage) -> datetime | None:
        """As long again as the last word is old: refunds show soon. Every five minutes in the end."""
        now = self._clock()
        since = now - (row.ended_at or now)
        at = now + timedelta(seconds=max(self._spacing(row), min(since.total_seconds(), _SLOWEST)))
        return None if row.ended_at is not None and at > row.ended_at + LATE else at

    def _after_failure(self, row: OutgoingMessage) -> datetime | None:
        """Twice as long after each failure in a row, and not sooner than after an answer."""
        now, pause = self._clock(), self._spacing(row) * (1 << min(row.failures, 8))
        if row.state is MessageState.ACCEPTED and self._overdue(row):
            return now + timedelta(seconds=min(pause, _SLOWEST))
        usual = self.next_look(row)
        return None if usual is None else max(usual, now + timedelta(seconds=min(pause, _SLOWER)))

    def _overdue(self, row: OutgoingMessage) -> bool:
        lifetimes = (getattr(row, f"{channel}_ttl") for channel in channels(row))
        return self._age(row) > timedelta(minutes=sum(lifetimes)) + GRACE

    def _age(self, row: OutgoingMessage) -> timedelta:
        """Since it was sent; none while it is being accepted."""
        now = self._clock()
        return now - (row.sent_at or now)

    def _spacing(self, row: OutgoingMessage) -> float:
        provider = self._providers.get(row.provider)
        return _GONE if provider is None else provider.timing.min_poll


def statuses(row: OutgoingMessage) -> dict[Channel, Delivery | None]:
    """How a message stands on each of its channels; None where its provider told nothing yet."""
    told = {channel: str(getattr(row, f"{channel}_status") or "") for channel in channels(row)}
    return {channel: Delivery(status) if status else None for channel, status in told.items()}


def may_be_paid_back(row: OutgoingMessage) -> bool:
    """Whether a channel that did not deliver took money, or may have, and has not given it back."""
    return any(_owes(row, channel, status) for channel, status in statuses(row).items())


def _owes(row: OutgoingMessage, channel: Channel, status: Delivery | None) -> bool:
    """What is lost without a cost told, or given back, owes nothing."""
    if status is None or not status.final:
        return True
    return not status.arrived and status not in GIVEN_BACK and bool(getattr(row, f"{channel}_cost"))


def _word(report: ChannelReport) -> Word:
    """A channel its provider tells no word of keeps the one it has."""
    silent = report.status is Delivery.OTHER and not report.raw
    return Word(report.channel, "" if silent else report.status, report.raw, report.cost)


def _arrived_at(report: Report) -> datetime | None:
    """The first moment a channel is told to have delivered at."""
    return min((each.at for each in report.channels if each.status.arrived and each.at), default=None)


def _is_news(row: OutgoingMessage, report: ChannelReport) -> bool:
    """A last word stays: what arrived may be viewed, what was lost be paid back or arrive after all."""
    standing = statuses(row)
    before = standing.get(report.channel)
    if before is None or not before.final:
        return report.channel in standing
    return report.status is Delivery.VIEWED if before.arrived else report.status.final


def _sum(standing: Mapping[Channel, Delivery | None]) -> MessageState:
    """One channel that arrived is a delivery; only all channels lost is none."""
    told = standing.values()
    if Delivery.VIEWED in told:
        return MessageState.VIEWED
    if Delivery.DELIVERED in told:
        return MessageState.DELIVERED
    lost = bool(told) and all(status is not None and status.final for status in told)
    return MessageState.UNDELIVERED if lost else MessageState.ACCEPTED


def _more_to_come(row: OutgoingMessage) -> bool:
    """Whether a message may be viewed yet after its last word, or what it took be given back."""
    return may_be_paid_back(row) or statuses(row).get(Channel.VIBER) is Delivery.DELIVERED
