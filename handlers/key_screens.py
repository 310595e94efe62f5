"""The screens around provider keys: the list of them, the buttons of one, its limit, and how it goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.i18n import Texts
from bot.providers.base import Capability, Provider
from handlers.doors import AddKey, Keys, Menu, Rename
from handlers.key_marks import line, marks, name_of
from handlers.open_ends import told
from handlers.screen import Rows, Screen, in_rows, page_of, press, turn
from storage.keys import KeyStore
from storage.models import Key
from storage.notices import NUMBERS_LEFT
from storage.open_ends import OpenEnds

_KEYS_A_PAGE = 8
#: Characters of a label that two of which find room beside each other.
_NARROW = 16
#: A key that ends sooner is warned of.
_SOON = timedelta(days=14)
#: Limits to choose from, in currencies of which one buys several numbers, and in the others.
_DEAR = (1, 2, 5, 10)
_CHEAP = (50, 100, 200, 500)
_DEAR_CURRENCIES = frozenset({"", "USD", "EUR", "GBP", "CHF"})


class KeyPage(CallbackData, prefix="kp"):
    """A page of the list."""

    page: Annotated[int, Field(ge=0, le=999)]


class OneKey(CallbackData, prefix="ko"):
    """Look at one key."""

    id: str


class TryKey(CallbackData, prefix="kt"):
    """Ask the provider whether it takes a key."""

    id: str


class Limit(CallbackData, prefix="kl"):
    """Choose when a key's balance is low: an amount, 0 for never, "auto" by its last number; "" asks."""

    id: str
    value: str = ""


class Remove(CallbackData, prefix="kr"):
    """Remove a key; asks first unless `sure`."""

    id: str
    sure: bool = False


def list_screen(
    mine: Sequence[Key], page: int, t: Texts, keys: KeyStore, providers: Mapping[str, Provider]
) -> Screen:
    """Every key with what is wrong with it; each opens by its button."""
    add, menu = [press(t.plain("🔑 Add a provider key"), AddKey())], [press(t.plain("◀ Menu"), Menu())]
    if not mine:
        return Screen(t("You have no provider keys yet."), [add, menu])
    shown, pages = page_of(mine, page, _KEYS_A_PAGE)
    lines = [each for key in shown for each in (line(key, t, providers), *marks(key, t, keys))]
    buttons = [press(name_of(key, providers), OneKey(id=key.id)) for key in shown]
    turning = turn(page, pages, lambda to: KeyPage(page=to))
    columns = 2 if all(len(each.text) <= _NARROW for each in buttons) else 1
    return Screen(
        "\n".join([t("<b>Your keys</b>"), *lines]), [*in_rows(buttons, columns), turning, add, menu]
    )


def key_buttons(key: Key, t: Texts) -> Rows:
    return [
        [press(t.plain("🔎 Test"), TryKey(id=key.id)), press(t.plain("🔔 Low balance"), Limit(id=key.id))],
        [press(t.plain("✏️ Name"), Rename(id=key.id)), press(t.plain("🗑 Remove"), Remove(id=key.id))],
        [press(t.plain("◀ Back"), Keys())],
    ]


def limit_screen(key: Key, limit: Decimal | None, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """`limit` is what counts now; the amounts are in the currency of the key."""
    lines = [
        t("<b>{name}</b>: when is its balance low?", name=name_of(key, providers)),
        limit_line(key, limit, t, providers),
        t("I tell you once when it falls below that, and again after it was above."),
        t("Press one, or send an amount like 7.50."),
    ]
    return Screen("\n\n".join(lines), _limits(key, t, providers))


def limit_line(key: Key, limit: Decimal | None, t: Texts, providers: Mapping[str, Provider]) -> str:
    """When its chat is told that there is little left."""
    if key.low_at == 0 or (limit is None and not _buys(key, providers)):
        return t("🔕 You are not told when its balance is low.")
    if limit is None:
        return t("🔔 You are told when it would not pay for {count} more numbers.", count=NUMBERS_LEFT)
    money = t.money(limit, key.currency)
    if key.low_at is not None:
        return t("🔔 You are told below {money}.", money=money)
    return t(
        "🔔 You are told below {money}: {count} numbers like the last one.", money=money, count=NUMBERS_LEFT
    )


def _limits(key: Key, t: Texts, providers: Mapping[str, Provider]) -> Rows:
    amounts = _DEAR if key.currency in _DEAR_CURRENCIES else _CHEAP
    some = [press(t.money(Decimal(one), key.currency), Limit(id=key.id, value=str(one))) for one in amounts]
    last = t.plain("Price of {count} numbers", count=NUMBERS_LEFT)
    automatic = [press(last, Limit(id=key.id, value="auto"))] if _buys(key, providers) else []
    never = press(t.plain("🔕 Never"), Limit(id=key.id, value="0"))
    return [*in_rows(some, 4), [*automatic, never], [press(t.plain("◀ Back"), OneKey(id=key.id))]]


def _buys(key: Key, providers: Mapping[str, Provider]) -> bool:
    return key.provider in providers and providers[key.provider].can(Capability.BUY)


def removal_screen(key: Key, ends: OpenEnds, t: Texts, providers: Mapping[str, Provider]) -> Screen:
    """What happens to what is under way with it."""
    lines = [line(key, t, providers), "", t("Remove this key? Nothing more is bought with it.")]
    if ends.watches:
        lines.append(t("Watches that buy with it end."))
    if any((ends.numbers, ends.lost, ends.rentals, ends.messages)):
        lines += [*told(ends, t), t("I look after these to their end; then the key is erased.")]
    else:
        lines.append(t("It is erased at once."))
    sure = press(t.plain("🗑 Yes, remove it"), Remove(id=key.id, sure=True))
    return Screen("\n".join(lines), [[sure, press(t.plain("◀ No"), OneKey(id=key.id))]])


def valid(ends: datetime | None, t: Texts, now: datetime) -> list[str]:
    """When a key ends, where it says so itself."""
    if ends is None:
        return []
    if ends <= now:
        return [t("⚠️ It expired on {day}: add a new one.", day=t.date(ends))]
    if ends - now <= _SOON:
        return [t("⚠️ It expires on {day}: add a new one soon.", day=t.date(ends))]
    return [t("It expires on {day}.", day=t.date(ends))]
