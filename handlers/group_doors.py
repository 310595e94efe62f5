"""The buttons that lead into the flows of groups; each is answered in the flow named beside it."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class Share(CallbackData, prefix="G"):
    """share: the rules of a group."""


class HandOver(CallbackData, prefix="D"):
    """handover: give a number to somebody else in the group."""

    id: str


class GroupKeys(CallbackData, prefix="K"):
    """group_keys: the keys of a group."""

    page: Annotated[int, Field(ge=0, le=999)] = 0


class AddGroupKey(CallbackData, prefix="Ka"):
    """group_keys: a link to add one in private."""


class Quota(StrEnum):
    """What each member of a group may have of."""

    NUMBERS = "n"
    MONEY = "m"
    AT_ONCE = "o"


class LimitOf(CallbackData, prefix="Q"):
    """quotas: choose how much of it each member may have."""

    what: Quota


class Month(StrEnum):
    """Which month is counted."""

    THIS = "t"
    LAST = "l"


class Usage(CallbackData, prefix="nu"):
    """usage: what each member of a group used."""

    month: Month = Month.THIS
    page: Annotated[int, Field(ge=0, le=999)] = 0
