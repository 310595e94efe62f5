"""A message that only waits for *Send*: press it, see what the provider was given, and what is said of it."""

from bot.providers.sending import Outgoing
from tests.house import Chat

#: How the card of a message to Ukraine begins.
CARD = "✉️ To +380 50 123 4567 · 🇺🇦 Ukraine"


async def sent(chat: Chat) -> Outgoing:
    """Press *Send*; the one message that Alpha was given."""
    await chat.press("Send for")
    [call] = chat.house.alpha.called("send")
    assert isinstance(call.about, Outgoing)
    return call.about


def card(chat: Chat) -> list[str]:
    return str(chat.find(CARD)["text"]).splitlines()


def rings(chat: Chat) -> list[str]:
    return [str(message["text"]) for message in chat.messages if message["text"].startswith("🔔")]
