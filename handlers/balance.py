"""/balance: what is left on the accounts behind the chat's keys, per channel where that is told apart."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.balances import Balances
from bot.errors import CodebellError
from bot.i18n import Texts
from bot.postage import Postage
from bot.providers.base import Provider
from bot.providers.sending import Channel
from handlers.bill import purses
from handlers.channels import channel_name
from handlers.doors import AddKey, Balance, Menu
from handlers.keys import name_of
from handlers.private import BALANCES, only_in_private
from handlers.screen import Screen, chat_of, press, show
from storage.models import Key

router = Router(name="balance")
router.callback_query.filter(F.data.startswith("l"))
only_in_private(router, BALANCES, "balance")


@router.message(Command("balance"))
async def balance_by_command(
    message: Message, t: Texts, balances: Balances, postage: Postage, providers: Mapping[str, Provider]
) -> None:
    await show(message, await _balances(message.chat.id, t, balances, postage, providers))


@router.callback_query(Balance.filter())
async def balance_by_button(
    callback: CallbackQuery, t: Texts, balances: Balances, postage: Postage, providers: Mapping[str, Provider]
) -> None:
    await show(callback, await _balances(chat_of(callback), t, balances, postage, providers))


async def _balances(
    chat_id: int, t: Texts, balances: Balances, postage: Postage, providers: Mapping[str, Provider]
) -> Screen:
    told = await balances.all(chat_id)
    if not told:
        add = [press(t.plain("🔑 Add a provider key"), AddKey())]
        return Screen(t("There are no provider keys here yet."), [add])
    apart = await asyncio.gather(*(purses(key.id, key.chat_id, postage) for key, _ in told))
    lines = [t("<b>Balance</b>")]
    for (key, trouble), each in zip(told, apart, strict=True):
        lines.append(_line(key, trouble, each, t, providers))
    again = [press(t.plain("🔄 Ask again"), Balance()), press(t.plain("◀ Menu"), Menu())]
    return Screen("\n".join(lines), [again])


def _line(
    key: Key,
    trouble: CodebellError | None,
    each: Mapping[Channel, Decimal],
    t: Texts,
    providers: Mapping[str, Provider],
) -> str:
    name, money = name_of(key, providers), _money(key, each, t)
    if trouble is None:
        return t("{name}: <b>{money}</b>", name=name, money=money)
    return t(
        "⚠️ {name}: {problem} Last known: {money}",
        name=name,
        problem=t.plain_error(trouble),
        money=money,
    )


def _money(key: Key, each: Mapping[Channel, Decimal], t: Texts) -> str:
    """What is on the account; per channel, where that is told apart."""
    if each:
        return " · ".join(f"{channel_name(one, t)} {t.money(each[one], key.currency)}" for one in each)
    return t.money(key.balance, key.currency) if key.balance is not None else "?"
