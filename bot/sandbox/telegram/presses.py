"""What people press: the buttons under messages, and what the bot answers."""

from bot.sandbox.telegram import markup
from bot.sandbox.telegram.calls import for_bot
from bot.sandbox.telegram.chats import Chat, Person
from bot.sandbox.telegram.deeds import Deeds
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import Press

#: Older presses are forgotten: they cannot be answered any more.
REMEMBERED = 5_000


class Presses(Deeds):
    """The part of the human door for buttons."""

    def click(
        self,
        chat_id: int,
        message_id: int,
        user_id: int,
        data: str,
        inaccessible: bool = False,
        ephemeral_id: int | None = None,
    ) -> Json:
        """Press a callback button: {"callback_query_id": str}; refused when it is not on the message now.

        With `inaccessible` the bot is not shown the message, as happens with very old ones.
        An ephemeral message's `message_id` is 0, and `ephemeral_id` says which it is.
        """
        chat, person = self._inside(chat_id, user_id)
        message = self._shown_to(chat, person, message_id, ephemeral_id)
        if not markup.has_callback(message.get("reply_markup"), data):
            raise Nonsense("that button is not on the message now")
        press = self._press(message, person)
        query: Json = {"id": press.id, "from": person.user, "chat_instance": str(chat.id * 7919)}
        query |= {"data": data, **self._pressed(chat, message, inaccessible)}
        self.world.bot(press.bot_id).updates.put("callback_query", query)
        return {"callback_query_id": press.id}

    def answer(self, callback_query_id: str) -> Json | None:
        """What the bot answered to a press: {"text", "show_alert", "url"}, None while it has not."""
        press = self.world.presses.get(callback_query_id)
        if press is None:
            raise Nonsense("there was no such press")
        return press.answer

    def _shown_to(self, chat: Chat, person: Person, message_id: int, ephemeral_id: int | None) -> Json:
        if ephemeral_id is None:
            return self._message(chat, message_id)
        message = self.world.whispers(chat).get(ephemeral_id)
        if message is None or message["receiver_user"]["id"] != person.id:
            raise Nonsense("there is no such message for them here")
        return message

    def _press(self, message: Json, person: Person) -> Press:
        author = message.get("via_bot") or message["from"]
        number = str(4_000_000_000_000_000 + next(self.world.numbers))
        press = Press(number, author["id"], self.world.clock())
        press.chat_id, press.user_id = message["chat"]["id"], person.id
        self.world.presses[press.id] = press
        while len(self.world.presses) > REMEMBERED:
            self.world.presses.pop(next(iter(self.world.presses)))
        return press

    def _pressed(self, chat: Chat, message: Json, inaccessible: bool) -> Json:
        if "via_bot" in message:
            place = (chat.id, message["message_id"])
            known = self.world.inline_messages.items()
            return {"inline_message_id": next(key for key, value in known if value == place)}
        if inaccessible:
            gone = {"chat": chat.as_json(), "message_id": message["message_id"], "date": 0}
            return {"message": gone}
        return {"message": for_bot(chat, message)}
