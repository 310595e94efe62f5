"""/balance: what is left on the accounts behind the chat's keys, per channel where that is told apart.

In a group that is of the group's keys, for whoever may buy with them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.balances import PATIENCE, Balances
from bot.clock import Clock
from bot.errors import BadKey, CodebellError, text
from bot.i18n import Texts
from bot.postage import Postage
from bot.providers.base import Capability, Provider
from bot.providers.sending import Channel
from handlers.bill import purses
from handlers.buyers import NoGroupKeys, for_buyers
from handlers.channels import channel_name
from handlers.doors import AddKey, Balance, Keys, Menu
from handlers.key_marks import name_of, refusal, since
from handlers.screen import Screen, chat_of, press, show
from storage.group_rules import NotABuyer
from storage.keys import KeyStore
from storage.models import Key


class NotForAll(NotABuyer):
    text = text("Only those who may buy in this group see its balance.")


router = Router(name="balance")
router.callback_query.filter(F.data.startswith("l"))
for_buyers(router, NotForAll)

#: A message has room for so many accounts.
_MOST = 40


@dataclass(frozen=True, slots=True)
class Account:
    """A key with the money behind it; `purses` is that per channel, empty where there is one for all.

    `trouble` is why it could not be asked: then the money is what was known last.
    """

    key: Key
    trouble: CodebellError | None
    purses: Mapping[Channel, Decimal]

    @property
    def money(self) -> Decimal | None:
        """All of it; None where nothing was ever told."""
        return sum(self.purses.values(), Decimal(0)) if self.purses else self.key.balance


@router.message(Command("balance", ignore_case=True))
async def balance_by_command(
    message: Message,
    t: Texts,
    balances: Balances,
    keys: KeyStore,
    postage: Postage,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    accounts = await _asked(message.chat.id, balances, keys, postage, providers)
    await show(message, _balances(message.chat.id, accounts, t, providers, clock))


@router.callback_query(Balance.filter())
async def balance_by_button(
    callback: CallbackQuery,
    t: Texts,
    balances: Balances,
    keys: KeyStore,
    postage: Postage,
    providers: Mapping[str, Provider],
    clock: Clock,
) -> None:
    accounts = await _asked(chat_of(callback), balances, keys, postage, providers)
    await show(callback, _balances(chat_of(callback), accounts, t, providers, clock))


async def _asked(
    chat_id: int, balances: Balances, keys: KeyStore, postage: Postage, providers: Mapping[str, Provider]
) -> list[Account]:
    """Everybody at once: who does not answer delays nobody."""
    mine = await keys.list(chat_id)
    asking = asyncio.gather(*(_purses(key, postage, providers) for key in mine))
    told, apart = await asyncio.gather(balances.all(chat_id, mine), asking)
    each = {key.id: purses for key, purses in zip(mine, apart, strict=True)}
    return [Account(key, trouble, each.get(key.id, {})) for key, trouble in told]


async def _purses(key: Key, postage: Postage, providers: Mapping[str, Provider]) -> Mapping[Channel, Decimal]:
    provider = providers.get(key.provider)
    if provider is None or not provider.can(Capability.CHANNEL_BALANCES):
        return {}
    try:
        async with asyncio.timeout(PATIENCE):
            return await purses(key.id, key.chat_id, postage)
    except TimeoutError:
        return {}


def _balances(
    chat_id: int, accounts: Sequence[Account], t: Texts, providers: Mapping[str, Provider], clock: Clock
) -> Screen:
    if not accounts and chat_id < 0:
        raise NoGroupKeys
    if not accounts:
        add = [press(t.plain("🔑 Add a provider key"), AddKey())]
        return Screen(t("You have no provider keys yet."), [add, [press(t.plain("◀ Menu"), Menu())]])
    lines = [_line(account, name_of(account.key, providers), t, clock) for account in accounts[:_MOST]]
    if len(accounts) > _MOST:
        more = len(accounts) - _MOST
        lines.append(t.many("… and {count} more key", "… and {count} more keys", more))
    again = [press(t.plain("🔄 Ask again"), Balance()), press(t.plain("◀ Menu"), Menu())]
    keys = [press(t.plain("🔑 Keys"), Keys())] if any(map(_wants_care, accounts)) else []
    return Screen("\n".join([t("<b>Balance</b>"), *lines, *_together(accounts, t)]), [keys, again])


def _wants_care(account: Account) -> bool:
    return account.key.low_told_at is not None or account.key.stopped_at is not None


def _line(account: Account, name: str, t: Texts, clock: Clock) -> str:
    key, money = account.key, _money(account, t)
    if account.trouble is not None:
        return _unasked(account, name, t, clock)
    if key.stopped_at is not None:
        problem = t.plain_error(refusal(key))
        return t("⛔ {name}: <b>{money}</b>. {problem}", name=name, money=money, problem=problem)
    if key.low_told_at is not None:
        return t("📉 {name}: <b>{money}</b>, running low", name=name, money=money)
    return t("{name}: <b>{money}</b>", name=name, money=money)


def _unasked(account: Account, name: str, t: Texts, clock: Clock) -> str:
    """What went wrong, and what was known last, with the time where nothing was bought since."""
    key, trouble = account.key, account.trouble or BadKey()
    problem, money = t.plain_error(trouble), _money(account, t)
    if account.money is None:
        return t("⚠️ {name}: {problem}", name=name, problem=problem)
    if key.balance_at is None:
        return t("⚠️ {name}: {problem} Last known: {money}", name=name, problem=problem, money=money)
    return t(
        "⚠️ {name}: {problem} Last known: {money}, as of {when}",
        name=name,
        problem=problem,
        money=money,
        when=since(key.balance_at, clock(), t),
    )


def _money(account: Account, t: Texts) -> str:
    """What is on the account; per channel, where that is told apart."""
    each, currency = account.purses, account.key.currency
    if each:
        return " · ".join(f"{channel_name(one, t)} {t.money(each[one], currency)}" for one in each)
    return t.money(account.money, currency) if account.money is not None else "?"


def _together(accounts: Sequence[Account], t: Texts) -> list[str]:
    """The sum in each currency, where several accounts have the same; an unknown one is none."""
    known = [(one.key.currency, one.money) for one in accounts if one.money is not None and one.key.currency]
    currencies = list(dict.fromkeys(currency for currency, _ in known))
    if len(currencies) == len(known):
        return []
    sums = [sum((each for its, each in known if its == one), Decimal(0)) for one in currencies]
    money = " · ".join(t.money(total, one) for total, one in zip(sums, currencies, strict=True))
    if any(one.trouble for one in accounts):
        return ["", t("Together, as far as known: <b>{money}</b>", money=money)]
    return ["", t("Together: <b>{money}</b>", money=money)]
