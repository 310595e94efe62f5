"""Somebody with a number, at once: the screens that lead to *Buy* have tests of their own."""

from decimal import Decimal

import pytest

from storage.models import Quote
from storage.outbox import new_id
from tests.house import PATIENCE, Chat, House
from tests.renting import RENTING
from tests.sending import SENDING
from tests.wares import USA


@pytest.fixture
async def bob(house: House) -> Chat:
    """Somebody else."""
    return house.person("Bob")


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
        **USA,
        cost=Decimal("0.50"),
        currency="USD",
        suppliers="",
        except_suppliers="",
        avoid_prefixes="",
        created_at=house.clock(),
    )


@pytest.fixture
async def renter(chat: Chat, house: House) -> Chat:
    """Somebody whose key of Alpha can rent numbers, too."""
    house.alpha.capabilities |= RENTING
    return chat


@pytest.fixture
async def tenant(renter: Chat, house: House) -> Chat:
    """Somebody who has just rented a number of Alpha for seven days."""
    await renter.say("/rent")
    await renter.press("United States")
    await renter.press("7 days")
    await renter.press("Rent for")
    house.clock.advance(1)
    return renter


@pytest.fixture
async def sender(chat: Chat, house: House) -> Chat:
    """Somebody whose key of Alpha can send messages, too."""
    house.alpha.capabilities |= SENDING
    return chat


@pytest.fixture
async def draft(sender: Chat) -> Chat:
    """Somebody with an SMS that only waits for *Send*."""
    await sender.say("/send")
    await sender.press("SMS")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    return sender


@pytest.fixture
async def both(sender: Chat) -> Chat:
    """Somebody with a Viber message that an SMS follows, which only waits for *Send*."""
    await sender.say("/send")
    await sender.press("Viber, then SMS")
    await sender.press("Promo")
    await sender.say("+380501234567")
    await sender.say("Dinner is ready")
    return sender


@pytest.fixture
async def sms(draft: Chat) -> Chat:
    """Somebody who has just sent an SMS."""
    await draft.press("Send for")
    return draft


@pytest.fixture
async def letter(both: Chat) -> Chat:
    """Somebody who has just sent a Viber message that an SMS may follow."""
    await both.press("Send for")
    return both
