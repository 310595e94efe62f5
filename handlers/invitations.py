"""Links that let one person in, each once: made here, told once, revoked all together."""

from collections.abc import Sequence
from datetime import timedelta

from aiogram import Bot, F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from bot.admission import Admission
from bot.clock import Clock
from bot.i18n import Texts
from bot.switches import Switches
from handlers.admin_screens import back
from handlers.operating import only_for_operators
from handlers.operator_doors import Guests, Invitations, Lever, Switching
from handlers.screen import Screen, copies, press, say, show
from storage.invitations import InvitationStore
from storage.models import SingleUse

router = Router(name="invitations")
router.callback_query.filter(F.data.startswith("T"))
only_for_operators(router)

#: How long an invitation works.
LASTS = timedelta(days=7)
#: Ends that are told one by one.
_ENDS = 10


class Invite(CallbackData, prefix="Ti"):
    """A new link."""


class Revoke(CallbackData, prefix="Tr"):
    """Let none of the open links work any more; asks first unless `sure`."""

    sure: bool = False


@router.callback_query(Invitations.filter())
async def invitations(
    callback: CallbackQuery,
    t: Texts,
    invites: InvitationStore,
    admission: Admission,
    switches: Switches,
    clock: Clock,
) -> None:
    await show(callback, _open(await invites.open(admission.settings.admin_ids, clock()), switches, t))


@router.callback_query(Invite.filter())
async def invite(
    callback: CallbackQuery,
    bot: Bot,
    t: Texts,
    invites: InvitationStore,
    admission: Admission,
    switches: Switches,
    clock: Clock,
) -> None:
    """The link stands in a message of its own: it is told this once."""
    word, me = await invites.make(callback.from_user.id, clock(), LASTS), await bot.me()
    await say(callback, _link(f"https://t.me/{me.username}?start={word}", t))
    await show(callback, _open(await invites.open(admission.settings.admin_ids, clock()), switches, t))


@router.callback_query(Revoke.filter())
async def revoke(
    callback: CallbackQuery,
    callback_data: Revoke,
    t: Texts,
    invites: InvitationStore,
    admission: Admission,
    switches: Switches,
    clock: Clock,
) -> None:
    if not callback_data.sure:
        await show(callback, _revoking(len(await invites.open(admission.settings.admin_ids, clock())), t))
        return
    await invites.revoke(callback.from_user.id, clock())
    await show(callback, _open(await invites.open(admission.settings.admin_ids, clock()), switches, t))


def _open(found: Sequence[SingleUse], switches: Switches, t: Texts) -> Screen:
    lines = [t("✉️ <b>Invitations</b>"), t("Each link lets one person in, once, within 7 days.")]
    if not switches.invites:
        lines.append(t("⚠️ Links work only while access is by invitation; now it is not."))
    lines += ["", t("Open links: {count}", count=len(found))]
    lines += [t("• until {time}", time=t.day(each.expires_at)) for each in found[:_ENDS]]
    access = [] if switches.invites else [press(t.plain("🚪 Access"), Switching(what=Lever.ACCESS))]
    gone = [press(t.plain("🗑 Revoke all"), Revoke())] if found else []
    people = [press(t.plain("👤 People"), Guests()), *back(t)[0]]
    return Screen("\n".join(lines), [[press(t.plain("✉️ New link"), Invite())], access, gone, people])


def _link(address: str, t: Texts) -> Screen:
    lines = [
        t("✉️ A link for one person. Send it to them:"),
        t("<code>{link}</code>", link=address),
        t("It works once, within 7 days. I keep no copy of it and cannot show it again."),
    ]
    rows = [[copies(t.plain("📋 Copy link"), address)], [press(t.plain("◀ Invitations"), Invitations())]]
    return Screen("\n\n".join(lines), rows)


def _revoking(count: int, t: Texts) -> Screen:
    asked = t.many(
        "Revoke {count} open link? Whoever has it comes in no more.",
        "Revoke {count} open links? Whoever has one comes in no more.",
        count,
    )
    done = t("Who came in by a link stays.")
    sure = press(t.plain("🗑 Revoke all"), Revoke(sure=True))
    return Screen("\n".join([asked, done]), [[sure, press(t.plain("◀ Back"), Invitations())]])
