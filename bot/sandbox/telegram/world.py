"""The state of this Telegram: people, bots, chats, messages, presses, files. No I/O, no waiting."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.sandbox.telegram.chats import Account, Chat, Person
from bot.sandbox.telegram.events import Events, Journal
from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.limits import EPHEMERAL_KEPT_SECONDS
from bot.sandbox.telegram.pace import Pace
from bot.sandbox.telegram.refusals import NOT_FOUND, UNAUTHORIZED, Nonsense
from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.wire import Json

#: In place of a person's id: nobody in particular.
EVERYBODY = 0


@dataclass(slots=True)
class Press:
    """A callback query: when a button was pressed, and what the bot answered, once it did."""

    id: str
    bot_id: int
    at: float
    answer: Json | None = None
    #: Where it was pressed and by whom; 0 where that does not matter.
    chat_id: int = 0
    user_id: int = 0


@dataclass(slots=True)
class InlineQuery:
    """What somebody typed after the bot's name, and the results the bot answered with."""

    id: str
    bot_id: int
    user_id: int
    at: float
    text: str = ""
    offset: str = ""
    results: list[Json] | None = None
    button: Json | None = None
    next_offset: str = ""


class World:
    """One Telegram. A private chat's id is its person's; it is kept with the first bot added."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.events = Events()
        self.journal = Journal(self.events, clock)
        self.faults = Faults()
        self.files = Files()
        self.pace = Pace(clock)
        self.accounts: dict[str, Account] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        #: (bot, person or 0 for everybody, text, offset) -> until when this answer is given to them unasked.
        self.inline_answers: dict[tuple[int, int, str, str], tuple[float, InlineQuery]] = {}
        #: inline_message_id -> (chat id, message id) of messages sent through inline mode.
        self.inline_messages: dict[str, tuple[int, int]] = {}
        self.numbers = itertools.count(1)

    def now(self) -> int:
        return int(self.clock())

    def add_bot(self, token: str, first_name: str = "Codebell", username: str = "codebell_bot") -> Json:
        """Register a bot as BotFather does; the id is the token's first part. The answer is its User."""
        user: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": first_name}
        account = Account(token, {**user, "username": username}, Updates(self.clock))
        self.accounts[token] = account
        for chat in self.chats.values():
            if chat.private and len(self.accounts) == 1:
                chat.members[account.id] = "member"
        return account.user

    def account(self, token: str) -> Account:
        """The bot of a token. An unknown one is 401, a malformed one 404, as Telegram has it."""
        if token in self.accounts:
            return self.accounts[token]
        head, colon, tail = token.partition(":")
        raise UNAUTHORIZED if head.isdigit() and colon and tail else NOT_FOUND

    def bot(self, bot_id: int | None = None) -> Account:
        """A bot by its id, or the first one."""
        for account in self.accounts.values():
            if bot_id in (None, account.id):
                return account
        raise Nonsense("there is no such bot")

    def take_updates(self, token: str | None = None) -> list[Json]:
        """All updates that wait for a bot (the first one without a token), confirmed at once."""
        return (self.bot() if token is None else self.account(token)).updates.take()

    def bots_in(self, chat: Chat) -> list[Account]:
        return [account for account in self.accounts.values() if chat.has(account.id)]

    def groups(self) -> Iterator[Chat]:
        return (chat for chat in self.chats.values() if not chat.private)

    def user(self, user_id: int) -> Json:
        """The Bot API's User of a person or a bot."""
        person = self.people.get(user_id)
        return person.user if person else self.bot(user_id).user

    def add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        return chat

    def post(self, chat: Chat, sender: Json, content: Json) -> Json:
        """Store a new message in a chat and show it; the answer is the Message."""
        head: Json = {"message_id": chat.next_message_id(), "from": sender}
        message = {**head, "chat": chat.as_json(), "date": self.now(), **content}
        chat.messages[message["message_id"]] = message
        self._tell(chat, "message", message=message)
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Store a changed message under its id and show it."""
        if "ephemeral_message_id" in message:
            chat.ephemeral[message["ephemeral_message_id"]] = message
        else:
            chat.messages[message["message_id"]] = message
        self._tell(chat, "edited", message=message)
        return message

    def remove(self, chat: Chat, message_ids: list[int]) -> None:
        for message_id in message_ids:
            del chat.messages[message_id]
        chat.pinned = [pinned for pinned in chat.pinned if pinned in chat.messages]
        self._tell(chat, "deleted", message_ids=message_ids)

    def whisper(self, chat: Chat, sender: Json, receiver: Json, content: Json) -> Json:
        """Store a message that one member of a group alone sees; the answer is the Message."""
        self.whispers(chat)
        chat.last_ephemeral_id += 1
        head: Json = {"message_id": 0, "ephemeral_message_id": chat.last_ephemeral_id, "from": sender}
        head |= {"receiver_user": receiver, "chat": chat.as_json(), "date": self.now()}
        message = chat.ephemeral[chat.last_ephemeral_id] = {**head, **content}
        self._tell(chat, "message", message=message)
        return message

    def whispers(self, chat: Chat) -> dict[int, Json]:
        """What one member each sees in a group now, by its ephemeral id."""
        oldest = self.clock() - EPHEMERAL_KEPT_SECONDS
        if gone := [one for one, message in chat.ephemeral.items() if message["date"] < oldest]:
            self.unwhisper(chat, gone)
        return chat.ephemeral

    def unwhisper(self, chat: Chat, ephemeral_ids: list[int]) -> None:
        for ephemeral_id in ephemeral_ids:
            del chat.ephemeral[ephemeral_id]
        self._tell(chat, "deleted", message_ids=[], ephemeral_message_ids=ephemeral_ids)

    def _tell(self, chat: Chat, kind: str, **news: object) -> None:
        """The page hears of every chat but those of a crowd."""
        if not chat.crowd:
            self.events.tell(kind, chat_id=chat.id, **news)
