"""The buttons that lead into the operator's flows; each is answered in the flow named beside it."""

from aiogram.filters.callback_data import CallbackData


class Admin(CallbackData, prefix="A"):
    """admin: what the operator sees at a glance."""


class Guests(CallbackData, prefix="P"):
    """guests: who may come in."""


class Broadcasts(CallbackData, prefix="B"):
    """broadcast: what was sent to many, and how far it is."""
