"""Quotes: what people look at, changed until it is bought from, forgotten a day late."""

from datetime import timedelta
from decimal import Decimal

from storage.database import Database
from storage.models import Key, Quote, State
from storage.quotes import QuoteStore
from tests.storage.shelf import NOW, number, put, stored


def quote(key: Key, nonce: str = "nonce") -> Quote:
    words = ("service", "service_name", "service_code", "country", "country_name", "country_code")
    return Quote(
        nonce=nonce,
        chat_id=key.chat_id,
        owner_id=key.chat_id,
        key_id=key.id,
        cost=Decimal("0.50"),
        currency="USD",
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=NOW,
        **dict.fromkeys(words, "tg"),
    )


async def test_a_quote_is_kept_and_can_be_made_more_exact(database: Database) -> None:
    quotes = QuoteStore(database)
    await quotes.open(quote(await stored(database)))
    changed = await quotes.change("nonce", max_price=Decimal("0.70"), operator="tmobile")
    kept = await quotes.get("nonce")
    assert changed is not None
    assert kept is not None
    assert (kept.max_price, kept.operator) == (Decimal("0.70"), "tmobile")


async def test_a_quote_that_was_bought_from_or_is_gone_cannot_be_changed(database: Database) -> None:
    key, quotes = await stored(database), QuoteStore(database)
    await quotes.open(quote(key))
    await put(database, number(key, "n", State.BUYING, nonce="nonce"))
    assert await quotes.change("nonce", operator="tmobile") is None
    assert await quotes.change("guessed", operator="tmobile") is None


async def test_quotes_are_forgotten_a_day_later(database: Database) -> None:
    quotes = QuoteStore(database)
    await quotes.open(quote(await stored(database)))
    await quotes.sweep(NOW + timedelta(days=1))
    assert await quotes.get("nonce") is not None
    await quotes.sweep(NOW + timedelta(days=1, seconds=1))
    assert await quotes.get("nonce") is None
