"""People, bots and chats: who they are, who belongs where, and what they look like on the wire."""

from dataclasses import dataclass, field

from bot.sandbox.telegram.updates import Updates
from bot.sandbox.telegram.wire import Json

PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
LEADING = frozenset({"creator", "administrator"})


@dataclass(slots=True)
class Account:
    """A bot: what BotFather made of it, what it set for itself, and its queue of updates."""

    token: str
    user: Json
    updates: Updates
    webhook: str = ""
    privacy: bool = True
    #: (scope as JSON, language) -> commands.
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    #: (which of both, language) -> words.
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def username(self) -> str:
        return str(self.user["username"])


@dataclass(slots=True)
class Person:
    """A user of Telegram; `blocked` holds the ids of the bots they blocked."""

    user: Json
    blocked: set[int] = field(default_factory=set)
    deactivated: bool = False

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def as_json(self) -> Json:
        return {**self.user, "blocked": sorted(self.blocked)}


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the id of the service message that opened it."""

    id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat and its messages by id, oldest first. A stored message is never changed, only replaced."""

    id: int
    kind: str
    title: str
    members: dict[int, str] = field(default_factory=dict)
    forum: bool = False
    #: A private chat only: the person pressed START.
    started: bool = False
    #: Of one of many people, who are not shown on the page.
    crowd: bool = False
    deleted: bool = False
    #: The supergroup this group became.
    moved_to: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_message_id: int = 0
    #: What one member alone sees, by its own ids.
    ephemeral: dict[int, Json] = field(default_factory=dict)
    last_ephemeral_id: int = 0

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id

    def has(self, user_id: int) -> bool:
        return self.members.get(user_id) in PRESENT

    def is_led_by(self, user_id: int) -> bool:
        return self.members.get(user_id) in LEADING

    @property
    def private(self) -> bool:
        return self.kind == "private"

    def as_json(self) -> Json:
        """The Bot API's Chat."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": self.title}
        chat: Json = {"id": self.id, "type": self.kind, "title": self.title}
        return {**chat, "is_forum": True} if self.forum else chat
