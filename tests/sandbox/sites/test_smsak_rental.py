"""SMSAK's rented numbers: for days, with a SIM to bring into the network, and every SMS."""

import json
from decimal import Decimal

import pytest

from tests.sandbox.sites.asking import SakClient

DAY = 86400


@pytest.fixture
def client() -> SakClient:
    client = SakClient("smsak")
    client.site.control("balance", amount="10000")
    return client


def test_what_can_be_rented_is_counted_in_strings(client: SakClient) -> None:
    assert client.read("getfullnumbers") == {"RU": "10", "UA": "5", "KZ": "8"}
    client.site.control("rental_stock", country="UA", count=0)
    assert "UA" not in client.read("getfullnumbers")


def test_tariffs_are_the_documents(client: SakClient) -> None:
    tariffs = client.read("getalltarifs")
    assert {"id": 1, "days": 1, "cost": "150.00", "country_id": 1, "code": "RU"} in tariffs
    assert {"id": 18, "days": 180, "cost": "3600.00", "country_id": 3, "code": "KZ"} in tariffs


def test_a_number_is_rented_for_its_days_and_charged_at_once(client: SakClient) -> None:
    rented = client.read("getfullnumber", code="RU", tarif="2")
    assert rented["time"] == "2026-09-06 03:00:00"
    assert rented["is_work"] == 0
    assert client.read("getallfullnumbers") == [rented]
    assert client.read("getfullnumbers")["RU"] == "9"
    assert client.balance == "9600.00"
    assert [entry.kind for entry in client.site.ledger.entries] == ["deposit", "charge"]


def test_a_rent_is_refused_in_the_envelope(client: SakClient) -> None:
    assert client.refusal("getfullnumber", code="RU", tarif="99") == 101
    assert client.refusal("getfullnumber", code="RU", tarif="5") == 101
    client.site.control("rental_stock", country="KZ", count=0)
    assert client.refusal("getfullnumber", code="KZ", tarif="9") == 103
    client.site.control("balance", amount="149.99")
    assert client.refusal("getfullnumber", code="RU", tarif="1") == 102
    assert client.reply("getfullnumber", code="FR", tarif="1").status == 500
    assert client.read("getallfullnumbers") == []


@pytest.mark.parametrize(
    ("shape", "begins"), [("1", "1"), ("list", "[{"), ("empty", ""), ("object", '{"id"')]
)
def test_what_renting_and_renewing_answer_is_documented_nowhere(
    client: SakClient, shape: str, begins: str
) -> None:
    client.site.control("dialect", rented=shape)
    answer = client.ask("getfullnumber", code="RU", tarif="1")
    [held] = client.read("getallfullnumbers")
    renewed = client.ask("rebuynumber", id=str(held["id"]), tarif="1")
    assert answer[: len(begins)] == renewed[: len(begins)] == begins
    assert (answer == "") == (shape == "empty")
    assert client.read("getallfullnumbers")[0]["time"] == "2026-09-01 03:00:00"


def test_a_renewal_adds_its_days_to_the_end_and_is_charged(client: SakClient) -> None:
    number, _ = client.rent()
    client.pass_time(DAY / 2)
    assert client.read("rebuynumber", id=number, tarif="2")["time"] == "2026-09-07 03:00:00"
    assert client.balance == "9450.00"


def test_a_renewal_is_refused_without_money_a_tariff_or_a_number(client: SakClient) -> None:
    number, _ = client.rent()
    assert client.refusal("rebuynumber", id=number, tarif="9") == 101
    assert client.refusal("rebuynumber", id=number, tarif="99") == 101
    client.site.control("balance", amount="1")
    assert client.refusal("rebuynumber", id=number, tarif="1") == 102
    assert set(client.read("rebuynumber", id="1", tarif="1")) == {"error"}


