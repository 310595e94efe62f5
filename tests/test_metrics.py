"""The figures for Prometheus: what is counted, where it is served, and what stands in no label."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from http.client import HTTPConnection

import pytest
from prometheus_client import generate_latest
from pydantic import SecretStr

from bot.errors import NoNumbers, SettingsError, Unavailable, Unsupported
from bot.metrics import HOST, Server
from tests.doubles import KEY
from tests.house import TOKEN, Chat, House


def figures(house: House) -> Mapping[str, float]:
    """Every sample by its name and labels."""
    lines = generate_latest(house.codebell.metrics.registry).decode().splitlines()
    samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in samples}


async def test_a_purchase_is_seen_in_the_figures(chat: Chat, house: House) -> None:
    await chat.buys()
    await house.codebell.metrics.look()
    told = figures(house)
    assert told['codebell_open_numbers{state="waiting"}'] == 1
    assert told['codebell_open_numbers{state="buying"}'] == 0
    assert told['codebell_provider_call_seconds_count{outcome="answered",provider="alpha"}'] >= 2
    assert told['codebell_updates_total{kind="message",outcome="done"}'] == 1
    assert told['codebell_updates_total{kind="callback_query",outcome="done"}'] == 2
    assert told['codebell_telegram_calls_total{method="sendMessage",outcome="done"}'] >= 1
    assert told["codebell_database_bytes"] > 0
    assert told["codebell_outbox_due"] == 0
    assert told["codebell_tasks"] >= 1
    assert told["codebell_threads"] >= 1


async def test_what_waits_in_the_outbox_is_told_with_its_age(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817")
    house.human.fault(
        "sendMessage", code=429, description="Too Many Requests: retry after 30", retry_after=30
    )
    await chat.wait(6)
    house.clock.advance(10)
    await house.codebell.metrics.look()
    told = figures(house)
    assert told["codebell_outbox_due"] == 2
    assert told["codebell_outbox_oldest_seconds"] > 0
    assert told["codebell_telegram_floods_total"] == 1


async def test_looks_tell_how_late_they_came(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.wait(6)
    assert figures(house)["codebell_look_late_seconds_count"] >= 1


def calls(house: House) -> Mapping[str, float]:
    """How many calls of providers ended how."""
    told = figures(house).items()
    return {each: value for each, value in told if each.startswith("codebell_provider_call_seconds_count")}


async def test_refusals_and_lost_answers_are_told_apart(chat: Chat, house: House) -> None:
    alpha, key = house.codebell.providers["alpha"], SecretStr(KEY)
    errors = NoNumbers(), Unavailable("no answer"), Unsupported(), ZeroDivisionError()
    for error in errors:
        house.alpha.fails("balance", error)
        with pytest.raises(type(error)):
            await alpha.balance(key)
    assert calls(house) == {
        'codebell_provider_call_seconds_count{outcome="refused",provider="alpha"}': 1,
        'codebell_provider_call_seconds_count{outcome="unclear",provider="alpha"}': 1,
        'codebell_provider_call_seconds_count{outcome="failed",provider="alpha"}': 1,
    }


async def test_ticks_are_counted_by_name(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ValueError

    async def works() -> None:
        return None

    await house.codebell._ticks.each({"good": works, "bad": fails})
    told = figures(house)
    assert told['codebell_ticks_total{outcome="done",tick="good"}'] == 1
    assert told['codebell_ticks_total{outcome="failed",tick="bad"}'] == 1
    caplog.clear()


async def test_no_secret_and_nobodys_id_is_in_them(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.delivers("04817")
    await chat.wait(10)
    await house.codebell.metrics.look()
    text = generate_latest(house.codebell.metrics.registry).decode()
    for secret in (KEY, TOKEN, "04817", "1201555", str(chat.person_id), "Ann"):
        assert secret not in text


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


async def test_they_are_served_on_loopback_while_it_is_open(house: House, port: int) -> None:
    server = Server(house.codebell.metrics, port)
    server.open()
    status, text = await asyncio.to_thread(got, port)
    await asyncio.to_thread(server.close)
    assert status == 200
    assert "codebell_updates_total" in text
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(got, port)


def got(port: int) -> tuple[int, str]:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def test_a_port_that_is_taken_is_said_by_the_settings_name(house: House) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        server = Server(house.codebell.metrics, taken.getsockname()[1])
        with pytest.raises(SettingsError, match="METRICS_PORT"):
            server.open()


async def test_without_a_port_nothing_is_served(house: House) -> None:
    server = Server(house.codebell.metrics, None)
    before = threading.active_count()
    server.open()
    assert threading.active_count() == before
    assert not server.are_wanted
    server.close()
