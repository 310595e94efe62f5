"""The way to Telegram's server: whatever comes back is an answer or an error of aiogram, also from a proxy.

aiogram lets through what reading an odd page raises: a `UnicodeDecodeError` for a page, or a person's text,
that is not UTF-8, a `TypeError` for an error without a description. Either would end the polling.
"""

import json
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramNetworkError
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InlineKeyboardMarkup
from aiohttp import ClientError, ClientTimeout, FormData


class Session(AiohttpSession):
    """aiogram's session, for answers of any bytes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, json_loads=_read, **named)
        #: The forms of answers, as many as there are kinds of results: pydantic forgets one that nobody holds
        #: and makes it anew, in milliseconds.
        self._forms: dict[object, object] = {}

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """Raises only errors of aiogram; a broken letter costs that letter, not the answer it stands in."""
        status, content = await self._answer(bot, method, self.timeout if timeout is None else timeout)
        result: Any = self.check_response(bot, method, status, content).result
        return result  # type: ignore[no-any-return] # what the method returns, as aiogram has checked

    async def _answer(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: float
    ) -> tuple[int, str]:
        session = await self.create_session()
        url, form = self.api.api_url(bot.token, method.__api_method__), self.build_form_data(bot, method)
        try:
            async with session.post(url, data=form, timeout=ClientTimeout(total=timeout)) as answer:
                return answer.status, (await answer.read()).decode(errors="replace")
        except TimeoutError as late:
            raise TelegramNetworkError(method, "Request timeout error") from late
        except (ClientError, OSError) as error:
            raise TelegramNetworkError(method, f"{type(error).__name__}: {error}") from error

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        """As aiogram's; a keyboard goes straight to JSON, not by way of dictionaries (80 -> 44 us)."""
        keyboard = getattr(method, "reply_markup", None)
        if not isinstance(keyboard, InlineKeyboardMarkup):
            return super().build_form_data(bot, method)
        form = super().build_form_data(bot, method.model_copy(update={"reply_markup": None}))
        form.add_field("reply_markup", keyboard.model_dump_json(exclude_none=True))
        return form

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        self._forms.setdefault(method.__returning__, Response[method.__returning__])  # type: ignore[name-defined]
        try:
            return super().check_response(bot, method, status_code, content)
        except AiogramError:
            raise
        except Exception as odd:
            raise ClientDecodeError("Failed to read the answer", odd, content) from odd


def _read(content: str) -> Any:
    """An answer, without the keyboard under a message of ours: whoever sent it knows it (75 -> 32 us)."""
    answer = json.loads(content)
    if isinstance(answer, dict) and isinstance(message := answer.get("result"), dict):
        message.pop("reply_markup", None)
    return answer
