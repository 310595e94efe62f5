"""Somebody who has never seen the bot: gives every command, presses every button, answers every question.

Of buttons that differ only in what they stand for (a service, a row) a few are pressed: the rest is the same.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from bot.sandbox.telegram.wire import Json
from tests.house import Chat, keyboard

#: Presses after which somebody must have seen everything, and messages they look back at.
PATIENCE, BACK = 900, 12
#: What is typed where something is asked: an amount, prefixes, a name, a phone number and a time all at once
#: are not to be had, so each is tried.
TYPED = ("0.45", "+380671234567", "telegram", "22:30-8:00")

_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(slots=True)
class Wanderer:
    """Wanders through one chat; `seen` are all messages as they were after each step."""

    chat: Chat
    seen: list[Json] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    #: How often a kind of button was pressed.
    pressed: Counter[str] = field(default_factory=Counter)
    _tried: set[tuple[frozenset[str], str]] = field(default_factory=set)

    async def give(self, *commands: str) -> None:
        """Every command, and whatever it leads to."""
        for command in commands:
            await self.chat.say(f"/{command}")
            await self._look_around()

    async def hear(self, answers: dict[str, str | None]) -> None:
        """Presses were answered with this, and the chat looks as it does."""
        assert [data for data, answer in answers.items() if answer is None] == []
        self.alerts += filter(None, answers.values())
        self._note()
        await self._answer_questions()

    async def _look_around(self) -> None:
        """Press what was not pressed yet, on the newest messages first, until nothing is new."""
        self._note()
        for _ in range(PATIENCE):
            found = self._next()
            if found is None:
                return
            await self._press(*found)
        raise AssertionError(f"there is no end to it: {self.pressed.most_common(5)}")

    def _next(self) -> tuple[Json, str] | None:
        """The button that was pressed least among those that were not pressed on such a screen."""
        fresh = [
            (self.pressed[kind(data)], -message["message_id"], data, message)
            for message in self.chat.messages[-BACK:]
            for data in data_of(message)
            if (screen_of(message), kind(data)) not in self._tried
        ]
        if not fresh:
            return None
        *_, data, message = min(fresh, key=lambda found: found[:2])
        return message, data

    async def _press(self, message: Json, data: str) -> None:
        self.pressed[kind(data)] += 1
        self._tried.add((screen_of(message), kind(data)))
        human, house = self.chat.house.human, self.chat.house
        click = human.click(self.chat.chat_id, message["message_id"], self.chat.person_id, data, False)
        await house.settle()
        answer = self.chat.answer(str(click["callback_query_id"]))
        assert answer is not None, f"nobody answered {data}"
        self.alerts.append(answer)
        self._note()
        await self._answer_questions()

    async def _answer_questions(self) -> None:
        """Type something where something is asked."""
        bell, here = self.chat.house.codebell, self.chat
        for typed in TYPED:
            if await bell.forms.get(here.chat_id, here.person_id, here.house.clock()) is None:
                return
            await here.say(typed)
            self._note()

    def _note(self) -> None:
        self.seen += self.chat.messages[-4:]

    @property
    def labels(self) -> set[str]:
        """All that stood on a button."""
        return {button["text"] for message in self.seen for button in keyboard(message)}

    @property
    def texts(self) -> set[str]:
        """All that was said, answers to presses too."""
        said = {message.get("text", message.get("caption", "")) for message in self.seen}
        return {text for text in {*said, *self.alerts} if text}

    @property
    def data(self) -> set[str]:
        """All that a button would send."""
        return {data for message in self.seen for data in data_of(message)}


def data_of(message: Json) -> list[str]:
    """What the buttons of a message would send."""
    return [button["callback_data"] for button in keyboard(message) if "callback_data" in button]


def screen_of(message: Json) -> frozenset[str]:
    """What can be done on a screen tells it from others."""
    return frozenset(map(kind, data_of(message)))


def kind(data: str) -> str:
    """What a button does, without what it does it to."""
    first, *rest = data.split(":")
    return ":".join([first, *("*" if _ID.fullmatch(part) or part.isdigit() else part[:2] for part in rest)])
