"""Ephemeral messages: in a group, for one member alone, and gone after a while (Bot API 10.2 and 10.3).

Telegram says BOT_NOT_ADMIN in private chats, too; its words for strangers are a guess.
"""

from bot.sandbox.telegram import limits, markup
from bot.sandbox.telegram.answering import TOO_OLD
from bot.sandbox.telegram.calls import Call, for_bot
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.refusals import bad_request, not_modelled
from bot.sandbox.telegram.wire import Json


def whispered(call: Call, chat: Chat, content: Json) -> Json:
    """Show a message to nobody but its receiver; its `message_id` is 0 on the wire."""
    wish = call.params["ephemeral_message_parameters"]
    _check(call, chat, wish)
    if "reply_markup" in content and not markup.is_inline(content["reply_markup"]):
        raise not_modelled("reply keyboard under an ephemeral message")
    receiver = call.world.people[wish["receiver_user_id"]]
    return for_bot(chat, call.world.whisper(chat, call.account.user, receiver.user, content))


def delete_ephemeral_message(call: Call) -> bool:
    chat = call.chat()
    call.world.unwhisper(chat, [one_of(call, chat, "message to delete")["ephemeral_message_id"]])
    return True


def one_of(call: Call, chat: Chat, called: str) -> Json:
    """The ephemeral message a call means; `called` is what Telegram calls it in "… not found"."""
    found = call.world.whispers(chat).get(call.params["ephemeral_message_id"])
    if found is None or found["receiver_user"]["id"] != call.params["receiver_user_id"]:
        raise bad_request(f"{called} not found")
    return found


def _check(call: Call, chat: Chat, wish: Json) -> None:
    if wish.get("replace_callback_query_message"):
        raise not_modelled("ephemeral message in place of another one")
    if chat.private:
        raise bad_request("BOT_NOT_ADMIN")
    receiver = wish["receiver_user_id"]
    if receiver not in call.world.people or not chat.has(receiver):
        raise bad_request("USER_NOT_PARTICIPANT")
    if "callback_query_id" in wish:
        _check_press(call, chat, wish)
    elif not chat.is_led_by(call.account.id):
        raise bad_request("BOT_NOT_ADMIN")


def _check_press(call: Call, chat: Chat, wish: Json) -> None:
    """Any bot may whisper to whoever pressed a button of it there a moment ago."""
    press = call.world.presses.get(wish["callback_query_id"])
    if press is None or press.bot_id != call.account.id:
        raise bad_request(TOO_OLD)
    if (press.chat_id, press.user_id) != (chat.id, wish["receiver_user_id"]):
        raise bad_request(TOO_OLD)
    if call.world.clock() - press.at > limits.CALLBACK_ANSWER_SECONDS:
        raise bad_request(TOO_OLD)
