"""When a site is left alone because it fails, and what goes out all the same."""

import logging

import httpx
import pytest

from bot.errors import BadReply, Unavailable, Unclear
from bot.providers import ALL, http
from bot.providers.base import Provider
from bot.providers.fuse import FAILURES, REST
from bot.providers.pace import Pace
from tests.providers import site as fake
from tests.providers.asked import OTHER, POLL, Asked, never_sent, told
from tests.providers.site import KEY, Said

FAILING = {
    "server error": Said("", 500),
    "no answer": Said(failure=httpx.ReadTimeout),
    "nobody there": Said(failure=httpx.ConnectError),
    "repair page": Said("<!DOCTYPE html><title>We are back soon</title>"),
    "redirect": Said("", 302, {"location": "https://elsewhere.example"}),
}
WORKING = {
    "wrong key": Said("BAD_KEY"),
    "no money": Said("NO_BALANCE"),
    "no numbers": Said("NO_NUMBERS"),
    "banned": Said("BANNED:2026-12-01", 403),
    "not found": Said("<html>Not Found</html>", 404),
    "too many": Said("", 429, {"retry-after": "0"}),
}


@pytest.mark.parametrize("reply", FAILING.values(), ids=FAILING)
async def test_x_9_after_five_failures_in_a_row_nothing_is_bought_for_half_a_minute(reply: Said) -> None:
    asked = Asked(reply)
    await asked.fails(FAILURES - 1)
    assert asked.count == FAILURES - 1
    await asked.fails(1)
    asked.says(Said("ACCESS_NUMBER:1:2"))
    error = await asked.buy(OTHER)
    assert never_sent(error)
    assert isinstance(error, Unavailable)
    assert error.retry_after == REST
    assert asked.count == 0


@pytest.mark.parametrize("reply", WORKING.values(), ids=WORKING)
async def test_x_9_a_no_of_a_site_that_works_blows_no_fuse(reply: Said) -> None:
    asked = Asked(reply)
    await asked.fails(3 * FAILURES)
    assert asked.count == 3 * FAILURES


async def test_x_9_failures_that_are_not_in_a_row_blow_no_fuse() -> None:
    asked = Asked(
        *[Said("", 500)] * (FAILURES - 1), Said("ok"), *[Said("", 500)] * (FAILURES - 1), Said("ok")
    )
    await asked.fails(2 * FAILURES)
    assert asked.count == 2 * FAILURES


async def test_x_9_what_is_paid_for_is_asked_all_the_same_once_instead_of_three_times() -> None:
    asked = Asked(Said("", 500))
    await asked.fails()
    asked.says(Said("", 500))
    for count in range(1, 4):
        assert isinstance(await asked.read(POLL), Unclear)
        assert asked.count == count


async def test_x_9_an_answer_about_what_is_paid_for_ends_it_for_everything() -> None:
    asked = Asked(Said("", 500))
    await asked.fails()
    asked.says(Said("STATUS_WAIT_CODE"))
    assert await asked.read(POLL) is None
    assert await asked.buy() is None


async def test_x_9_after_half_a_minute_one_call_tries_and_its_answer_ends_it() -> None:
    asked = Asked(Said("", 500))
    await asked.fails()
    asked.later(REST)
    asked.says(Said("ok"))
    assert await asked.read() is None
    assert await asked.buy() is None
    assert asked.count == 2


async def test_x_9_a_try_that_fails_is_the_only_one_for_another_half_a_minute() -> None:
    asked = Asked(Said("", 500))
    await asked.fails()
    asked.later(REST)
    asked.says(Said("", 500))
    assert isinstance(await asked.read(), Unclear)
    assert never_sent(await asked.read())
    assert asked.count == 1
    asked.later(REST)
    assert not never_sent(await asked.read())
    assert asked.count == 2


async def test_x_9_the_log_tells_when_a_site_is_left_alone_and_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = Asked(Said("", 500))
    await asked.fails(2 * FAILURES)
    asked.says(Said("ok"))
    await asked.read(POLL)
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [
        "x.example failed 5 times in a row and is left alone for a while",
        "x.example answers again",
    ]


@pytest.mark.parametrize(("patience", "goes_out"), [(http.IMPATIENCE, False), (http.IMPATIENCE - 1, True)])
async def test_x_9_a_site_that_hangs_is_left_alone_though_nobody_waits_for_the_end(
    patience: float, goes_out: bool
) -> None:
    """A stop of the bot breaks calls off too: those that are young say nothing."""
    asked = Asked(Said("ok"))
    asked.hangs_for = patience
    for _ in range(FAILURES):
        await asked.is_cut_off()
    asked.hangs_for = None
    assert (await asked.buy() is None) is goes_out


async def test_x_9_what_was_cut_off_in_line_says_nothing_about_the_site() -> None:
    asked = Asked(Said("ok"))
    asked.site = asked.behind(Pace(8, 1, asked.time.now, asked.hang))
    await asked.read()
    for _ in range(FAILURES):
        await asked.is_cut_off()
    assert await asked.buy(OTHER) is None
    assert asked.count == 2


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
async def test_x_9_the_balance_after_a_lost_purchase_is_asked_though_the_site_fails(
    kind: type[Provider],
) -> None:
    asked = fake.Site((Said("", 500),))
    provider = kind(net=fake.net(asked))  # type: ignore[call-arg] # each takes its net
    for _ in range(FAILURES):
        await told(provider.balance(KEY))
    asked.requests.clear()
    assert never_sent(await told(provider.balance(KEY)))
    await told(provider.balance(KEY, paid=True))
    assert len(asked.requests) == 1


async def test_x_1_the_log_names_a_site_by_its_host_alone(caplog: pytest.LogCaptureFixture) -> None:
    asked = Asked(Said("", 500))
    asked.root = "https://ann:SECRET@x.example:8443?key=SECRET"
    asked.site = asked.behind(Pace(0, 1, asked.time.now, asked.time.sleep))
    await asked.fails()
    assert "x.example failed 5 times" in caplog.text
    assert "SECRET" not in caplog.text


async def test_an_answer_that_is_too_large_counts_as_a_failure() -> None:
    asked = Asked(Said("x" * 5 * 2**20))
    assert type(await asked.buy()) is BadReply
    await asked.fails(FAILURES - 1)
    assert never_sent(await asked.buy())
