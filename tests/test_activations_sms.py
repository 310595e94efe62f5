"""Several SMS of one number: their order, what the provider hears of the last, and no wait for the others."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.looks import Looks
from bot.providers.base import Capability, Held, Outcome, Reading
from storage.models import State
from tests.core import OWNER, Core, open_core
from tests.wishes import gap

FIRST = Reading(Outcome.RECEIVED, "509752", "509752 is your code", "VKcom", "2026-05-01 12:00:03")
SECOND = Reading(Outcome.RECEIVED, "93401", "VK: 93401", "VKcom", "2026-05-01 12:00:04")


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    """With a provider that tells all SMS of a number."""
    async with open_core(tmp_path) as made:
        made.alpha.capabilities |= {Capability.ALL_SMS}
        yield made


async def test_an_sms_that_comes_right_after_the_look_is_stored_after_the_one_it_saw(core: Core) -> None:
    row = await core.buy()
    core.alpha.newest.reading = FIRST

    async def another_comes() -> None:
        core.alpha.newest.earlier, core.alpha.newest.reading = [FIRST], SECOND

    core.alpha.meanwhile["after poll"] = another_comes
    await core.step(row.id)
    assert await core.codes(row.id) == ["509752", "93401"]
    assert (await core.row(row.id)).last_code == "93401"


async def test_an_sms_that_is_not_among_all_of_them_is_stored_last(core: Core) -> None:
    row = await core.buy()
    core.alpha.newest.reading = SECOND

    async def it_is_gone() -> None:
        core.alpha.newest.reading = FIRST

    core.alpha.meanwhile["after poll"] = it_is_gone
    await core.step(row.id)
    assert await core.codes(row.id) == ["509752", "93401"]


async def test_the_provider_hears_when_the_last_sms_came(core: Core) -> None:
    row = await core.buy()
    core.alpha.newest.reading = FIRST
    await core.step(row.id)
    await core.activations.another_sms(row.id, OWNER)
    core.reborn()
    await core.step(row.id)
    held = [call.about for call in core.alpha.called("poll")]
    assert [one.last_written for one in held if isinstance(one, Held)] == ["", "2026-05-01 12:00:03"]


async def test_a_code_does_not_wait_long_for_the_others(core: Core) -> None:
    row = await core.buy()
    core.alpha.newest.reading = SECOND

    async def hang(key: SecretStr, held: Held) -> list[Reading]:
        await asyncio.Event().wait()
        raise AssertionError

    core.alpha.all_sms = hang  # type: ignore[method-assign] # its answer never comes
    common = (core.numbers, core.waits, core.keys, core.providers, core.clock)
    impatient = Looks(*common, core.nudged.set, more_sms=0.01)
    core.clock.advance(5)
    await asyncio.wait_for(impatient.step(row), 5)
    assert await core.codes(row.id) == ["93401"]


@pytest.mark.parametrize("text", [None, ""])
async def test_c_14_an_sms_without_anything_in_it_is_none_yet(core: Core, text: str | None) -> None:
    row = await core.buy()
    core.alpha.newest.reading = Reading(Outcome.RECEIVED, "", text)
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id), gap(row, core)) == (State.WAITING, [], 5)
    core.alpha.delivers("12345")
    row = await core.step(row.id)
    assert (row.state, await core.codes(row.id)) == (State.RECEIVED, ["12345"])


@pytest.mark.parametrize("text", ["Hello, how are you?", "A call: +44 20 7946 0018", "\u202e\x00<b>&", "🙂"])
async def test_c_14_an_sms_without_a_code_is_kept_as_it_was_written(core: Core, text: str) -> None:
    row = await core.buy()
    core.alpha.newest.reading = Reading(Outcome.RECEIVED, "", text)
    row = await core.step(row.id)
    [sms] = await core.numbers.all_sms(row.id)
    assert (row.state, sms.code, sms.text) == (State.RECEIVED, "", text)
    assert f"code:{sms.id}" in await core.posts()


async def test_c_13_of_one_sms_shown_again_and_again_and_others_each_rings_when_it_is_new(core: Core) -> None:
    core.alpha.capabilities -= {Capability.ALL_SMS}
    row = await core.received("A")
    for code in ("A", "A", "B", "B", "A"):
        await core.activations.another_sms(row.id, OWNER)
        core.alpha.delivers(code)
        await core.step(row.id)
    assert await core.codes(row.id) == ["A", "B", "A"]
    assert len([post for post in await core.posts() if post.startswith("code:")]) == 3


async def test_a_number_that_shows_its_last_sms_for_ever_is_not_asked_for_ever(core: Core) -> None:
    row = await core.received("A")
    await core.activations.another_sms(row.id, OWNER)
    core.alpha.delivers("A")
    for _ in range(400):
        row = await core.step(row.id)
        if row.next_poll_at is None:
            break
    assert (row.state, await core.codes(row.id)) == (State.FINISHED, ["A"])
    assert row.expires_at is not None
    assert (core.clock() - row.expires_at).total_seconds() < 660
