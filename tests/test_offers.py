"""What a chat can buy: services, countries and offers of all its keys, compared and searched."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import BadKey, NoKeys, NotOffered, Unavailable, UnknownKey
from bot.providers.base import Capability, Supplier, Tier
from tests.core import OWNER, STRANGER
from tests.doubles import FakeProvider
from tests.market import Market, open_market, told


class Silent(FakeProvider):
    """Answers no question about choices, ever."""

    async def tiers(self, *_: object) -> list[Tier]:
        return await asyncio.Future()

    async def suppliers(self, *_: object) -> list[Supplier]:
        return await asyncio.Future()

    async def operators(self, *_: object) -> list[str]:
        return await asyncio.Future()


@pytest.fixture
async def market(tmp_path: Path) -> AsyncIterator[Market]:
    async with open_market(tmp_path) as made:
        yield made


async def test_services_of_all_providers_are_listed_once_popular_ones_first(market: Market) -> None:
    market.alpha.names = {"zz": "Zalando", "ab": "aBank", "tg": "Telegram"}
    market.beta.names = {"telega": "telegram", "wa": "WhatsApp"}
    listing = await market.offers().services(OWNER)
    assert [service.name for service in listing.items] == ["Telegram", "WhatsApp", "aBank", "Zalando"]


@pytest.mark.parametrize("typed", ["telegram", "Telegarm", "TG", "telegrm", "tele"])
async def test_a_search_forgives_typing_errors(market: Market, typed: str) -> None:
    found = await market.offers().search(OWNER, typed)
    assert found.items[0].slug == "telegram"


@pytest.mark.parametrize("typed", ["", "🔔", "qqqqqqqq", "x" * 10_000])
async def test_a_search_for_nothing_finds_nothing(market: Market, typed: str) -> None:
    assert list((await market.offers().search(OWNER, typed)).items) == []


async def test_every_key_of_a_provider_is_an_offer_of_its_own(market: Market) -> None:
    await market.key("beta", "another-account-9999")
    assert [name for name, _ in await told(market.offers())] == ["alpha", "beta", "beta"]


async def test_a_provider_that_fails_is_named_and_holds_up_nobody(market: Market) -> None:
    market.beta.breaks("services", Unavailable())
    listing = await market.offers().offers(OWNER, "telegram", "US")
    assert [offer.provider.name for offer in listing.items] == ["alpha"]
    ((title, error),) = [(trouble.title, type(trouble.error)) for trouble in listing.troubles]
    assert (title, error) == ("Beta", Unavailable)


async def test_a_country_nobody_can_place_is_not_offered(market: Market) -> None:
    market.alpha.places = {"1": ""}
    market.beta.places = {}
    assert await told(market.offers()) == []


async def test_a_blocked_service_is_neither_listed_nor_sold(market: Market) -> None:
    offers = market.offers("whatsapp", "telegram")
    assert [service.slug for service in (await offers.services(OWNER)).items] == ["google"]
    for sold in (offers.places(OWNER, "telegram"), offers.offers(OWNER, "whatsapp", "US")):
        with pytest.raises(NotOffered):
            await sold


async def test_a_provider_that_sells_no_numbers_is_not_asked(market: Market) -> None:
    market.beta.capabilities -= {Capability.BUY}
    assert [name for name, _ in await told(market.offers())] == ["alpha"]


async def test_a_chat_without_keys_is_offered_nothing(market: Market) -> None:
    with pytest.raises(NoKeys):
        await market.offers().services(STRANGER)


async def test_an_offer_is_found_again_at_todays_price_or_said_to_be_gone(market: Market) -> None:
    offers = market.offers()
    first = (await offers.offers(OWNER, "telegram", "US")).items[0]
    market.alpha.prices_of["tg", "1"] = market.beta.prices_of["tg", "1"] = ("0.60", 5)
    market.core.clock.advance(301)
    again = await offers.find(OWNER, "telegram", first.key.id, "1")
    assert again.cost == Decimal("0.60")
    with pytest.raises(NotOffered):
        await offers.find(OWNER, "telegram", first.key.id, "99")


async def test_an_offer_of_a_removed_key_is_not_said_to_be_no_longer_sold(market: Market) -> None:
    offers = market.offers()
    first = (await offers.offers(OWNER, "telegram", "US")).items[0]
    await market.key("beta", "another-account-9999")
    await market.core.keys.remove(first.key.id, OWNER, market.core.clock())
    with pytest.raises(UnknownKey):
        await offers.find(OWNER, "telegram", first.key.id, "1")


async def test_an_offer_of_a_provider_that_is_down_is_not_said_to_be_no_longer_sold(market: Market) -> None:
    offers = market.offers()
    first = (await offers.offers(OWNER, "telegram", "US")).items[0]
    market.core.clock.advance(8 * 24 * 3600)
    market.alpha.breaks("services", Unavailable())
    with pytest.raises(Unavailable):
        await offers.find(OWNER, "telegram", first.key.id, "1")


async def test_who_waits_for_a_choice_waits_only_so_long(market: Market) -> None:
    offer = (await market.offers().offers(OWNER, "telegram", "US")).items[0]
    quote = await market.offers().quote(OWNER, OWNER, offer)
    market.providers["alpha"] = Silent("alpha", market.core.clock)
    market.patience = 0.01
    offers = market.offers()
    for asked in (offers.tiers, offers.suppliers, offers.operators):
        with pytest.raises(Unavailable):
            await asked(quote)


@pytest.mark.parametrize("code", ["c" * 17, "a:b", "страна-страна"])
async def test_a_country_whose_code_no_button_can_carry_is_not_offered(market: Market, code: str) -> None:
    market.beta.places = {}
    market.alpha.places = {code: "FR", "c" * 16: "US"}
    market.alpha.prices_of = {("tg", code): ("0.50", 1), ("tg", "c" * 16): ("0.60", 1)}
    assert [place.iso2 for place in (await market.offers().places(OWNER, "telegram")).items] == ["US"]


async def test_who_does_not_answer_is_said_to_be_shown_only_where_it_is(market: Market) -> None:
    market.beta.prices_of = {("tg", "1"): ("0.60", 5)}
    offers = market.offers()
    before = market.core.clock()
    await told(offers)
    market.beta.breaks("prices", Unavailable("502"))
    market.core.clock.advance(61)
    for iso2, as_of in (("US", before), ("GB", None)):
        listing = await offers.offers(OWNER, "telegram", iso2, remembered=True)
        assert [(each.title, each.as_of) for each in listing.troubles] == [("Beta", as_of)], iso2


async def test_a_quote_holds_what_was_seen(market: Market) -> None:
    offers = market.offers()
    offer = (await offers.offers(OWNER, "telegram", "US")).items[0]
    quote = await offers.quote(OWNER, OWNER, offer)
    kept = await market.core.quotes.get(quote.nonce)
    assert kept is not None
    assert (kept.key_id, kept.service_code, kept.country_code) == (offer.key.id, "tg", "1")
    assert (kept.cost, kept.service_name, kept.country) == (Decimal("0.50"), "Telegram", "US")


async def test_prices_are_asked_once_for_everybody_and_anew_when_they_are_old(market: Market) -> None:
    offers = market.offers()
    for _ in range(5):
        await told(offers)
    assert len(market.alpha.called("prices")) == 1
    market.core.clock.advance(301)
    await told(offers)
    assert len(market.alpha.called("prices")) == 2


async def test_a_wrong_key_is_a_trouble_not_a_failure(market: Market) -> None:
    market.alpha.breaks("countries", BadKey())
    listing = await market.offers().places(OWNER, "telegram")
    assert [type(trouble.error) for trouble in listing.troubles] == [BadKey]
    assert listing.items


async def test_what_was_known_of_who_does_not_answer_is_given_only_to_who_asks_for_it(market: Market) -> None:
    offers = market.offers()
    await told(offers)
    market.beta.breaks("prices", Unavailable("502"))
    market.core.clock.advance(61)
    assert await told(offers) == [("alpha", "0.50")]
    listing = await offers.offers(OWNER, "telegram", "US", remembered=True)
    assert [(offer.provider.name, offer.as_of is None) for offer in listing.items] == [
        ("alpha", True),
        ("beta", False),
    ]


async def test_an_old_price_is_never_the_price_of_an_offer_that_is_chosen(market: Market) -> None:
    offers = market.offers()
    listing = await offers.offers(OWNER, "telegram", "US")
    beta = next(offer for offer in listing.items if offer.provider.name == "beta")
    market.beta.breaks("prices", Unavailable("502"))
    market.core.clock.advance(61)
    with pytest.raises(Unavailable):
        await offers.find(OWNER, "telegram", beta.key.id, "1")


async def test_at_once_nobody_stands_in_line_for_a_price(market: Market) -> None:
    offers, key_id = market.offers(), market.core.key_id
    market.alpha.line = 0.5
    with pytest.raises(Unavailable):
        await offers.find(OWNER, "telegram", key_id, "1", at_once=True)
    assert market.alpha.called("services") == market.alpha.called("prices") == []
    assert (await offers.find(OWNER, "telegram", key_id, "1")).cost == Decimal("0.50")


@pytest.mark.parametrize(("age", "given"), [(0, True), (60, True), (61, False)])
async def test_a_price_at_hand_needs_no_line(market: Market, age: float, given: bool) -> None:
    offers = market.offers()
    await told(offers)
    market.alpha.line = 0.5
    market.core.clock.advance(age)
    listing = await offers.offers(OWNER, "telegram", "US", at_once=True)
    assert ("alpha" in {offer.provider.name for offer in listing.items}) is given


async def test_at_once_who_has_a_free_turn_is_asked(market: Market) -> None:
    offer = await market.offers().find(OWNER, "telegram", market.core.key_id, "1", at_once=True)
    assert offer.cost == Decimal("0.50")


async def test_a_key_that_is_refused_sells_nothing_any_more_whatever_it_sold(market: Market) -> None:
    offers = market.offers()
    await told(offers)
    market.beta.breaks("prices", BadKey())
    market.core.clock.advance(61)
    listing = await offers.offers(OWNER, "telegram", "US", remembered=True)
    assert [offer.provider.name for offer in listing.items] == ["alpha"]


async def test_typed_words_are_understood_by_what_the_chat_can_buy(market: Market) -> None:
    market.alpha.names["x1"] = "Dominos Pizza"
    meant, troubles = await market.offers().understand(OWNER, "сша dominos piza")
    assert ([one.name for one in meant.services], meant.sure, meant.iso2) == (["Dominos Pizza"], True, "US")
    assert list(troubles) == []