def test_a_rent_ends_at_its_time_without_a_refund(client: SakClient) -> None:
    number, phone = client.rent()
    client.comes_online(number)
    client.site.control("sms", phone=phone, in_seconds=DAY)
    client.site.control("clock", advance=DAY - 31)
    assert client.read("getallfullnumbers")
    client.pass_time(1)
    assert client.read("getallfullnumbers") == client.read("getallsmsofnumber", phone=phone) == []
    assert client.ask("send-enable-sim", id=number) == client.ask("send-disable-sim", id=number) == "0"
    assert "error" in client.read("rebuynumber", id=number, tarif="1")
    client.pass_time(60)
    assert client.balance == "9850.00"
    [ended] = client.site.overview()["rentals"]
    assert (ended["state"], ended["sms"], ended["due_in"]) == ("ended", [], None)


def test_a_sim_comes_online_after_a_while(client: SakClient) -> None:
    number, _ = client.rent()
    assert client.ask("send-enable-sim", id=number) == "1"
    assert client.ask("send-enable-sim", id=number) == "2"
    client.pass_time(29)
    assert client.read("getallfullnumbers")[0]["is_work"] == 0
    client.pass_time(1)
    assert client.read("getallfullnumbers")[0]["is_work"] == 1
    assert client.ask("send-enable-sim", id=number) == "1"
    assert client.site.overview()["rentals"][0]["sim"] == "online"


def test_a_sim_goes_offline_after_a_while(client: SakClient) -> None:
    number, _ = client.rent()
    client.comes_online(number)
    assert client.ask("send-disable-sim", id=number) == "1"
    assert client.ask("send-disable-sim", id=number) == "1"
    assert client.read("getallfullnumbers")[0]["is_work"] == 1
    client.pass_time(30)
    assert client.read("getallfullnumbers")[0]["is_work"] == 0


def test_the_last_wish_for_a_sim_counts(client: SakClient) -> None:
    number, _ = client.rent()
    client.ask("send-enable-sim", id=number)
    client.pass_time(10)
    assert client.ask("send-disable-sim", id=number) == "1"
    client.pass_time(20)
    assert client.site.overview()["rentals"][0]["sim"] == "disabling"
    client.pass_time(10)
    assert client.site.overview()["rentals"][0]["sim"] == "offline"


def test_an_unknown_number_has_no_sim_and_no_sms(client: SakClient) -> None:
    assert client.ask("send-enable-sim", id="1") == client.ask("send-disable-sim", id="1") == "0"
    assert client.ask("getallsmsofnumber", phone="+79000000000") == "[]"


def test_sms_are_listed_newest_first_and_the_last_ones_can_be_counted(client: SakClient) -> None:
    number, phone = client.rent()
    client.comes_online(number)
    for at, text in enumerate(("9999 is your Taxify activation code.", "second", "third")):
        client.site.control("sms", phone=phone, text=text, sender="Taxify", in_seconds=at)
    client.pass_time(2)
    every = client.read("getallsmsofnumber", phone=phone)
    assert [sms["text"] for sms in every] == ["third", "second", "9999 is your Taxify activation code."]
    assert every[2] == {
        "time": "2026-08-30 03:00:30",
        "from": "Taxify",
        "text": "9999 is your Taxify activation code.",
        "number": phone,
    }
    assert client.read("getlastsmsofnumber", phone=phone, count="2") == every[:2]
    assert client.read("getlastsmsofnumber", phone=phone, count="0") == []


def test_a_plus_that_was_not_encoded_finds_no_number(client: SakClient) -> None:
    number, phone = client.rent()
    client.comes_online(number)
    client.site.control("sms", id=number)
    assert client.read("getallsmsofnumber", phone=phone.replace("+", " ")) == []
    assert len(client.read("getallsmsofnumber", phone=phone)) == 1
    assert len(client.read("getallsmsofnumber", phone=phone.removeprefix("+"))) == 1


def test_a_count_that_is_no_number_breaks_the_page(client: SakClient) -> None:
    _, phone = client.rent()
    assert client.reply("getlastsmsofnumber", phone=phone, count="all").status == 500


