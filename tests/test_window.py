"""What one person sees first: favourites, what was bought last, countries in the order they like."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from bot.catalogue import Catalogue
from bot.errors import Unavailable
from bot.offers import Offers
from bot.providers.base import Provider
from bot.shops import Shops
from bot.statistics import Record, Statistics
from bot.window import Window
from storage.models import Sort
from storage.preferences import PreferenceStore
from storage.recent import RecentStore
from tests.core import OWNER, STRANGER, Core, open_core
from tests.doubles import KEY, FakeProvider

MINUTE, HALF_AN_HOUR = 61, 30 * 60


class Known(Statistics):
    """Records that a test writes; none can be read where it says so."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], Record] = {}
        self.readable = True

    async def records(self, service: str) -> Mapping[tuple[str, str], Record]:
        if not self.readable:
            raise OperationalError("select", {}, OSError("disk"))
        return self.told

    def tell(self, provider: str, country: str, received: int, ended: int, paid: int) -> None:
        self.told[provider, country] = Record(provider, country, received, ended, paid, seconds=14.0)


class Scene:
    """The owner's chat with keys of alpha and beta, and the window on what they sell."""

    def __init__(self, core: Core) -> None:
        self.core, self.known = core, Known()
        self.alpha, self.beta = core.alpha, FakeProvider("beta", core.clock)
        self.beta.names = {"tg": "Telegram"}
        self.beta.prices_of = {("tg", "1"): ("0.60", 5)}
        providers: dict[str, Provider] = {"alpha": self.alpha, "beta": self.beta}
        offers = Offers(Catalogue(core.clock), Shops(core.keys, providers), core.quotes, (), core.clock)
        self.preferences = PreferenceStore(core.database)
        recent = RecentStore(core.database)
        self.window = Window(offers, self.preferences, recent, self.known, core.clock)

    async def order(self, sort: Sort | None = None) -> list[str]:
        regions = await self.window.countries(OWNER, OWNER, "telegram", sort)
        return [region.place.iso2 for region in regions.items]

    async def shown(self, iso2: str, sort: Sort) -> str:
        regions = await self.window.countries(OWNER, OWNER, "telegram", sort)
        [region] = [region for region in regions.items if region.place.iso2 == iso2]
        return region.shown_by(sort).offer.provider.name

    async def first(self, who: int = OWNER) -> list[str]:
        listing = await self.window.services(OWNER, who)
        return [f"{shown.mark.value}{shown.service.slug}" for shown in listing.items]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_core(tmp_path) as core:
        made = Scene(core)
        await core.keys.add(OWNER, "beta", "", SecretStr(KEY), Decimal(1), "USD", core.clock())
        yield made


async def test_favourites_come_first_then_what_was_bought_last_then_what_most_people_want(
    scene: Scene,
) -> None:
    assert await scene.first() == ["telegram", "whatsapp", "google"]
    await scene.core.buy(service="whatsapp", service_code="wa")
    assert await scene.first() == ["🕘whatsapp", "telegram", "google"]
    await scene.window.star(OWNER, OWNER, "google")
    assert await scene.first() == ["⭐google", "🕘whatsapp", "telegram"]
    await scene.window.star(OWNER, OWNER, "whatsapp")
    assert sorted(await scene.first()) == ["telegram", "⭐google", "⭐whatsapp"]


async def test_what_another_bought_or_likes_is_not_among_the_first(scene: Scene) -> None:
    await scene.core.buy(service="whatsapp", service_code="wa")
    await scene.window.star(OWNER, OWNER, "google")
    assert await scene.first(STRANGER) == ["telegram", "whatsapp", "google"]


async def test_a_favourite_that_nobody_sells_is_not_shown_and_not_forgotten(scene: Scene) -> None:
    await scene.window.star(OWNER, OWNER, "zalo")
    assert await scene.first() == ["telegram", "whatsapp", "google"]
    assert await scene.preferences.favourites(OWNER, OWNER) == ["zalo"]


async def test_without_records_countries_can_be_sorted_by_price_and_stock(scene: Scene) -> None:
    regions = await scene.window.countries(OWNER, OWNER, "telegram")
    assert regions.sorts == [Sort.PRICE, Sort.STOCK]
    assert await scene.order() == ["GB", "US", "DE"]
    assert await scene.order(Sort.STOCK) == ["DE", "US", "GB"]
    assert await scene.order(Sort.SUCCESS) == await scene.order(Sort.PRICE)


async def test_success_is_sorted_by_what_is_proven_not_by_luck(scene: Scene) -> None:
    scene.known.tell("alpha", "GB", received=3, ended=3, paid=3)
    scene.known.tell("alpha", "DE", received=85, ended=100, paid=90)
    assert await scene.order(Sort.SUCCESS) == ["DE", "GB", "US"]


async def test_a_country_is_shown_by_one_offer_its_price_and_its_record_together(scene: Scene) -> None:
    scene.known.tell("alpha", "US", received=90, ended=100, paid=90)
    scene.known.tell("beta", "US", received=10, ended=100, paid=100)
    scene.beta.prices_of["tg", "1"] = ("0.20", 5)
    for sort, provider in ((Sort.PRICE, "beta"), (Sort.STOCK, "beta"), (Sort.SUCCESS, "alpha")):
        assert await scene.shown("US", sort) == provider, sort
    assert await scene.shown("US", Sort.EXPECTED) == "alpha"


