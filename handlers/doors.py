"""The buttons that lead from one flow into another; each is answered in the flow named beside it."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field


class Menu(CallbackData, prefix="m"):
    """start: the menu."""


class Help(CallbackData, prefix="mh"):
    """start: what can be done here."""


class Buy(CallbackData, prefix="b"):
    """buy: pick a service."""


class Country(CallbackData, prefix="bo"):
    """buy: the offers for a service in a country."""

    service: str
    iso2: str


class Countries(CallbackData, prefix="bc"):
    """buy: the countries a service is sold in."""

    service: str
    page: Annotated[int, Field(ge=0, le=999)] = 0
    by_stock: bool = False


class Choose(CallbackData, prefix="qo"):
    """quote: an offer, by a key of the chat and the provider's own country code."""

    service: str
    key: str
    country: str


class Again(CallbackData, prefix="qa"):
    """quote: the same as that number once more."""

    id: str


class Keys(CallbackData, prefix="k"):
    """keys: the list."""


class Rename(CallbackData, prefix="kn"):
    """keys: give a key a name."""

    id: str


class AddKey(CallbackData, prefix="ca"):
    """connect: choose a provider to add a key of."""


class Numbers(CallbackData, prefix="n"):
    """numbers: what is waiting and what came."""


class Balance(CallbackData, prefix="l"):
    """balance: ask every key's account."""


class What(StrEnum):
    """What a button does with a number."""

    SENT = "s"
    CANCEL = "c"
    ANOTHER = "n"
    FINISH = "f"
    CARD = "v"


class Act(CallbackData, prefix="a"):
    """activation: do something with a number."""

    what: What
    id: str


class Choices(CallbackData, prefix="oc"):
    """options: show what can be chosen for a quote: tiers, suppliers or operators."""

    nonce: str
    what: str


class Type(CallbackData, prefix="ot"):
    """options: ask for a maximum price or for prefixes, which are typed."""

    nonce: str
    what: str
