"""The receipt of a number, a rental or a message: on the screen where it fits, and as a file."""

import html
import re
from collections.abc import Mapping

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton

from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.doors import Act, Hired, OnRental, Receipt, What
from handlers.files import coming, hand_over
from handlers.filters import Listed
from handlers.message_cards import card
from handlers.papers import receipt
from handlers.private import HISTORY, only_in_private
from handlers.screen import Rows, Screen, answer, chat_of, fits, press, show
from storage.models import MessageState, RentalState, State
from storage.receipts import Facts, MessageFacts, NumberFacts, ReceiptStore, RentalFacts
from storage.retention import Retention
from storage.wanted import Kind
from storage.watches import has_card

router = Router(name="receipt")
router.callback_query.filter(F.data.startswith("i"))
only_in_private(router, HISTORY)

_TAG = re.compile("<[^<>]*>")
#: Without it some programs take a file for one of another alphabet.
_MARK = b"\xef\xbb\xbf"


class AsFile(CallbackData, prefix="if"):
    """The same receipt as a file."""

    kind: Kind
    id: str


@router.callback_query(Receipt.filter())
async def one_receipt(
    callback: CallbackQuery,
    callback_data: Receipt,
    t: Texts,
    receipts: ReceiptStore,
    providers: Mapping[str, Provider],
    retention: Retention,
) -> None:
    """One that is too long for a message is told in short, with the file that has all of it."""
    facts = await receipts.of(callback_data.kind, callback_data.id, callback.from_user.id, chat_of(callback))
    rows = _rows(facts, callback_data, t, providers)
    screen = Screen(receipt(facts, t, providers, retention.days), rows)
    if not fits(screen):
        screen = Screen(_in_short(screen.html, t), rows)
    await show(callback, screen)


@router.callback_query(AsFile.filter())
async def as_file(
    callback: CallbackQuery,
    callback_data: AsFile,
    t: Texts,
    receipts: ReceiptStore,
    providers: Mapping[str, Provider],
    retention: Retention,
) -> None:
    """A message of its own: the receipt stays where it is."""
    facts = await receipts.of(callback_data.kind, callback_data.id, callback.from_user.id, chat_of(callback))
    await answer(callback)
    await coming(callback)
    told = html.unescape(_TAG.sub("", receipt(facts, t, providers, retention.days)))
    name = f"codebell-receipt-{facts.row.id}.txt"
    await hand_over(callback, name, _MARK + f"{told}\n".encode(errors="replace"), Screen(""))


def _in_short(told: str, t: Texts) -> str:
    """Its first parts; the rest stands in the file."""
    head = "\n\n".join(told.split("\n\n")[:3])
    return "\n\n".join([head, t("It is too long for one message: the file has all of it.")])


def _rows(facts: Facts, data: Receipt, t: Texts, providers: Mapping[str, Provider]) -> Rows:
    as_file = press(t.plain("📄 As a file"), AsFile(kind=data.kind, id=data.id))
    back = press(t.plain("◀ History"), Listed(value=data.value, page=data.page))
    return [*_of_message(facts, data, t, providers), [*_card(facts, t), as_file], [back]]


def _card(facts: Facts, t: Texts) -> list[InlineKeyboardButton]:
    """The way to what can be done with it; the card of what is being ordered comes by itself."""
    match facts:
        case NumberFacts(row=row) if row.state is not State.BUYING and has_card(row):
            return [press(t.plain("🗂 Card"), Act(what=What.CARD, id=row.id))]
        case RentalFacts(row=row) if row.state is not RentalState.RENTING:
            return [press(t.plain("🗂 Card"), OnRental(what=Hired.CARD, id=row.id))]
        case _:
            return []


def _of_message(facts: Facts, data: Receipt, t: Texts, providers: Mapping[str, Provider]) -> Rows:
    """A message has its card in its receipt, and the buttons of it here."""
    if not isinstance(facts, MessageFacts):
        return []
    moving = facts.row.state in (MessageState.SENDING, MessageState.ACCEPTED)
    again = [[press(t.plain("🔄 Look again"), data)]] if moving else []
    return [*card(facts.row, t, providers).rows[:-1], *again]
