"""Sending: texts, files, copies, replies, and who cannot be written to."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramServerError
from aiogram.types import (
    BufferedInputFile,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)

from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import Scene, keyboard

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20\x00\x00\x00\x10" + b"\x00" * 16
CSV = BufferedInputFile(b"a,b\n", "history.csv")


async def test_a_text_arrives_formatted_with_its_keyboard(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "<b>Hi</b> &amp; /buy", reply_markup=keyboard("go"))
    assert sent == await _validated(scene, scene.last(ann))
    assert (sent.text, [one.type for one in sent.entities or []]) == ("Hi & /buy", ["bold", "bot_command"])
    assert scene.last(ann)["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "go"


async def _validated(scene: Scene, body: Json) -> Message:
    return Message.model_validate(body, context={"bot": scene.bot})


async def test_message_ids_count_up_in_each_chat(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    first = await scene.bot.send_message(ann, "one")
    assert (await scene.bot.send_message(bob, "two")).message_id == first.message_id == 2


@pytest.mark.parametrize("text", ["   ", "<b></b>"])
async def test_an_empty_text_is_refused(scene: Scene, text: str) -> None:
    with pytest.raises(TelegramBadRequest, match="message text is empty"):
        await scene.bot.send_message(scene.person(), text)


async def test_a_text_may_have_4096_utf_16_units_and_no_more(scene: Scene) -> None:
    ann = scene.person()
    assert (await scene.bot.send_message(ann, "👍" * 2048)).text == "👍" * 2048
    with pytest.raises(TelegramBadRequest, match="message is too long"):
        await scene.bot.send_message(ann, "👍" * 2048 + "x")


async def test_a_caption_may_have_1024_units_and_no_more(scene: Scene) -> None:
    ann = scene.person()
    assert (await scene.bot.send_document(ann, CSV, caption="x" * 1024)).caption == "x" * 1024
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await scene.bot.send_document(ann, CSV, caption="x" * 1025)


async def test_broken_html_is_refused_in_telegrams_words(scene: Scene) -> None:
    with pytest.raises(TelegramBadRequest, match='can\'t parse entities: Unsupported start tag "x" at byte'):
        await scene.bot.send_message(scene.person(), "code <x>")


async def test_a_stranger_who_never_started_the_bot_is_not_found(scene: Scene) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await scene.bot.send_message(scene.person(started=False), "hi")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await scene.bot.send_message("@somebody", "hi")


async def test_a_member_of_a_group_who_never_started_the_bot_cannot_be_written_to(scene: Scene) -> None:
    ann = scene.person(started=False)
    scene.group(ann)
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await scene.bot.send_message(ann, "hi")


async def test_a_person_who_blocked_the_bot_or_left_telegram_cannot_be_written_to(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    scene.human.block(ann)
    scene.human.deactivate(bob)
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await scene.bot.send_message(ann, "hi")
    with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
        await scene.bot.send_message(bob, "hi")


async def test_a_reply_shows_one_level_of_what_it_answers(scene: Scene) -> None:
    ann = scene.person()
    first = await scene.bot.send_message(ann, "one")
    second = await scene.bot.send_message(ann, "two", reply_parameters=_to(first))
    third = await scene.bot.send_message(ann, "three", reply_parameters=_to(second))
    assert third.reply_to_message is not None
    assert (third.reply_to_message.text, third.reply_to_message.reply_to_message) == ("two", None)


def _to(message: Message, lenient: bool = False) -> ReplyParameters:
    return ReplyParameters(message_id=message.message_id, allow_sending_without_reply=lenient)


async def test_a_reply_to_nothing_is_refused_unless_it_is_allowed(scene: Scene) -> None:
    ann = scene.person()
    gone = await scene.bot.send_message(ann, "gone")
    await gone.delete()
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await scene.bot.send_message(ann, "x", reply_parameters=_to(gone))
    sent = await scene.bot.send_message(ann, "x", reply_parameters=_to(gone, lenient=True))
    assert sent.reply_to_message is None


async def test_a_document_can_be_fetched_back_and_sent_again_by_its_id(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_document(ann, CSV, caption="<i>yours</i>")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.mime_type) == ("history.csv", "text/csv")
    content = await scene.bot.download(sent.document)
    again = await scene.bot.send_document(ann, sent.document.file_id)
    assert content is not None
    assert (content.read(), again.document) == (b"a,b\n", sent.document)


async def test_a_photo_has_its_size_and_what_is_no_picture_is_refused(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_photo(ann, BufferedInputFile(PNG, "stats.png"), has_spoiler=True)
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.has_media_spoiler) == (32, 16, True)
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await scene.bot.send_photo(ann, BufferedInputFile(b"text", "stats.png"))


async def test_a_file_that_is_not_there_cannot_be_sent(scene: Scene) -> None:
    ann = scene.person()
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await scene.bot.send_document(ann, "AgACnothing")
    with pytest.raises(TelegramBadRequest, match="failed to get HTTP URL content"):
        await scene.bot.send_photo(ann, "https://e.com/x.png")


async def test_a_picture_takes_the_place_of_another_one(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_photo(ann, BufferedInputFile(PNG, "a.png"))
    await sent.edit_media(InputMediaPhoto(media=BufferedInputFile(PNG + b"x", "b.png"), caption="new"))
    assert (scene.last(ann)["caption"], scene.last(ann)["photo"][0]["file_size"]) == ("new", len(PNG) + 1)


async def test_a_copy_loses_its_author_and_keyboard_and_a_forward_keeps_its_origin(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    said = scene.human.message(ann, ann, "news")["message"]["message_id"]
    await scene.bot.copy_message(bob, ann, said)
    assert (scene.last(bob)["text"], scene.last(bob)["from"]["is_bot"]) == ("news", True)
    forwarded = await scene.bot.forward_message(bob, ann, said)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"


async def test_a_mention_by_id_shows_who_it_is_and_a_strangers_is_plain_text(scene: Scene) -> None:
    ann = scene.person()
    known = await scene.bot.send_message(ann, f'<a href="tg://user?id={ann}">you</a>')
    unknown = await scene.bot.send_message(ann, '<a href="tg://user?id=5">who</a>')
    assert known.entities is not None
    assert known.entities[0].user is not None
    assert (known.entities[0].user.first_name, unknown.text, unknown.entities) == ("Ann", "who", None)


async def test_copying_what_is_not_there_is_refused(scene: Scene) -> None:
    ann = scene.person()
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await scene.bot.copy_message(ann, ann, 99)
    with pytest.raises(TelegramBadRequest, match="message to forward not found"):
        await scene.bot.forward_message(ann, ann, 99)


async def test_hidden_link_previews_and_protection_are_kept(scene: Scene) -> None:
    ann = scene.person()
    options = LinkPreviewOptions(is_disabled=True)
    await scene.bot.send_message(ann, "x", link_preview_options=options, protect_content=True)
    assert scene.last(ann)["link_preview_options"] == {"is_disabled": True}
    assert scene.last(ann)["has_protected_content"] is True


async def test_spending_stars_on_a_broadcast_is_never_silently_ignored(scene: Scene) -> None:
    with pytest.raises(TelegramServerError, match='no parameter "allow_paid_broadcast"'):
        await scene.bot.send_message(scene.person(), "x", allow_paid_broadcast=True)
