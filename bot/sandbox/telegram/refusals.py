"""How Telegram says no, in its server's own words (tdlib/telegram-bot-api, Client.cpp)."""

from bot.sandbox.telegram.wire import Json


class Refusal(Exception):
    """An error answer of the Bot API: HTTP `code`, `description` and `parameters` as on the wire."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class Nonsense(Exception):
    """What no person could do in a Telegram client; the human door answers 400 with these words."""


def bad_request(words: str) -> Refusal:
    return Refusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refusal:
    return Refusal(403, f"Forbidden: {words}")


def conflict(words: str) -> Refusal:
    return Refusal(409, f"Conflict: {words}")


def not_modelled(what: str) -> Refusal:
    """501: the real Telegram may know it, this one does not, and says so."""
    return Refusal(501, f"Not Implemented: the sandbox has no {what}")


def migrated(chat_id: int) -> Refusal:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, words, {"migrate_to_chat_id": chat_id})


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")
