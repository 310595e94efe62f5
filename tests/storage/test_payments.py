"""What a person paid for sure, what is in doubt, and what costs nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from storage.database import Database
from storage.figures import FigureStore
from storage.models import (
    Activation,
    Key,
    MessageState,
    OrderKind,
    OrderState,
    OutgoingMessage,
    RentalOrder,
    State,
)
from storage.payments import Payment, Ware
from storage.reasons import Reason
from tests.storage.shelf import NOW, number, put, stored

SINCE = NOW - timedelta(days=7)
CENTS = Decimal("0.10")


def order(key: Key, state: OrderState) -> RentalOrder:
    values: dict[str, object] = {"tariff": "week", "days": 7, "country": "RU", "country_code": "7"}
    money: dict[str, object] = {
        "cost": Decimal("3.50"),
        "currency": "USD",
        "created_at": NOW,
        "ordered_at": NOW,
    }
    whose = {"key_id": key.id, "chat_id": 1, "owner_id": 1, "provider": "smsak"}
    return RentalOrder(id="order", kind=OrderKind.RENT, state=state, **values, **money, **whose)


def message(key: Key, state: MessageState, **more: object) -> OutgoingMessage:
    whose: dict[str, object] = {"key_id": key.id, "chat_id": 1, "owner_id": 1, "provider": "smsfly"}
    values: dict[str, object] = {"channels": "viber,sms", "currency": "USD", "quoted": Decimal("0.09")}
    moments = {"created_at": NOW, "confirmed_at": NOW}
    return OutgoingMessage(id="message", state=state, **{**whose, **values, **moments, **more})


async def paid(database: Database) -> list[Payment]:
    return list(await FigureStore(database).payments(1, 1, SINCE))


@pytest.mark.parametrize(
    ("state", "reason", "sure"),
    [
        (State.RECEIVED, "", True),
        (State.FINISHED, "", True),
        (State.EXPIRED, "", False),
        (State.EXPIRED, Reason.ENDED_FIRST, False),
        (State.UNKNOWN, "Unavailable", False),
        (State.CANCELLED, Reason.UNCONFIRMED, False),
    ],
)
async def test_a_number_with_a_code_is_paid_and_one_without_a_yes_to_its_cancel_is_in_doubt(
    database: Database, state: State, reason: str, sure: bool
) -> None:
    await put(database, number(await stored(database), "a", state, reason=reason))
    assert await paid(database) == [Payment(NOW, Ware.NUMBER, CENTS, "USD", sure)]


@pytest.mark.parametrize("given_back", [True, False])
async def test_a_code_that_came_after_the_cancel_is_paid_for_in_doubt(
    database: Database, given_back: bool
) -> None:
    await put(database, number(await stored(database), "a", State.RECEIVED, given_back=given_back))
    assert await paid(database) == [Payment(NOW, Ware.NUMBER, CENTS, "USD", sure=False)]


@pytest.mark.parametrize("state", [State.WAITING, State.CANCELLING])
async def test_what_still_waits_for_its_code_is_told_apart(database: Database, state: State) -> None:
    await put(database, number(await stored(database), "a", state))
    assert await paid(database) == [Payment(NOW, Ware.NUMBER, CENTS, "USD", sure=False, waits=True)]


@pytest.mark.parametrize("state", [State.BUYING, State.CANCELLED, State.FAILED])
async def test_what_was_given_back_or_never_bought_is_not_told(database: Database, state: State) -> None:
    await put(database, number(await stored(database), "a", state))
    assert await paid(database) == []


@pytest.mark.parametrize(
    ("state", "sure"), [(OrderState.DONE, [True]), (OrderState.UNKNOWN, [False]), (OrderState.FAILED, [])]
)
async def test_rents_that_were_carried_out_are_paid(
    database: Database, state: OrderState, sure: list[bool]
) -> None:
    await put(database, order(await stored(database), state))
    told = [Payment(NOW, Ware.RENT, Decimal("3.50"), "USD", each) for each in sure]
    assert await paid(database) == told


async def test_a_message_costs_what_its_channels_were_charged(database: Database) -> None:
    charged = {"viber_cost": Decimal("0.02"), "sms_cost": Decimal("0.05")}
    back = {"viber_status": "refunded", "sms_status": "delivered"}
    await put(database, message(await stored(database), MessageState.DELIVERED, **charged, **back))
    assert await paid(database) == [Payment(NOW, Ware.MESSAGE, Decimal("0.05"), "USD", True)]


async def test_while_a_charge_is_not_told_the_rest_of_the_quote_is_in_doubt(database: Database) -> None:
    await put(database, message(await stored(database), MessageState.ACCEPTED, viber_cost=Decimal("0.02")))
    assert await paid(database) == [
        Payment(NOW, Ware.MESSAGE, Decimal("0.02"), "USD", True),
        Payment(NOW, Ware.MESSAGE, Decimal("0.07"), "USD", False),
    ]


@pytest.mark.parametrize("state", [MessageState.DRAFT, MessageState.SENDING, MessageState.FAILED])
async def test_what_was_not_sent_costs_nothing(database: Database, state: MessageState) -> None:
    await put(database, message(await stored(database), state))
    assert await paid(database) == []


async def test_other_peoples_money_and_that_of_long_ago_is_not_told(database: Database) -> None:
    key = await stored(database)
    others: list[Activation] = [
        number(key, "a", State.RECEIVED, owner_id=2),
        number(key, "b", State.RECEIVED, chat_id=-5),
        number(key, "c", State.RECEIVED, created_at=SINCE - timedelta(seconds=1)),
    ]
    await put(database, *others)
    assert await paid(database) == []
