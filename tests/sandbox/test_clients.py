"""PyPI's own clients of the handler_api protocol buy from the sandbox: it is understood by strangers."""

import asyncio
import importlib
import importlib.util
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aiosmsactivate import SmsActivate
from smsbower import SmsBowerClient, SmsBowerError

from bot.sandbox.server import serve
from bot.sandbox.sites import Site, all_sites
from bot.sandbox.telegram.world import World


@dataclass(frozen=True, slots=True)
class Street:
    """The sites and the root they are served at."""

    url: str
    sites: dict[str, Site]

    def address(self, name: str) -> str:
        return f"{self.url}/{name}{self.sites[name].api_path}"


@pytest.fixture
async def street(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    sites = all_sites(seed=11)
    serving = await serve(0, World(), sites)
    yield Street(serving.url, sites)
    await serving.close()


@pytest.fixture
def smsactivate(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of smsactivate, which imports requests but does not declare it.

    Where requests is missing, httpx stands in for its transport: `get(url, params=…)` and `.text` are all
    that smsactivate uses of it. Everything it sends and understands stays its own.
    """
    if importlib.util.find_spec("requests") is None:
        monkeypatch.setitem(sys.modules, "requests", httpx)
    return importlib.import_module("smsactivate.api")


def old_client(smsactivate: Any, street: Street, name: str) -> Any:
    """smsactivate has its host written into a private attribute and offers no other way to set it."""
    client = smsactivate.SMSActivateAPI(street.sites[name].key)
    client._SMSActivateAPI__api_url = street.address(name)
    return client


async def test_smsbower_buys_and_reads_a_code(street: Street) -> None:
    site = street.sites["smsbower"]

    def shop() -> None:
        with SmsBowerClient(site.key, base_url=f"{street.url}/smsbower") as client:
            assert client.get_balance() == 18.74
            assert client.get_prices("tg", "16")["16"]["tg"]["count"] > 0
            assert client.get_countries()["1001"].eng == "Japan"
            assert {"tg", "YoHo"} <= {service.code for service in client.get_services_list()}
            bought = client.get_number_v2("tg", country="16", max_price=3, phone_exception="447400")
            number = bought["activationId"]
            assert client.get_status(number).status == "STATUS_WAIT_CODE"
            assert client.set_status(number, 1) == "ACCESS_READY"
            site.control("sms", id=str(number), code="01234")
            assert client.get_status(number).code == "01234"
            assert client.set_status(number, 6) == "ACCESS_ACTIVATION"

    await asyncio.to_thread(shop)
    assert [entry.kind for entry in site.ledger.entries] == ["charge"]


async def test_smsbower_is_refused_an_early_cancel_and_a_wrong_key(street: Street) -> None:
    def shop() -> None:
        with SmsBowerClient(street.sites["smsbower"].key, base_url=f"{street.url}/smsbower") as client:
            number = client.get_number("wa", country="187")
            with pytest.raises(SmsBowerError, match="EARLY_CANCEL_DENIED"):
                client.set_status(number.id, 8)
        with (
            SmsBowerClient("wrong", base_url=f"{street.url}/smsbower") as stranger,
            pytest.raises(SmsBowerError, match="401"),
        ):
            stranger.get_balance()

    await asyncio.to_thread(shop)


@pytest.mark.parametrize(("name", "country"), [("smsbower", 16), ("herosms", 16), ("sms3t", 10)])
async def test_smsactivate_buys_and_reads_a_code(
    street: Street, smsactivate: Any, name: str, country: int
) -> None:
    site = street.sites[name]

    def shop() -> None:
        client = old_client(smsactivate, street, name)
        assert float(client.getBalance()["balance"]) > 1
        assert str(country) in client.getPrices(service="tg", country=country)
        bought = client.getNumber(service="tg", country=country)
        number = bought["activation_id"]
        assert client.getStatus(number) == "STATUS_WAIT_CODE"
        site.control("sms", id=str(number), code="54321")
        assert client.getStatus(number).endswith(":54321")
        assert client.setStatus(id=number, status=6) == "ACCESS_ACTIVATION"

    await asyncio.to_thread(shop)
    assert [entry.kind for entry in site.ledger.entries] == ["charge"]


async def test_smsactivate_buys_on_smsaks_second_face(street: Street, smsactivate: Any) -> None:
    site = street.sites["smsak"]

    def shop() -> None:
        client = old_client(smsactivate, street, "smsak")
        client._SMSActivateAPI__api_url = f"{street.url}/smsak/stubs/handler_api.php"
        assert float(client.getBalance()["balance"]) == 1500.5
        assert client.getCountries()["40"]["rus"] == "Узбекистан"
        bought = client.getNumber(service="vk", country=0)
        number = bought["activation_id"]
        assert client.getStatus(number) == "STATUS_WAIT_CODE"
        site.control("sms", id=str(number), code="54321")
        assert client.getStatus(number) == "STATUS_OK:54321"
        assert client.setStatus(id=number, status=6) == "ACCESS_ACTIVATION"

    await asyncio.to_thread(shop)
    assert [entry.kind for entry in site.ledger.entries] == ["charge"]


async def test_smsactivate_finds_its_number_among_the_active(street: Street, smsactivate: Any) -> None:
    def shop() -> None:
        client = old_client(smsactivate, street, "herosms")
        bought = client.getNumberV2(service="wa", country=16)
        [held] = client.getActiveActivations()["activeActivations"]
        assert held["activationId"] == str(bought["activationId"])

    await asyncio.to_thread(shop)


async def test_smsactivate_understands_every_refusal(street: Street, smsactivate: Any) -> None:
    def shop() -> None:
        client = old_client(smsactivate, street, "herosms")
        street.sites["herosms"].control("balance", amount="0")
        assert client.getNumber(service="tg", country=16)["error"] == "NO_BALANCE"
        assert client.getStatus(1)["error"] == "NO_ACTIVATION"
        client.api_key = "wrong"
        assert client.getBalance()["error"] == "BAD_KEY"

    await asyncio.to_thread(shop)


async def test_aiosmsactivate_buys_and_waits_for_a_code(street: Street) -> None:
    """It posts everything, which only the plain clone and SMS3T allow, and asks for another SMS at once."""
    site = street.sites["herosms"]
    client = SmsActivate(site.key, base_url=street.address("herosms"))
    assert await client.get_balance() == 12.5
    number = await client.purchase("tg", country="16", maxPrice=3)
    site.control("sms", id=str(number.activation_id), code="98765", text="Telegram code: 98765")
    assert (await client.get_activation_status(number)).sms.text == "Telegram code: 98765"
    assert await client.wait_sms_code(number, timeout=20, per_attempt=0) == "98765"
    held = await client.get_active_activations()
    assert held["activeActivations"][0]["phoneNumber"] == number.phone_number


async def test_aiosmsactivate_buys_from_sms3t_in_the_old_form(street: Street) -> None:
    site = street.sites["sms3t"]
    client = SmsActivate(site.key, base_url=street.address("sms3t"))
    token, number, _ = (await client.get_number("tg", country="10", operator="viettel")).split(":")
    assert token == "ACCESS_NUMBER"
    site.control("sms", id=number, code="24680")
    assert (await client.get_activation_status_v1(number))[1] == "24680"
