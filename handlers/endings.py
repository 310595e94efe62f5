"""How a number ended that got no code in time, and what that means for the money."""

from bot.i18n import Texts
from storage.models import Activation
from storage.reasons import Reason


def cancelled(row: Activation, title: str, t: Texts) -> str:
    """Paid back is promised only by the provider's own yes."""
    if row.reason != Reason.UNCONFIRMED:
        return t("❌ Cancelled: {provider} pays it back.", provider=title)
    return t(
        "❌ Cancelled, but the answer was lost: your account at {provider} shows whether it was paid back.",
        provider=title,
    )


def after_cancel(row: Activation, title: str, t: Texts) -> str:
    """A code came late all the same: the yes to the cancel stands, but some providers charge again."""
    if row.given_back:
        return t(
            "❌ Cancelled before this code came: {provider} paid it back. Your account there shows whether "
            "the late code was charged.",
            provider=title,
        )
    return t(
        "❌ Cancelled before this code came, but the answer was lost: your account at {provider} shows "
        "whether it was paid back.",
        provider=title,
    )


def expired(row: Activation, title: str, t: Texts) -> str:
    """How it ended without a code, and whether that is known."""
    match row.reason:
        case Reason.ENDED_EARLY:
            return t("⌛ {provider} ended this number early, and no code reached me.", provider=title)
        case Reason.ENDED_FIRST:
            return t(
                "⌛ It had ended at {provider} before it was cancelled. Look at your account there.",
                provider=title,
            )
        case Reason.ANSWER_LOST:
            return lost(title, t)
        case Reason.OVERDUE:
            return t(
                "⌛ Its time is long over and no SMS came. Look at your account at {provider}.",
                provider=title,
            )
        case Reason.NEVER_ANSWERED:
            return t(
                "⌛ No answer about this number reached me since {moment}, so I stopped asking. A code may "
                "have come: look at your account at {provider}.",
                moment=t.day(row.answered_at or row.bought_at or row.created_at),
                provider=title,
            )
        case _:
            return t("⌛ No SMS came in time: {provider} pays it back by its rules.", provider=title)


def lost(title: str, t: Texts) -> str:
    """It is over, and nobody knows whether an SMS came."""
    return t(
        "⌛ It ended while the answers of {provider} were lost: if an SMS came, look for it in your account.",
        provider=title,
    )
