"""How many presses it takes from /start to a bought number; typing a key is no press."""

from tests.doubles import KEY
from tests.house import Chat, House


class Counted:
    """A chat whose presses are counted."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.presses = 0

    async def press(self, label: str) -> None:
        self.presses += 1
        await self.chat.press(label)


async def test_the_first_number_takes_seven_presses_at_most(newcomer: Chat, house: House) -> None:
    await newcomer.say("/start")
    counted = Counted(newcomer)
    await counted.press("Add a provider key")
    await counted.press("Alpha")
    await newcomer.say(KEY)
    await counted.press("Buy a number")
    await counted.press("Telegram")
    await counted.press("United States")
    await counted.press("Alpha")
    await counted.press("Buy for")
    assert "+1 201-555-0001" in newcomer.screen
    assert counted.presses <= 7


async def test_the_same_again_takes_two(chat: Chat, house: House) -> None:
    await chat.buys()
    await chat.say("/start")
    counted = Counted(chat)
    await counted.press("🔁 Repeat")
    await counted.press("Buy for")
    assert "+1 201-555-0002" in chat.screen
    assert counted.presses == 2


async def test_from_buy_the_same_again_takes_two_as_well(chat: Chat) -> None:
    await chat.buys()
    await chat.say("/buy")
    counted = Counted(chat)
    await counted.press("🔁 Repeat")
    await counted.press("Buy for")
    assert "+1 201-555-0002" in chat.screen
    assert counted.presses == 2
