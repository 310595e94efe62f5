"""Ephemeral messages: who may send them, who sees them, and how they go."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    EphemeralMessageParameters,
    InputMediaDocument,
    ReplyKeyboardRemove,
)

from bot.sandbox.telegram.refusals import Nonsense
from bot.sandbox.telegram.wire import Json
from tests.sandbox.telegram.scene import Scene, keyboard

CSV = BufferedInputFile(b"a,b\n", "codes.csv")


def to(person: int, press: str | None = None) -> EphemeralMessageParameters:
    return EphemeralMessageParameters(receiver_user_id=person, callback_query_id=press)


def whispers(scene: Scene, chat_id: int) -> list[Json]:
    return [*scene.world.chats[chat_id].ephemeral.values()]


async def pressed(scene: Scene, team: int, person: int) -> str:
    """A button of the bot that a person pressed there just now; the id of the press."""
    sent = await scene.bot.send_message(team, "code", reply_markup=keyboard("show"))
    return str(scene.human.click(team, sent.message_id, person, "show")["callback_query_id"])


async def test_a_leading_bot_whispers_to_one_member_and_the_group_keeps_no_message(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob, status="administrator")
    before = scene.messages(team)
    sent = await scene.bot.send_message(team, "<b>12345</b>", ephemeral_message_parameters=to(bob))
    assert (sent.message_id, sent.ephemeral_message_id, sent.text) == (0, 1, "12345")
    assert sent.receiver_user is not None
    assert sent.receiver_user.id == bob
    assert scene.messages(team) == before
    assert [one["text"] for one in whispers(scene, team)] == ["12345"]


async def test_a_plain_member_whispers_within_15_seconds_of_a_press_and_to_who_pressed(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob)
    press = await pressed(scene, team, ann)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(bob, press))
    with pytest.raises(TelegramBadRequest, match="BOT_NOT_ADMIN"):
        await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(ann))
    scene.clock.pass_(15)
    sent = await scene.bot.send_document(team, CSV, ephemeral_message_parameters=to(ann, press))
    assert sent.document is not None
    scene.clock.pass_(1)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(ann, press))


async def test_nothing_is_whispered_in_private_to_strangers_or_through_another_groups_press(
    scene: Scene,
) -> None:
    ann, eve = scene.person("Ann"), scene.person("Eve")
    team, other = scene.group(ann, status="administrator"), scene.group(ann, eve)
    with pytest.raises(TelegramBadRequest, match="BOT_NOT_ADMIN"):
        await scene.bot.send_message(ann, "x", ephemeral_message_parameters=to(ann))
    for stranger in (eve, 5):
        with pytest.raises(TelegramBadRequest, match="USER_NOT_PARTICIPANT"):
            await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(stranger))
    press = await pressed(scene, other, ann)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(ann, press))


async def test_a_whisper_is_edited_and_deleted_by_methods_of_its_own(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob, status="administrator")
    await scene.bot.send_message(team, "1", ephemeral_message_parameters=to(ann), reply_markup=keyboard("a"))
    assert await scene.bot.edit_ephemeral_message_text(team, ann, 1, "2")
    assert [one["text"] for one in whispers(scene, team)] == ["2"]
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await scene.bot.edit_ephemeral_message_text(team, ann, 1, "2")
    assert await scene.bot.edit_ephemeral_message_reply_markup(team, ann, 1, reply_markup=keyboard("b"))
    for receiver, number in ((bob, 1), (ann, 2)):
        with pytest.raises(TelegramBadRequest, match="message to edit not found"):
            await scene.bot.edit_ephemeral_message_text(team, receiver, number, "3")
    assert await scene.bot.delete_ephemeral_message(team, ann, 1)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await scene.bot.delete_ephemeral_message(team, ann, 1)


async def test_a_whispered_file_gets_another_caption_and_another_file(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann, status="administrator")
    await scene.bot.send_document(team, CSV, caption="one", ephemeral_message_parameters=to(ann))
    assert await scene.bot.edit_ephemeral_message_caption(team, ann, 1, caption="two")
    media = InputMediaDocument(media=BufferedInputFile(b"c", "other.csv"), caption="three")
    assert await scene.bot.edit_ephemeral_message_media(team, ann, 1, media)
    [shown] = whispers(scene, team)
    assert (shown["caption"], shown["document"]["file_name"]) == ("three", "other.csv")


async def test_only_its_receiver_presses_a_whispers_button(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    team = scene.group(ann, bob, status="administrator")
    whisper = to(ann)
    await scene.bot.send_message(team, "x", ephemeral_message_parameters=whisper, reply_markup=keyboard("ok"))
    with pytest.raises(Nonsense, match="no such message for them"):
        scene.human.click(team, 0, bob, "ok", ephemeral_id=1)
    scene.human.click(team, 0, ann, "ok", ephemeral_id=1)
    [update] = scene.world.take_updates()
    message = update["callback_query"]["message"]
    assert (message["message_id"], message["ephemeral_message_id"]) == (0, 1)


async def test_a_whisper_is_gone_after_a_day(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann, status="administrator")
    await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(ann))
    scene.clock.pass_(86_401)
    assert [chat["messages"] for chat in scene.human.state()["chats"] if chat["id"] == team] == [
        scene.messages(team)
    ]
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await scene.bot.edit_ephemeral_message_text(team, ann, 1, "y")


async def test_a_muted_bot_does_not_whisper_and_a_reply_keyboard_is_not_played(scene: Scene) -> None:
    ann = scene.person()
    team = scene.group(ann, kind="supergroup", status="administrator")
    with pytest.raises(Exception, match="no reply keyboard under an ephemeral message"):
        await scene.bot.send_message(
            team,
            "x",
            ephemeral_message_parameters=to(ann),
            reply_markup=ReplyKeyboardRemove(remove_keyboard=True),
        )
    scene.human.add_bot(team, ann, status="restricted")
    with pytest.raises(TelegramBadRequest, match="not enough rights to send text messages"):
        await scene.bot.send_message(team, "x", ephemeral_message_parameters=to(ann))
