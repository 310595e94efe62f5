"""What people do with groups: open them, bring in people and bots, topics, the move to a supergroup."""

from bot.sandbox.telegram.chats import PRESENT, Chat, Topic
from bot.sandbox.telegram.deeds import Deeds
from bot.sandbox.telegram.delivery import deliver
from bot.sandbox.telegram.membership import change_bot, member
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.sending import in_topic
from bot.sandbox.telegram.wire import Json

FIRST_GROUP = -4_000_000_000
FIRST_SUPERGROUP = -1_002_000_000_000


class Groups(Deeds):
    """The part of the human door for groups."""

    def chat(self, kind: str, title: str, members: list[int], topics: bool | list[str] = False) -> Json:
        """Open a group; its first member creates it: {"chat": Chat}. `topics` may name the first ones."""
        people = [self._person(user_id) for user_id in members]
        if kind not in ("group", "supergroup") or not people or not title.strip():
            raise Nonsense("a group needs a kind (group or supergroup), a title and a first member")
        if topics and kind != "supergroup":
            raise Nonsense("only a supergroup has topics")
        chat = self._opened(kind, title, bool(topics))
        chat.members = {person.id: "member" for person in people} | {people[0].id: "creator"}
        if chat.forum:
            # Topic 1 is General: the first message of a forum is never one that opens a topic.
            self._say(chat, people[0].user, {"supergroup_chat_created": True})
        self._tell_chat(chat)
        for name in topics if isinstance(topics, list) else []:
            self.topic(chat.id, people[0].id, name)
        return {"chat": chat.as_json()}

    def add_bot(
        self,
        chat_id: int,
        user_id: int,
        status: str = "member",
        startgroup: str | None = None,
        bot_id: int | None = None,
    ) -> Json:
        """Bring the bot in or change its rights; `startgroup` is a deep link's payload.

        `status` is "member", "administrator" or "restricted" (it may read but not write).
        """
        if status not in ("member", "administrator", "restricted"):
            raise Nonsense("a bot is a member, an administrator or restricted")
        chat, person = self._group(chat_id), self._person(user_id)
        account, new = self.world.bot(bot_id), not chat.has(self.world.bot(bot_id).id)
        change_bot(self.world, chat, account.id, person.user, status)
        if new:
            self._say(chat, person.user, {"new_chat_members": [account.user]})
        if startgroup is not None:
            self._say(chat, person.user, _command(f"/start@{account.username}", startgroup))
        self._tell_chat(chat)
        return {"chat": chat.as_json()}

    def remove_bot(self, chat_id: int, user_id: int, bot_id: int | None = None) -> Json:
        """Throw the bot out."""
        chat, person, account = self._group(chat_id), self._person(user_id), self.world.bot(bot_id)
        if not chat.has(account.id):
            raise Nonsense("the bot is not here")
        message = self.world.post(chat, person.user, {"left_chat_member": account.user})
        deliver(self.world, chat, message)
        change_bot(self.world, chat, account.id, person.user, "kicked")
        self._tell_chat(chat)
        return {}

    def join(self, chat_id: int, user_id: int, status: str = "member") -> Json:
        """Come into a group, or get another status there ("administrator", "member", "restricted")."""
        chat, person = self._group(chat_id), self._person(user_id)
        if status not in PRESENT:
            raise Nonsense(f"nobody joins as {status}")
        new = not chat.has(user_id)
        self._change(chat, user_id, status)
        if new:
            self._say(chat, person.user, {"new_chat_members": [person.user]})
        self._tell_chat(chat)
        return {}

    def leave(self, chat_id: int, user_id: int) -> Json:
        """Go out of a group."""
        chat, person = self._inside(chat_id, user_id)
        if chat.private:
            raise Nonsense("nobody leaves a private chat")
        self._say(chat, person.user, {"left_chat_member": person.user})
        self._change(chat, user_id, "left")
        self._tell_chat(chat)
        return {}

    def expel(self, chat_id: int, user_id: int, by: int) -> Json:
        """Throw a person out of a group."""
        chat, leader, person = self._group(chat_id), self._person(by), self._person(user_id)
        if not chat.is_led_by(by) or not chat.has(user_id) or chat.members[user_id] == "creator":
            raise Nonsense("only an administrator throws somebody out, and nobody its creator")
        self._say(chat, leader.user, {"left_chat_member": person.user})
        self._change(chat, user_id, "kicked")
        self._tell_chat(chat)
        return {}

    def delete_chat(self, chat_id: int) -> Json:
        """Delete a basic group for everybody."""
        chat = self._group(chat_id)
        if chat.kind != "group":
            raise Nonsense("only a basic group can be deleted here")
        chat.deleted = True
        self._tell_chat(chat)
        return {}

    def migrate(self, chat_id: int, new_first: bool = False) -> Json:
        """Make a supergroup of a group: a new chat with a new id, and a service message in both.

        Telegram tells of the two in either order: of the new chat's first with `new_first`.
        """
        old = self._group(chat_id)
        if old.kind != "group":
            raise Nonsense("only a basic group can become a supergroup")
        new = self._opened("supergroup", old.title, forum=False)
        new.members, new.started = dict(old.members), True
        by = self.world.user(next(iter(old.members)))
        news = [(old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})]
        for chat, content in reversed(news) if new_first else news:
            self._say(chat, by, content)
        old.moved_to = new.id
        self._tell_chat(old)
        self._tell_chat(new)
        return {"chat": new.as_json()}

    def topic(self, chat_id: int, user_id: int, name: str) -> Json:
        """Open a topic of a forum: {"thread_id": int}."""
        chat, person = self._inside(chat_id, user_id)
        if not chat.forum or not name.strip():
            raise Nonsense("a topic needs a forum and a name")
        # A topic is known by the id of the message that opened it.
        thread_id = chat.last_message_id + 1
        chat.topics[thread_id] = Topic(thread_id, name)
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        self._say(chat, person.user, {**in_topic(thread_id), **created})
        return {"thread_id": thread_id}

    def close_topic(self, chat_id: int, user_id: int, thread_id: int, closed: bool = True) -> Json:
        """Close a topic, or open it again."""
        chat, person = self._inside(chat_id, user_id)
        if thread_id not in chat.topics:
            raise Nonsense("there is no such topic")
        chat.topics[thread_id].closed = closed
        news = "forum_topic_closed" if closed else "forum_topic_reopened"
        self._say(chat, person.user, {**in_topic(thread_id), news: {}})
        return {}

    def delete_topic(self, chat_id: int, user_id: int, thread_id: int) -> Json:
        """Delete a topic with all its messages."""
        chat, _ = self._inside(chat_id, user_id)
        if chat.topics.pop(thread_id, None) is None:
            raise Nonsense("there is no such topic")
        gone = [
            one for one, message in chat.messages.items() if message.get("message_thread_id") == thread_id
        ]
        self.world.remove(chat, gone)
        return {}

    def _opened(self, kind: str, title: str, forum: bool) -> Chat:
        first = FIRST_GROUP if kind == "group" else FIRST_SUPERGROUP
        return self.world.add_chat(Chat(first - next(self.world.numbers), kind, title, forum=forum))

    def _change(self, chat: Chat, user_id: int, status: str) -> None:
        """Give a person another status; bots that lead the group hear of it if they asked to."""
        old, person = chat.members.get(user_id, "left"), self._person(user_id)
        chat.members[user_id] = status
        change: Json = {"chat": chat.as_json(), "from": person.user, "date": self.world.now()}
        change["old_chat_member"] = member(self.world, user_id, old)
        change["new_chat_member"] = member(self.world, user_id, status)
        for account in self.world.bots_in(chat):
            if chat.is_led_by(account.id):
                account.updates.put("chat_member", change)


def _command(command: str, payload: str) -> Json:
    entity = {"type": "bot_command", "offset": 0, "length": len(command)}
    return {"text": f"{command} {payload}".strip(), "entities": [entity]}
