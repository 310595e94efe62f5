"""Keyboards under messages, and the buttons Telegram does not take."""

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import (
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from tests.sandbox.telegram.scene import Scene, keyboard


@pytest.mark.parametrize("length", [1, 64])
async def test_callback_data_up_to_64_bytes_is_accepted(scene: Scene, length: int) -> None:
    sent = await scene.bot.send_message(scene.person(), "x", reply_markup=keyboard("d" * length))
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "d" * length


async def test_callback_data_is_counted_in_bytes(scene: Scene) -> None:
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await scene.bot.send_message(scene.person(), "x", reply_markup=keyboard("д" * 33))


def _single(**action: object) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton.model_validate({"text": "b", **action})]]
    )


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (_single(), "Text buttons are unallowed in the inline keyboard"),
        (_single(copy_text=CopyTextButton(text="x" * 257)), "BUTTON_COPY_TEXT_INVALID"),
        (_single(url="ftp://e.com"), "Unsupported URL protocol"),
        (_single(url="http://localhost"), "Wrong HTTP URL"),
        (_single(url="https://e.com", callback_data="x"), "callback_data and url together"),
        (_single(callback_data="x", colour="red"), 'unknown field "colour" in the reply markup'),
        (
            InlineKeyboardMarkup(inline_keyboard=keyboard("x").inline_keyboard * 101),
            "reply markup is too long",
        ),
    ],
)
async def test_keyboards_telegram_would_not_take_are_refused(
    scene: Scene, markup: InlineKeyboardMarkup, words: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await scene.bot.send_message(scene.person(), "x", reply_markup=markup)


async def test_buttons_this_telegram_does_not_have_are_refused_loudly(scene: Scene) -> None:
    with pytest.raises(TelegramServerError, match="Not Implemented: the sandbox has no web_app button"):
        await scene.bot.send_message(
            scene.person(), "x", reply_markup=_single(web_app={"url": "https://e.com"})
        )


async def test_a_reply_keyboard_is_kept_for_the_person_but_not_shown_to_the_bot(scene: Scene) -> None:
    ann = scene.person()
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Yes")]], resize_keyboard=True)
    assert (await scene.bot.send_message(ann, "?", reply_markup=keys)).reply_markup is None
    assert scene.last(ann)["reply_markup"]["keyboard"] == [[{"text": "Yes"}]]


async def test_force_reply_is_kept_with_its_placeholder(scene: Scene) -> None:
    ann = scene.person()
    await scene.bot.send_message(ann, "Key?", reply_markup=ForceReply(input_field_placeholder="key"))
    assert scene.last(ann)["reply_markup"] == {"force_reply": True, "input_field_placeholder": "key"}
