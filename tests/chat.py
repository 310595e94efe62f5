"""A chat as one person sees it: what they say and press, and what they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import Press

if TYPE_CHECKING:
    from tests.house import House


class Chat:
    """A chat as one person sees it."""

    def __init__(self, house: House, chat_id: int, person_id: int) -> None:
        self.house, self.chat_id, self.person_id = house, chat_id, person_id
        #: What the last press was answered with; None when it was not.
        self.alert: str | None = None
        self._mark = 0

    def seat(self, other: Chat) -> Chat:
        """The same chat as somebody else sees it."""
        return Chat(self.house, self.chat_id, other.person_id)

    # What the person does

    async def say(self, text: str) -> int:
        """Send a text; its message id."""
        self._listen()
        said = self.house.human.message(self.chat_id, self.person_id, text)
        await self.house.settle()
        return int(said["message"]["message_id"])

    async def press(self, label: str, *, on: Json | None = None, inaccessible: bool = False) -> None:
        """Press the button whose label holds these words, on the newest message that has one."""
        self._listen()
        click = self.click(label, on, inaccessible=inaccessible)
        await self.house.settle()
        self.alert = self.answer(click)

    def click(self, label: str, on: Json | None = None, *, inaccessible: bool = False) -> str:
        """The press alone, which the bot has not heard of yet; its id."""
        message_id, data = self._button(label, [on] if on is not None else self.messages)
        click = self.house.human.click(self.chat_id, message_id, self.person_id, data, inaccessible)
        return str(click["callback_query_id"])

    def answer(self, click: str) -> str | None:
        answer = self.house.human.answer(click)
        return None if answer is None else str(answer["text"])

    async def forge(self, data: str) -> None:
        """Send callback data that is on none of one's messages, as a changed client can."""
        self._listen()
        world = self.house.world
        press = Press(f"forged-{next(world.numbers)}", world.bot().id, world.clock())
        world.presses[press.id] = press
        query = {"id": press.id, "from": world.user(self.person_id), "chat_instance": "1", "data": data}
        self.house.human.strange_update("callback_query", {**query, "message": self.last})
        await self.house.settle()
        self.alert = self.answer(press.id)

    async def buys(self, where: str = "telegram us", provider: str = "Alpha") -> None:
        """Straight to an offer, and buy it."""
        await self.say(f"/buy {where}")
        await self.press(provider)
        await self.press("Buy for")

    async def wait(self, seconds: float) -> None:
        self._listen()
        await self.house.wait(seconds)

    def delete(self, message: Json) -> None:
        self.house.human.delete(self.chat_id, [message["message_id"]], self.person_id)

    # What the person sees

    @property
    def messages(self) -> list[Json]:
        """What the bot said here and is still to be seen, oldest first."""
        bot_id = self.house.world.bot().id
        said = self.house.world.chats[self.chat_id].messages.values()
        return [message for message in said if message["from"]["id"] == bot_id]

    @property
    def whispers(self) -> list[Json]:
        """What the bot shows here to this person alone (ephemeral messages), oldest first."""
        world = self.house.world
        shown = world.whispers(world.chats[self.chat_id]).values()
        return [message for message in shown if message["receiver_user"]["id"] == self.person_id]

    @property
    def news(self) -> list[Json]:
        """The bot's new messages since the person last did something."""
        return [message for message in self.messages if message["message_id"] > self._mark]

    @property
    def last(self) -> Json:
        return self.messages[-1]

    @property
    def screen(self) -> str:
        """The text of the bot's last message."""
        return str(self.last["text"])

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        return labels(self.last)

    def has(self, message_id: int) -> bool:
        return message_id in self.house.world.chats[self.chat_id].messages

    def find(self, words: str) -> Json:
        """The bot's newest message with these words."""
        return next(one for one in reversed(self.messages) if words in one.get("text", ""))

    def data(self, label: str) -> str:
        """What a button sends when it is pressed."""
        return self._button(label, self.messages)[1]

    def _listen(self) -> None:
        self._mark = self.house.world.chats[self.chat_id].last_message_id

    def _button(self, label: str, messages: list[Json]) -> tuple[int, str]:
        for message in reversed(messages):
            for button in keyboard(message):
                if label in button["text"] and "callback_data" in button:
                    return int(message["message_id"]), str(button["callback_data"])
        raise AssertionError(f"no button {label!r}; there are {[labels(one) for one in messages]}")


def keyboard(message: Json) -> list[Json]:
    """The buttons of a message, row after row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


def labels(message: Json) -> list[str]:
    return [str(button["text"]) for button in keyboard(message)]
