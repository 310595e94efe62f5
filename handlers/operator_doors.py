"""The buttons that lead into the operator's flows; each is answered in the flow named beside it."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class Admin(CallbackData, prefix="A"):
    """admin: what the operator sees at a glance."""


class Page(StrEnum):
    """What the operator may look at more closely."""

    HEALTH = "h"
    QUEUES = "q"
    ERRORS = "e"
    SETTINGS = "s"


class Show(CallbackData, prefix="As"):
    """admin: one of these."""

    page: Page


class Guests(CallbackData, prefix="P"):
    """guests: who may come in."""


class Broadcasts(CallbackData, prefix="B"):
    """broadcast: what was sent to many, and how far it is."""

    page: Annotated[int, Field(ge=0, le=999)] = 0


class Lever(StrEnum):
    """What operators switch while the bot runs."""

    PAUSE = "p"
    ACCESS = "a"
    MAINTENANCE = "m"
    SERVICES = "s"


class Switching(CallbackData, prefix="S"):
    """switching: the pause, the maintenance text, who may come in, or blocked services."""

    what: Lever


class Invitations(CallbackData, prefix="T"):
    """invitations: links that let one person in, each once."""


class DeedsOf(CallbackData, prefix="L"):
    """deeds: what operators did, newest first."""

    page: Annotated[int, Field(ge=0, le=999)] = 0


class BackUp(CallbackData, prefix="O"):
    """backup: a sealed copy of the database, once it is confirmed."""

    sure: bool = False


class Notices(CallbackData, prefix="N"):
    """alerts: where operators are told of trouble."""
