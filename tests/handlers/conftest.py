"""Somebody with a number, at once: the screens that lead to *Buy* have tests of their own."""

from decimal import Decimal

import pytest

from storage.models import Quote
from storage.outbox import new_id
from tests.house import PATIENCE, Chat, House


@pytest.fixture
async def owner(chat: Chat, house: House) -> Chat:
    """Somebody who has just bought a number of Alpha."""
    bell = house.codebell
    house.world.chats[chat.chat_id].started = True
    await bell.chats.see(chat.chat_id, "private", "", "en", house.clock())
    quote = await telegram_us(chat, house)
    await bell.quotes.open(quote)
    await bell.purchases.buy(quote.nonce, chat.person_id, chat.chat_id, None)
    await bell.errands.drain(PATIENCE)
    await house.settle()
    return chat


async def telegram_us(chat: Chat, house: House) -> Quote:
    """Alpha's offer as the person would look at it."""
    [key] = await house.codebell.keys.list(chat.chat_id)
    return Quote(
        nonce=new_id(),
        chat_id=chat.chat_id,
        owner_id=chat.person_id,
        key_id=key.id,
        service="telegram",
        service_name="Telegram",
        service_code="tg",
        country="US",
        country_name="United States",
        country_code="1",
        cost=Decimal("0.50"),
        currency="USD",
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=house.clock(),
    )
