"""Whatever stands between the bot and Telegram may answer, in whatever letters: the polling goes on."""

import asyncio
import base64
import gc
import json
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError
from aiogram.methods import Response, SendMessage
from aiogram.types import (
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Update,
)
from aiohttp import FormData

from bot.poller import Poller, Signs
from bot.process import telegram
from bot.session import Session
from bot.settings import Settings
from bot.verdicts import Unsure, judge
from tests.doubles import FakeClock

ODD = [
    ("502 Bad Gateway", "<html>Ошибка</html>".encode("cp1251")),
    ("502 Bad Gateway", b'{"ok": false}'),
    ("502 Bad Gateway", b'{"ok": false, "error_code": 502}'),
    ("502 Bad Gateway", b'{"error": "bad gateway"}'),
    ("429 Too Many Requests", b'{"ok": false, "description": "Too Many Requests"}'),
    ("200 OK", b"[]"),
    ("200 OK", b""),
]


class Enough(Exception):
    """The polling came to its pause."""


@dataclass
class Proxy:
    """Answers everything with the same bytes, or hangs up."""

    status: str
    body: bytes
    fed: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Bot]:
        """The process's own bot in front of it."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        key = base64.b64encode(bytes(32)).decode()
        bot = telegram(Settings(bot_token="1234567:not-a-token-of-any-bot", master_key=key, bot_api_url=url))
        async with server, bot.session:
            yield bot

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if self.status:
            head = f"HTTP/1.1 {self.status}\r\nconnection: close\r\ncontent-length: {len(self.body)}\r\n\r\n"
            writer.write(head.encode() + self.body)
        writer.close()

    async def feed(self, update: Update) -> None:
        self.fed.append(update.update_id)


def poller(proxy: Proxy, bot: Bot) -> Poller:
    async def sleep(seconds: float) -> None:
        raise Enough

    signs = Signs(lambda: None, lambda _: None, lambda _: None)
    return Poller(bot, proxy.feed, ["message"], signs, FakeClock(), sleep)


@pytest.mark.parametrize(("status", "body"), ODD)
async def test_t_3_an_odd_page_before_telegram_is_waited_out(status: str, body: bytes) -> None:
    proxy = Proxy(status, body)
    async with proxy.bot() as bot:
        with pytest.raises(Enough):
            await poller(proxy, bot).run()


@pytest.mark.parametrize(("status", "body"), ODD)
async def test_t_3_behind_an_odd_page_a_message_may_have_been_delivered(status: str, body: bytes) -> None:
    async with Proxy(status, body).bot() as bot:
        with pytest.raises(Exception) as refused:  # noqa: PT011 - whichever it is, the verdict counts
            await bot.send_message(1, "-")
    assert judge(refused.value) == Unsure(unreadable=False)


async def test_a_broken_letter_costs_neither_the_batch_nor_the_bot() -> None:
    broken = (
        b'{"ok": true, "result": [{"update_id": 5, "message": {"message_id": 1, "text": "\xff\xfe",'
        b'"date": 0, "chat": {"id": 7, "type": "private"},'
        b' "from": {"id": 7, "is_bot": false, "first_name": "x"}}}]}'
    )
    proxy = Proxy("200 OK", broken)
    async with proxy.bot() as bot:
        polling = poller(proxy, bot)
        assert await polling.fetch(0) == 1
        await polling.drain(10)
    assert proxy.fed == [5]


async def test_a_connection_that_breaks_is_trouble_on_the_way() -> None:
    async with Proxy("", b"").bot() as bot:
        with pytest.raises(TelegramNetworkError):
            await bot.me()


async def test_what_cannot_be_read_is_said_to_be_so() -> None:
    async with Proxy("502 Bad Gateway", b'{"ok": false}').bot() as bot:
        with pytest.raises(ClientDecodeError, match="Failed to read the answer"):
            await bot.me()


async def test_the_form_of_an_answer_is_not_made_anew_whatever_is_collected_meanwhile() -> None:
    async with Proxy("200 OK", b'{"ok": true, "result": 7}').bot() as bot:
        await bot.get_chat_member_count(-100)
        form = weakref.ref(Response[int])
        gc.collect()
        assert form() is Response[int]


async def test_a_keyboard_is_written_as_aiogram_writes_it() -> None:
    session, bot = Session(), Bot("1234567:not-a-token-of-any-bot")
    inner = [
        InlineKeyboardButton(text="✅ “Yes” & <no>", callback_data="a:b:"),
        InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="1\n2")),
        InlineKeyboardButton(text="Here", switch_inline_query_current_chat=""),
        InlineKeyboardButton(text="App", url="https://example.org/?a=1", pay=False),
    ]
    preview = LinkPreviewOptions(is_disabled=True)
    for keyboard in (InlineKeyboardMarkup(inline_keyboard=[inner[:1], inner[1:]]), ForceReply(), None):
        method = SendMessage(chat_id=1, text="…", reply_markup=keyboard, link_preview_options=preview)
        ours, theirs = session.build_form_data(bot, method), AiohttpSession().build_form_data(bot, method)
        assert fields(ours) == fields(theirs)


def fields(form: FormData) -> dict[str, object]:
    """As Telegram reads them."""
    told = {named["name"]: value for named, _, value in form._fields}
    return {name: json.loads(value) if value[0] in "{[" else value for name, value in told.items()}


async def test_an_answer_is_read_without_the_keyboard_that_was_sent() -> None:
    chat = {"id": 1, "type": "private", "first_name": "Ann"}
    message = {"message_id": 5, "date": 1, "chat": chat, "text": "…", "reply_markup": {"inline_keyboard": []}}
    method = SendMessage(chat_id=1, text="…")
    content = json.dumps({"ok": True, "result": message})
    answer = Session().check_response(Bot("1234567:not-a-token-of-any-bot"), method, 200, content)
    assert answer.result is not None
    assert (answer.result.message_id, answer.result.text, answer.result.reply_markup) == (5, "…", None)
