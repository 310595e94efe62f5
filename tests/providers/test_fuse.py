"""When a site is left alone, and by whom: pauses it asks for, and a fuse that blows while it fails."""

import logging
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import BadReply, CodebellError, Unavailable, Unclear
from bot.providers import http
from bot.providers.fuse import FAILURES, LONGEST_FOR_PAID, REST, Fuse
from bot.providers.pace import Pace
from bot.providers.signing import Call, in_query
from tests.providers import site as fake
from tests.providers.site import KEY, Said, Time

ASK = Call("/stubs", {"action": "getPrices"})
POLL = replace(ASK, query={"action": "getStatus"}, paid=True)
OTHER = SecretStr("another-key-0123456789")


class Asked:
    """A site that says what a test tells it to, behind the border; no time passes but by `later`."""

    def __init__(self, *replies: Said) -> None:
        self.fake, self.time = fake.Site(replies), Time()
        net = fake.net(self.fake, self.time)
        pace = Pace(0, 1, net.clock, net.sleep)
        self.site = http.Site("https://x.example/api", in_query, net, pace)

    async def buy(self, key: SecretStr = KEY) -> CodebellError | None:
        return await _told(self.site.send(ASK, key))

    async def read(self, call: Call = ASK, key: SecretStr = KEY) -> CodebellError | None:
        return await _told(self.site.read(call, key))

    async def fails(self, times: int = FAILURES) -> None:
        for _ in range(times):
            await self.buy()

    def says(self, *replies: Said) -> None:
        self.fake.replies = replies
        self.fake.requests.clear()

    def later(self, seconds: float) -> None:
        self.time.moment += seconds

    @property
    def count(self) -> int:
        return len(self.fake.requests)


async def _told(asking: object) -> CodebellError | None:
    try:
        await asking  # type: ignore[misc]  # a coroutine of either call
    except CodebellError as error:
        return error
    return None


def never_sent(error: CodebellError | None) -> bool:
    return isinstance(error, Unavailable) and not error.sent


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
    assert not asked.site.failing
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
    assert not asked.site.failing


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


async def test_x_8_a_key_that_asks_too_often_stays_away_as_long_as_it_was_told() -> None:
    asked = Asked(Said("", 429, {"retry-after": "120"}))
    await asked.buy()
    asked.says(Said("ok"))
    asked.later(20)
    error = await asked.read()
    assert isinstance(error, Unavailable)
    assert (error.retry_after, error.sent) == (100, False)
    assert never_sent(await asked.buy())
    assert await asked.read(key=OTHER) is None
    asked.later(100)
    assert await asked.buy() is None


async def test_x_8_a_429_without_a_time_keeps_away_for_five_seconds() -> None:
    asked = Asked(Said("", 429))
    await asked.buy()
    asked.says(Said("ok"))
    assert never_sent(await asked.buy())
    asked.later(http.BACK_OFF)
    assert await asked.buy() is None


async def test_x_8_a_server_in_trouble_keeps_everybody_away() -> None:
    asked = Asked(Said("", 503, {"retry-after": "90"}))
    await asked.buy()
    asked.says(Said("ok"))
    assert never_sent(await asked.buy(OTHER))
    asked.later(90)
    assert await asked.buy(OTHER) is None


async def test_x_8_what_is_paid_for_waits_a_minute_at_most() -> None:
    asked = Asked(Said("", 429, {"retry-after": "Fri, 20 Nov 2099 12:00:00 GMT"}))
    await asked.read(POLL)
    asked.says(Said("", 429, {"retry-after": "99999999"}), Said("STATUS_OK:12345"))
    assert never_sent(await asked.read(POLL))
    asked.later(LONGEST_FOR_PAID)
    assert isinstance(await asked.read(POLL), Unavailable)
    assert never_sent(await asked.read(POLL))
    asked.later(LONGEST_FOR_PAID)
    assert await asked.read(POLL) is None
    assert never_sent(await asked.buy())
    asked.later(http.LONGEST_PAUSE)
    assert await asked.buy() is None


async def test_x_8_pauses_that_are_over_are_forgotten() -> None:
    time = Time()
    fuse = Fuse("x.example", time.now)
    for key in range(5_000):
        fuse.pause(key, 1)
        time.moment += 1
    assert len(fuse) < 5_000


async def test_an_answer_that_is_too_large_counts_as_a_failure() -> None:
    asked = Asked(Said("x" * 5 * 2**20))
    assert type(await asked.buy()) is BadReply
    await asked.fails(FAILURES - 1)
    assert asked.site.failing
