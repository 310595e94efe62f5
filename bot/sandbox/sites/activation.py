"""A sold number and the stages it goes through."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.sandbox.sites.texts import Draft
from bot.sandbox.sites.wire import Json


class Stage(StrEnum):
    """Where a sold number stands: READY after "SMS sent", AGAIN after "another SMS" was asked for."""

    WAITING = "waiting"
    READY = "ready"
    RECEIVED = "received"
    AGAIN = "again"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: Stages in which an SMS is taken in.
LISTENING = frozenset({Stage.WAITING, Stage.READY, Stage.AGAIN})
#: Stages from which nothing comes back.
OVER = frozenset({Stage.FINISHED, Stage.CANCELLED, Stage.EXPIRED})


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS that arrived at the site."""

    code: str
    text: str
    sender: str
    at: float


@dataclass(slots=True)
class Activation:
    """A number sold for one service. `refunded` is true while its price is back on the account."""

    id: str
    phone: str
    service: str
    country: str
    operator: str
    price: Decimal
    sold_at: float
    stage: Stage = Stage.WAITING
    sms: list[Sms] = field(default_factory=list)
    refunded: bool = False
    polled_at: float | None = None
    due_at: float | None = None

    @property
    def code(self) -> str:
        """The newest code, "" before the first."""
        return self.sms[-1].code if self.sms else ""

    @property
    def listening(self) -> bool:
        return self.stage in LISTENING

    @property
    def over(self) -> bool:
        return self.stage in OVER

    def take(self, draft: Draft, at: float) -> None:
        self.sms.append(Sms(draft.code, draft.text, draft.sender, at))
        self.stage = Stage.RECEIVED
        self.due_at = None

    def read(self, now: float) -> Json:
        """The number as the page and the ledger show it; READY and AGAIN are both "waiting"."""
        return {
            "id": self.id,
            "phone": self.phone,
            "service": self.service,
            "country": self.country,
            "operator": self.operator,
            "price": str(self.price),
            "state": "waiting" if self.listening else self.stage.value,
            "stage": self.stage.value,
            "refunded": self.refunded,
            "sold_at": self.sold_at,
            "sms": [{"code": sms.code, "text": sms.text, "at": sms.at} for sms in self.sms],
            "due_in": None if self.due_at is None else max(0.0, round(self.due_at - now, 1)),
        }
