"""What is switched, as the operator sees it: how it is now, what it means, and the buttons that change it."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts
from bot.search import Listed
from bot.services import nice_name
from bot.settings import Access
from bot.switches import Switches
from handlers.admin_screens import access_name, back, overriding
from handlers.operator_doors import Invitations, Lever, Switching
from handlers.screen import Screen, in_rows, page_of, press, turn
from storage.outsiders import Outsiders

_SERVICES_A_PAGE = 20
#: How many services are offered where it is not clear which is meant.
CHOICES = 6


class Pause(CallbackData, prefix="Sp"):
    """Let nothing be ordered any more, or again."""

    on: bool


class Reopen(CallbackData, prefix="Sr"):
    """The maintenance is over."""


class Enter(CallbackData, prefix="Sa"):
    """From now on this is who may come in."""

    access: Access


class Narrow(CallbackData, prefix="Sn"):
    """The same where it shuts people out: as it is, or once all who are here were let in."""

    access: Access
    all_in: bool = False


class Close(CallbackData, prefix="Sc"):
    """The text that this message shows is what people read from now on."""


class Services(CallbackData, prefix="Ss"):
    """A page of the blocked services."""

    page: Annotated[int, Field(ge=0, le=999)] = 0


class Block(CallbackData, prefix="Sb"):
    """Let nobody buy this service."""

    service: str


class Allow(CallbackData, prefix="Su"):
    """Let it be bought again."""

    service: str


def pausing(paused: bool, t: Texts) -> Screen:
    if paused:
        lines = [
            t("⏸ <b>Orders are paused</b>"),
            t("Nothing is bought, rented or sent. Numbers that are open go on, and their codes come."),
            t("Watches wait until you resume."),
        ]
        button = press(t.plain("▶️ Resume orders"), Pause(on=False))
    else:
        lines = [
            t("▶️ <b>Orders go through</b>"),
            t("A pause stops all buying, renting and sending for everybody, at once, operators included."),
            t("Numbers that are open go on, and their codes come. Watches wait."),
        ]
        button = press(t.plain("⏸ Pause orders"), Pause(on=True))
    return Screen("\n".join(lines), [[button], *back(t)])


def maintenance(words: str, t: Texts) -> Screen:
    """How it is now; whatever is typed next becomes the text."""
    if not words:
        lines = [
            t("🛠 <b>Maintenance</b> · off"),
            t("Send me a text that people read instead of anything new. I show it to you first."),
            t("Open numbers go on: their codes come, their buttons, /numbers and /cancel work."),
            t("It stops new orders by hand, not the watches that buy: for these there is the pause."),
        ]
        return Screen("\n".join(lines), [pause_row(t), *back(t)])
    lines = [
        t("🛠 <b>Maintenance</b> · on. Whatever people begin, they read:"),
        t("<blockquote>{text}</blockquote>", text=words),
        t("Operators are not stopped. Send another text to change it."),
    ]
    return Screen("\n".join(lines), [[press(t.plain("✅ End it"), Reopen())], *back(t)])


def closing(words: str, t: Texts) -> Screen:
    """A text as it was typed, before anybody reads it."""
    lines = [
        t("🛠 <b>Maintenance</b>. Whatever people begin, they will read:"),
        t("<blockquote>{text}</blockquote>", text=words),
        t("Send another text to change it."),
    ]
    back = press(t.plain("◀ Back"), Switching(what=Lever.MAINTENANCE))
    return Screen("\n".join(lines), [[press(t.plain("✅ Switch on"), Close()), back]])


def pause_row(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("⏸ Pause …"), Switching(what=Lever.PAUSE))]


def access(switches: Switches, guests: Mapping[str, int], t: Texts) -> Screen:
    now = switches.access
    lines = [
        t("🚪 <b>Access</b>: {access}\n", access=access_name(now, t)),
        *overriding(switches, t),
        t("<b>Open</b>: everybody may use me, but for who is blocked."),
        t("<b>By invitation</b>: operators, who was let in, and who opens a link of yours."),
        t("<b>Only let in</b>: operators and who was let in; links do not work.\n"),
        t("People let in: {people}. Groups let in: {groups}. Blocked: {blocked}.", **guests),
        t("Whoever may not come in any more keeps getting codes of the numbers they have."),
    ]
    modes = {
        Access.OPEN: t.plain("Open"),
        Access.INVITE: t.plain("By invitation"),
        Access.ALLOWLIST: t.plain("Only let in"),
    }
    buttons = [
        press(f"✓ {label}" if mode is now else label, Enter(access=mode)) for mode, label in modes.items()
    ]
    invitations = [press(t.plain("✉️ Invitations"), Invitations())] if now is Access.INVITE else []
    return Screen("\n".join(lines), [*in_rows(buttons, 2), invitations, *back(t)])


def shutting(access: Access, outside: Outsiders, t: Texts) -> Screen:
    """Who may not come in any more is asked about first."""
    lines = [
        t("🚪 Access: <b>{access}</b>?", access=access_name(access, t)),
        t(
            "They use me now and are not let in: people {people}, groups {groups}. Shut them out?",
            people=outside.people,
            groups=outside.groups,
        ),
        t("Codes of the numbers they have still come."),
    ]
    all_in = press(t.plain("✅ Let them all in first"), Narrow(access=access, all_in=True))
    out = press(t.plain("🚪 Shut out"), Narrow(access=access))
    return Screen("\n".join(lines), [[all_in], [out, press(t.plain("◀ Back"), Switching(what=Lever.ACCESS))]])


def services(switches: Switches, page: int, t: Texts) -> Screen:
    """What is blocked; whatever is typed next is looked for."""
    own = sorted(switches.own_services)
    given = sorted(switches.blocked_services - switches.own_services)
    shown, pages = page_of(own, page, _SERVICES_A_PAGE)
    lines = [t("🚫 <b>Blocked services</b>: nobody sees or buys them")]
    if given:
        lines.append(t("By the settings: {names}", names=", ".join(nice_name(each, each) for each in given)))
    if own:
        lines.append(t("Press one to allow it again."))
    lines.append(t("To block one, send me its name."))
    buttons = [press(f"✖ {nice_name(each, each)}", Allow(service=each)) for each in shown]
    pager = turn(page, pages, lambda to: Services(page=to))
    return Screen("\n".join(lines), [*in_rows(buttons, 2), pager, *back(t)])


def which(found: Sequence[Listed], typed: Listed | None, switches: Switches, t: Texts) -> Screen:
    """What was typed may be these; `typed` is the name itself, where nobody may mean it."""
    buttons = [_one(each, each.slug in switches, t) for each in found]
    cancel = [press(t.plain("◀ Back"), Switching(what=Lever.SERVICES))]
    if len(found) == 1 and found[0].slug in switches:
        return Screen(t("{service} is blocked already.", service=found[0].name), [cancel])
    if typed is not None:
        exactly = t.plain("🚫 Exactly “{name}”", name=typed.name)
        buttons.append(press(exactly, Block(service=typed.slug)))
    lines = [
        t("Which service shall nobody see or buy any more?"),
        t("Numbers of it that are open go on."),
    ]
    return Screen("\n".join(lines), [*in_rows(buttons, 1), cancel])


def _one(service: Listed, blocked: bool, t: Texts) -> InlineKeyboardButton:
    label = t.plain("✓ {service}: blocked", service=service.name)
    free = t.plain("🚫 Block {service}", service=service.name)
    return press(label if blocked else free, Block(service=service.slug))
