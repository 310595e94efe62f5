"""Why a number or a message stands as it does, where no error class says it: what else `reason` may hold."""

from enum import StrEnum


class Reason(StrEnum):
    """What the card says more than the state."""

    #: The provider ended it before its time.
    ENDED_EARLY = "EndedEarly"
    #: It had ended at the provider before a cancel was carried out.
    ENDED_FIRST = "EndedFirst"
    #: It ended, and the answers before that were lost: one of them may have held a code.
    ANSWER_LOST = "AnswerLost"
    #: A rent ended, and what came last could not be read.
    SMS_UNREAD = "SmsUnread"
    #: Long past its life by our clock.
    OVERDUE = "Overdue"
    #: Long past its life, and no look had an answer for a day.
    NEVER_ANSWERED = "NeverAnswered"
    #: A cancel went out and the number ended, but no answer said that the one made the other.
    UNCONFIRMED = "Unconfirmed"
    #: To be finished after one more look for the SMS that was asked for.
    FINISHING = "Finishing"
    #: Its provider is configured no more.
    NOT_SET_UP = "NotSetUp"
    #: The answer to a purchase was lost, and the account's list has not shown it long after that.
    NOT_LISTED = "NotListed"
    #: More than one number in that list may be the one that was bought.
    SEVERAL = "Several"
    #: The one number that may be it may be another lost purchase's as well.
    CLAIMED = "Claimed"
    #: It stood in that list only after it had been given up.
    LISTED_LATE = "ListedLate"
    #: Of several the one before it is unclear, so this one was not ordered.
    AFTER_UNCLEAR = "AfterUnclear"
    #: Of several more was charged for the one before it than was agreed to, so this one was not ordered.
    OVERCHARGED = "Overcharged"
    #: Of several the person stopped what was not ordered yet.
    STOPPED = "Stopped"
    #: A message was asked for long enough, and its provider never told a last word on it.
    NO_FINAL_WORD = "NoFinalWord"
    #: A watch of a backup, or one of several numbers that was not ordered in it: it may have bought since.
    RESTORED = "Restored"
    #: A watch of somebody who may not use this bot any more.
    NOT_SERVED = "NotServed"


_NOT_CANCELLED = "NotCancelled:"


def not_cancelled(error: str) -> str:
    """The reason of a number whose cancel was refused for good, by the name of the error class."""
    return _NOT_CANCELLED + error


def refusal(reason: str) -> str | None:
    """The name of the error class a cancel was refused with; None when none was."""
    return reason.removeprefix(_NOT_CANCELLED) if reason.startswith(_NOT_CANCELLED) else None
