"""What operators read of a person or a group: since when, how much, may they come in, and their limits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.admission import Admission
from bot.i18n import Texts, visible
from bot.overview import spent
from handlers.admin_screens import amounts, back
from handlers.operator_doors import Guests, Invitations
from handlers.screen import Rows, Screen, in_rows, press
from storage import caps as kept
from storage.models import Guest
from storage.people import Known, Profile

_Id = Annotated[str, Field(max_length=16)]


class Caps(StrEnum):
    """The limits that somebody may have of their own."""

    PURCHASES = "p"
    NUMBERS = "n"
    MESSAGES = "m"
    MONEY = "s"


#: Each as it is kept.
COLUMN = {
    Caps.PURCHASES: "purchases_per_day",
    Caps.NUMBERS: "active_numbers",
    Caps.MESSAGES: "messages_per_day",
    Caps.MONEY: "spend_per_day",
}
#: What can be pressed for each, beside no limit.
_PRESETS = {
    Caps.PURCHASES: (1, 5, 10, 30, 100),
    Caps.NUMBERS: (1, 3, 5, 10, 20),
    Caps.MESSAGES: (1, 5, 20, 50, 100),
    Caps.MONEY: (1, 5, 20, 50, 100),
}


class Verdict(StrEnum):
    """What is decided about somebody."""

    ASK_TO_BLOCK = "a"
    BLOCK = "b"
    UNBLOCK = "u"
    LET_IN = "i"
    ASK_TO_LET_OUT = "q"
    LET_OUT = "o"


class OneGuest(CallbackData, prefix="Pg"):
    """One person, or a group by its negative id."""

    id: _Id


class Judge(CallbackData, prefix="Pj"):
    """Decide whether they may come in."""

    id: _Id
    verdict: Verdict


class Limits(CallbackData, prefix="Pl"):
    """A person's limits."""

    id: _Id


class Cap(CallbackData, prefix="Pc"):
    """Ask for one of them."""

    id: _Id
    cap: Caps


class SetCap(CallbackData, prefix="Ps"):
    """Give it this value; "" is everybody's."""

    id: _Id
    cap: Caps
    value: Annotated[str, Field(max_length=32)]


def whom(t: Texts) -> Screen:
    lines = [
        t("👤 <b>People and groups</b>"),
        t(
            "Whom are you looking for? Send me their id or a part of their name, or forward me a message of "
            "theirs."
        ),
        t("Usernames are not looked for: they change hands."),
    ]
    return Screen("\n".join(lines), [[press(t.plain("✉️ Invitations"), Invitations())], *back(t)])


def found(people: Sequence[Known], t: Texts) -> Screen:
    if not people:
        none = t(
            "Nobody by that name is known here. By their id I find everybody, also who never wrote to me."
        )
        return Screen(none, [_to_people(t)])
    buttons = [
        press(f"{'👥' if each.id < 0 else '👤'} {name_of(each)}", OneGuest(id=str(each.id)))
        for each in people
    ]
    lines = [
        t("Whom do you mean? Anybody can take any name: look at the id, too."),
        *(t("<code>{id}</code> {name}", id=each.id, name=name_of(each)) for each in people),
    ]
    return Screen("\n".join(lines), [*in_rows(buttons, 1), _to_people(t)])


def name_of(known: Known) -> str:
    return visible(known.name, 40) or str(known.id)


def page(profile: Profile, standing: Sequence[str], admission: Admission, t: Texts) -> Screen:
    """Counts and sums, and the buttons for what can be decided."""
    sign = "👥" if profile.id < 0 else "👤"
    name = visible(profile.name, 64) or "–"
    lines = [
        t("{sign} <b>{name}</b> · <code>{id}</code>", sign=sign, name=name, id=profile.id),
        *_met(profile, t),
        *standing,
        "",
        t("Last 24 hours · 30 days; open now: {count}", count=profile.open_numbers),
        t("📱 Numbers: {day} · {month}", day=profile.numbers[0], month=profile.numbers[1]),
        t(
            "💸 Spent: {day} · {month}",
            day=amounts(spent(profile.today), t),
            month=amounts(spent(profile.month), t),
        ),
        *_groups(profile, t),
    ]
    return Screen("\n".join(lines), _decisions(profile.id, admission, t))


def _met(profile: Profile, t: Texts) -> list[str]:
    if profile.met is None or profile.seen is None:
        groups = ", ".join(name_of(each) for each in profile.met_in)
        return [
            t("Known from groups only: {names}", names=groups) if groups else t("They have never been here.")
        ]
    values = {"day": t.date(profile.met), "time": t.day(profile.seen)}
    lines = [t("Here since {day}, last seen {time}", **values)]
    if profile.gone:
        lines.append(t("I cannot write there: I was blocked or thrown out."))
    return lines


def _groups(profile: Profile, t: Texts) -> list[str]:
    if not profile.groups:
        return []
    return [
        t("👥 Groups they brought me into:"),
        *(t("• {name} <code>{id}</code>", name=name_of(each), id=each.id) for each in profile.groups),
    ]


def standing(who: int, admission: Admission, names: Mapping[int, str], t: Texts) -> list[str]:
    """Whether they may come in, by whose decision, and who brought the bot there."""
    guest = admission.guest(who)
    if who < 0 and guest is not None and guest.brought_by is not None:
        return [
            _may_come(who, admission, names, t),
            t("Brought there by {name}", name=_by(guest.brought_by, names)),
        ]
    return [_may_come(who, admission, names, t)]


