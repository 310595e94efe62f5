"""Pictures as messages: sent one by one, each with buttons that draw it for another time in its place."""

import html
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from aiogram import Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)

from bot.i18n import Texts
from bot.pictures import FEWEST, Picture, Pictures, points
from bot.statistics import Figures
from bot.verdicts import AsItIs, judge
from handlers.doors import Menu
from handlers.figures import caption
from handlers.screen import press


class Period(StrEnum):
    """Days that figures cover."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"

    @property
    def days(self) -> int:
        return int(self.value)


class Redraw(CallbackData, prefix="jr"):
    """This picture, over another time."""

    picture: Picture
    period: Period


@dataclass(frozen=True, slots=True)
class Easel:
    """What pictures of some figures are drawn with, and where they go."""

    bot: Bot
    chat_id: int
    t: Texts
    pictures: Pictures
    figures: Figures
    period: Period

    def worth(self) -> list[Picture]:
        """The pictures there is enough to see in."""
        return [picture for picture in Picture if points(picture, self.figures) >= FEWEST]

    async def send_all(self) -> None:
        for picture in self.worth():
            await self.send(picture)

    async def send(self, picture: Picture) -> None:
        """A new message."""
        await self._send(picture, await self._drawn(picture))

    async def hang(self, picture: Picture, message: object) -> None:
        """In the place of the picture in this message; as a new one where that cannot be."""
        if not isinstance(message, Message):
            await self.send(picture)
            return
        drawn = await self._drawn(picture)
        photo = InputMediaPhoto(media=drawn, caption=self._words(picture), parse_mode="HTML")
        try:
            await message.edit_media(photo, reply_markup=self._keyboard(picture))
        except TelegramBadRequest as refused:
            if not isinstance(judge(refused), AsItIs):
                await self._send(picture, drawn)

    async def _send(self, picture: Picture, drawn: BufferedInputFile) -> None:
        await self.bot.send_photo(
            self.chat_id,
            drawn,
            caption=self._words(picture),
            parse_mode="HTML",
            reply_markup=self._keyboard(picture),
        )

    async def _drawn(self, picture: Picture) -> BufferedInputFile:
        with suppress(AiogramError):
            await self.bot.send_chat_action(self.chat_id, ChatAction.UPLOAD_PHOTO)
        png = await self.pictures.draw(picture, self.figures, self.t)
        return BufferedInputFile(png, f"{picture.name.lower()}.png")

    def _words(self, picture: Picture) -> str:
        return caption(picture, self.figures, self.t)

    def _keyboard(self, picture: Picture) -> InlineKeyboardMarkup:
        other = periods(self.period, self.t, lambda period: Redraw(picture=picture, period=period))
        return InlineKeyboardMarkup(inline_keyboard=[other, [press(self.t.plain("◀ Menu"), Menu())]])


def periods(chosen: Period, t: Texts, to: Callable[[Period], CallbackData]) -> list[InlineKeyboardButton]:
    """A row of them, the one that is shown with a mark."""
    names = {period: html.unescape(t.many("{count} day", "{count} days", period.days)) for period in Period}
    return [press(f"✓ {name}" if period is chosen else name, to(period)) for period, name in names.items()]
