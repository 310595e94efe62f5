"""What a bot may reach: chats, topics and messages, refused in the words of Telegram's server."""

import re

from bot.sandbox.telegram.chats import Account, Chat
from bot.sandbox.telegram.refusals import bad_request, forbidden, migrated
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World


def chat_to_read(world: World, account: Account, chat_id: object) -> Chat:
    """The chat, if this bot has ever met it."""
    chat = world.chats.get(_number(chat_id))
    if chat is None or not _met(world, account, chat):
        raise bad_request("chat not found")
    if not chat.private:
        _check_seat(account, chat)
    return chat


def chat_to_write(world: World, account: Account, chat_id: object) -> Chat:
    """The chat, if this bot may change or send something there now."""
    chat = chat_to_read(world, account, chat_id)
    if chat.private:
        _check_person(world, account, chat)
    else:
        _check_group(chat)
    return chat


def check_may_send(chat: Chat, account: Account, what: str) -> None:
    """`what` is Telegram's word for the kind of message: "text messages", "photos", "documents"."""
    if chat.members[account.id] == "restricted":
        raise bad_request(f"not enough rights to send {what} to the chat")


def thread(chat: Chat, thread_id: int | None) -> int | None:
    """The topic to write to: None outside forums, where Telegram ignores it."""
    if thread_id is None or not chat.forum:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed:
        raise bad_request("TOPIC_CLOSED")
    return topic.id


def message(chat: Chat, message_id: int | None, called: str) -> Json:
    """A message of the chat; `called` is what Telegram calls it in "… not found"."""
    if message_id is None:
        raise bad_request("message identifier is not specified")
    found = chat.messages.get(message_id)
    if found is None:
        raise bad_request(f"{called} not found")
    return found


def _number(chat_id: object) -> int:
    if not re.fullmatch(r"-?[0-9]{1,20}", str(chat_id), re.ASCII):
        raise bad_request("chat not found")
    return int(str(chat_id))


def _met(world: World, account: Account, chat: Chat) -> bool:
    if not chat.private:
        return account.id in chat.members
    return chat.started or any(c.has(chat.id) and c.has(account.id) for c in world.groups())


def _check_person(world: World, account: Account, chat: Chat) -> None:
    person = world.people[chat.id]
    if person.deactivated:
        raise forbidden("user is deactivated")
    if account.id in person.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started or account.id not in chat.members:
        raise forbidden("bot can't initiate conversation with a user")


def _check_group(chat: Chat) -> None:
    if chat.moved_to is not None:
        raise migrated(chat.moved_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")


def _check_seat(account: Account, chat: Chat) -> None:
    """Who was thrown out or left may not even look."""
    if chat.members[account.id] == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if not chat.has(account.id):
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