async def test_a_country_is_shown_by_no_offer_that_is_sold_out_while_another_is_not(scene: Scene) -> None:
    scene.known.tell("alpha", "US", received=90, ended=100, paid=90)
    scene.known.tell("beta", "US", received=10, ended=100, paid=100)
    scene.alpha.prices_of["tg", "1"] = ("0.20", 0)
    for sort in Sort:
        assert await scene.shown("US", sort) == "beta", sort


async def test_what_a_code_costs_by_few_numbers_stands_behind_what_is_known_well(scene: Scene) -> None:
    scene.known.tell("alpha", "GB", received=1, ended=1, paid=1)
    scene.known.tell("alpha", "DE", received=50, ended=100, paid=100)
    scene.known.tell("beta", "US", received=9, ended=9, paid=9)
    assert await scene.order(Sort.EXPECTED) == ["DE", "GB", "US"]
    scene.known.tell("alpha", "US", received=10, ended=100, paid=100)
    assert await scene.shown("US", Sort.EXPECTED) == "alpha"


async def test_an_order_that_nothing_is_known_for_is_remembered_as_wanted(scene: Scene) -> None:
    regions = await scene.window.countries(OWNER, OWNER, "telegram", Sort.SUCCESS)
    assert (regions.wanted, regions.sort) == (Sort.SUCCESS, Sort.PRICE)


async def test_a_country_counts_by_its_best_offer(scene: Scene) -> None:
    scene.known.tell("alpha", "US", received=1, ended=100, paid=10)
    scene.known.tell("beta", "US", received=90, ended=100, paid=90)
    scene.known.tell("alpha", "GB", received=50, ended=100, paid=100)
    regions = await scene.window.countries(OWNER, OWNER, "telegram", Sort.SUCCESS)
    best = regions.items[0].surest
    assert best is not None
    assert (best.offer.provider.name, best.offer.iso2) == ("beta", "US")


async def test_what_a_code_really_costs_is_an_order_of_its_own(scene: Scene) -> None:
    scene.known.tell("alpha", "GB", received=10, ended=100, paid=100)
    scene.known.tell("alpha", "DE", received=90, ended=100, paid=90)
    scene.known.tell("beta", "US", received=0, ended=5, paid=5)
    assert await scene.order(Sort.EXPECTED) == ["DE", "GB", "US"]
    regions = await scene.window.countries(OWNER, OWNER, "telegram", Sort.EXPECTED)
    costs = [region.thriftiest.expected if region.thriftiest else None for region in regions.items]
    assert costs == [Decimal("0.9000"), Decimal("4.0000"), None]


async def test_what_is_sold_out_stands_last_whatever_the_order(scene: Scene) -> None:
    scene.alpha.prices_of["tg", "3"] = ("0.10", 0)
    scene.known.tell("alpha", "DE", received=90, ended=100, paid=90)
    for sort in Sort:
        assert (await scene.order(sort))[-1] == "DE", sort


async def test_the_order_that_was_chosen_is_the_chats_from_then_on(scene: Scene) -> None:
    await scene.window.sort_by(OWNER, Sort.STOCK)
    assert await scene.order() == ["DE", "US", "GB"]
    assert (await scene.preferences.of(OWNER)).sort is Sort.STOCK


async def test_records_that_cannot_be_read_fail_no_list(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.known.readable = False
    assert await scene.order() == ["GB", "US", "DE"]
    assert (await scene.window.offers(OWNER, "telegram", "US")).items[0].record is None
    assert "the records of telegram" in caplog.text


async def test_what_is_above_the_chats_limit_is_marked_not_hidden(scene: Scene) -> None:
    await scene.preferences.cap(OWNER, "USD", Decimal("0.50"))
    wares = (await scene.window.offers(OWNER, "telegram", "US")).items
    assert [(ware.offer.cost, ware.limit) for ware in wares] == [
        (Decimal("0.50"), None),
        (Decimal("0.60"), Decimal("0.50")),
    ]


async def test_who_does_not_answer_is_shown_as_it_was_for_half_an_hour(scene: Scene) -> None:
    clock = scene.core.clock
    before = clock()
    await scene.order()
    scene.beta.breaks("prices", Unavailable("502"))
    clock.advance(MINUTE)
    listing = await scene.window.offers(OWNER, "telegram", "US")
    assert [(ware.offer.provider.name, ware.offer.as_of) for ware in listing.items] == [
        ("alpha", None),
        ("beta", before),
    ]
    assert [(trouble.title, trouble.as_of) for trouble in listing.troubles] == [("Beta", before)]
    clock.advance(HALF_AN_HOUR)
    listing = await scene.window.offers(OWNER, "telegram", "US")
    assert [ware.offer.provider.name for ware in listing.items] == ["alpha"]
    assert [(trouble.title, trouble.as_of) for trouble in listing.troubles] == [("Beta", None)]


async def test_a_service_that_is_sold_no_more_has_a_name_all_the_same(scene: Scene) -> None:
    assert (await scene.window.service(OWNER, "whatsapp")).name == "WhatsApp"
    assert (await scene.window.service(OWNER, "zalo")).name == "Zalo"
    assert (await scene.window.service(OWNER, "nosuchthing")).name == "nosuchthing"