def _may_come(who: int, admission: Admission, names: Mapping[int, str], t: Texts) -> str:
    guest = admission.guest(who)
    if admission.is_operator(who):
        return t("🛠 An operator.")
    if guest is not None and guest.blocked_at is not None:
        values = {"day": t.date(guest.blocked_at), "name": _by(guest.blocked_by, names)}
        return t("🚫 Blocked on {day} by {name}", **values)
    if guest is not None and guest.admitted_at is not None:
        values = {"day": t.date(guest.admitted_at), "name": _by(guest.admitted_by or guest.brought_by, names)}
        return t("✅ Let in on {day} by {name}", **values)
    if admission.serves(who):
        return t("✅ May come in, as everybody")
    return t("⛔ May not come in: was not let in")


def _by(who: int | None, names: Mapping[int, str]) -> str:
    return visible(names.get(who or 0, ""), 40) or str(who or "–")


def _decisions(who: int, admission: Admission, t: Texts) -> Rows:
    guest = admission.guest(who)
    people = [_to_people(t)]
    limits = [press(t.plain("📏 Limits"), Limits(id=str(who)))] if who > 0 else []
    if admission.is_operator(who):
        return [limits, *people]
    if admission.is_blocked(who):
        return [[_judge(t.plain("✅ Unblock"), who, Verdict.UNBLOCK)], limits, *people]
    admitted = guest is not None and guest.admitted_at is not None
    if admitted:
        entry = [_judge(t.plain("🚪 Shut out"), who, Verdict.ASK_TO_LET_OUT)]
    else:
        # Who may come in as everybody needs no more.
        entry = [] if admission.serves(who) else [_judge(t.plain("✅ Let in"), who, Verdict.LET_IN)]
    return [[*entry, _judge(t.plain("🚫 Block"), who, Verdict.ASK_TO_BLOCK)], limits, *people]


def _judge(label: str, who: int, verdict: Verdict) -> InlineKeyboardButton:
    return press(label, Judge(id=str(who), verdict=verdict))


def blocking(who: int, name: str, t: Texts) -> Screen:
    shown = visible(name, 64) or str(who)
    lines = [
        t("🚫 Block <b>{name}</b>?", name=shown),
        t("They can begin nothing new, wherever they write. Their watches end."),
        t("Numbers they have go on: their codes and buttons, /numbers, /cancel and /forget work."),
    ]
    sure = _judge(t.plain("🚫 Block"), who, Verdict.BLOCK)
    return Screen("\n".join(lines), [[sure, press(t.plain("◀ Back"), OneGuest(id=str(who)))]])


def letting_out(who: int, name: str, t: Texts) -> Screen:
    lines = [
        t("🚪 Shut <b>{name}</b> out?", name=visible(name, 64) or str(who)),
        t("They may use me then only while I am open to everybody."),
        t("Numbers they have go on: codes still come, and end as they would."),
    ]
    sure = _judge(t.plain("🚪 Shut out"), who, Verdict.LET_OUT)
    return Screen("\n".join(lines), [[sure, press(t.plain("◀ Back"), OneGuest(id=str(who)))]])


def limits(who: int, caps: kept.Caps, guest: Guest | None, t: Texts) -> Screen:
    """All of them as they hold now; their own are marked."""
    lines = [t("📏 <b>Limits</b> · <code>{id}</code>", id=who), ""]
    for cap, name in cap_names(t).items():
        own = guest is not None and getattr(guest, COLUMN[cap]) is not None
        values = {"name": name, "value": _value(caps, cap, t)}
        lines.append(
            t("{name}: <b>{value}</b> ✎", **values) if own else t("{name}: <b>{value}</b>", **values)
        )
    lines += ["", t("✎ is their own, the others are everybody's. Press one to change it.")]
    buttons = [press(name, Cap(id=str(who), cap=cap)) for cap, name in cap_names(t).items()]
    return Screen("\n".join(lines), [*in_rows(buttons, 2), [press(t.plain("◀ Back"), OneGuest(id=str(who)))]])


def cap_names(t: Texts) -> dict[Caps, str]:
    return {
        Caps.PURCHASES: t.plain("Purchases a day"),
        Caps.NUMBERS: t.plain("Numbers at once"),
        Caps.MESSAGES: t.plain("Messages a day"),
        Caps.MONEY: t.plain("Spending a day"),
    }


def cap(who: int, which: Caps, caps: kept.Caps, t: Texts) -> Screen:
    lines = [
        t("📏 {name}: <b>{value}</b>", name=cap_names(t)[which], value=_value(caps, which, t)),
        t("Press a limit or send a number; 0 is no limit."),
    ]
    if which is Caps.MONEY:
        lines.append(t("It counts at each provider by itself, in its currency."))
    presets = [
        press(str(value), SetCap(id=str(who), cap=which, value=str(value))) for value in _PRESETS[which]
    ]
    free = press(t.plain("No limit"), SetCap(id=str(who), cap=which, value="0"))
    common = press(t.plain("As everybody"), SetCap(id=str(who), cap=which, value=""))
    return Screen(
        "\n".join(lines), [presets, [free, common], [press(t.plain("◀ Limits"), Limits(id=str(who)))]]
    )


def _value(caps: kept.Caps, which: Caps, t: Texts) -> str:
    value = getattr(caps, COLUMN[which])
    if not value:
        return t.plain("no limit")
    return t.money(value, "") if isinstance(value, Decimal) else str(value)


def _to_people(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ People"), Guests())]
