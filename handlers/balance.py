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
from handlers.screen import Screen, chat_of, press, show
from storage.models import Key

router = Router(name="balance")
router.callback_query.filter(F.data.startswith("l"))


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
    apart = await asyncio.gather(*(purses(key.id, postage) for key, _ in told))
    lines = [t("<b>Balance</b>")]
    for (key, trouble), each in zip(told, apart, strict=True):
        lines += [_line(key, trouble, t, providers), *_purses(key, each, t)]
    again = [press(t.plain("🔄 Ask again"), Balance()), press(t.plain("◀ Menu"), Menu())]
    return Screen("\n".join(lines), [again])


def _line(key: Key, trouble: CodebellError | None, t: Texts, providers: Mapping[str, Provider]) -> str:
    name = name_of(key, providers)
    money = t.money(key.balance, key.currency) if key.balance is not None else "?"
    if trouble is None:
        return t("{name}: <b>{money}</b>", name=name, money=money)
    return t(
        "⚠️ {name}: {problem} Last known: {money}",
        name=name,
        problem=t.plain_error(trouble),
        money=money,
    )


def _purses(key: Key, each: Mapping[Channel, Decimal], t: Texts) -> list[str]:
    """The money per channel, in a line below its key."""
    told = [f"{channel_name(channel, t)} {t.money(money, key.currency)}" for channel, money in each.items()]
    return [t("· {purses}", purses=" · ".join(told))] if told else []
