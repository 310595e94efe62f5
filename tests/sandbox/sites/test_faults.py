"""A broken site over real HTTP: what is sent, what was done, how long it stays broken."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sandbox.sites import Site, all_sites
from bot.sandbox.sites.doors import add_sites


@pytest.fixture
def site() -> Site:
    return all_sites(seed=5)["smsbower"]


@pytest.fixture
async def http(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    app = web.Application()
    add_sites(app, {site.name: site})
    async with (
        TestServer(app) as server,
        httpx.AsyncClient(base_url=str(server.make_url("/")), timeout=5, trust_env=False) as client,
    ):
        yield client


async def ask(
    http: httpx.AsyncClient, site: Site, action: str = "getBalance", **query: str
) -> httpx.Response:
    fields = {"api_key": site.key, "action": action} | query
    return await http.get("/smsbower/stubs/handler_api.php", params=fields)


async def break_it(http: httpx.AsyncClient, **fault: object) -> httpx.Response:
    return await http.post("/sandbox/providers/smsbower/fault", json=fault)


@pytest.mark.parametrize(
    ("kind", "status", "beginning"),
    [
        ("http", 500, "<html>"),
        ("html", 200, "<!DOCTYPE html>"),
        ("garbage", 200, '{"activationId":30912'),
        ("empty", 200, ""),
        ("403", 403, "<html>"),
        ("429", 429, "<html>"),
        ("502", 502, "<html>"),
    ],
)
async def test_a_fault_is_sent_once_and_then_the_site_is_well(
    http: httpx.AsyncClient, site: Site, kind: str, status: int, beginning: str
) -> None:
    await break_it(http, kind=kind)
    broken = await ask(http, site)
    assert broken.status_code == status
    assert broken.text.startswith(beginning)
    assert ("Retry-After" in broken.headers) == (status == 429)
    assert (await ask(http, site)).text == "ACCESS_BALANCE:18.74"


async def test_a_dropped_connection_is_reset(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, kind="drop")
    with pytest.raises(httpx.TransportError):
        await ask(http, site)


async def test_a_hanging_site_never_answers(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, kind="hang")
    with pytest.raises(httpx.ReadTimeout):
        await http.get(
            "/smsbower/stubs/handler_api.php",
            params={"api_key": site.key, "action": "getBalance"},
            timeout=httpx.Timeout(5, read=0.2),
        )


async def test_a_slow_site_drips_its_own_answer(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, kind="slow")
    with pytest.raises(httpx.TimeoutException):
        await http.get(
            "/smsbower/stubs/handler_api.php",
            params={"api_key": site.key, "action": "getBalance"},
            timeout=0.1,
        )


@pytest.mark.parametrize(("after", "sold"), [(False, 0), (True, 1)])
async def test_a_purchase_happens_only_when_the_fault_comes_after_it(
    http: httpx.AsyncClient, site: Site, after: bool, sold: int
) -> None:
    await break_it(http, method="getNumberV2", kind="drop", after_processing=after)
    with pytest.raises(httpx.TransportError):
        await ask(http, site, "getNumberV2", service="tg", country="10")
    assert len(site.shop.sold) == sold
    assert [entry.kind for entry in site.ledger.entries] == ["charge"] * sold


async def test_a_fault_hits_its_method_and_no_other(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, method="getStatus", kind="empty")
    assert (await ask(http, site)).text == "ACCESS_BALANCE:18.74"
    assert (await ask(http, site, "getStatus", id="1")).text == ""


async def test_a_fault_lasts_so_many_calls_or_until_healed(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, kind="empty", times=2)
    assert [(await ask(http, site)).text == "" for _ in range(3)] == [True, True, False]
    await break_it(http, kind="empty", times=0)
    assert [(await ask(http, site)).text == "" for _ in range(3)] == [True] * 3
    healed = await break_it(http, kind="none")
    assert healed.json() == {"faults": []}
    assert (await ask(http, site)).text == "ACCESS_BALANCE:18.74"


async def test_a_fault_can_say_anything(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, kind="401", body='{"title":"BAD_KEY"}')
    reply = await ask(http, site)
    assert (reply.status_code, reply.text) == (401, '{"title":"BAD_KEY"}')


async def test_the_overview_shows_what_is_broken(http: httpx.AsyncClient, site: Site) -> None:
    await break_it(http, method="getStatus", kind="http", times=3)
    [shown] = (await http.get("/sandbox/providers")).json()["sites"]
    assert shown["faults"] == [{"method": "getStatus", "kind": "http", "times": 3}]


async def test_form_fields_count_like_the_query() -> None:
    app = web.Application()
    site = all_sites(seed=5)["sms3t"]
    add_sites(app, {site.name: site})
    async with TestServer(app) as server, httpx.AsyncClient(trust_env=False) as client:
        url = str(server.make_url("/sms3t/stubs/handler_api.php"))
        reply = await client.post(url, data={"api_key": site.key, "action": "getBalance"})
    assert reply.text == "ACCESS_BALANCE:9.35"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nowhere/ledger", "{}", 404),
        ("smsbower/juggle", "{}", 404),
        ("smsbower/stock", "[]", 400),
        ("smsbower/stock", "{", 400),
        ("smsbower/stock", '{"service":"tg"}', 400),
        ("smsbower/auto", '{"after_seconds":[1]}', 400),
        ("smsbower/auto", '{"after_seconds":5}', 400),
    ],
)
async def test_a_control_that_makes_no_sense_is_refused_in_words(
    http: httpx.AsyncClient, path: str, body: str, status: int
) -> None:
    reply = await http.post(f"/sandbox/providers/{path}", content=body)
    assert reply.status_code == status
    assert reply.json()["error"]
