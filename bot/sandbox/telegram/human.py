"""The person's door: all that somebody can do in a Telegram client, and what tests and the page need besides.

Arguments and answers are plain JSON objects; what no client would let a person do raises Nonsense.
"""

from bot.sandbox.telegram.chats import Chat, Person
from bot.sandbox.telegram.crowds import Crowds
from bot.sandbox.telegram.faults import Fault
from bot.sandbox.telegram.groups import Groups
from bot.sandbox.telegram.inline import Inline
from bot.sandbox.telegram.membership import change_bot
from bot.sandbox.telegram.presses import Presses
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.talk import Talk
from bot.sandbox.telegram.wire import Json

FIRST_USER = 700_000_000


class Human(Talk, Presses, Groups, Inline, Crowds):
    """What people do in one world. Ids are Telegram's; a private chat's id is its person's."""

    def user(self, name: str, language_code: str = "en") -> Json:
        """A new person and their chat with the bot: {"user": User, "chat": Chat}."""
        if not name.strip():
            raise Nonsense("a person needs a name")
        user_id = FIRST_USER + next(self.world.numbers)
        user: Json = {"id": user_id, "is_bot": False, "first_name": name, "language_code": language_code}
        person = self.world.people[user_id] = Person(user)
        chat = self.world.add_chat(Chat(user_id, "private", name, {user_id: "member"}))
        chat.members |= {account.id: "member" for account in [*self.world.accounts.values()][:1]}
        self._tell_person(person)
        self._tell_chat(chat)
        return {"user": user, "chat": chat.as_json()}

    def block(self, user_id: int, bot_id: int | None = None) -> Json:
        """Block the bot; it hears of it if it was ever started."""
        return self._block(user_id, bot_id, blocked=True)

    def unblock(self, user_id: int, bot_id: int | None = None) -> Json:
        return self._block(user_id, bot_id, blocked=False)

    def deactivate(self, user_id: int) -> Json:
        """Delete the person's account for good: bots get 403 from now on."""
        self._person(user_id).deactivated = True
        return {}

    def webhook(self, url: str) -> Json:
        """Set a webhook, as a forgotten other installation of the bot would have; "" takes it away."""
        self.world.bot().webhook = url
        return {}

    def privacy(self, on: bool) -> Json:
        """Switch the bot's privacy mode, as BotFather does."""
        self.world.bot().privacy = on
        return {}

    def renumber(self, next_update_id: int) -> Json:
        """Number the bot's updates anew from here on, as Telegram does after a quiet week."""
        self.world.bot().updates.renumber(next_update_id)
        return {}

    def strange_update(self, kind: str, body: Json) -> Json:
        """Send the bot an update of a kind or shape its library does not know."""
        self.world.bot().updates.put_unchecked(kind, body)
        return {}

    def fault(
        self,
        method: str = "",
        chat_id: int | None = None,
        code: int | None = None,
        description: str = "",
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
        body: str | None = None,
        hang: bool = False,
        drop: bool = False,
        after_processing: bool = False,
        times: int | None = 1,
    ) -> Json:
        """Break the next calls of a method ("" is any); `times` None until healed. See `Fault`."""
        fault = Fault(
            method=method,
            chat_id=chat_id,
            code=code,
            description=description,
            retry_after=retry_after,
            migrate_to_chat_id=migrate_to_chat_id,
            body=body,
            hang=hang,
            drop=drop,
            after_processing=after_processing,
            times=times,
        )
        self.world.faults.add(fault)
        return {}

    def heal(self, method: str = "") -> Json:
        """Take back the faults of a method, or all of them."""
        self.world.faults.heal(method)
        return {}

    def calls(self, since: int = 0) -> Json:
        """The journal: {"calls": [{"seq", "at", "method", "params", "ok", "error"}]} after `since`."""
        return {"calls": self.world.journal.since(since)}

    def state(self) -> Json:
        """Everything there is to see: {"seq", "bots", "users", "chats"}, without any crowd."""
        world = self.world
        shown = [chat for chat in world.chats.values() if not chat.crowd]
        return {
            "seq": world.events.seq,
            "bots": [account.user for account in world.accounts.values()],
            "users": [one.as_json() for one in world.people.values() if not world.chats[one.id].crowd],
            "chats": [self._shown(chat) for chat in shown],
        }

    def _block(self, user_id: int, bot_id: int | None, blocked: bool) -> Json:
        person, chat, account = self._person(user_id), self._chat(user_id), self.world.bot(bot_id)
        (person.blocked.add if blocked else person.blocked.discard)(account.id)
        if chat.started:
            change_bot(self.world, chat, account.id, person.user, "kicked" if blocked else "member")
        self._tell_person(person)
        return {}
