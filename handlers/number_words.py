"""What lists of numbers say alike: how a bought number stands, what it is called, how long it is shown."""

from datetime import timedelta
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.i18n import Texts, international
from storage.models import Activation, State

#: How long a number that did its work is still shown.
FRESH = timedelta(hours=24)
NUMBERS_A_PAGE = 10


class Page(CallbackData, prefix="np"):
    """A page of the numbers."""

    page: Annotated[int, Field(ge=0, le=999)]


def name_of(row: Activation) -> str:
    """A number on a button."""
    return f"{international(row.phone or '')} {row.service_name}".strip()


def bought_in_words(state: State, t: Texts) -> str:
    """How a bought number stands."""
    names = {
        State.BUYING: t.plain("buying"),
        State.WAITING: t.plain("waiting for the SMS"),
        State.RECEIVED: t.plain("code received"),
        State.CANCELLING: t.plain("cancelling"),
        State.CANCELLED: t.plain("cancelled"),
        State.EXPIRED: t.plain("expired"),
        State.FINISHED: t.plain("finished"),
        State.FAILED: t.plain("not bought"),
        State.UNKNOWN: t.plain("unknown"),
    }
    return names[state]