def test_an_sms_to_a_sim_that_is_offline_waits_for_it(client: SakClient) -> None:
    number, phone = client.rent()
    client.site.control("sms", phone=phone, text="wait for me")
    assert client.read("getallsmsofnumber", phone=phone) == []
    assert client.site.overview()["rentals"][0]["held"] == 1
    client.comes_online(number)
    client.pass_time(1)
    [sms] = client.read("getallsmsofnumber", phone=phone)
    assert (sms["text"], sms["time"]) == ("wait for me", "2026-08-30 03:00:30")


def test_two_sms_come_by_themselves_to_a_sim_in_the_network(client: SakClient) -> None:
    client.site.control("auto", after_seconds=[10, 10], share=1)
    number, phone = client.rent()
    client.pass_time(100)
    assert client.read("getallsmsofnumber", phone=phone) == []
    client.comes_online(number)
    assert client.site.overview()["rentals"][0]["due_in"] == 10
    client.pass_time(10)
    assert len(client.read("getallsmsofnumber", phone=phone)) == 1
    client.pass_time(30)
    assert len(client.read("getallsmsofnumber", phone=phone)) == 2


def test_no_sms_comes_by_itself_where_that_is_switched_off(client: SakClient) -> None:
    client.site.control("auto", after_seconds=[1, 2], share=0)
    number, phone = client.rent()
    client.comes_online(number)
    client.pass_time(60)
    assert client.read("getallsmsofnumber", phone=phone) == []


def test_the_panel_and_the_ledger_show_rentals_newest_first(client: SakClient) -> None:
    first, _ = client.rent()
    second, phone = client.rent("KZ", "10")
    overview = client.site.overview()
    assert [rental["id"] for rental in overview["rentals"]] == [second, first]
    assert overview["to_rent"] == {"RU": 9, "UA": 5, "KZ": 7}
    row = overview["rentals"][0]
    assert (row["phone"], row["country_name"], row["paid"]) == (phone[1:], "Казахстан", "300.00")
    assert json.loads(json.dumps(overview)) == overview
    assert client.site.control("ledger")["rentals"] == overview["rentals"]


@pytest.mark.parametrize(
    ("op", "args", "error"),
    [
        ("rental_stock", {"country": "FR", "count": 1}, LookupError),
        ("rental_stock", {"country": "RU", "count": -1}, ValueError),
        ("sms", {"phone": "+79000000000"}, LookupError),
        ("sms", {"id": "1"}, LookupError),
    ],
)
def test_what_cannot_be_done_is_said(
    client: SakClient, op: str, args: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r".+"):
        client.site.control(op, **args)


@pytest.mark.parametrize("method", ["getfullnumber", "rebuynumber"])
def test_a_rent_happens_though_its_answer_is_lost_and_must_not_be_repeated(
    client: SakClient, method: str
) -> None:
    number, _ = client.rent()
    wish = {"id": number, "code": "RU", "tarif": "1"}
    before = Decimal(client.balance)
    client.site.control("fault", method=method, kind="empty", after_processing=True)
    assert client.ask(method, **wish) == ""
    assert Decimal(client.balance) == before - 150
    assert client.rules_broken() == []
    client.ask(method, **wish)
    assert client.rules_broken() == ["purchase repeated"]


def test_looking_for_sms_sooner_than_every_second_is_written_down(client: SakClient) -> None:
    _, phone = client.rent()
    client.ask("getallsmsofnumber", phone=phone)
    client.ask("getlastsmsofnumber", phone=phone, count="1")
    assert client.rules_broken() == []
    client.ask("getallsmsofnumber", phone=phone)
    assert client.rules_broken() == ["polled too soon"]


def test_every_rented_number_is_another(client: SakClient) -> None:
    client.site.control("rental_stock", country="RU", count=30)
    phones = [client.rent()[1] for _ in range(30)]
    assert len(set(phones)) == 30
