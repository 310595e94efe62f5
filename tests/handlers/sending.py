"""A message that only waits for *Send*: press it, and see what the provider was given."""

from bot.providers.sending import Outgoing
from tests.house import Chat


async def sent(chat: Chat) -> Outgoing:
    """Press *Send*; the one message that Alpha was given."""
    await chat.press("Send for")
    [call] = chat.house.alpha.called("send")
    assert isinstance(call.about, Outgoing)
    return call.about
