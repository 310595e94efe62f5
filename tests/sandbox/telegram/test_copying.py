"""Copies: what they keep of a message, what they lose, and what cannot be copied."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BufferedInputFile

from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import Scene, keyboard

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20\x00\x00\x00\x10" + b"\x00" * 16


def kept(message: Json, *names: str) -> Json:
    return {name: message.get(name) for name in names}


async def test_a_copied_text_keeps_its_entities_and_has_the_keyboard_it_is_given(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    sent = await scene.bot.send_message(ann, "<b>News</b>", reply_markup=keyboard("old"))
    await scene.bot.copy_message(bob, ann, sent.message_id)
    bare = scene.last(bob)
    assert kept(bare, "text", "entities") == kept(scene.last(ann), "text", "entities")
    assert "reply_markup" not in bare
    await scene.bot.copy_message(bob, ann, sent.message_id, reply_markup=keyboard("new"))
    assert scene.last(bob)["reply_markup"]["inline_keyboard"][0][0]["text"] == "new"


async def test_a_copied_picture_keeps_its_caption_unless_it_is_given_another(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    photo = BufferedInputFile(PNG, "a.png")
    sent = await scene.bot.send_photo(ann, photo, caption="<i>one</i>", show_caption_above_media=True)
    await scene.bot.copy_message(bob, ann, sent.message_id)
    names = ("photo", "caption", "caption_entities", "show_caption_above_media")
    assert kept(scene.last(bob), *names) == kept(scene.last(ann), *names)
    await scene.bot.copy_message(bob, ann, sent.message_id, caption="two")
    assert kept(scene.last(bob), *names[1:]) == {
        "caption": "two",
        "caption_entities": None,
        "show_caption_above_media": None,
    }


async def test_what_is_gone_protected_or_said_where_the_bot_is_no_more_cannot_be_copied(
    scene: Scene,
) -> None:
    ann = scene.person()
    team = scene.group(ann)
    sent = await scene.bot.send_message(ann, "x", protect_content=True)
    with pytest.raises(TelegramBadRequest, match="message can't be copied"):
        await scene.bot.copy_message(ann, ann, sent.message_id)
    await sent.delete()
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await scene.bot.copy_message(ann, ann, sent.message_id)
    said = await scene.bot.send_message(team, "y")
    scene.human.remove_bot(team, ann)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked"):
        await scene.bot.copy_message(ann, team, said.message_id)


async def test_an_album_is_copied_as_an_album_and_what_is_missing_is_skipped(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    said = [scene.human.upload(ann, ann, f"{one}.png", PNG, album="7", caption=one) for one in "ab"]
    ids = [one["message"]["message_id"] for one in said]
    copies = await scene.bot.copy_messages(bob, ann, [*ids, 99])
    copied = [scene.world.chats[bob].messages[one.message_id] for one in copies]
    assert [one["caption"] for one in copied] == ["a", "b"]
    [album] = {one["media_group_id"] for one in copied}
    assert album != "7"
    with pytest.raises(TelegramBadRequest, match="there are no messages to copy"):
        await scene.bot.copy_messages(bob, ann, [99])
    with pytest.raises(TelegramBadRequest, match="strictly increasing order"):
        await scene.bot.copy_messages(bob, ann, ids[::-1])


async def test_a_bot_hears_which_pictures_belong_together(scene: Scene) -> None:
    ann = scene.person()
    scene.human.upload(ann, ann, "a.png", PNG, album="7")
    [update] = scene.world.take_updates()
    assert update["message"]["media_group_id"] == "7"


async def test_a_copy_is_deleted_for_48_hours_and_no_longer(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    first, second = [await scene.bot.send_message(ann, text) for text in ("one", "two")]
    copies = [await scene.bot.copy_message(bob, ann, one.message_id) for one in (first, second)]
    scene.clock.pass_(47 * 3600)
    assert await scene.bot.delete_message(bob, copies[0].message_id)
    scene.clock.pass_(3600)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await scene.bot.delete_message(bob, copies[1].message_id)
