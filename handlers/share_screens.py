"""The screens of /share: what a group decided, on one; and every decision, on one of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton
from pydantic import Field

from bot.i18n import Texts, visible
from bot.members import Standing
from handlers.doors import Menu
from handlers.group_doors import AddGroupKey, GroupKeys, LimitOf, Quota, Share
from handlers.screen import Rows, Screen, in_rows, page_of, press, turn
from handlers.share_words import rule_lines
from storage.models import Buyers, Eyes, Member, Sharing

_MEMBERS_A_PAGE = 8
#: Characters of a name on a button that has the row for itself.
_NAME = 30
#: Keys that the first screen names; the others stand in their own list.
KEYS_NAMED = 4

_Page = Annotated[int, Field(ge=0, le=999)]


class Decision(StrEnum):
    """What has a screen of its own."""

    BUYERS = "b"
    EYES = "e"
    TOPIC = "t"


class Decide(CallbackData, prefix="Ga"):
    """share: show what can be chosen."""

    what: Decision


class LetBuy(CallbackData, prefix="Gb"):
    """share: who may buy from now on."""

    who: Buyers


class ShowCodes(CallbackData, prefix="Gs"):
    """share: who sees codes from now on; everyone only when that is `sure`."""

    to: Eyes
    sure: bool = False


class Named(CallbackData, prefix="Gn"):
    """share: who was met here, to be named as one who may buy."""

    page: _Page = 0


class Name(CallbackData, prefix="Gm"):
    """share: name somebody as one who may buy, or take it back."""

    person: int
    may: bool
    page: _Page = 0


class Settle(CallbackData, prefix="Gt"):
    """share: where cards and codes go: into this topic, or to where a number was asked for."""

    here: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What a group decided, as its first screen shows it: a line of HTML for each key; `named` may buy.

    `sells` where numbers can be bought with its keys; `currency` is the one they are all in, else "".
    """

    rules: Sharing
    keys: Sequence[str]
    named: Sequence[str]
    has_topics: bool
    sells: bool
    currency: str


def home(now: Decided, t: Texts, said: str = "") -> Screen:
    """`said` is what was just decided."""
    lines = [
        *([said, ""] if said else []),
        t("⚙️ <b>Sharing numbers in this group</b>"),
        "",
        *_key_lines(now.keys, t),
        *([_topic_line(now.rules, t)] if now.has_topics else []),
        *rule_lines(now.rules, now.named, now.currency, t),
        "",
        *_nobody_named(now, t),
        _next(now, t),
    ]
    return Screen("\n".join(lines), _home_rows(now, t))


def _key_lines(keys: Sequence[str], t: Texts) -> list[str]:
    if not keys:
        return [t("🔑 Key: <b>none yet</b>")]
    more = len(keys) - KEYS_NAMED
    named = [f"🔑 {line}" for line in keys[:KEYS_NAMED]]
    return [*named, t.many("… and {count} more key", "… and {count} more keys", more)] if more > 0 else named


def _nobody_named(now: Decided, t: Texts) -> list[str]:
    """Where only named members may buy and there is none, only administrators do."""
    if now.rules.who_buys is not Buyers.NAMED or now.named:
        return []
    return [t("⚠️ You have named nobody yet: only administrators may buy.")]


def _topic_line(rules: Sharing, t: Texts) -> str:
    if rules.thread_id is None:
        return t("📌 Cards and codes: <b>where asked for</b>")
    return t("📌 Cards and codes: <b>in one topic</b>")


def _next(now: Decided, t: Texts) -> str:
    if not now.keys:
        return t("Next: add a key. The numbers of this group are paid from its account.")
    if not now.sells:
        return t("Next: add a key of a provider that sells numbers.")
    return t("✅ Ready: /buy buys a number here.")


def _home_rows(now: Decided, t: Texts) -> Rows:
    first = [press(t.plain("🔑 Add a key"), AddGroupKey())]
    buttons = [
        *([press(t.plain("🔑 Keys"), GroupKeys())] if now.keys else []),
        press(t.plain("🛒 Who buys"), Decide(what=Decision.BUYERS)),
        press(t.plain("👁 Who sees codes"), Decide(what=Decision.EYES)),
        press(t.plain("🔢 Numbers a day"), LimitOf(what=Quota.NUMBERS)),
        press(t.plain("💲 Spending a day"), LimitOf(what=Quota.MONEY)),
        press(t.plain("⏳ Waiting at once"), LimitOf(what=Quota.AT_ONCE)),
        *([press(t.plain("📌 Topic"), Decide(what=Decision.TOPIC))] if now.has_topics else []),
    ]
    return [[] if now.keys else first, *in_rows(buttons, 2), [press(t.plain("◀ Menu"), Menu())]]


