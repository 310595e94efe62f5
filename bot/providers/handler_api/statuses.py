"""What getStatus and setStatus answer, and what it means for a number we already know something about.

STATUS_CANCEL is also said of completed activations, and a code may stay on show after another was asked for,
so that the same words mean different things before and after a code.
"""

from bot.errors import BadReply, CodeArrived, CodebellError, TooEarly, TooLate, Unclear
from bot.providers.base import ENDED, WAITING, Held, Outcome, Reading, Timing
from bot.providers.handler_api.tokens import Reply, failure
from bot.providers.values import code, money, text_of

WAITS = frozenset(
    {"STATUS_WAIT_CODE", "STATUS_WAIT_RESEND", "STATUS_WAIT_READY", "STATUS_WAIT_SCREEN", "STATUS_ACCESS"}
)
#: Tiger answers ACCESS_CANCEL to getStatus.
OVER = frozenset({"STATUS_CANCEL", "ACCESS_CANCEL", "ACCESS_ACTIVATION"})
#: Answers to setStatus that grant it. Sites give a status in place of it, and repeat a yes in many spellings;
#: ACCESS_CONFIRM_GET is the oldest form of a cancel.
CANCELLED = frozenset(
    {
        *("ACCESS_CANCEL", "ACCESS_CONFIRM_GET", "ACCESS_CANCEL_ALREADY", "STATUS_CANCEL"),
        *("ALREADY_CANCEL", "ALREADY_CANCELED", "ALREADY_CANCELLED"),
    }
)
#: The SMS is on its way; a status in place of it is one of a number still alive.
READY = WAITS | {"ACCESS_READY", "STATUS_OK", "STATUS_WAIT_RETRY"}
FINISHED = frozenset({"ACCESS_ACTIVATION", "STATUS_CANCEL", "ALREADY_FINISH"})
ASKED_AGAIN = frozenset({"ACCESS_RETRY_GET", "STATUS_WAIT_RESEND", "STATUS_WAIT_RETRY"})
#: Refusals that an earlier, lost success brings as well.
DOUBTFUL = frozenset({"BAD_STATUS", "NO_ACTIVATION"})


def reading(reply: Reply, held: Held, code_as_retry: bool = False) -> Reading:
    """An answer to getStatus. After our own request for another SMS the last code is an old one.

    STATUS_WAIT_RETRY brings the old code along, except on sites of `code_as_retry`, where it brings the new.
    One that differs from the last is a code everywhere: better twice than never.
    """
    word, found = reply.word, code(reply.rest)
    if word in {"STATUS_OK", "STATUS_WAIT_RETRY"}:
        stays_on_show = word == "STATUS_OK" or code_as_retry
        old = found == held.last_code and (held.asked_again or not stays_on_show)
        return Reading(Outcome.RECEIVED, found, text_of(reply.rest)) if found and not old else WAITING
    if word in WAITS:
        return WAITING
    if word in OVER:
        return ENDED
    raise failure(reply)


def refusal(reply: Reply, held: Held, timing: Timing) -> CodebellError:
    """The error of a setStatus not granted, with the seconds left or the code where they are known."""
    match reply.word:
        case "EARLY_CANCEL_DENIED":
            return TooEarly(reply.word, seconds=_seconds_left(reply, held, timing))
        case "STATUS_OK" if held.last_code is None and code(reply.rest):
            return CodeArrived(reply.word, code=None if text_of(reply.rest) else code(reply.rest))
        case word if word in OVER:
            return TooLate(word)
    return failure(reply)


def in_doubt(error: CodebellError) -> bool:
    """Whether the effect may be there in spite of this answer, so that the status has to be read."""
    return error.detail in DOUBTFUL or (isinstance(error, Unclear) and error.sent)


def undecided(error: CodebellError) -> Unclear:
    """The error of a doubtful setStatus that nothing has settled: a refusal of `DOUBTFUL` is none then."""
    return error if isinstance(error, Unclear) else BadReply(error.detail)


def settle_cancel(now: Reading, held: Held, error: CodebellError) -> None:
    """What a doubtful cancel came to, by the status read after it; returns when the number is given back."""
    match now.outcome:
        case Outcome.RECEIVED:
            raise CodeArrived(error.detail, code=now.whole)
        case Outcome.ENDED if held.last_code:
            raise TooLate(error.detail)
        case Outcome.WAITING if held.last_code:
            raise CodeArrived(error.detail)
        case Outcome.WAITING:
            raise undecided(error)


def _seconds_left(reply: Reply, held: Held, timing: Timing) -> float | None:
    """HeroSMS tells its minimum in `info`; where our own clock says that it is over, nobody knows."""
    told = money(reply.info.get("minActivationTime"))
    left = (float(told) if told is not None else timing.min_cancel) - held.age
    return left if left > 0 else None
