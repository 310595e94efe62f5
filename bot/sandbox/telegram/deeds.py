"""What every deed of a person starts from: the chat, the person, and whether they are in it."""

from bot.sandbox.telegram import commands
from bot.sandbox.telegram.chats import Chat, Person
from bot.sandbox.telegram.delivery import deliver
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World


class Deeds:
    """The part of the human door that its other parts stand on."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chats.get(chat_id)
        if chat is None:
            raise Nonsense(f"there is no chat {chat_id}")
        return chat

    def _group(self, chat_id: int) -> Chat:
        chat = self._chat(chat_id)
        if chat.private:
            raise Nonsense("this is a private chat")
        if chat.moved_to is not None:
            raise Nonsense(f"this group moved to {chat.moved_to}")
        return chat

    def _person(self, user_id: int) -> Person:
        person = self.world.people.get(user_id)
        if person is None:
            raise Nonsense(f"there is no person {user_id}")
        return person

    def _inside(self, chat_id: int, user_id: int) -> tuple[Chat, Person]:
        """The chat and the person, who is in it and can write there."""
        chat, person = self._chat(chat_id), self._person(user_id)
        if not chat.has(user_id):
            raise Nonsense(f"{person.user['first_name']} is not in this chat")
        if chat.moved_to is not None:
            raise Nonsense(f"this group moved to {chat.moved_to}")
        if chat.private and person.blocked:
            raise Nonsense("the bot is blocked here: unblock it first")
        return chat, person

    def _message(self, chat: Chat, message_id: int) -> Json:
        message = chat.messages.get(message_id)
        if message is None:
            raise Nonsense(f"there is no message {message_id} here")
        return message

    def _say(self, chat: Chat, sender: Json, content: Json) -> Json:
        """Post what a person says, and tell the bots that may hear it."""
        chat.started = True
        message = self.world.post(chat, sender, content)
        deliver(self.world, chat, message)
        return message

    def _shown(self, chat: Chat) -> Json:
        """A chat as the page sees it: with its members, messages and commands."""
        members = [user_id for user_id in chat.members if chat.has(user_id)]
        roles = {str(user_id): chat.members[user_id] for user_id in members}
        said = [*chat.messages.values(), *self.world.whispers(chat).values()]
        if chat.ephemeral:
            said.sort(key=lambda message: message["date"])
        body: Json = {**chat.as_json(), "members": members, "roles": roles, "messages": said}
        return {**body, "commands": commands.shown_in(self.world, chat)}

    def _tell_chat(self, chat: Chat) -> None:
        self.world.events.tell("chat", chat=self._shown(chat))

    def _tell_person(self, person: Person) -> None:
        if not self.world.chats[person.id].crowd:
            self.world.events.tell("user", user=person.as_json())
