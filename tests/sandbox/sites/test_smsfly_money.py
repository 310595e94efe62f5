"""What SMS-fly's site takes for a message, what it writes down, and the knobs that are its own."""

from decimal import Decimal

import pytest

from bot.sandbox.sites.segments import segments
from tests.sandbox.sites.mailing import KYIV, POLL, WITHOUT_VIBER, FlyClient, letter


@pytest.fixture
def client() -> FlyClient:
    return FlyClient()


def test_too_little_money_ends_a_channel_and_the_next_one_begins(client: FlyClient) -> None:
    client.site.control("balance", amount="0.5", purse="viber")
    sent = client.send("viber", "sms")
    assert (sent["viber"]["status"], sent["sms"]["status"]) == ("INSUFFICIENTFUND", "ACCEPTD")
    assert client.money == ("90.999", "0.5")
    client.moves(sent["messageID"], "DELIVRD")
    assert client.statuses(sent["messageID"]) == {"viber": "INSUFFICIENTFUND", "sms": "DELIVRD"}


def test_too_little_money_for_everything_is_a_status_or_an_error(client: FlyClient) -> None:
    client.site.control("balance", amount="0")
    assert client.send("sms")["sms"]["status"] == "INSUFFICIENTFUND"
    client.site.control("dialect", unpaid="error")
    assert client.refusal("SENDMESSAGE", **letter("sms")) == "INSUFFICIENTFUNDS"
    assert [entry.kind for entry in client.site.ledger.entries] == ["deposit"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 153, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 135, 3),
        ("🚕" * 35, 1),
        ("🚕" * 36, 2),
        ("🚕" * 67, 3),
        ("a" * 69 + "’", 1),
        ("a" * 70 + "’", 2),
        ("\ud83d" * 71, 2),
    ],
)
def test_an_sms_is_paid_per_segment(client: FlyClient, text: str, count: int) -> None:
    assert segments(text) == count
    assert client.send("sms", sms={"text": text})["sms"]["cost"] == float(Decimal("0.478") * count)


@pytest.mark.parametrize(
    ("recipient", "cost"),
    [
        ("380501234567", 0.478),
        ("380671234567", 0.477),
        ("380631234567", 0.476),
        ("380911234567", 0.479),
        ("48601234567", 1.24),
        ("12125550123", 0.42),
        ("77011234567", 2.525),
    ],
)
def test_the_price_is_that_of_the_recipients_operator(client: FlyClient, recipient: str, cost: float) -> None:
    assert client.send("sms", recipient=recipient)["sms"]["cost"] == cost


def test_a_price_can_be_changed(client: FlyClient) -> None:
    changed = client.site.control("fare", channel="sms", mcc="255", price="1.1")
    assert changed == {"sms": dict.fromkeys(["00", "01", "03", "06"], "1.1")}
    assert client.send("sms")["sms"]["cost"] == 1.1


def test_an_account_may_have_no_sender_names(client: FlyClient) -> None:
    client.site.control("sources", channel="viber", names=[])
    assert client.ask("GETSOURCES", channels=["viber"]) == {"viber": []}
    assert client.refusal("SENDMESSAGE", **letter("viber")) == "INVSOURCE"


def test_asking_for_a_status_too_soon_is_written_down(client: FlyClient) -> None:
    one, other = client.sent("sms"), client.sent("sms")
    client.statuses(one)
    client.statuses(other)
    client.after(POLL, one)
    assert client.rules_broken() == []
    client.after(1, one)
    assert client.rules_broken() == ["polled too soon"]


def test_a_message_repeated_after_a_lost_answer_is_written_down(client: FlyClient) -> None:
    client.site.control("fault", method="SENDMESSAGE", kind="502", after_processing=True)
    assert client.reply("SENDMESSAGE", letter("sms")).status == 502
    client.sent("viber")
    assert client.rules_broken() == []
    client.sent("sms")
    assert client.rules_broken() == ["purchase repeated"]


