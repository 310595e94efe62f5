"""The Bot API's methods by name: the modelled ones, those answered True, and a loud 501 for the rest."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.telegram import answering, commands, copying, editing, ephemeral, membership, sending
from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.chats import Account
from bot.sandbox.telegram.parameters import decode, models
from bot.sandbox.telegram.refusals import Refusal, not_modelled
from bot.sandbox.telegram.wire import Json, Upload
from bot.sandbox.telegram.world import World


def get_me(call: Call) -> Json:
    extra = {"can_join_groups": True, "can_read_all_group_messages": not call.account.privacy}
    return {**call.account.user, **extra, "supports_inline_queries": True}


def delete_webhook(call: Call) -> bool:
    call.account.webhook = ""
    if call.params.get("drop_pending_updates"):
        call.account.updates.clear()
    return True


def get_webhook_info(call: Call) -> Json:
    pending = call.account.updates.pending
    return {"url": call.account.webhook, "has_custom_certificate": False, "pending_update_count": pending}


MODELLED: dict[str, Callable[[Call], Any]] = {
    "getMe": get_me,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "copyMessage": copying.copy_message,
    "copyMessages": copying.copy_messages,
    "forwardMessage": copying.forward_message,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageMedia": editing.edit_message_media,
    "editEphemeralMessageText": editing.edit_message_text,
    "editEphemeralMessageCaption": editing.edit_message_caption,
    "editEphemeralMessageReplyMarkup": editing.edit_message_reply_markup,
    "editEphemeralMessageMedia": editing.edit_message_media,
    "deleteEphemeralMessage": ephemeral.delete_ephemeral_message,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "answerCallbackQuery": answering.answer_callback_query,
    "answerInlineQuery": answering.answer_inline_query,
    "setMyCommands": commands.set_my_commands,
    "getMyCommands": commands.get_my_commands,
    "deleteMyCommands": commands.delete_my_commands,
    "setMyDescription": commands.set_my_description,
    "getMyDescription": commands.get_my_description,
    "setMyShortDescription": commands.set_my_short_description,
    "getMyShortDescription": commands.get_my_short_description,
    "getFile": membership.get_file,
    "sendChatAction": membership.send_chat_action,
    "getChat": membership.get_chat,
    "getChatMember": membership.get_chat_member,
    "getChatMemberCount": membership.get_chat_member_count,
    "getChatAdministrators": membership.get_chat_administrators,
    "leaveChat": membership.leave_chat,
}
#: Without any effect that a person could see in this Telegram.
ANSWERED_TRUE = (
    "setMessageReaction",
    "setMyName",
    "setChatMenuButton",
    "setMyDefaultAdministratorRights",
    "logOut",
    "close",
)
#: The Bot API ignores the case of a method's name.
METHODS = {name.lower(): method for name, method in MODELLED.items()}
METHODS |= {name.lower(): lambda call: True for name in ANSWERED_TRUE}


def carry_out(
    world: World, account: Account, method: str, raw: Mapping[str, Any], files: dict[str, Upload]
) -> Any:
    """Do what a method says and return its result as JSON; raises Refusal."""
    if method.lower() not in models():
        raise Refusal(404, "Not Found: method not found")
    if method.lower() not in METHODS:
        raise not_modelled(f"method {method}")
    params = decode(method, raw)
    return METHODS[method.lower()](Call(world, account, params, files))
