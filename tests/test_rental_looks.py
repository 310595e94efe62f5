"""Looks at rented numbers: SMS ring once each, the list tells the SIM and the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.models import RentalState
from tests.rental_core import RentalCore, open_rental_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def test_an_sms_rings_once(core: RentalCore) -> None:
    row = await core.rent()
    core.alpha.texts("9999 is your code")
    row = await core.look(row)
    assert (row.state, await core.rung()) == (RentalState.ACTIVE, ["9999 is your code"])
    row = await core.look(row)
    assert await core.texts(row) == ["9999 is your code"]
