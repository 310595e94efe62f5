"""The new message that rings with a code: in private with all of it, in a group with what the rule allows.

Where not everybody in a group may read a code, its message there only names who may, and the whole SMS comes
to them in private. What was said in a group stays as it was: only its buttons are renewed, so that a rule
which is changed later brings no code where none was.
"""

from collections.abc import Mapping

from aiogram.types import InlineKeyboardButton

from bot.drawing import Drawing
from bot.i18n import Texts, international, visible
from bot.providers.base import Capability, Provider
from handlers.doors import Act, Again, Forward, What
from handlers.holders import Held, called, held_by
from handlers.screen import Rows, Screen, copies, press
from handlers.strangers import quoted, sender_of, warnings
from storage.models import Activation, Sms, State

#: Characters of an alert, less what the end of a cut text takes.
_ALERT = 190


def draw_code(
    sms: Sms, row: Activation, t: Texts, providers: Mapping[str, Provider], sent_as: int | None = None
) -> Drawing:
    """In the private chat it was bought in. Where it was sent, its buttons are renewed."""
    rows = [*_copy(sms, t), *after_code(row, providers.get(row.provider), t), _again(row, t)]
    return _ring(_whole(sms, row, t), rows, sent_as)


def draw_aside(
    sms: Sms, row: Activation, t: Texts, providers: Mapping[str, Provider], group: str, sent_as: int | None
) -> Drawing:
    """In the private chat of who holds a group's number; the same is bought again in the group."""
    rows = [*_copy(sms, t), *after_code(row, providers.get(row.provider), t)]
    return _ring([*_whole(sms, row, t), *_of(group, t)], rows, sent_as)


def draw_former(sms: Sms, row: Activation, t: Texts, group: str, sent_as: int | None) -> Drawing | None:
    """What somebody was told of a number they handed over since: it stays, without buttons."""
    return None if sent_as is None else _ring([*_whole(sms, row, t), *_of(group, t)], [], sent_as)


def draw_group_code(
    sms: Sms,
    row: Activation,
    t: Texts,
    providers: Mapping[str, Provider],
    held: Held,
    sent_as: int | None,
) -> Drawing:
    """In the group it was bought in: all of it where everyone may read it, else that it came."""
    ways = [*after_code(row, providers.get(row.provider), t, in_group=True), _again(row, t)]
    if not held.open:
        return _ring(_came(sms, row, t, held), [show_code(row, t), *ways], sent_as, stays=True)
    copy = _copy(sms, t) if sent_as is None else []
    return _ring([*_whole(sms, row, t), held_by(held, t)], [*copy, *ways], sent_as, stays=True)


def show_code(row: Activation, t: Texts) -> list[InlineKeyboardButton]:
    """The row that shows who holds a number its newest SMS, and nobody else."""
    return [press(t.plain("👁 Show code"), Act(what=What.SHOW, id=row.id))]


def whispered(sms: Sms, row: Activation, t: Texts) -> Screen:
    """The whole SMS, for one pair of eyes in a group."""
    return Screen("\n".join(_whole(sms, row, t)), _copy(sms, t))


def in_short(sms: Sms, row: Activation, t: Texts) -> str:
    """An SMS as an alert: its service and its code, then as much of its text as fits; "" if empty."""
    code, text = visible(sms.code), visible(sms.text or "")
    if not code and not text:
        return ""
    head = t.plain("{service}: {code}", service=row.service_name, code=code) if code else row.service_name
    told = "\n".join(filter(None, [head, text if text != code else ""]))
    return told if len(told) <= _ALERT else f"{told[:_ALERT]}…"


def _ring(lines: list[str], rows: Rows, sent_as: int | None, *, stays: bool = False) -> Drawing:
    """`stays` leaves the words as they were said."""
    said = sent_as is not None
    screen = Screen("" if stays and said else "\n".join(lines), rows)
    return Drawing(screen.html, screen.keyboard, edits=sent_as, once=said)


def _whole(sms: Sms, row: Activation, t: Texts) -> list[str]:
    lines = [t("🔔 <b>{service}</b> · {phone}", service=row.service_name, phone=_phone(row))]
    if code := visible(sms.code):
        lines.append(t.veiled(t("<code>{code}</code>", code=code)))
    return [*lines, *_late(sms, t), *_quoted(sms, t)]


def _came(sms: Sms, row: Activation, t: Texts, held: Held) -> list[str]:
    """That something came, and for whom; nothing of the SMS."""
    name, service = called(held.holder, t), row.service_name
    if visible(sms.code):
        came = t("🔔 <b>{name}</b>: your code for {service} came.", name=name, service=service)
    else:
        came = t("🔔 <b>{name}</b>: an SMS for {service} came.", name=name, service=service)
    whole = [] if held.known or not _is_long(sms) else [t("For the whole SMS open a private chat with me.")]
    return [came, _phone(row), *_late(sms, t), *whole]


def _is_long(sms: Sms) -> bool:
    """Whether an alert does not hold it."""
    return len(visible(sms.text or "")) > _ALERT // 2


def _late(sms: Sms, t: Texts) -> list[str]:
    return [t("<i>It came late, after the number had ended.</i>")] if sms.late else []


def _of(group: str, t: Texts) -> list[str]:
    return [t("👥 {group}", group=group)] if group else []


def _quoted(sms: Sms, t: Texts) -> list[str]:
    """The SMS as it came, where it says more than its code."""
    text = visible(sms.text or "")
    if not sms.text or (text and sms.text == sms.code):
        return [sender_of(sms.sender, t)] if sms.sender else []
    return [sender_of(sms.sender, t), quoted(text, t), *warnings(text, t)]


def _copy(sms: Sms, t: Texts) -> Rows:
    code = visible(sms.code)
    return [[copies(t.plain("📋 Copy code"), code)]] if code else []


def _again(row: Activation, t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("🔁 Buy the same again"), Again(id=row.id))]


def after_code(row: Activation, provider: Provider | None, t: Texts, *, in_group: bool = False) -> Rows:
    """What can be done with a number that did its work; where calls ring is told in private."""
    if row.state is not State.RECEIVED or row.given_back is not None or provider is None:
        return []
    another = [press(t.plain("✉️ Another SMS"), Act(what=What.ANOTHER, id=row.id))]
    finish = press(t.plain("✅ Finish"), Act(what=What.FINISH, id=row.id))
    more = another if _another_possible(row, provider) else []
    return [[*more, finish], [] if in_group else _forward(row, provider, t)]


def _forward(row: Activation, provider: Provider, t: Texts) -> list[InlineKeyboardButton]:
    if not provider.can(Capability.FORWARD):
        return []
    return [press(t.plain("📞 Forward calls"), Forward(id=row.id))]


def _another_possible(row: Activation, provider: Provider) -> bool:
    return provider.can(Capability.ANOTHER_SMS) and row.another_sms is not False and not row.asked_again


def _phone(row: Activation) -> str:
    return international(row.phone or "")
