"""The methods about chats, their members and files: who is there, what is it, leave it, fetch it."""

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.calls import Call, for_bot
from bot.sandbox.telegram.chats import LEADING, Chat
from bot.sandbox.telegram.refusals import bad_request
from bot.sandbox.telegram.wire import Json
from bot.sandbox.telegram.world import World

RIGHTS = (
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_pin_messages",
)

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def send_chat_action(call: Call) -> bool:
    """Nobody sees it here; it is refused where nothing may be said."""
    call.chat()
    return True


def get_chat(call: Call) -> Json:
    """The Bot API's ChatFullInfo."""
    chat = call.known_chat()
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full: Json = {**chat.as_json(), "accent_color_id": chat.id % 7, "max_reaction_count": 11}
    full["accepted_gift_types"] = dict.fromkeys(gifts, False)
    if chat.pinned:
        full["pinned_message"] = for_bot(chat, chat.messages[chat.pinned[-1]])
    return full


def get_chat_member(call: Call) -> Json:
    chat, user_id = call.known_chat(), call.params["user_id"]
    if user_id not in chat.members:
        if user_id not in call.world.people:
            raise bad_request("user not found" if chat.kind == "group" else "PARTICIPANT_ID_INVALID")
        return member(call.world, user_id, "left")
    return member(call.world, user_id, chat.members[user_id])


def get_chat_member_count(call: Call) -> int:
    chat = call.chat()
    return sum(chat.has(user_id) for user_id in chat.members)


def get_chat_administrators(call: Call) -> list[Json]:
    chat = call.chat()
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    return [
        member(call.world, user_id, status)
        for user_id, status in chat.members.items()
        if status in LEADING and (user_id in call.world.people or user_id == call.account.id)
    ]


def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    call.world.post(chat, call.account.user, {"left_chat_member": call.account.user})
    change_bot(call.world, chat, call.account.id, call.account.user, "left")
    return True


def get_file(call: Call) -> Json:
    """The Bot API's File; its path stands behind /file/bot<token>/."""
    stored = call.world.files.get(call.params["file_id"])
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.content) > limits.DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    known = {name: stored.as_json[name] for name in ("file_id", "file_unique_id", "file_size")}
    return {**known, "file_path": stored.path}


def member(world: World, user_id: int, status: str) -> Json:
    """The Bot API's ChatMember."""
    body: Json = {"status": status, "user": world.user(user_id)}
    match status:
        case "creator":
            return {**body, "is_anonymous": False}
        case "administrator":
            return {**body, "is_anonymous": False, **dict.fromkeys(RIGHTS, True), "can_be_edited": False}
        case "kicked":
            return {**body, "until_date": 0}
        case "restricted":
            return {**body, "is_member": True, **dict.fromkeys(PERMISSIONS, False), "until_date": 0}
    return body


def change_bot(world: World, chat: Chat, bot_id: int, by: Json, status: str) -> None:
    """Give a bot another status in a chat and tell it so by `my_chat_member`."""
    old = chat.members.get(bot_id, "left")
    if old == status:
        return
    chat.members[bot_id] = status
    change: Json = {"chat": chat.as_json(), "from": by, "date": world.now()}
    change["old_chat_member"] = member(world, bot_id, old)
    change["new_chat_member"] = member(world, bot_id, status)
    world.bot(bot_id).updates.put("my_chat_member", change)
