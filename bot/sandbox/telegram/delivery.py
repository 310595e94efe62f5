"""Which bots hear of what: every service message and command, but in privacy mode not all that is said."""

from bot.sandbox.telegram.calls import for_bot
from bot.sandbox.telegram.chats import Account, Chat
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World

#: Messages that are news of the chat itself: bots hear them in privacy mode too.
SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "group_chat_created",
        "supergroup_chat_created",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_reopened",
        "pinned_message",
    }
)


def deliver(world: World, chat: Chat, message: Json, kind: str = "message") -> None:
    """Queue a message (or, as `edited_message`, its edit) for the bots of the chat that may hear it."""
    for account in world.bots_in(chat):
        if hears(account, chat, message):
            account.updates.put(kind, for_bot(chat, message))


def hears(account: Account, chat: Chat, message: Json) -> bool:
    """core.telegram.org/bots/features#privacy-mode"""
    if chat.private or chat.is_led_by(account.id) or not account.privacy:
        return True
    if message.keys() & SERVICE or message.get("via_bot", {}).get("id") == account.id:
        return True
    replied = message.get("reply_to_message", {}).get("from", {}).get("id") == account.id
    return replied or _commands(account, message)


def _commands(account: Account, message: Json) -> bool:
    """Whether the text begins with a command for this bot, by name or for all."""
    text = str(message.get("text", message.get("caption", "")))
    if not text.startswith("/"):
        return False
    _, at, name = text.split()[0].partition("@")
    return not at or name.lower() == account.username.lower()
