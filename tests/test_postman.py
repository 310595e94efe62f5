"""The postman between a real outbox and a Telegram that refuses, in one file as all share its office."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot, exceptions
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from aiogram.types import Chat as TelegramChat
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message
from sqlalchemy import select, update

from bot.paces import Paces
from bot.postman import Drawing, Postman
from storage.chats import ChatStore
from storage.models import Post
from storage.outbox import PARKED, Kind, OutboxStore, arm
from storage.vault import Vault
from tests.core import blank, chat, put
from tests.doubles import FakeClock
from tests.storage.shelf import MASTER

ANN, BOB, TEAM = 1, 2, -100
METHOD = SendMessage(chat_id=1, text="-")
UNHURRIED = Paces(all=(1000, 1.0), private=(1000, 1.0), group=(1000, 1.0))
BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])


def refused(words: str) -> Exception:
    return exceptions.TelegramBadRequest(METHOD, f"Bad Request: {words}")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it reached Telegram."""

    chat: int
    text: str
    edits: int | None
    thread: int | None
    markup: bool
    buttons: bool


class FakeTelegram(BaseSession):
    """Takes messages, or answers with what a test put up for a chat."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Said] = []
        self.answers: dict[int, deque[Exception]] = {}
        self.gates: dict[int, asyncio.Event] = {}

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        assert isinstance(method, SendMessage | EditMessageText)
        chat_id = int(str(method.chat_id))
        self.said.append(_said(chat_id, method))
        if chat_id in self.gates:
            await self.gates[chat_id].wait()
        if self.answers.get(chat_id):
            raise self.answers[chat_id].popleft()
        message_id = len(self.said)
        return Message(message_id=message_id, date=0, chat=TelegramChat(id=chat_id, type="private"))  # type: ignore[arg-type] # Telegram gives seconds

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError
        yield b""


def _said(chat_id: int, method: SendMessage | EditMessageText) -> Said:
    return Said(
        chat_id,
        method.text or "",
        method.message_id if isinstance(method, EditMessageText) else None,
        method.message_thread_id if isinstance(method, SendMessage) else None,
        method.parse_mode == "HTML",
        method.reply_markup is not None,
    )


class Office:
    """The postman between a real outbox and a fake Telegram; rows say their own subject, in bold."""

    def __init__(self, database: Any) -> None:
        self.database, self.clock, self.telegram = database, FakeClock(), FakeTelegram()
        self.outbox, self.chats = OutboxStore(database), ChatStore(database, Vault([MASTER]))
        self.drawings: dict[str, Drawing | Exception | None] = {}
        self.hangs: list[tuple[str, int]] = []
        self.revoked = 0
        self.postman = self.hire(UNHURRIED)

    def hire(self, paces: Paces) -> Postman:
        bot = Bot("42:TEST", session=self.telegram)
        return Postman(bot, self.outbox, self.chats, self.draw, self.hung, self.clock, self.revoke, paces)

    async def draw(self, post: Post) -> Drawing | None:
        drawing = self.drawings.get(post.subject, Drawing(f"<b>{post.subject}</b>", BUTTON))
        if isinstance(drawing, Exception):
            raise drawing
        return drawing

    async def hung(self, post: Post, message_id: int) -> None:
        self.hangs.append((post.subject, message_id))

    def revoke(self) -> None:
        self.revoked += 1

    def answers(self, *errors: Exception, chat_id: int = ANN) -> None:
        self.telegram.answers[chat_id] = deque(errors)

    async def arm(self, subject: str, kind: Kind = Kind.CODE, chat_id: int = ANN) -> None:
        async with self.database.begin() as session:
            await arm(session, kind, subject, chat_id, self.clock())

    async def round(self) -> None:
        await self.postman.round()
        await self.postman.settle(10)

    async def deliver(self, subject: str = "code", kind: Kind = Kind.CODE, chat_id: int = ANN) -> Post:
        await self.arm(subject, kind, chat_id)
        await self.round()
        return await self.post(subject)

    async def post(self, subject: str) -> Post:
        async with self.database.begin() as session:
            found: Post = (await session.scalars(select(Post).where(Post.subject == subject))).one()
            return found

    async def in_thread(self, subject: str, thread_id: int) -> None:
        async with self.database.begin() as session:
            await session.execute(update(Post).where(Post.subject == subject).values(thread_id=thread_id))

    @property
    def texts(self) -> Sequence[str]:
        return [said.text for said in self.telegram.said]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with blank(tmp_path) as database:
        made = Office(database)
        await put(database, *(chat(chat_id, made.clock()) for chat_id in (ANN, BOB, TEAM)))
        yield made
        await made.postman.settle(10)


async def test_a_row_is_said_once_and_remembers_where(office: Office) -> None:
    post = await office.deliver()
    await office.round()
    assert office.telegram.said == [Said(ANN, "<b>code</b>", None, None, markup=True, buttons=True)]
    assert (post.sent_at, post.message_id, post.next_try_at, post.attempts) == (
        office.clock(),
        1,
        None,
        0,
    )
    assert office.hangs == [("code", 1)]


async def test_a_card_is_edited_where_it_hangs(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    await office.deliver("card", Kind.CARD)
    assert (office.telegram.said[0].edits, office.hangs) == (77, [])


async def test_a_row_that_will_look_different_later_is_due_again_then(office: Office) -> None:
    later = office.clock() + timedelta(seconds=30)
    office.drawings["card"] = Drawing("<b>card</b>", again_at=later)
    assert (await office.deliver("card", Kind.CARD)).next_try_at == later


async def test_a_row_with_nothing_to_say_is_left(office: Office) -> None:
    office.drawings["code"] = None
    assert (await office.deliver()).next_try_at is None
    assert office.texts == []


async def test_codes_go_before_cards_even_if_the_cards_waited_longer(office: Office) -> None:
    for number in range(5):
        await office.arm(f"card{number}", Kind.CARD)
        office.clock.advance(1)
    await office.arm("code")
    await office.round()
    assert office.texts[0] == "<b>code</b>"


async def test_a_code_that_comes_while_cards_are_being_sent_overtakes_them(office: Office) -> None:
    gate = office.telegram.gates[ANN] = asyncio.Event()
    for number in range(5):
        await office.arm(f"card{number}", Kind.CARD)
    await office.postman.round()
    while not office.telegram.said:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    await office.arm("code")
    gate.set()
    await office.postman.settle(10)
    assert office.texts[:2] == ["<b>card0</b>", "<b>code</b>"]
    assert len(office.texts) == 6


async def test_a_chat_with_a_long_queue_keeps_no_other_chat_waiting(office: Office) -> None:
    gate = office.telegram.gates[TEAM] = asyncio.Event()
    for number in range(70):
        await office.arm(f"team{number}", chat_id=TEAM)
    office.clock.advance(1)
    await office.arm("bob", Kind.CARD, BOB)
    await office.postman.round()
    await office.postman.round()
    while "<b>bob</b>" not in office.texts:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    assert office.texts.count("<b>team0</b>") == 1
    gate.set()


async def test_a_flood_limit_is_kept_to_the_second_and_burns_no_attempt(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 6775))
    post = await office.deliver()
    assert post.attempts == 0
    office.clock.advance(6774)
    await office.arm("second")
    await office.round()
    assert len(office.texts) == 1
    office.clock.advance(1)
    await office.round()
    assert office.texts == ["<b>code</b>", "<b>code</b>", "<b>second</b>"]


async def test_a_flood_limit_survives_a_restart(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 600))
    await office.deliver()
    reborn = Office(office.database)
    await reborn.round()
    assert reborn.texts == []
    reborn.clock.advance(600)
    await reborn.round()
    assert reborn.texts == ["<b>code</b>"]


async def test_one_chats_flood_limit_is_not_anothers(office: Office) -> None:
    office.answers(exceptions.TelegramRetryAfter(METHOD, "Too Many Requests", 600))
    await office.arm("ann")
    await office.arm("bob", chat_id=BOB)
    await office.round()
    assert (await office.post("bob")).sent_at is not None
    assert (await office.post("ann")).sent_at is None


@pytest.mark.parametrize(
    "error",
    [
        exceptions.TelegramServerError(METHOD, "Bad Gateway"),
        exceptions.TelegramNetworkError(METHOD, "connection reset"),
        TimeoutError(),
    ],
)
async def test_what_may_have_been_delivered_is_sent_again_after_growing_pauses(
    office: Office, error: Exception
) -> None:
    office.answers(*[error] * 4)
    post = await office.deliver()
    pauses = []
    while post.next_try_at is not None:
        pauses.append((post.next_try_at - office.clock()).total_seconds())
        office.clock.now = post.next_try_at
        await office.round()
        post = await office.post("code")
    assert pauses == [1, 2, 4, 8]
    assert (len(office.texts), post.sent_at) == (5, office.clock())


async def test_a_very_long_outage_is_waited_out_five_minutes_at_a_time(office: Office) -> None:
    office.answers(*[exceptions.TelegramNetworkError(METHOD, "down")] * 30)
    post = await office.deliver()
    for _ in range(29):
        assert post.next_try_at is not None
        assert post.next_try_at - office.clock() <= timedelta(minutes=5)
        office.clock.now = post.next_try_at
        await office.round()
        post = await office.post("code")
    assert post.sent_at is None


async def test_a_yes_nobody_can_read_is_said_twice_at_most(office: Office) -> None:
    office.answers(*[exceptions.ClientDecodeError("?", ValueError(), {"ok": True})] * 5)
    await office.deliver()
    for _ in range(5):
        office.clock.advance(300)
        await office.round()
    assert len(office.texts) == 2
    assert (await office.post("code")).next_try_at is None


async def test_a_group_that_moved_gets_it_at_its_new_place(office: Office) -> None:
    office.answers(exceptions.TelegramMigrateToChat(METHOD, "upgraded", -1001), chat_id=TEAM)
    await office.arm("code", chat_id=TEAM)
    await office.arm("card", Kind.CARD, TEAM)
    await office.round()
    await office.round()
    assert [said.chat for said in office.telegram.said] == [TEAM, -1001, -1001]


async def test_a_blocked_chat_waits_until_it_can_be_reached(office: Office) -> None:
    office.answers(exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"))
    await office.arm("card", Kind.CARD)
    await office.deliver()
    office.clock.advance(3600)
    await office.round()
    assert len(office.texts) == 1
    await office.chats.mark_reachable(ANN)
    await office.round()
    assert office.texts[1:] == ["<b>code</b>", "<b>card</b>"]


async def test_a_card_that_is_gone_is_sent_anew(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    office.answers(refused("message to edit not found"))
    await office.deliver("card", Kind.CARD)
    assert [said.edits for said in office.telegram.said] == [77, None]
    assert office.hangs == [("card", 2)]


async def test_a_card_that_shows_it_already_is_done(office: Office) -> None:
    office.drawings["card"] = Drawing("<b>card</b>", edits=77)
    office.answers(refused("message is not modified"))
    post = await office.deliver("card", Kind.CARD)
    assert (post.message_id, post.next_try_at, len(office.texts)) == (77, None, 1)


async def test_a_closed_topic_is_left_only_when_telegram_says_so(office: Office) -> None:
    office.answers(refused("TOPIC_CLOSED"))
    await office.arm("code")
    await office.in_thread("code", 5)
    await office.round()
    assert [said.thread for said in office.telegram.said] == [5, None]


async def test_markup_telegram_cannot_read_is_said_in_plain_words(office: Office) -> None:
    office.drawings["code"] = Drawing("<b>1 &lt; 2</b> <code>x</code>", BUTTON)
    office.answers(refused("can't parse entities: …"))
    await office.deliver()
    assert office.telegram.said[1] == Said(ANN, "1 < 2 x", None, None, markup=False, buttons=True)


async def test_a_refusal_nobody_foresaw_costs_the_buttons_but_not_the_code(office: Office) -> None:
    office.answers(refused("BUTTON_COPY_TEXT_INVALID"))
    post = await office.deliver()
    assert office.telegram.said[1] == Said(ANN, "code", None, None, markup=False, buttons=False)
    assert post.sent_at is not None


async def test_what_is_refused_for_good_is_kept_as_a_record_and_holds_up_nothing(office: Office) -> None:
    office.answers(refused("no"), refused("no"))
    await office.arm("code")
    await office.arm("card", Kind.CARD)
    await office.round()
    post = await office.post("code")
    assert (post.next_try_at, post.sent_at, post.failure) == (None, None, "TelegramBadRequest")
    assert (await office.post("card")).sent_at is not None


async def test_a_row_that_cannot_be_drawn_holds_up_nothing_and_is_tried_later(office: Office) -> None:
    office.drawings["code"] = RuntimeError("a mistake of ours")
    await office.arm("card", Kind.CARD)
    post = await office.deliver()
    assert (await office.post("card")).sent_at is not None
    assert post.next_try_at is not None
    assert post.next_try_at > office.clock()


async def test_a_revoked_token_stops_the_bot_and_loses_nothing(office: Office) -> None:
    office.answers(exceptions.TelegramUnauthorizedError(METHOD, "Unauthorized"))
    post = await office.deliver()
    assert (office.revoked, post.next_try_at) == (1, office.clock())


async def test_a_row_armed_while_it_is_being_sent_is_sent_again(office: Office) -> None:
    gate = office.telegram.gates[ANN] = asyncio.Event()
    await office.arm("card", Kind.CARD)
    await office.postman.round()
    while not office.telegram.said:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    office.drawings["card"] = Drawing("news")
    await office.arm("card", Kind.CARD)
    gate.set()
    await office.postman.settle(10)
    assert office.texts == ["<b>card</b>", "news"]


async def test_a_crash_between_sending_and_marking_sends_it_again(office: Office) -> None:
    await office.arm("code")
    (post,) = await office.outbox.due(office.clock())
    await office.outbox.trying(post)
    reborn = Office(office.database)
    await reborn.round()
    assert reborn.texts == ["<b>code</b>"]


async def test_a_nudge_is_a_round_at_once(office: Office) -> None:
    listening = asyncio.create_task(office.postman.listen())
    await office.arm("code")
    office.postman.nudge()
    while not office.texts:  # noqa: ASYNC110 - the fake has no event of its own
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert office.texts == ["<b>code</b>"]


async def test_what_cannot_be_delivered_leaves_the_queue_until_it_can(office: Office) -> None:
    office.answers(exceptions.TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"))
    await office.deliver()
    await office.postman.tidy()
    post = await office.post("code")
    assert (post.next_try_at, post.failure) == (None, PARKED)
    await office.chats.mark_reachable(ANN)
    await office.round()
    assert office.texts == ["<b>code</b>"] * 2


async def test_the_pace_of_a_quiet_chat_is_forgotten_and_that_of_a_busy_one_kept(office: Office) -> None:
    slow = Paces(all=(1000, 1.0), private=(3, 0.001), group=(20, 3600.0))
    postman = office.hire(slow)
    for chat_id in (ANN, TEAM):
        await office.arm(f"code{chat_id}", chat_id=chat_id)
    await postman.round()
    await postman.settle(10)
    while postman.paced != {TEAM}:
        await asyncio.sleep(0)
        await postman.tidy()
    await office.arm("another", chat_id=TEAM)
    await postman.round()
    await postman.settle(10)
    assert (await office.post("another")).sent_at is not None
