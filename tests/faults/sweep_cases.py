"""What the crash sweep goes through: where the bot dies, and what its providers and Telegram do meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from bot.failpoints import Failpoint


class Scene(StrEnum):
    """What somebody is in the middle of."""

    BUY = "buy"
    CODE = "code"
    CANCEL = "cancel"
    ANOTHER = "another"
    FINISH = "finish"


class SiteFault(StrEnum):
    """What becomes of the provider's answer to the call that matters in the scene."""

    NONE = "none"
    HANG_BEFORE = "hang before"
    HANG_AFTER = "hang after"
    DROP_AFTER = "drop after"
    HTML_AFTER = "502 after"
    GARBAGE_AFTER = "garbage after"


class TelegramFault(StrEnum):
    """What becomes of every message to the person, and of every edit."""

    NONE = "none"
    HTML = "502"
    DROP = "drop"
    FLOOD = "429"
    UNREADABLE = "200 unreadable"


#: Where the bot dies, and in which scene: of one thing pressed or coming once, and of it twice.
SCENES: dict[Failpoint, tuple[Scene, Scene]] = {
    Failpoint.BEFORE_INTENT: (Scene.BUY, Scene.BUY),
    Failpoint.AFTER_INTENT: (Scene.BUY, Scene.BUY),
    Failpoint.BEFORE_CALL: (Scene.BUY, Scene.BUY),
    Failpoint.AFTER_CALL: (Scene.BUY, Scene.BUY),
    Failpoint.AFTER_OUTCOME: (Scene.BUY, Scene.BUY),
    Failpoint.IN_RECOVERY: (Scene.BUY, Scene.BUY),
    Failpoint.AFTER_READING: (Scene.CODE, Scene.CODE),
    Failpoint.AFTER_CODE: (Scene.CODE, Scene.CODE),
    Failpoint.BEFORE_CANCEL: (Scene.CANCEL, Scene.CANCEL),
    Failpoint.AFTER_CANCEL: (Scene.CANCEL, Scene.CANCEL),
    Failpoint.AFTER_CANCELLED: (Scene.CANCEL, Scene.CANCEL),
    Failpoint.BEFORE_ANOTHER: (Scene.ANOTHER, Scene.ANOTHER),
    Failpoint.AFTER_ANOTHER: (Scene.ANOTHER, Scene.ANOTHER),
    Failpoint.AFTER_FINISH: (Scene.FINISH, Scene.FINISH),
    Failpoint.IN_DRAWING: (Scene.CODE, Scene.BUY),
    Failpoint.BEFORE_SEND: (Scene.CODE, Scene.BUY),
    Failpoint.AFTER_SEND: (Scene.CODE, Scene.BUY),
    Failpoint.AFTER_MARK: (Scene.CODE, Scene.BUY),
    Failpoint.BEFORE_HANDLER: (Scene.BUY, Scene.CANCEL),
    Failpoint.AFTER_HANDLER: (Scene.BUY, Scene.CANCEL),
}

#: One cannot be listed, so a lost purchase stays unknown; the other lists what the account holds.
SITES = ("smsbower", "herosms")
#: The method that buys, by site.
BUYING = {"smsbower": "getNumberV2", "herosms": "getNumber"}
#: A provider that hangs does not let the bot get so far: it is killed at the call.
HANGING = (SiteFault.HANG_BEFORE, SiteFault.HANG_AFTER)
ANSWERED = frozenset(
    {
        *(Failpoint.AFTER_CALL, Failpoint.AFTER_OUTCOME, Failpoint.AFTER_READING, Failpoint.AFTER_CODE),
        *(Failpoint.AFTER_CANCEL, Failpoint.AFTER_CANCELLED, Failpoint.AFTER_ANOTHER, Failpoint.AFTER_FINISH),
        *(Failpoint.IN_DRAWING, Failpoint.BEFORE_SEND, Failpoint.AFTER_SEND, Failpoint.AFTER_MARK),
    }
)
#: Where Telegram takes nothing the bot gets so far only with what it has for somebody else.
SENT = (Failpoint.AFTER_SEND, Failpoint.AFTER_MARK)
#: How long Telegram wants to be left alone, in seconds.
FLOOD = 300


@dataclass(frozen=True, slots=True)
class Case:
    """One way for the bot to die. `double`: pressed twice, or with a cancel pressed as the code comes."""

    point: Failpoint
    site_fault: SiteFault
    telegram_fault: TelegramFault
    double: bool
    site: str

    @property
    def scene(self) -> Scene:
        return SCENES[self.point][self.double]

    @property
    def method(self) -> str:
        """The provider's call that goes wrong."""
        match self.scene:
            case Scene.BUY:
                return BUYING[self.site]
            case Scene.CODE:
                return "getStatus"
            case _:
                return "setStatus"

    def break_site(self) -> dict[str, Any] | None:
        """The control of the site's fault; None where nothing goes wrong."""
        if self.site_fault is SiteFault.NONE:
            return None
        kind, when = self.site_fault.split()
        return {"kind": kind, "method": self.method, "after_processing": when == "after"}

    def break_telegram(self) -> dict[str, Any] | None:
        """The fault of sends and edits; of a double press they are done before their answer goes wrong."""
        match self.telegram_fault:
            case TelegramFault.NONE:
                return None
            case TelegramFault.HTML:
                return {"code": 502, "body": "<html>502 Bad Gateway</html>", "after_processing": self.double}
            case TelegramFault.DROP:
                return {"drop": True, "after_processing": self.double}
            case TelegramFault.FLOOD:
                return {"retry_after": FLOOD}
            case TelegramFault.UNREADABLE:
                return {"code": 200, "body": '{"ok": true, "result": {"odd": 1}}', "after_processing": True}

    def __str__(self) -> str:
        how = "twice" if self.double else "once"
        return f"{self.point} · {self.site} {self.site_fault} · Telegram {self.telegram_fault} · {how}"


def all_cases() -> Iterator[Case]:
    """Every failpoint × provider fault × Telegram fault × once or twice; in each of them both sites."""
    every = product(SCENES, SiteFault, TelegramFault, (False, True))
    for number, (point, site_fault, telegram_fault, double) in enumerate(every):
        # The four steps added up: in step with none of them.
        turn = number // 60 + number // 10 + number // 2 % 5 + number
        yield Case(point, site_fault, telegram_fault, double, SITES[turn % len(SITES)])


def few_cases() -> Iterator[Case]:
    """Each failpoint once, each fault several times; none that keeps the bot from getting there."""
    for number, point in enumerate(SCENES):
        faults = [fault for fault in SiteFault if not (point in ANSWERED and fault in HANGING)]
        site_fault = faults[number % len(faults)]
        wrong = [TelegramFault.NONE] if point in SENT else [*TelegramFault]
        turn = number + number // len(SiteFault)
        yield Case(point, site_fault, wrong[number % len(wrong)], number % 3 == 0, SITES[turn % len(SITES)])
