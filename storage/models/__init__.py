"""The tables, a file per subject, under one roof."""

from storage.models.activations import (
    HAS_MORE_TO_COME,
    IS_LOOKED_FOR,
    IS_OPEN,
    OPEN,
    REACHED_FROM,
    Activation,
    Learned,
    Quote,
    Sms,
    State,
    Step,
)
from storage.models.broadcasts import GOES_ON, Broadcast, BroadcastState
from storage.models.chats import Canary, Chat, Form, Key
from storage.models.columns import Moment, Money, Row
from storage.models.counted import Counted, Leaver
from storage.models.groups import Buyers, Departure, Eyes, HungMenu, Member, Purpose, Sharing, SingleUse
from storage.models.messages import (
    GIVEN_BACK,
    IS_UNSENT,
    MESSAGE_REACHED_FROM,
    MessageState,
    OutgoingMessage,
)
from storage.models.operator import Deed, Guest, Incident, Switch
from storage.models.outbox import IS_PARKED, Post
from storage.models.preferences import Ceiling, Favourite, Preferences, Sort
from storage.models.rentals import (
    ORDER_REACHED_FROM,
    RENTAL_REACHED_FROM,
    OrderKind,
    OrderState,
    Rental,
    RentalOrder,
    RentalState,
    RentalText,
    SimWish,
)
from storage.models.watches import WATCH_OPEN, WATCH_REACHED_FROM, Watch, WatchState

__all__ = [
    "GIVEN_BACK",
    "GOES_ON",
    "HAS_MORE_TO_COME",
    "IS_LOOKED_FOR",
    "IS_OPEN",
    "IS_PARKED",
    "IS_UNSENT",
    "MESSAGE_REACHED_FROM",
    "OPEN",
    "ORDER_REACHED_FROM",
    "REACHED_FROM",
    "RENTAL_REACHED_FROM",
    "WATCH_OPEN",
    "WATCH_REACHED_FROM",
    "Activation",
    "Broadcast",
    "BroadcastState",
    "Buyers",
    "Canary",
    "Ceiling",
    "Chat",
    "Counted",
    "Deed",
    "Departure",
    "Eyes",
    "Favourite",
    "Form",
    "Guest",
    "HungMenu",
    "Incident",
    "Key",
    "Learned",
    "Leaver",
    "Member",
    "MessageState",
    "Moment",
    "Money",
    "OrderKind",
    "OrderState",
    "OutgoingMessage",
    "Post",
    "Preferences",
    "Purpose",
    "Quote",
    "Rental",
    "RentalOrder",
    "RentalState",
    "RentalText",
    "Row",
    "Sharing",
    "SimWish",
    "SingleUse",
    "Sms",
    "Sort",
    "State",
    "Step",
    "Switch",
    "Watch",
    "WatchState",
]
