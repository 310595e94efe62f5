"""The catalogue is read before anybody asks, politely, and nothing that goes wrong there is of weight."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot.catalogue import Catalogue
from bot.errors import BadKey, Unavailable
from bot.providers.base import Capability, Provider
from bot.warming import Warming
from storage.keys import KeyStore
from storage.models import Key
from storage.vault import Vault
from tests.core import OWNER, STRANGER, Core, open_core
from tests.doubles import KEY, FakeProvider
from tests.house import PATIENCE, House
from tests.storage.shelf import MASTER

SIX_HOURS = 6 * 3600


class Scene:
    """Alpha, which somebody has a key of, and beta, which nobody has one of."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.alpha, self.beta = core.alpha, FakeProvider("beta", core.clock)
        self.catalogue = Catalogue(core.clock)
        providers: dict[str, Provider] = {"alpha": self.alpha, "beta": self.beta}
        self.warming = Warming(core.keys, self.catalogue, providers)

    def asked(self, provider: FakeProvider) -> int:
        return len(provider.called("services")) + len(provider.called("countries"))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_core(tmp_path) as core:
        yield Scene(core)


async def test_who_has_a_key_waits_for_no_names_any_more(scene: Scene) -> None:
    await scene.warming.round()
    assert scene.asked(scene.alpha) == 2
    await scene.catalogue.services(scene.alpha, SecretStr(KEY))
    await scene.catalogue.countries(scene.alpha, SecretStr(KEY))
    assert scene.asked(scene.alpha) == 2


async def test_a_provider_nobody_has_a_key_of_is_not_asked(scene: Scene) -> None:
    await scene.warming.round()
    assert scene.beta.calls == []


async def test_what_is_fresh_is_not_asked_again_and_what_is_not_is(scene: Scene) -> None:
    for _ in range(3):
        await scene.warming.round()
    assert scene.asked(scene.alpha) == 2
    scene.core.clock.advance(SIX_HOURS + 1)
    await scene.warming.round()
    assert len(scene.alpha.called("services")) == 2


async def test_who_sells_no_numbers_is_not_asked(scene: Scene) -> None:
    scene.alpha.capabilities -= {Capability.BUY}
    await scene.warming.round()
    assert scene.asked(scene.alpha) == 0


async def test_a_key_that_does_not_work_is_not_the_last_one_tried(scene: Scene) -> None:
    scene.core.clock.advance(1)
    await scene.core.key(STRANGER, "another-key-of-alpha-0123")
    scene.alpha.fails("services", BadKey())
    await scene.warming.round()
    assert len(scene.alpha.called("services")) == 2
    assert len(scene.alpha.called("countries")) == 1


async def test_who_does_not_answer_is_left_alone_until_the_next_round(scene: Scene) -> None:
    await scene.core.keys.add(
        OWNER, "alpha", "", SecretStr("second-key-of-alpha-0123"), None, "USD", scene.core.clock()
    )
    scene.alpha.breaks("services", Unavailable("502"))
    await scene.warming.round()
    assert scene.asked(scene.alpha) == 1


@pytest.mark.usefixtures("chat")
async def test_a_bot_that_starts_reads_ahead_by_itself(house: House) -> None:
    await house.codebell.start()
    async with asyncio.timeout(PATIENCE):
        while not house.alpha.called("countries"):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
    await house.codebell.stop()


class Unreadable(KeyStore):
    """The keys in a database that cannot be read."""

    async def some(self, provider: str, most: int) -> tuple[Key, ...]:
        raise OperationalError("select", {}, OSError("disk"))


async def test_not_even_a_broken_database_stops_anybody(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    keys = Unreadable(scene.core.database, Vault([MASTER]))
    await Warming(keys, scene.catalogue, {"alpha": scene.alpha}).round()
    assert "the catalogue was not read ahead" in caplog.text
