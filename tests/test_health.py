"""How the providers are, by what they answer: a no is an answer, silence is none, and slowness is seen."""

import asyncio
from datetime import datetime

import pytest
from pydantic import SecretStr

from bot.errors import BadKey, BadReply, CodebellError, NoNumbers, Unavailable, Unsupported
from bot.health import DOWN_AFTER, ENOUGH, REMEMBERED, SLOW, Health, Pulse
from bot.providers.base import Balance
from bot.providers.observed import observed
from tests.doubles import KEY, FakeClock, FakeProvider
from tests.house import Chat, House

Heard = list[tuple[str, Pulse, datetime]]


class Silent(FakeProvider):
    """Answers never."""

    async def balance(self, key: SecretStr, *, paid: bool = False) -> Balance:
        await asyncio.Event().wait()
        raise AssertionError


class Ward:
    """A provider under observation, and who hears how it is; `seconds` is what each of its answers takes."""

    def __init__(self) -> None:
        self.clock, self.seconds, self.heard = FakeClock(), 0.0, Heard()
        self.alpha = FakeProvider("alpha", self.clock)
        self.health = Health(["alpha"], self.clock)
        self.health.listen(lambda *changed: self.heard.append(changed))
        self._ticks = 0.0
        self.provider = observed({"alpha": self.alpha}, self.health.hear, monotonic=self.monotonic)["alpha"]

    def monotonic(self) -> float:
        """Each look at it is so much later than the last one."""
        self._ticks += self.seconds
        return self._ticks

    async def answers(self, times: int = 1, seconds: float = 0.1) -> None:
        self.seconds = seconds
        for _ in range(times):
            await self.provider.balance(SecretStr(KEY))

    async def fails(self, error: CodebellError, times: int = 1) -> None:
        for _ in range(times):
            self.alpha.fails("balance", error)
            with pytest.raises(type(error)):
                await self.provider.balance(SecretStr(KEY))
            self.clock.advance(10)

    @property
    def pulse(self) -> Pulse:
        return self.health.report()[0].pulse


@pytest.fixture
def ward() -> Ward:
    return Ward()


def test_whom_nobody_asked_nobody_knows(ward: Ward) -> None:
    [told] = ward.health.report()
    assert (told.provider, told.pulse, told.since, told.calls) == ("alpha", Pulse.UNASKED, None, 0)
    assert (told.middle, told.slowest) == (None, None)


async def test_who_answers_is_up_and_that_is_no_news(ward: Ward) -> None:
    await ward.answers()
    [told] = ward.health.report()
    assert (told.pulse, told.since, told.calls, told.unanswered) == (Pulse.UP, ward.clock(), 1, 0)
    assert ward.heard == []


async def test_three_silences_in_a_row_are_down_since_the_first_of_them(ward: Ward) -> None:
    await ward.answers()
    begun = ward.clock()
    await ward.fails(Unavailable("503"), DOWN_AFTER - 1)
    assert ward.pulse is Pulse.UP
    await ward.fails(BadReply("<html>"), 4)
    assert ward.heard == [("alpha", Pulse.DOWN, begun)]
    [told] = ward.health.report()
    assert (told.failures, told.unanswered, told.reason) == (6, 6, "BadReply")


async def test_one_answer_and_it_is_up_again(ward: Ward) -> None:
    await ward.fails(Unavailable(), DOWN_AFTER)
    await ward.answers()
    assert [pulse for _, pulse, _ in ward.heard] == [Pulse.DOWN, Pulse.UP]
    assert ward.heard[-1] == ("alpha", Pulse.UP, ward.clock())


@pytest.mark.parametrize("no", [BadKey(), NoNumbers()])
async def test_a_definite_no_is_an_answer(ward: Ward, no: CodebellError) -> None:
    await ward.fails(Unavailable(), DOWN_AFTER - 1)
    await ward.fails(no)
    await ward.fails(Unavailable(), DOWN_AFTER - 1)
    assert ward.pulse is Pulse.UP


@pytest.mark.parametrize("unasked", [Unsupported(), Unavailable("left alone", retry_after=9.0, sent=False)])
async def test_what_never_left_the_house_says_nothing(ward: Ward, unasked: CodebellError) -> None:
    await ward.fails(unasked, 9)
    assert (ward.pulse, ward.health.report()[0].calls) == (Pulse.UNASKED, 0)


async def test_long_waits_are_slow_until_they_are_shorter(ward: Ward) -> None:
    await ward.answers(ENOUGH, SLOW + 1)
    assert ward.pulse is Pulse.SLOW
    await ward.answers(ENOUGH + 1, 0.5)
    assert [pulse for _, pulse, _ in ward.heard] == [Pulse.SLOW, Pulse.UP]


async def test_the_middle_and_the_slowest_of_the_last_answers_are_told(ward: Ward) -> None:
    await ward.answers(3, 60.0)
    await ward.answers(REMEMBERED - 1, 1.0)
    await ward.answers(1, 2.0)
    [told] = ward.health.report()
    assert (told.middle, told.slowest, told.calls) == (1.0, 1.0, REMEMBERED + 3)


async def test_who_was_waited_for_in_vain_did_not_answer(ward: Ward) -> None:
    providers = {"alpha": Silent("alpha", ward.clock)}
    silent = observed(providers, ward.health.hear, monotonic=ward.monotonic)["alpha"]
    for seconds, unanswered in ((0.5, 0), (5.0, 1)):
        ward.seconds = seconds
        call = asyncio.ensure_future(silent.balance(SecretStr(KEY)))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert ward.health.report()[0].unanswered == unanswered


async def test_who_listens_and_fails_keeps_nobody_from_the_answer(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    def deaf(*_: object) -> None:
        raise ZeroDivisionError

    ward.health.listen(deaf)
    await ward.fails(Unavailable(), DOWN_AFTER)
    assert "nobody was told that alpha is down" in caplog.text
    assert (await ward.provider.balance(SecretStr(KEY))).currency == "USD"


async def test_every_call_of_the_bot_is_heard_of(house: House, chat: Chat) -> None:
    await chat.buys()
    told = {one.provider: one for one in house.codebell.health.report()}
    assert told["alpha"].calls == len(house.alpha.calls)
    assert (told["alpha"].pulse, told["beta"].pulse) == (Pulse.UP, Pulse.UNASKED)
