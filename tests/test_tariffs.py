"""What can be rented: countries over all keys, tariffs of one."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import NoKeys, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability
from bot.providers.renting import Tariff
from tests.core import OWNER, STRANGER
from tests.rental_core import RentalCore, open_rental_core


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[RentalCore]:
    async with open_rental_core(tmp_path) as made:
        yield made


async def test_countries_tell_their_stock_and_their_cheapest_tariff(core: RentalCore) -> None:
    places = (await core.tariffs.places(OWNER)).items
    assert [(place.iso2, place.stock, place.cost, place.currency) for place in places] == [
        ("US", 5, Decimal("1.50"), "USD"),
        ("GB", 1, Decimal("3.00"), "USD"),
    ]


async def test_what_is_out_of_stock_comes_last(core: RentalCore) -> None:
    del core.alpha.rental_stocks["US"]
    places = (await core.tariffs.places(OWNER)).items
    assert [(place.iso2, place.stock) for place in places] == [("GB", 1), ("US", 0)]


async def test_every_key_of_a_chat_can_rent(core: RentalCore) -> None:
    secret = SecretStr("another-key-of-the-same-provider")
    other = await core.keys.add(OWNER, "alpha", "", secret, None, "USD", core.clock())
    places = (await core.tariffs.places(OWNER)).items
    assert {(place.iso2, place.key.id) for place in places} == {
        *(("US", core.key_id), ("US", other.id), ("GB", core.key_id), ("GB", other.id)),
    }


async def test_a_country_whose_code_does_not_fit_a_button_is_left_out(core: RentalCore) -> None:
    core.alpha.rental_tariffs = (
        Tariff("1", 1, Decimal("1.50"), "U:S", "US"),
        Tariff("2", 1, Decimal("1.50"), "x" * 17, "US"),
    )
    assert (await core.tariffs.places(OWNER)).items == []


async def test_a_provider_that_does_not_answer_is_named(core: RentalCore) -> None:
    core.alpha.breaks("rental_stock", Unavailable())
    listing = await core.tariffs.places(OWNER)
    assert (listing.items, [trouble.title for trouble in listing.troubles]) == ([], ["Alpha"])


async def test_without_a_key_that_rents_there_is_nothing_to_ask(core: RentalCore) -> None:
    with pytest.raises(NoKeys):
        await core.tariffs.places(STRANGER)
    core.alpha.capabilities -= {Capability.RENT}
    with pytest.raises(NoKeys):
        await core.tariffs.places(OWNER)


async def test_the_tariffs_of_a_country_come_shortest_first(core: RentalCore) -> None:
    core.alpha.rental_tariffs = core.alpha.rental_tariffs[::-1]
    found = await core.tariffs.of(OWNER, core.key_id, "US")
    assert [(tariff.days, tariff.cost) for tariff in found] == [(1, Decimal("1.50")), (7, Decimal("4.00"))]


async def test_only_a_key_of_the_chat_tells_tariffs_and_only_of_a_country_it_has(core: RentalCore) -> None:
    with pytest.raises(UnknownKey):
        await core.tariffs.of(STRANGER, core.key_id, "US")
    with pytest.raises(NotOffered):
        await core.tariffs.of(OWNER, core.key_id, "FR")
    core.alpha.breaks("tariffs", Unavailable())
    with pytest.raises(Unavailable):
        await core.tariffs.of(OWNER, core.key_id, "US")
