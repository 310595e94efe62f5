"""The buttons of a bought number: cancel, the SMS was sent, another SMS, finish, show the card again.

In a group they are its holder's alone; an administrator may cancel for one who left.
"""

from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.activations import Activations
from bot.clock import Clock
from bot.i18n import Texts
from bot.members import Members
from bot.postman import Postman
from bot.purchases import Purchases
from handlers.doors import Act, What
from handlers.holders import AmongThem, in_whose_name
from handlers.reveal import show_code
from handlers.screen import answer, chat_of
from storage.activations import ActivationStore
from storage.models import State

router = Router(name="activation")
router.callback_query.filter(F.data.startswith("a"))
router.callback_query.middleware(AmongThem())
router.callback_query.register(show_code, Act.filter(F.what == What.SHOW))


@router.callback_query(Act.filter(F.what == What.CANCEL))
async def cancel(
    callback: CallbackQuery,
    callback_data: Act,
    t: Texts,
    activations: Activations,
    clock: Clock,
    numbers: ActivationStore,
    members: Members,
) -> None:
    """Wish for a cancel; before the minimum wait is over it is booked for the first allowed moment."""
    person = await in_whose_name(await numbers.get(callback_data.id), callback, members)
    row = await activations.cancel(callback_data.id, person)
    now = clock()
    if row.state is not State.WAITING or row.cancel_at is None or row.cancel_at <= now:
        await answer(callback, t.plain("Cancelling…"))
        return
    if row.cancel_from is None or row.cancel_from <= now:
        await answer(callback, t.plain("Booked: I cancel it at {time}.", time=t.time(row.cancel_at)))
        return
    await answer(callback, _too_early(row.cancel_from - now, row.cancel_at, t), alert=True)


def _too_early(wait: timedelta, at: datetime, t: Texts) -> str:
    return t.plain(
        "Too early: the provider lets go of it in {span}. Booked: I cancel it at {time}.",
        span=t.span(wait.total_seconds()),
        time=t.time(at),
    )


@router.callback_query(Act.filter(F.what == What.CANCEL_ALL))
async def cancel_all(
    callback: CallbackQuery, callback_data: Act, t: Texts, activations: Activations, purchases: Purchases
) -> None:
    """The same for each number of one order; one that has its code, or ended, stays as it is."""
    person = callback.from_user.id
    together = await purchases.together(await activations.mine(callback_data.id, person))
    await answer(callback, cancelling(await activations.cancel_all(together, person), t), alert=True)


@router.callback_query(Act.filter(F.what == What.STOP_REST))
async def stop_rest(
    callback: CallbackQuery, callback_data: Act, t: Texts, activations: Activations, purchases: Purchases
) -> None:
    """Order no more of several; what is being ordered right now may still come."""
    row = await activations.mine(callback_data.id, callback.from_user.id)
    if await purchases.stop_rest(row):
        told = t.plain(
            "Stopped: no more is ordered. The number that is being bought right now may still come."
        )
    else:
        told = t.plain("There is nothing left to stop: nothing more of it will be ordered.")
    await answer(callback, told, alert=True)


def cancelling(wished: int, t: Texts) -> str:
    """For how many a cancel was wished."""
    return t.plain(
        "Numbers that are cancelled, at once or when the provider allows it: {count}.", count=wished
    )


@router.callback_query(Act.filter(F.what == What.SENT))
async def sent(callback: CallbackQuery, callback_data: Act, t: Texts, activations: Activations) -> None:
    await activations.sent(callback_data.id, callback.from_user.id)
    await answer(callback, t.plain("The provider knows: the SMS is on its way."))


@router.callback_query(Act.filter(F.what == What.ANOTHER))
async def another(callback: CallbackQuery, callback_data: Act, t: Texts, activations: Activations) -> None:
    await activations.another_sms(callback_data.id, callback.from_user.id)
    await answer(callback, t.plain("Waiting for another SMS. It comes as a new message."))


@router.callback_query(Act.filter(F.what == What.FINISH))
async def finish(callback: CallbackQuery, callback_data: Act, t: Texts, activations: Activations) -> None:
    """Close a number; while another SMS is waited for, after one more look for it."""
    row = await activations.finish(callback_data.id, callback.from_user.id)
    if row.state is State.FINISHED:
        await answer(callback, t.plain("Finished."))
        return
    text = t.plain(
        "I look once more for the SMS you asked for. If it came you get it, else this is finished."
    )
    await answer(callback, text)


@router.callback_query(Act.filter(F.what == What.CARD))
async def card(
    callback: CallbackQuery,
    callback_data: Act,
    numbers: ActivationStore,
    activations: Activations,
    clock: Clock,
    postman: Postman,
    t: Texts,
) -> None:
    """Hang the card anew, at the end of the chat it is asked for in."""
    row = await activations.mine(callback_data.id, callback.from_user.id)
    if not await numbers.hang_anew(row.id, chat_of(callback), clock()):
        await answer(callback, t.plain("It came a moment ago: look a little above."), alert=True)
        return
    postman.nudge()
    await answer(callback)
