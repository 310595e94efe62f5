"""The tables, a file per subject, under one roof."""

from storage.models.activations import (
    OPEN,
    REACHED_FROM,
    Activation,
    Learned,
    Quote,
    Sms,
    State,
    Step,
)
from storage.models.chats import Canary, Chat, Form, Key
from storage.models.columns import Moment, Money, Row
from storage.models.messages import GIVEN_BACK, MESSAGE_REACHED_FROM, MessageState, OutgoingMessage
from storage.models.outbox import Post
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

__all__ = [
    "GIVEN_BACK",
    "MESSAGE_REACHED_FROM",
    "OPEN",
    "ORDER_REACHED_FROM",
    "REACHED_FROM",
    "RENTAL_REACHED_FROM",
    "Activation",
    "Canary",
    "Chat",
    "Form",
    "Key",
    "Learned",
    "MessageState",
    "Moment",
    "Money",
    "OrderKind",
    "OrderState",
    "OutgoingMessage",
    "Post",
    "Quote",
    "Rental",
    "RentalOrder",
    "RentalState",
    "RentalText",
    "Row",
    "SimWish",
    "Sms",
    "State",
    "Step",
]
