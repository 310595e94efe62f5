"""The bot's door without a network: an aiogram session that calls the world directly."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile

from bot.sandbox.telegram.exchange import Exchange
from bot.sandbox.telegram.wire import Dropped, Json, Reply, Upload
from bot.sandbox.telegram.world import World


class InProcessSession(BaseSession):
    """Sends a bot's calls to a world, written and read exactly as aiogram's HTTP session does."""

    def __init__(self, world: World, **settings: Any) -> None:
        super().__init__(**settings)
        self.exchange = Exchange(world)

    async def close(self) -> None:
        """There is nothing to close."""

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        reply = await self._answered(bot, method, self.timeout if timeout is None else timeout)
        response = self.check_response(bot, method, reply.status, reply.body)
        return cast("TelegramType", response.result)

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """The content of a file by its Bot API address: `…/file/bot<token>/<path>`."""
        path = url.partition("/file/bot")[2].partition("/")[2]
        stored = self.exchange.world.files.at(path)
        if stored is None:
            raise FileNotFoundError(path)
        for start in range(0, len(stored.content), chunk_size):
            yield stored.content[start : start + chunk_size]

    async def _answered(self, bot: Bot, method: TelegramMethod[Any], timeout: float) -> Reply:
        files: dict[str, InputFile] = {}
        fields = self._fields(bot, method, files)
        uploads = {key: await _read(bot, key, file) for key, file in files.items()}
        name = method.__api_method__
        try:
            # No timeout of zero: aiohttp, too, takes it for none.
            async with asyncio.timeout(timeout or None):
                return await self.exchange.call(bot.token, name, fields, uploads)
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except Dropped as error:
            message = "ServerDisconnectedError: Server disconnected"
            raise TelegramNetworkError(method=method, message=message) from error

    def _fields(self, bot: Bot, method: TelegramMethod[Any], files: dict[str, InputFile]) -> Json:
        """What `AiohttpSession.build_form_data` would send: empty values are left out."""
        dumped = method.model_dump(warnings=False).items()
        fields = {name: self.prepare_value(value, bot=bot, files=files) for name, value in dumped}
        return {name: value for name, value in fields.items() if value}


async def _read(bot: Bot, key: str, file: InputFile) -> Upload:
    chunks = [chunk async for chunk in file.read(bot)]
    return Upload(file.filename or key, b"".join(chunks))