def buyers(rules: Sharing, t: Texts) -> Screen:
    lines = [
        t("🛒 <b>Who may buy in this group?</b>"),
        t("What they buy is paid from the account behind the group's key. Administrators always may."),
    ]
    labels = {
        Buyers.ADMINS: t.plain("Administrators"),
        Buyers.NAMED: t.plain("Who I name"),
        Buyers.EVERYONE: t.plain("Everyone here"),
    }
    each = [[press(marked(label, who is rules.who_buys), LetBuy(who=who))] for who, label in labels.items()]
    return Screen("\n\n".join(lines), [*each, back(t)])


def named(members: Sequence[Member], page: int, stand: Mapping[int, Standing], t: Texts) -> Screen:
    """Everybody met here, with a mark at who may buy; `stand` is how those of the page do in the group."""
    lines = [t("🛒 <b>Who may buy?</b> Press a name; administrators always may.")]
    if members:
        lines.append(t("I list whom I have met here. Who is missing sends /help in this group once."))
    else:
        lines.append(t("I have met nobody here yet: whoever sends /help in this group is listed."))
    shown, pages = page_of(members, page, _MEMBERS_A_PAGE)
    page = min(page, pages - 1)
    each = [[_tick(member, page, stand.get(member.user_id), t)] for member in shown]
    to_buyers = [press(t.plain("◀ Back"), Decide(what=Decision.BUYERS)), press(t.plain("✅ Done"), Share())]
    return Screen("\n\n".join(lines), [*each, turn(page, pages, lambda to: Named(page=to)), to_buyers])


def on_page(members: Sequence[Member], page: int) -> Sequence[Member]:
    """The members that a page of the list shows."""
    return page_of(members, page, _MEMBERS_A_PAGE)[0]


def _tick(member: Member, page: int, stands: Standing | None, t: Texts) -> InlineKeyboardButton:
    """An administrator's has no mark to take away."""
    label, way = called(member), Name(person=member.user_id, may=not member.may_buy, page=page)
    match stands:
        case Standing.ADMIN:
            return press(t.plain("{name} (administrator)", name=label), way)
        case Standing.GONE:
            label = t.plain("{name} (left the group)", name=label)
    return press(marked(label, member.may_buy), way)


def called(member: Member) -> str:
    """A member's name for a button or a line."""
    return visible(member.name, _NAME) or str(member.user_id)


def eyes(rules: Sharing, t: Texts) -> Screen:
    lines = [
        t("👁 <b>Who sees the codes?</b>"),
        t(
            "<b>The buyer alone</b>: the group reads that a code came; the code is shown to its buyer, here "
            "by a button and in private."
        ),
        t("<b>Everyone here</b>: codes are posted in the group."),
    ]
    labels = {Eyes.BUYER: t.plain("The buyer alone"), Eyes.EVERYONE: t.plain("Everyone here")}
    each = [[press(marked(label, who is rules.who_sees), ShowCodes(to=who))] for who, label in labels.items()]
    return Screen("\n\n".join(lines), [*each, back(t)])


def eyes_warning(t: Texts) -> Screen:
    """Before codes are for all: what that means, honestly."""
    lines = [
        t("⚠️ <b>Shall everyone read the codes?</b>"),
        t(
            "All members, also those who join later and other bots that read along here, will see the codes "
            "of numbers bought from now on. Who has a code can get into the account it is for."
        ),
        t("Codes of numbers bought before stay with their buyers."),
    ]
    sure = press(t.plain("👁 Yes, everyone"), ShowCodes(to=Eyes.EVERYONE, sure=True))
    return Screen("\n\n".join(lines), [[sure, press(t.plain("◀ No"), Decide(what=Decision.EYES))]])


def topic(rules: Sharing, t: Texts, *, inside: bool, here: bool) -> Screen:
    """`inside`: the screen hangs in a topic; `here`: in the one that was chosen."""
    lines = [t("📌 <b>Where do cards and codes go?</b>")]
    if not inside:
        lines.append(t("To choose one topic for them, send /share in that topic."))
    rows = [[press(marked(t.plain("Into this topic"), here), Settle(here=True))]] if inside else []
    anywhere = marked(t.plain("Where a number is asked for"), rules.thread_id is None)
    return Screen("\n\n".join(lines), [*rows, [press(anywhere, Settle(here=False))], back(t)])


def marked(label: str, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def back(t: Texts) -> list[InlineKeyboardButton]:
    return [press(t.plain("◀ Back"), Share())]
