"""Limits, through the whole bot: who presses as fast as they can gets what they may have, and is told why."""

import pytest

from handlers.confirmation import Spend
from storage.quotes import mark
from tests.handlers.belongings import Presser
from tests.handlers.conftest import telegram_us
from tests.house import Chat, House

PRESSES, LIMIT = 50, 3


@pytest.mark.parametrize("settings", [{"limits": {"active_numbers": LIMIT}}])
async def test_b_24_of_fifty_presses_three_buy_and_every_other_is_refused_in_words(
    chat: Chat, house: House
) -> None:
    await chat.say("/start")
    quotes = [await telegram_us(chat, house) for _ in range(PRESSES)]
    for quote in quotes:
        await house.codebell.quotes.open(quote)
    answers = await Presser(chat).press(
        *(Spend(nonce=quote.nonce, value=mark(quote)).pack() for quote in quotes)
    )
    told = [*answers.values()]
    assert told.count("Buying…") == LIMIT
    why = "The limit of numbers that wait for a code is 3: cancel one, or let its code come."
    assert told.count(why) == PRESSES - LIMIT
    assert len(house.alpha.called("buy")) == LIMIT