@pytest.mark.parametrize(("after", "sent"), [(False, 0), (True, 1)])
def test_a_broken_site_may_have_sent_the_message(client: FlyClient, after: bool, sent: int) -> None:
    client.site.control("fault", method="SENDMESSAGE", kind="empty", after_processing=after)
    assert client.reply("SENDMESSAGE", letter("sms")).body == ""
    assert len(client.fly.post.sent) == len(client.site.ledger.entries) == sent


def test_a_fault_of_the_names_hits_them_by_either_name(client: FlyClient) -> None:
    client.site.control("fault", method="GETSOURCES", kind="empty", times=2)
    for action in ("GETSOURCE", "GETSOURCES"):
        assert client.reply(action, {"channels": ["sms"]}).body == ""


def test_a_status_can_be_booked_and_is_lost_where_it_cannot_be(client: FlyClient) -> None:
    number = client.sent("sms")
    client.site.control("message", recipient=f"+{KYIV}", status="DELIVRD", in_seconds=5)
    client.site.control("message", id=number, status="UNDELIV", in_seconds=6)
    assert client.after(4, number) == {"sms": "ACCEPTD"}
    assert client.after(POLL, number) == {"sms": "DELIVRD"}


@pytest.mark.parametrize(
    ("op", "arguments", "words"),
    [
        ("message", {"status": "DELIVERED"}, "a status is one of"),
        ("message", {"status": "RESERVED"}, "takes no RESERVED now"),
        ("message", {"status": "VIEWED", "channel": "sms"}, "sms of .* takes no VIEWED"),
        ("message", {"status": "DELIVRD", "channel": "sms"}, "sms of .* takes no DELIVRD"),
        ("fate", {"fate": "sink"}, "a fate is one of"),
        ("fare", {"channel": "sms", "mcc": "255", "price": "free"}, "not an amount"),
    ],
)
def test_what_cannot_be_is_said(client: FlyClient, op: str, arguments: dict[str, object], words: str) -> None:
    number = client.sent("viber", "sms")
    its = {"id": number} if op == "message" else {}
    with pytest.raises(ValueError, match=words):
        client.site.control(op, **its, **arguments)


@pytest.mark.parametrize(
    ("op", "arguments"),
    [
        ("message", {"id": "FAPI0", "status": "SENT"}),
        ("message", {"recipient": "380991112233", "status": "SENT"}),
        ("message", {"recipient": KYIV, "status": "SENT", "channel": "viber"}),
        ("fate", {"fate": "view", "channel": "fax"}),
        ("sources", {"channel": "fax", "names": []}),
        ("balance", {"amount": "1", "purse": "fax"}),
        ("stock", {"service": "tg", "country": "255", "count": 1}),
    ],
)
def test_what_is_not_there_is_said(client: FlyClient, op: str, arguments: dict[str, object]) -> None:
    client.sent("sms")
    with pytest.raises(LookupError, match=r".+"):
        client.site.control(op, **arguments)


def test_the_overview_shows_the_latest_message_first(client: FlyClient) -> None:
    client.sent("sms")
    number = client.sent("viber", "sms", recipient=WITHOUT_VIBER)
    client.moves(number, "UNDELIV")
    shown = client.site.overview()
    latest, earlier = shown["messages"]
    assert (latest["id"], latest["recipient"], earlier["recipient"]) == (number, WITHOUT_VIBER, KYIV)
    viber, sms = latest["channels"]
    assert (viber["channel"], viber["status"], viber["under_way"]) == ("viber", "UNDELIV", False)
    assert (sms["channel"], sms["status"], sms["under_way"]) == ("sms", "PENDING", True)
    assert (shown["balance"], shown["viber_balance"], shown["numbers"]) == ("90.522", "190.727", [])


def test_where_waits_are_divided_a_status_may_be_asked_for_sooner() -> None:
    client = FlyClient(pace=10)
    number = client.sent("sms")
    client.statuses(number)
    client.after(0.5, number)
    assert client.rules_broken() == []
