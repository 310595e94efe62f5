"""The command menu a bot sets, by scope and language, and which one a chat shows; what it says of itself."""

import json
import re

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.chats import Account, Chat
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World

DEFAULT: Json = {"type": "default"}


def set_my_commands(call: Call) -> bool:
    commands = call.params["commands"]
    if len(commands) > limits.COMMANDS:
        raise bad_request("too many commands specified")
    for command in commands:
        _check(command)
    call.account.commands[_key(call.params)] = commands
    _tell(call.world, call.account)
    return True


def get_my_commands(call: Call) -> list[Json]:
    return call.account.commands.get(_key(call.params), [])


def delete_my_commands(call: Call) -> bool:
    call.account.commands.pop(_key(call.params), None)
    _tell(call.world, call.account)
    return True


def set_my_description(call: Call) -> bool:
    return _describe(call, "description", limits.DESCRIPTION)


def get_my_description(call: Call) -> Json:
    return _described(call, "description")


def set_my_short_description(call: Call) -> bool:
    return _describe(call, "short_description", limits.SHORT_DESCRIPTION)


def get_my_short_description(call: Call) -> Json:
    return _described(call, "short_description")


def _describe(call: Call, name: str, longest: int) -> bool:
    words = call.params.get(name, "")
    if len(words) > longest:
        raise bad_request("description is too long")
    call.account.descriptions[name, call.params.get("language_code", "")] = words
    return True


def _described(call: Call, name: str) -> Json:
    return {name: call.account.descriptions.get((name, call.params.get("language_code", "")), "")}


def shown_in(world: World, chat: Chat) -> list[Json]:
    """The commands shown in a chat: of the narrowest scope that is set, the person's language first."""
    language = world.people[chat.id].user.get("language_code", "") if chat.private else ""
    for account in world.bots_in(chat):
        for scope in _scopes(chat):
            for key in ((_text(scope), language), (_text(scope), "")):
                if key in account.commands:
                    return account.commands[key]
    return []


def _scopes(chat: Chat) -> list[Json]:
    kind = "all_private_chats" if chat.private else "all_group_chats"
    return [{"type": "chat", "chat_id": chat.id}, {"type": kind}, DEFAULT]


def _check(command: Json) -> None:
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"].removeprefix("/"), re.ASCII):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"]) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    if command.get("is_ephemeral"):
        raise not_modelled("ephemeral command")


def _key(params: Json) -> tuple[str, str]:
    return _text(params.get("scope") or DEFAULT), params.get("language_code", "")


def _text(scope: Json) -> str:
    return json.dumps(scope, sort_keys=True)


def _tell(world: World, account: Account) -> None:
    for chat in world.chats.values():
        if chat.has(account.id) and not chat.crowd:
            world.events.tell("commands", chat_id=chat.id, commands=shown_in(world, chat))
