"""The ticks: one that fails or hangs does not keep the next one from coming."""

import asyncio
import logging

import pytest

from bot.ticks import Ticks


async def test_ticks_go_on_whatever_becomes_of_them(caplog: pytest.LogCaptureFixture) -> None:
    beats: list[str] = []
    done, tried = asyncio.Event(), 0

    async def fails() -> None:
        nonlocal tried
        tried += 1
        if tried == 2:
            done.set()
        raise ValueError("a mistake of ours")

    async def works() -> None:
        """Nothing is due."""

    ticks = Ticks(beats.append)
    with caplog.at_level(logging.ERROR):
        ticks.start({"bad": (fails, 0.01), "good": (works, 0.01)})
        await asyncio.wait_for(done.wait(), 10)
        while not beats:  # noqa: ASYNC110 - the scheduler has no event of its own
            await asyncio.sleep(0)
        ticks.end()
    assert set(beats) == {"good"}
    assert "the bad tick" in caplog.text


async def test_ticks_that_never_started_can_be_paused_and_ended() -> None:
    ticks = Ticks(lambda _: None)
    ticks.pause()
    ticks.end()
