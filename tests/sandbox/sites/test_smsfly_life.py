"""The life of a message at SMS-fly's site, status by status and channel by channel."""

import pytest

from tests.sandbox.sites.mailing import POLL, WITHOUT_VIBER, FlyClient


@pytest.fixture
def client() -> FlyClient:
    return FlyClient()


def test_every_channel_is_paid_for_when_the_message_is_accepted(client: FlyClient) -> None:
    client.send("viber", "sms")
    assert client.money == ("90.999", "190.727")


def test_nothing_moves_by_itself_unless_told_to(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    assert client.after(250, number) == {"viber": "ACCEPTD", "sms": "ACCEPTD"}


def test_a_viber_message_walks_from_accepted_to_viewed(client: FlyClient) -> None:
    client.walks(POLL)
    number = client.sent("viber")
    steps = [client.statuses(number)["viber"], *(client.after(POLL, number)["viber"] for _ in range(5))]
    assert steps == ["ACCEPTD", "INPROGRESS", "SENT", "DELIVRD", "VIEWED", "VIEWED"]


def test_an_sms_walks_from_accepted_to_delivered(client: FlyClient) -> None:
    client.walks(POLL)
    number = client.sent("sms")
    steps = [client.after(POLL, number)["sms"] for _ in range(4)]
    assert steps == ["PENDING", "SENT", "DELIVRD", "DELIVRD"]


def test_steps_are_taken_at_moments_between_the_two_delays(client: FlyClient) -> None:
    client.site.control("auto", after_seconds=[10, 20], share=1)
    number = client.sent("sms")
    assert client.after(9, number) == {"sms": "ACCEPTD"}
    assert client.after(12, number)["sms"] in ("PENDING", "SENT")


def test_only_their_share_of_messages_walks(client: FlyClient) -> None:
    client.site.control("auto", after_seconds=[1, 1], share=0.5)
    numbers = [client.sent("sms") for _ in range(40)]
    client.pass_time(10)
    assert 8 < sum(client.statuses(number) == {"sms": "DELIVRD"} for number in numbers) < 32


def test_while_viber_is_under_way_the_sms_is_reserved(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    client.moves(number, "SENT")
    assert client.statuses(number) == {"viber": "SENT", "sms": "RESERVED"}


def test_the_sms_is_refunded_three_seconds_after_viber_delivered(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    client.pass_time(2)
    client.moves(number, "DELIVRD")
    client.pass_time(8)
    stand = client.ask("GETMESSAGESTATUS", messageID=number)
    assert stand["viber"] == {"status": "DELIVRD", "date": "2026-08-30 02:00:02"}
    assert stand["sms"] == {"status": "REFUND", "date": "2026-08-30 02:00:05"}
    assert client.money == ("91.477", "190.727")
    assert [entry.kind for entry in client.site.ledger.entries] == ["charge", "charge", "refund"]


def test_a_message_viewed_at_once_refunds_the_sms_once(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    client.moves(number, "DELIVRD")
    client.moves(number, "VIEWED")
    assert client.after(4, number) == {"viber": "VIEWED", "sms": "REFUND"}
    assert client.money[0] == "91.477"


@pytest.mark.parametrize("failure", ["UNDELIV", "EXPIRED", "STOPED", "ERROR"])
def test_the_sms_goes_out_when_viber_fails(client: FlyClient, failure: str) -> None:
    number = client.sent("viber", "sms")
    client.moves(number, "SENT")
    client.moves(number, failure)
    assert client.statuses(number) == {"viber": failure, "sms": "PENDING"}
    client.moves(number, "DELIVRD")
    assert client.after(POLL, number) == {"viber": failure, "sms": "DELIVRD"}
    assert client.site.ledger.total("refund") == 0


def test_a_number_that_ends_in_00_has_no_viber(client: FlyClient) -> None:
    client.walks()
    number = client.sent("viber", "sms", recipient=WITHOUT_VIBER)
    assert client.after(60, number) == {"viber": "UNDELIV", "sms": "DELIVRD"}


def test_channels_are_taken_in_the_order_they_were_named(client: FlyClient) -> None:
    client.walks()
    number = client.sent("sms", "viber")
    assert client.after(60, number) == {"viber": "REFUND", "sms": "DELIVRD"}
    assert client.money == ("90.999", "191.477")


def test_a_message_expires_with_its_ttl_and_the_next_channel_has_its_own(client: FlyClient) -> None:
    number = client.sent("viber", "sms")
    client.moves(number, "SENT")
    assert client.after(5 * 60 - 1, number)["viber"] == "SENT"
    assert client.after(1 + POLL, number) == {"viber": "EXPIRED", "sms": "PENDING"}
    assert client.after(60 * 60 - 10, number)["sms"] == "PENDING"
    assert client.after(10, number)["sms"] == "EXPIRED"


@pytest.mark.parametrize(
    ("fate", "viber", "sms"),
    [
        ("deliver", "DELIVRD", "DELIVRD"),
        ("view", "VIEWED", "DELIVRD"),
        ("expire", "EXPIRED", "EXPIRED"),
        ("undeliv", "UNDELIV", "UNDELIV"),
        ("stop", "STOPED", "STOPED"),
        ("error", "ERROR", "ERROR"),
        ("moderation", "MODERATION", "MODERATION"),
        ("insufficient", "INSUFFICIENTFUND", "INSUFFICIENTFUND"),
    ],
)
def test_the_fate_of_the_next_messages_can_be_told(
    client: FlyClient, fate: str, viber: str, sms: str
) -> None:
    client.walks()
    client.site.control("fate", fate=fate)
    one, other = client.sent("viber"), client.sent("sms")
    assert client.after(30, one) == {"viber": viber}
    assert client.statuses(other) == {"sms": sms}


def test_a_fate_may_be_that_of_one_channel(client: FlyClient) -> None:
    client.walks()
    client.site.control("fate", fate="undeliv", channel="viber")
    number = client.sent("viber", "sms")
    assert client.after(30, number) == {"viber": "UNDELIV", "sms": "DELIVRD"}


def test_what_was_moderated_is_let_go_by_hand(client: FlyClient) -> None:
    client.walks()
    client.site.control("fate", fate="moderation")
    number = client.sent("viber")
    client.pass_time(30)
    client.moves(number, "SENT")
    client.moves(number, "DELIVRD")
    assert client.statuses(number) == {"viber": "DELIVRD"}


def test_a_walk_goes_on_from_where_it_was_moved_to(client: FlyClient) -> None:
    client.walks(10)
    number = client.sent("viber")
    client.pass_time(5)
    client.moves(number, "SENT")
    assert client.after(5, number) == {"viber": "SENT"}
    assert client.after(5, number) == {"viber": "DELIVRD"}
