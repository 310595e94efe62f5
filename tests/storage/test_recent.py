"""What somebody bought last, the newest first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.recent import RecentStore
from tests.core import OWNER, STRANGER, Core, open_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with open_core(tmp_path) as made:
        yield made


async def bought(core: Core, service: str, code: str) -> None:
    core.clock.advance(1)
    await core.buy(service=service, service_code=code)


async def test_every_service_is_told_once_the_newest_first(core: Core) -> None:
    for service, code in (("telegram", "tg"), ("whatsapp", "wa"), ("telegram", "tg")):
        await bought(core, service, code)
    assert await RecentStore(core.database).services(OWNER, OWNER) == ["telegram", "whatsapp"]


async def test_what_was_not_bought_after_all_is_not_told(core: Core) -> None:
    core.alpha.prices_of["wa", "1"] = ("0.30", 0)
    await bought(core, "whatsapp", "wa")
    assert await RecentStore(core.database).services(OWNER, OWNER) == []


async def test_nobody_hears_what_another_bought(core: Core) -> None:
    await bought(core, "telegram", "tg")
    recent = RecentStore(core.database)
    assert await recent.services(OWNER, STRANGER) == await recent.services(STRANGER, OWNER) == []
