"""The buttons that lead into the flows of groups; each is answered in the flow named beside it."""

from aiogram.filters.callback_data import CallbackData


class Share(CallbackData, prefix="G"):
    """share: the rules of a group."""


class HandOver(CallbackData, prefix="D"):
    """handover: give a number to somebody else in the group."""

    id: str
