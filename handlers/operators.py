"""What a draft costs to each mobile operator of the recipient's country, and exactly to one of them."""

from collections.abc import Mapping, Sequence

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from bot.errors import Unsupported
from bot.i18n import Texts
from bot.messages import Messages
from bot.postage import ChannelCost, Postage
from bot.providers.base import Capability, Provider
from bot.providers.sending import ChannelPrice
from handlers.bill import between
from handlers.channels import channel_name, recipient
from handlers.compose import open_draft
from handlers.doors import Operators
from handlers.private import MESSAGES, only_in_private
from handlers.questions import back
from handlers.screen import Screen, answer, in_rows, page_of, press, show, turn
from storage.models import OutgoingMessage

router = Router(name="operators")
router.callback_query.filter(F.data.startswith("p"))
only_in_private(router, MESSAGES)

_OPERATORS_A_PAGE = 10


class Exact(CallbackData, prefix="pe"):
    """Ask for the price to one operator; `value` is its country and network code, `255-01`."""

    id: str
    value: str


@router.callback_query(Operators.filter())
async def operators(
    callback: CallbackQuery,
    callback_data: Operators,
    t: Texts,
    messages: Messages,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    draft = await _priced(callback_data.id, callback, messages, providers)
    await show(callback, _operators(draft, await postage.operators(draft), callback_data.page, t))


@router.callback_query(Exact.filter())
async def exact(
    callback: CallbackQuery,
    callback_data: Exact,
    t: Texts,
    messages: Messages,
    postage: Postage,
    providers: Mapping[str, Provider],
) -> None:
    """Asked of the provider anew, for the whole message."""
    draft = await _priced(callback_data.id, callback, messages, providers)
    mcc, _, mnc = callback_data.value.partition("-")
    costs = await postage.exact(draft, mcc, mnc)
    if not costs:
        await answer(callback, t.plain("The provider tells no price to this operator."), alert=True)
        return
    lines = [_exact_line(cost, draft, t) for cost in costs]
    title = t.plain("Your message to the operator {operator}:", operator=callback_data.value)
    await answer(callback, "\n".join([title, *lines]), alert=True)


async def _priced(
    message_id: str, callback: CallbackQuery, messages: Messages, providers: Mapping[str, Provider]
) -> OutgoingMessage:
    """A draft whose provider tells prices."""
    draft = await open_draft(message_id, callback.from_user.id, messages)
    provider = providers.get(draft.provider)
    if provider is None or not provider.can(Capability.SEND_PRICES):
        raise Unsupported
    return draft


def _operators(draft: OutgoingMessage, prices: Sequence[ChannelPrice], page: int, t: Texts) -> Screen:
    if not prices:
        return Screen(t("The provider tells no prices for this country."), [back(draft, t)])
    shown, pages = page_of(_by_operator(prices), page, _OPERATORS_A_PAGE)
    buttons = [press(_label(code, its, draft, t), Exact(id=draft.id, value=code)) for code, its in shown]
    text = t(
        "<b>Price per operator</b> · {recipient}\nFor one SMS, or one Viber message. Operators go by their "
        "mobile country and network codes (MCC-MNC). Press one for the price of your message to it.",
        recipient=recipient(draft, t),
    )
    pager = turn(page, pages, lambda to: Operators(id=draft.id, page=to))
    return Screen(text, [*in_rows(buttons, 1), pager, back(draft, t)])


def _by_operator(prices: Sequence[ChannelPrice]) -> list[tuple[str, list[ChannelPrice]]]:
    """The prices of every operator, by its country and network code."""
    each: dict[str, list[ChannelPrice]] = {}
    for price in prices:
        each.setdefault(f"{price.mcc}-{price.mnc}", []).append(price)
    return list(each.items())


def _label(code: str, prices: Sequence[ChannelPrice], draft: OutgoingMessage, t: Texts) -> str:
    costs = [f"{channel_name(each.channel, t)} {t.money(each.cost, draft.currency)}" for each in prices]
    return " · ".join([code, *costs])


def _exact_line(cost: ChannelCost, draft: OutgoingMessage, t: Texts) -> str:
    name, price = channel_name(cost.channel, t), between(cost, draft.currency, t)
    if cost.segments == 1:
        return t.plain("{channel}: {price}", channel=name, price=price)
    return t.plain("{channel}: {price} for {count} SMS", channel=name, price=price, count=cost.segments)
