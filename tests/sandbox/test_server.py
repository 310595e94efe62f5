"""The whole sandbox on one port."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.server import Serving, serve
from bot.sandbox.sites import all_sites
from bot.sandbox.telegram.world import World

TOKEN = "123456:sandbox-token"


@pytest.fixture
async def serving() -> AsyncIterator[Serving]:
    world = World()
    world.add_bot(TOKEN)
    serving = await serve(0, world, all_sites(seed=2))
    yield serving
    await serving.close()


@pytest.fixture
async def http(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=serving.url, trust_env=False) as client:
        yield client


async def test_it_listens_on_loopback_only(serving: Serving) -> None:
    assert {address[0] for address in serving.runner.addresses} == {"127.0.0.1"}


async def test_a_taken_port_is_an_os_error(serving: Serving) -> None:
    port = serving.runner.addresses[0][1]
    with pytest.raises(OSError, match="in use"):
        await serve(port, World(), all_sites(seed=2))


async def test_the_port_is_free_again_after_closing() -> None:
    first = await serve(0, World(), {})
    port = first.runner.addresses[0][1]
    await first.close()
    second = await serve(port, World(), {})
    await second.close()


async def test_every_door_is_open(http: httpx.AsyncClient) -> None:
    assert "<html" in (await http.get("/")).text
    assert (await http.get(f"/bot{TOKEN}/getMe")).json()["ok"]
    assert "chats" in (await http.post("/sandbox/telegram/state", json={})).json()
    sites = (await http.get("/sandbox/providers")).json()["sites"]
    assert [site["name"] for site in sites] == ["smsbower", "sms3t", "smsski", "smsak", "smsfly", "herosms"]


async def test_every_site_stands_below_its_name(http: httpx.AsyncClient) -> None:
    keys = {site["name"]: site["key"] for site in (await http.get("/sandbox/providers")).json()["sites"]}
    for name in ("smsbower", "sms3t", "herosms"):
        query = {"api_key": keys[name], "action": "getBalance"}
        reply = await http.get(f"/{name}/stubs/handler_api.php", params=query)
        assert reply.text.startswith("ACCESS_BALANCE:")
    bearer = {"Authorization": f"Bearer {keys['smsski']}"}
    reply = await http.get("/smsski/api/v1/receive/balance", headers=bearer)
    assert reply.json()["status"] == "success"


async def test_a_control_turned_over_http_is_seen_in_the_overview(http: httpx.AsyncClient) -> None:
    turned = await http.post("/sandbox/providers/smsbower/balance", json={"amount": "3.50"})
    assert turned.json() == {"balance": "3.50"}
    overview = (await http.get("/sandbox/providers")).json()
    assert overview["sites"][0]["balance"] == "3.50"


async def test_a_page_from_elsewhere_cannot_play_with_the_sandbox(
    http: httpx.AsyncClient, serving: Serving
) -> None:
    path = "/sandbox/providers/smsbower/balance"
    foreign = await http.post(path, json={"amount": "0"}, headers={"Origin": "https://example.org"})
    own = await http.post(path, json={"amount": "1"}, headers={"Origin": serving.url})
    assert (foreign.status_code, own.status_code) == (403, 200)
