"""A group that shares numbers, with its rules and its people, and a number that one of them bought there."""

import pytest

from storage.group_rules import Seat
from storage.models import Activation, Buyers, Eyes
from tests.handlers.conftest import telegram_us
from tests.house import PATIENCE, Chat, House


@pytest.fixture
async def group(chat: Chat, bob: Chat, house: House) -> Chat:
    """Ann's group that shares numbers, with Bob in it."""
    return await team(house, chat, bob)


async def rules(group: Chat, **values: object) -> None:
    await group.house.codebell.sharings.set(group.chat_id, group.house.clock(), **values)


async def team(
    house: House, *people: Chat, kind: str = "supergroup", sees: Eyes = Eyes.BUYER, **rules: object
) -> Chat:
    """A group with the bot and a key in it, all of its people met, as its first member sees it."""
    members = [one.person_id for one in people]
    chat_id = int(house.human.chat(kind, "Team", members)["chat"]["id"])
    house.human.add_bot(chat_id, members[0], "administrator")
    await house.settle()
    group = Chat(house, chat_id, members[0])
    await house.connect(group, house.alpha)
    bell = house.codebell
    await bell.sharings.set(chat_id, house.clock(), who_buys=Buyers.EVERYONE, who_sees=sees, **rules)
    for one in members:
        await bell.groups.meet(chat_id, one, str(house.world.user(one)["first_name"]))
    return group


async def sees(house: House, group: Chat, who: Eyes) -> None:
    """An administrator chose who sees codes, a moment after what happened before."""
    house.clock.advance(1)
    await house.codebell.sharings.set(group.chat_id, house.clock(), who_sees=who)
    house.clock.advance(1)


async def buy(house: House, group: Chat, topic: int | None = None) -> Activation:
    """A number in the group, bought by who sees it."""
    bell, quote = house.codebell, await telegram_us(group, house)
    await bell.quotes.open(quote)
    seat = Seat(thread_id=topic)
    row = await bell.purchases.buy(quote.nonce, group.person_id, group.chat_id, None, seat=seat)
    await bell.errands.drain(PATIENCE)
    await house.settle()
    return row


async def hears(house: House, code: str, text: str | None = None) -> None:
    """An SMS comes to the newest number."""
    house.alpha.delivers(code, text)
    await house.wait(10)


def rings(chat: Chat, words: str) -> int:
    """How often something rang in a chat with these words in it."""
    return len([message for message in chat.messages if "🔔" in message["text"] and words in message["text"]])
