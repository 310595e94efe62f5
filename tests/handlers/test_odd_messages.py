"""What people send that is no text: a short, kind answer with a next step, where somebody expects one."""

from typing import Any

import pytest

from tests.house import Chat, House

FILE = {"file_id": "f", "file_unique_id": "u"}
MEDIA: dict[str, dict[str, Any]] = {
    "sticker": {
        "sticker": {
            **FILE,
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
    },
    "voice": {"voice": {**FILE, "duration": 3}},
    "video note": {"video_note": {**FILE, "length": 240, "duration": 3}},
    "photo": {"photo": [{**FILE, "width": 90, "height": 90}], "caption": "telegram us"},
    "animation": {"animation": {**FILE, "width": 90, "height": 90, "duration": 1}},
    "location": {"location": {"latitude": 50.45, "longitude": 30.52}},
    "contact": {"contact": {"phone_number": "+380501234567", "first_name": "Ann"}},
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
    "poll": {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    },
    "story": {"story": {"chat": {"id": -1001, "type": "channel"}, "id": 1}},
}


async def sends(chat: Chat, content: dict[str, Any]) -> None:
    """A message of any kind, as Telegram tells of it."""
    house = chat.house
    world_chat = house.world.chats[chat.chat_id]
    head = {
        "message_id": world_chat.next_message_id(),
        "from": house.world.user(chat.person_id),
        "chat": world_chat.as_json(),
        "date": house.world.now(),
    }
    house.human.strange_update("message", {**head, **content})
    await house.settle()


@pytest.mark.parametrize("kind", MEDIA)
async def test_what_is_no_text_gets_one_short_answer_with_the_menu(chat: Chat, kind: str) -> None:
    await chat.say("/start")
    count = len(chat.messages)
    await sends(chat, MEDIA[kind])
    assert len(chat.messages) == count + 1
    assert chat.screen == "I only understand text and buttons."
    assert chat.buttons == ["◀ Menu"]


async def test_a_forwarded_text_is_read_as_any_other(chat: Chat) -> None:
    origin = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Bob"}
    await chat.say("/start")
    await sends(chat, {"text": "telegram us", "forward_origin": origin})
    assert chat.screen.startswith("Telegram · 🇺🇸 United States")


async def test_in_a_group_nothing_is_said_to_what_is_not_meant_for_the_bot(chat: Chat, house: House) -> None:
    group = house.group(chat)
    await house.settle()
    count = len(group.messages)
    for content in (*MEDIA.values(), {"text": "how are you all?"}):
        await sends(group, content)
    assert len(group.messages) == count
