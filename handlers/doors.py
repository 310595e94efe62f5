"""The buttons that lead from one flow into another; each is answered in the flow named beside it."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from storage.wanted import Kind


class Menu(CallbackData, prefix="m"):
    """start: the menu."""


class Help(CallbackData, prefix="H"):
    """guide: what people ask."""


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


class Again(CallbackData, prefix="ua"):
    """again: the same as that number once more."""

    id: str


class Repeat(CallbackData, prefix="ur"):
    """again: the same as that number once more, shown in the pressed message."""

    id: str


class NextOffer(CallbackData, prefix="un"):
    """again: the cheapest other offer for what was not bought."""

    id: str


class Keys(CallbackData, prefix="k"):
    """keys: the list."""


class Rename(CallbackData, prefix="kn"):
    """keys: give a key a name."""

    id: str


class AddKey(CallbackData, prefix="ca"):
    """connect: choose a provider to add a key of; then the way leads to the service that was wanted."""

    service: str = ""
    iso2: str = ""


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
    CANCEL_ALL = "a"
    STOP_REST = "o"
    #: In a group: its code, to its holder alone.
    SHOW = "w"


class Act(CallbackData, prefix="a"):
    """activation: do something with a number."""

    what: What
    id: str


class Forward(CallbackData, prefix="f"):
    """forward: let calls to a number ring somewhere else."""

    id: str


class Rent(CallbackData, prefix="r"):
    """rent: the countries numbers can be rented in; `anew` leaves the pressed message as it is."""

    anew: bool = False


class TariffsOf(CallbackData, prefix="rt"):
    """rent: the tariffs of a country, by a key of the chat and the provider's own country code."""

    key: str
    country: str


class PayRent(CallbackData, prefix="ro"):
    """rent: order what was offered, a rent or a renewal, once."""

    nonce: str


class RentedElsewhere(CallbackData, prefix="e"):
    """elsewhere: numbers rented with the chat's keys; `anew` leaves the pressed message as it is."""

    page: Annotated[int, Field(ge=0, le=999)] = 0
    anew: bool = False


class BoughtElsewhere(CallbackData, prefix="x"):
    """strays: numbers bought with the chat's keys elsewhere; `anew` leaves the pressed message as it is."""

    page: Annotated[int, Field(ge=0, le=999)] = 0
    anew: bool = False


class Hired(StrEnum):
    """What a button does with a rented number."""

    CARD = "v"
    SMS = "s"
    LOOK = "l"
    SIM_ON = "i"
    SIM_OFF = "o"
    RENEW = "r"


class OnRental(CallbackData, prefix="t"):
    """rental: do something with a rented number."""

    what: Hired
    id: str


class Send(CallbackData, prefix="s"):
    """send: write a message; `id` is the draft one comes from."""

    id: str = ""


class Draft(CallbackData, prefix="sd"):
    """send: a draft on one screen."""

    id: str


class SendIt(CallbackData, prefix="sg"):
    """send: what the draft says, once; `value` tells what it said when the button was drawn."""

    id: str
    value: str


class SendAgain(CallbackData, prefix="sa"):
    """send: a new draft with everything of a message."""

    id: str


class Sent(CallbackData, prefix="d"):
    """sent: the messages sent so far; `anew` leaves the pressed message as it is."""

    page: Annotated[int, Field(ge=0, le=999)] = 0
    anew: bool = False


class Part(StrEnum):
    """What can be changed in a draft."""

    CHANNELS = "c"
    RECIPIENT = "r"
    TEXT = "t"
    VIBER_NAME = "vn"
    VIBER_TEXT = "vt"
    VIBER_TTL = "vl"
    CAPTION = "vc"
    ADDRESS = "va"
    IMAGE = "vi"
    SMS_NAME = "sn"
    SMS_TEXT = "st"
    SMS_TTL = "sl"
    FLASH = "sf"


class Write(CallbackData, prefix="w"):
    """compose: ask for a part of a draft."""

    id: str
    part: Part


class Operators(CallbackData, prefix="p"):
    """operators: what a draft costs to each operator."""

    id: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Choices(CallbackData, prefix="oc"):
    """options: show what can be chosen for a quote: tiers, suppliers or operators."""

    nonce: str
    what: str
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Type(CallbackData, prefix="C"):
    """wishes: ask for a maximum price or for prefixes, which are typed."""

    nonce: str
    what: str


class Watches(CallbackData, prefix="v"):
    """watch: what is waited for."""


class WatchFor(CallbackData, prefix="va"):
    """watch: wait for a service in a country."""

    service: str
    iso2: str


class History(CallbackData, prefix="h"):
    """history: everything bought so far."""


class Stats(CallbackData, prefix="j"):
    """stats: what was spent, what succeeded, how long codes took."""


class Settings(CallbackData, prefix="y"):
    """settings: what people choose for themselves."""


class Privacy(CallbackData, prefix="z"):
    """privacy: what is kept, and how to have it forgotten."""


class Prices(CallbackData, prefix="g"):
    """prices: what things cost today, without buying."""


class Receipt(CallbackData, prefix="i"):
    """receipt: all that is known of one number, rental or message.

    Back leads to that page of the history; `value` are the filters of the list it was pressed in.
    """

    kind: Kind
    id: str
    value: Annotated[str, Field(max_length=32)] = ""
    page: Annotated[int, Field(ge=0, le=999)] = 0


class Export(CallbackData, prefix="E"):
    """export: everything of the chat as files."""
