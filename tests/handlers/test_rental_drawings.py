"""The card and the reminders of a rented number, drawn from rows that a person seldom meets."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.drawing import Drawing
from bot.i18n import Catalogues
from bot.leases import as_json
from bot.providers.renting import Rented
from handlers.rental_cards import draw_rental
from handlers.rental_rings import draw_reminder
from storage.models import OrderKind, OrderState, Post, Rental, RentalOrder, RentalState, SimWish
from storage.outbox import Kind
from storage.reasons import Reason
from tests.doubles import FakeClock, FakeProvider

NOW = FakeClock().now
T = Catalogues().texts("en")


def rental(**changes: object) -> Rental:
    """A number of Alpha that was rented two days ago."""
    values: dict[str, object] = {
        "id": "rental",
        "chat_id": 1,
        "owner_id": 1,
        "key_id": "key",
        "provider": "alpha",
        "country": "GB",
        "state": RentalState.ACTIVE,
        "reason": "",
        "provider_id": "rent-1",
        "phone": "+447700900001",
        "until": NOW + timedelta(days=5),
        "online": True,
        "sim_wish": SimWish.NONE,
        "taken_over": False,
        "created_at": NOW - timedelta(days=2),
        "rented_at": NOW - timedelta(days=2),
    }
    return Rental(**{**values, **changes})


def post(kind: Kind = Kind.RENTAL) -> Post:
    return Post(id="post", kind=kind, subject="rental", chat_id=1, message_id=None, sent_at=None)


def ends(until: datetime | None) -> str:
    """What an account rents, as an order notes it."""
    return as_json([Rented("rent-1", "+447700900001", "", until, online=True)])


def order(kind: OrderKind, state: OrderState, **changes: object) -> RentalOrder:
    """An order for that number, settled an hour ago, whose end was the present one."""
    values: dict[str, object] = {
        "id": "order",
        "kind": kind,
        "state": state,
        "reason": "",
        "days": 7,
        "country": "GB",
        "country_code": "GB",
        "key_id": "key",
        "cost": Decimal(4),
        "currency": "USD",
        "held_before": ends(NOW + timedelta(days=5)),
        "settled_at": NOW - timedelta(hours=1),
    }
    return RentalOrder(**{**values, **changes})


def card(row: Rental, order: RentalOrder | None = None, *, configured: bool = True) -> Drawing:
    providers = {"alpha": FakeProvider("alpha", FakeClock())} if configured else {}
    return draw_rental(row, order, None, T, providers, NOW, post())


def labels(drawing: Drawing) -> list[str]:
    rows = drawing.keyboard.inline_keyboard if drawing.keyboard is not None else []
    return [button.text for row in rows for button in row]


def test_an_end_that_nobody_tells_is_not_made_up() -> None:
    drawn = card(rental(until=None, online=None))
    assert "⏳ Alpha does not say until when." in drawn.html
    assert "SIM" not in drawn.html
    assert drawn.again_at is None


def test_an_end_that_is_over_but_not_seen_says_so() -> None:
    drawn = card(rental(until=NOW - timedelta(minutes=1)))
    assert "Its time was over on " in drawn.html
    assert "I look whether Alpha still has it for you." in drawn.html
    assert drawn.again_at is None


def test_a_number_of_a_provider_that_has_left_keeps_its_sms() -> None:
    drawn = card(rental(reason=Reason.NOT_SET_UP), configured=False)
    assert "⚠️ alpha is not set up here any more." in drawn.html
    assert labels(drawn) == ["📋 Copy number", "✉️ SMS"]


def test_a_country_that_nobody_tells_is_left_out() -> None:
    assert "<b>Rented number</b>\n" in card(rental(country="")).html


def test_an_order_that_never_went_out_says_why() -> None:
    drawn = card(rental(state=RentalState.FAILED, reason="NeverCalled", phone=None))
    assert "🚫 Not rented, not paid.\nThe bot was stopped before it could order this." in drawn.html


def test_an_order_that_was_answered_is_not_said_to_have_lost_its_answer() -> None:
    drawn = card(rental(state=RentalState.UNKNOWN, phone=None), order(OrderKind.RENT, OrderState.UNKNOWN))
    assert "lost" not in drawn.html
    assert "❓ Alpha answered, but its list has not shown a new number yet" in drawn.html
    drawn = card(rental(), order(OrderKind.RENEW, OrderState.UNKNOWN))
    assert "lost" not in drawn.html
    assert "❓ Alpha answered, but its list has not shown a later end yet" in drawn.html


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, True),
        ({"settled_at": NOW - timedelta(hours=25)}, False),
        ({"held_before": ends(NOW + timedelta(days=4))}, False),
        ({"held_before": ends(NOW + timedelta(days=4)), "reason": "LastsLonger"}, True),
        ({"held_before": ends(None)}, True),
        ({"held_before": None}, True),
    ],
)
def test_a_refused_renewal_is_told_for_a_day_unless_it_lasts_longer_since(
    changes: dict[str, object], told: bool
) -> None:
    refused = order(OrderKind.RENEW, OrderState.FAILED, **{"reason": "NoMoney", **changes})
    assert ("Not renewed" in card(rental(), refused).html) is told


@pytest.mark.parametrize("hours", [0.01, 0.5, 1, 1.99, 2, 2.5, 3, 24, 47.9, 48.1, 50, 59.9, 60, 61, 100, 720])
def test_the_card_is_drawn_again_when_it_reads_differently_and_not_before(hours: float) -> None:
    row = rental(until=NOW + timedelta(hours=hours))
    drawn = card(row)
    assert drawn.again_at is not None
    assert NOW < drawn.again_at <= NOW + timedelta(hours=36)
    just_before = drawn.again_at - timedelta(seconds=1)
    if hours > 2:
        assert said(row, just_before) == drawn.html
    assert said(row, drawn.again_at + timedelta(seconds=90)) != drawn.html


def said(row: Rental, at: datetime) -> str:
    providers = {"alpha": FakeProvider("alpha", FakeClock())}
    return draw_rental(row, None, None, T, providers, at, post()).html


@pytest.mark.parametrize(
    ("kind", "left", "told"),
    [
        (Kind.DAY_LEFT, timedelta(hours=24), True),
        (Kind.DAY_LEFT, timedelta(hours=5), True),
        (Kind.DAY_LEFT, timedelta(days=3), False),
        (Kind.DAY_LEFT, timedelta(minutes=66), True),
        (Kind.DAY_LEFT, timedelta(minutes=65), False),
        (Kind.HOUR_LEFT, timedelta(hours=1), True),
        (Kind.HOUR_LEFT, timedelta(hours=2), False),
        (Kind.HOUR_LEFT, timedelta(0), False),
    ],
)
def test_a_reminder_is_said_only_while_it_is_true(kind: Kind, left: timedelta, told: bool) -> None:
    drawn = draw_reminder(rental(until=NOW + left), T, {}, NOW, post(kind))
    assert (drawn is not None) is told


def test_who_cannot_renew_is_not_told_to() -> None:
    drawn = draw_reminder(rental(until=NOW + timedelta(hours=1)), T, {}, NOW, post(Kind.HOUR_LEFT))
    assert drawn is not None
    assert labels(drawn) == ["🗂 Card"]
