"""Very many people at once, for broadcasts; the page does not show them, as nobody sits at their chats."""

from bot.sandbox.telegram.chats import Chat, Person
from bot.sandbox.telegram.deeds import Deeds
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json

FIRST_OF_CROWD = 800_000_000
#: More people than this are no crowd but a load test of this sandbox.
LARGEST = 100_000


class Crowds(Deeds):
    """The part of the human door for many people, and for how fast the bot speaks to them."""

    def crowd(self, count: int, blocked: int = 0, language_code: str = "en") -> Json:
        """So many people who pressed START some time ago; the bot gets no update.

        The answer is {"users": ids, "blocked": ids of those who blocked the bot}, spread evenly among them.
        """
        if not 0 <= blocked <= count <= LARGEST:
            raise Nonsense(f"a crowd has {LARGEST} people at most, and no more of them block the bot")
        people = [self._one_of_many(language_code) for _ in range(count)]
        gone = [one for at, one in enumerate(people) if at * blocked // count != (at + 1) * blocked // count]
        for person in gone:
            person.blocked.add(self.world.bot().id)
        return {"users": [one.id for one in people], "blocked": [one.id for one in gone]}

    def pace(self, since: float = 0.0, chat_id: int | None = None) -> Json:
        """How much the bot tried to say since a moment of the sandbox's clock; in one chat or in all.

        {"messages", "second": most in any second, "chat_second": most to one chat in any second,
        "chat_minute": most to one chat in any minute, "refused": by `limits`}.
        """
        return self.world.pace.most(since, chat_id)

    def limits(self, on: bool = True) -> Json:
        """Refuse what comes faster than Telegram lets through: 30 a second, 20 a minute in a group."""
        self.world.pace.strict = on
        return {}

    def _one_of_many(self, language_code: str) -> Person:
        user_id = FIRST_OF_CROWD + next(self.world.numbers)
        user: Json = {"id": user_id, "is_bot": False, "first_name": f"Person {user_id % 1_000_000}"}
        person = self.world.people[user_id] = Person({**user, "language_code": language_code})
        chat = Chat(user_id, "private", user["first_name"], {user_id: "member"}, started=True, crowd=True)
        chat.members[self.world.bot().id] = "member"
        self.world.add_chat(chat)
        return person
