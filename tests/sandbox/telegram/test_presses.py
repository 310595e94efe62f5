"""Presses of buttons: who may press what, and how long and how often they can be answered."""

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, InaccessibleMessage, Message, Update

from bot.sandbox.telegram.refusals import Nonsense
from tests.sandbox.telegram.scene import Scene, keyboard


async def pressed(scene: Scene, data: str = "go", **more: bool) -> tuple[int, CallbackQuery]:
    """A person presses a button of a fresh message; their id and what the bot gets."""
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "x", reply_markup=keyboard("go", "stop"))
    scene.human.click(ann, sent.message_id, ann, data, **more)
    (update,) = scene.world.take_updates()
    query = Update.model_validate(update, context={"bot": scene.bot}).callback_query
    assert query is not None
    return ann, query


async def test_a_press_reaches_the_bot_and_the_answer_the_person(scene: Scene) -> None:
    ann, query = await pressed(scene)
    assert (query.data, query.from_user.id, isinstance(query.message, Message)) == ("go", ann, True)
    assert scene.human.answer(query.id) is None
    await query.answer("Booked", show_alert=True)
    assert scene.human.answer(query.id) == {"text": "Booked", "show_alert": True, "url": ""}


async def test_a_button_that_is_not_on_the_message_now_cannot_be_pressed(scene: Scene) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "x", reply_markup=keyboard("go"))
    await sent.edit_text("x", reply_markup=keyboard("stop"))
    with pytest.raises(Nonsense, match="that button is not on the message now"):
        scene.human.click(ann, sent.message_id, ann, "go")
    assert scene.world.take_updates() == []


async def test_a_press_on_a_message_that_is_gone_is_nonsense(scene: Scene) -> None:
    ann = scene.person()
    with pytest.raises(Nonsense, match="there is no message 99 here"):
        scene.human.click(ann, 99, ann, "go")


async def test_nobody_presses_buttons_in_chats_they_are_not_in(scene: Scene) -> None:
    ann, bob = scene.person("Ann"), scene.person("Bob")
    sent = await scene.bot.send_message(ann, "x", reply_markup=keyboard("go"))
    with pytest.raises(Nonsense, match="Bob is not in this chat"):
        scene.human.click(ann, sent.message_id, bob, "go")


@pytest.mark.parametrize(("seconds", "late"), [(15, False), (15.1, True)])
async def test_a_press_can_be_answered_for_fifteen_seconds(scene: Scene, seconds: float, late: bool) -> None:
    _, query = await pressed(scene)
    scene.clock.pass_(seconds)
    if late:
        with pytest.raises(
            TelegramBadRequest, match="query is too old and response timeout expired or query"
        ):
            await query.answer()
    else:
        assert await query.answer()


async def test_a_press_is_answered_once(scene: Scene) -> None:
    _, query = await pressed(scene)
    await query.answer()
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await query.answer()


async def test_an_answer_may_have_200_characters_and_no_more(scene: Scene) -> None:
    _, query = await pressed(scene)
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await query.answer("x" * 201)
    assert await query.answer("x" * 200)


async def test_an_answer_to_no_press_is_refused(scene: Scene) -> None:
    with pytest.raises(TelegramBadRequest, match="query ID is invalid"):
        await scene.bot.answer_callback_query("12345")


async def test_a_very_old_message_is_not_shown_with_the_press(scene: Scene) -> None:
    _, query = await pressed(scene, inaccessible=True)
    assert isinstance(query.message, InaccessibleMessage)
    assert query.message.date == 0


@pytest.mark.parametrize(("seconds", "left"), [(149, 1), (150, 0)])
async def test_an_unfetched_press_is_forgotten_after_150_seconds(
    scene: Scene, seconds: int, left: int
) -> None:
    ann = scene.person()
    sent = await scene.bot.send_message(ann, "x", reply_markup=keyboard("go"))
    scene.human.click(ann, sent.message_id, ann, "go")
    scene.clock.pass_(seconds)
    assert len(await scene.bot.get_updates()) == left


async def test_an_unfetched_message_is_kept_for_a_day(scene: Scene) -> None:
    ann = scene.person()
    scene.human.message(ann, ann, "hello")
    scene.clock.pass_(86_399)
    assert len(await scene.bot.get_updates()) == 1
    scene.clock.pass_(1)
    assert await scene.bot.get_updates() == []
