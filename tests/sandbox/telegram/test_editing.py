"""What bots may change afterwards, and what Telegram refuses to change."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, ForceReply

from tests.sandbox.telegram.scene import Scene, keyboard

UNCHANGED = "message is not modified: specified new message content and reply markup are exactly the same"


async def test_an_edit_changes_the_text_and_takes_the_keyboard_away(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "old", reply_markup=keyboard("go"))
    scene.clock.pass_(5)
    await sent.edit_text("<b>new</b>")
    assert scene.last(ann)["text"] == "new"
    assert "reply_markup" not in scene.last(ann)
    assert scene.last(ann)["edit_date"] - scene.last(ann)["date"] == 5


async def test_an_edit_that_changes_nothing_is_refused(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.person(), "<b>x</b>", reply_markup=keyboard("go"))
    with pytest.raises(TelegramBadRequest, match=UNCHANGED):
        await sent.edit_text("<b>x</b>", reply_markup=keyboard("go"))
    with pytest.raises(TelegramBadRequest, match=UNCHANGED):
        await sent.edit_reply_markup(reply_markup=keyboard("go"))
    assert await sent.edit_text("x", reply_markup=keyboard("go"))


async def test_a_keyboard_alone_can_be_exchanged_or_taken_away(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "x", reply_markup=keyboard("one"))
    await sent.edit_reply_markup(reply_markup=keyboard("two"))
    assert scene.last(ann)["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "two"
    await sent.delete_reply_markup()
    assert (scene.last(ann)["text"], "reply_markup" in scene.last(ann)) == ("x", False)


async def test_what_was_deleted_cannot_be_edited_or_deleted_again(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.person(), "x")
    await sent.delete()
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await sent.edit_text("y")
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await sent.delete()


async def test_a_person_can_delete_the_bots_message_in_their_chat(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "card")
    scene.human.delete(ann, [sent.message_id], ann)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await sent.edit_text("y")


async def test_only_the_bots_own_messages_can_be_edited(scene: Scene) -> None:
    ann = scene.person()
    said = scene.human.message(ann, ann, "mine")["message"]["message_id"]
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await scene.bot.edit_message_text("theirs", chat_id=ann, message_id=said)


async def test_a_message_with_a_reply_keyboard_cannot_be_edited(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.person(), "Key?", reply_markup=ForceReply())
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await sent.edit_text("Thanks")


async def test_texts_and_captions_are_edited_by_their_own_methods(scene: Scene) -> None:
    ann = scene.person()
    text = await scene.bot.send_message(ann, "x")
    file = await scene.bot.send_document(ann, BufferedInputFile(b"x", "x.txt"), caption="old")
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await text.edit_caption(caption="y")
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await file.edit_text("y")
    await file.edit_caption(caption="new")
    assert (scene.last(ann)["caption"], scene.last(ann)["document"]["file_name"]) == ("new", "x.txt")


async def test_a_text_too_long_for_an_edit_is_refused_in_capitals(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.person(), "x")
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await sent.edit_text("x" * 4097)


async def test_a_bot_may_delete_what_a_person_wrote_to_it(scene: Scene) -> None:
    ann = scene.person()
    said = scene.human.message(ann, ann, "my key")["message"]["message_id"]
    assert await scene.bot.delete_message(ann, said)
    assert said not in scene.world.chats[ann].messages


async def test_nothing_older_than_48_hours_can_be_deleted(scene: Scene) -> None:
    sent = await scene.bot.send_message(scene.person(), "x")
    scene.clock.pass_(48 * 3600)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await sent.delete()


async def test_deleting_many_skips_what_is_not_there(scene: Scene) -> None:
    ann = scene.person()
    sent = [(await scene.bot.send_message(ann, "x")).message_id for _ in range(3)]
    assert await scene.bot.delete_messages(ann, [*sent[:2], 999])
    assert [one["message_id"] for one in scene.messages(ann)][-1] == sent[2]


async def test_deleting_more_than_a_hundred_at_once_is_refused(scene: Scene) -> None:
    with pytest.raises(TelegramBadRequest, match="too many message identifiers specified"):
        await scene.bot.delete_messages(scene.person(), list(range(1, 102)))


async def test_a_message_is_pinned_and_unpinned_with_a_service_message(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "x")
    await sent.pin()
    assert scene.last(ann)["pinned_message"]["message_id"] == sent.message_id
    assert (await scene.bot.get_chat(ann)).pinned_message is not None
    await sent.unpin()
    assert (await scene.bot.get_chat(ann)).pinned_message is None
    with pytest.raises(TelegramBadRequest, match="message to unpin not found"):
        await sent.unpin()


async def test_a_screen_seen_before_an_edit_stays_as_it_was(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "old")
    before = scene.human.state()
    await sent.edit_text("new")
    assert before["chats"][0]["messages"][-1]["text"] == "old"
