"""What people do with inline mode: type after the bot's name, choose a result, see it posted."""

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.answering import result_text
from bot.sandbox.telegram.deeds import Deeds
from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import EVERYBODY, InlineQuery


class Inline(Deeds):
    """The part of the human door for inline mode."""

    def inline(self, user_id: int, query: str, offset: str = "", chat_id: int | None = None) -> Json:
        """Type a query after the bot's name, in a chat: {"inline_query_id": str}.

        What Telegram knows the answer to, the bot does not hear of; that answer stands there at once.
        """
        person, account = self._person(user_id), self.world.bot()
        number = str(5_000_000_000_000_000 + next(self.world.numbers))
        text = query[: limits.INLINE_QUERY_CHARACTERS]
        asked = InlineQuery(number, account.id, user_id, self.world.clock(), text, offset)
        self.world.inline_queries[number] = asked
        known = self._known(asked)
        if known is not None:
            asked.results, asked.button, asked.next_offset = known.results, known.button, known.next_offset
            return {"inline_query_id": number, "answer": self.results(number)}
        head: Json = {"id": number, "from": person.user, "query": text, "offset": offset}
        account.updates.put("inline_query", head | self._kind(chat_id, user_id))
        return {"inline_query_id": number}

    def results(self, inline_query_id: str) -> Json | None:
        """What the bot offers: {"results", "button", "next_offset"}, None while it has not answered."""
        query = self._query(inline_query_id)
        if query.results is None:
            return None
        return {"results": query.results, "button": query.button, "next_offset": query.next_offset}

    def choose(self, inline_query_id: str, result_id: str, chat_id: int, user_id: int) -> Json:
        """Post one of the results to a chat: {"message": Message}."""
        chat, person = self._inside(chat_id, user_id)
        query = self._query(inline_query_id)
        result = next((one for one in query.results or [] if one["id"] == result_id), None)
        if result is None or query.user_id != user_id:
            raise Nonsense("the bot did not offer that")
        account = self.world.bot(query.bot_id)
        message = self._say(chat, person.user, {"via_bot": account.user, **_content(result)})
        if "reply_markup" in message:
            place = (chat.id, message["message_id"])
            self.world.inline_messages[f"BAAA{next(self.world.numbers):08d}"] = place
        return {"message": message}

    def _known(self, asked: InlineQuery) -> InlineQuery | None:
        """The answer that is kept for this, for the person or for everybody."""
        for person in (asked.user_id, EVERYBODY):
            kept = self.world.inline_answers.get((asked.bot_id, person, asked.text, asked.offset))
            if kept is not None and kept[0] > self.world.clock():
                return kept[1]
        return None

    def _kind(self, chat_id: int | None, user_id: int) -> Json:
        """Where it was typed, as far as a bot is told."""
        if chat_id is None:
            return {}
        return {"chat_type": "sender" if chat_id == user_id else self._inside(chat_id, user_id)[0].kind}

    def _query(self, inline_query_id: str) -> InlineQuery:
        query = self.world.inline_queries.get(inline_query_id)
        if query is None:
            raise Nonsense("there was no such inline query")
        return query


def _content(result: Json) -> Json:
    shown = result_text(result)
    body: Json = {"text": shown.text}
    if shown.entities:
        body["entities"] = shown.entities
    return {**body, "reply_markup": result["reply_markup"]} if "reply_markup" in result else body
