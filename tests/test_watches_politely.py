"""Whoever waits asks politely: all leave a dead provider alone, and an odd key keeps nobody else out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import BadReply, CodebellError, Unavailable
from tests.core import OWNER
from tests.watching import Vigil, open_vigil

ANN, BEN, EVE = 101, 102, 103


@pytest.fixture
async def vigil(tmp_path: Path) -> AsyncIterator[Vigil]:
    """Three more people with a key each; no price is known, all names are."""
    async with open_vigil(tmp_path) as made:
        for person in (ANN, BEN, EVE):
            await made.core.key(person, secret_of(person))
        await made.watches.look(OWNER, "telegram", "US")
        made.clock.advance(60)
        yield made


def secret_of(person: int) -> str:
    return f"the-key-of-person-{person}"


async def sees(vigil: Vigil, person: int) -> str:
    """Why somebody was not answered; "" for an answer."""
    sight = await vigil.watches.look(person, "telegram", "US")
    return "" if sight.answered else type(sight.troubles[0].error).__name__


def odd(vigil: Vigil, person: int, error: CodebellError) -> None:
    """From now on the provider answers so to this one's key."""
    vigil.alpha.odd[secret_of(person)] = error


async def test_a_strangers_odd_key_keeps_nobody_else_out(vigil: Vigil) -> None:
    odd(vigil, ANN, BadReply("ACCOUNT_ODD"))
    assert [await sees(vigil, person) for person in (ANN, BEN)] == ["BadReply", ""]
    asked = vigil.asked
    vigil.clock.advance(50)
    assert (await sees(vigil, ANN), vigil.asked) == ("Unavailable", asked)


async def test_whoever_asks_at_the_same_time_as_an_odd_key_is_answered(vigil: Vigil) -> None:
    odd(vigil, ANN, BadReply("ACCOUNT_ODD"))

    async def take_long() -> None:
        for _ in range(30):
            await vigil.core.keys.list(EVE)

    vigil.alpha.meanwhile["before prices"] = take_long
    everybody = [sees(vigil, person) for person in (ANN, BEN, EVE, OWNER)]
    assert await asyncio.gather(*everybody) == ["BadReply", "", "", ""]


async def test_where_two_keys_fail_alike_nobody_asks_for_a_minute(vigil: Vigil) -> None:
    vigil.alpha.breaks("prices", Unavailable("503"))
    asked = vigil.asked
    for person in (ANN, BEN, EVE, OWNER):
        assert await sees(vigil, person) == "Unavailable"
    assert vigil.asked - asked == 2
    vigil.alpha.breaks("prices", None)
    vigil.clock.advance(59)
    assert (await sees(vigil, EVE), vigil.asked - asked) == ("Unavailable", 2)
    vigil.clock.advance(1)
    assert (await sees(vigil, EVE), vigil.asked - asked) == ("", 3)


async def test_however_many_ask_at_once_a_dead_provider_hears_two_of_them(vigil: Vigil) -> None:
    vigil.alpha.breaks("prices", Unavailable("503"))
    asked = vigil.asked
    await asyncio.gather(*(sees(vigil, person) for person in (ANN, BEN, EVE, OWNER) * 5))
    assert vigil.asked - asked == 2


async def test_a_dead_provider_hears_less_and_less_of_everybody(vigil: Vigil) -> None:
    vigil.alpha.breaks("prices", Unavailable("503"))
    asked = vigil.asked
    for _ in range(60):
        for person in (ANN, BEN, EVE, OWNER):
            await sees(vigil, person)
        vigil.clock.advance(60)
    assert vigil.asked - asked <= 20


async def test_two_keys_that_fail_unlike_keep_nobody_else_out(vigil: Vigil) -> None:
    odd(vigil, ANN, BadReply("ACCOUNT_ODD"))
    odd(vigil, BEN, Unavailable("429"))
    assert [await sees(vigil, person) for person in (ANN, BEN, EVE)] == ["BadReply", "Unavailable", ""]


async def test_two_odd_keys_keep_nobody_out_whom_the_provider_answers_between_them(vigil: Vigil) -> None:
    for person in (ANN, BEN):
        odd(vigil, person, BadReply("ACCOUNT_ODD"))
    assert [await sees(vigil, person) for person in (ANN, EVE)] == ["BadReply", ""]
    vigil.clock.advance(31)
    assert [await sees(vigil, person) for person in (BEN, EVE)] == ["BadReply", ""]


async def test_names_that_nobody_gives_are_asked_for_once(vigil: Vigil) -> None:
    """After a start nothing is known, and all that wait look at one moment."""
    watches = [await vigil.tells(service=slug) for slug in ("telegram", "whatsapp", "google")]
    vigil.reborn()
    vigil.alpha.breaks("services", Unavailable("503"))
    asked = len(vigil.alpha.called("services"))
    rows = [await vigil.row(watch) for watch in watches]
    await asyncio.gather(*(vigil.watches.step(row) for row in rows * 5))
    assert len(vigil.alpha.called("services")) - asked == 1
    for person in (ANN, BEN, EVE):
        await sees(vigil, person)
    assert len(vigil.alpha.called("services")) - asked == 2
    vigil.alpha.breaks("services", None)
    vigil.clock.advance(60)
    assert await sees(vigil, OWNER) == ""
