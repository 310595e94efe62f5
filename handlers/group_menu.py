"""What a group is shown by /start and /help: what can be done there, and the rules it lives by, in words."""

from collections.abc import Sequence

from bot.i18n import Texts
from handlers.doors import Balance, Buy, Help, Menu, Numbers
from handlers.group_doors import Share
from handlers.screen import Screen, press
from handlers.share_words import currency_of, rule_lines
from storage.models import Key, Sharing


def group_menu(t: Texts, *, ready: bool, leads: bool, waiting: int, others: str = "") -> Screen:
    """`ready` where numbers can be bought; `leads` and `waiting` are of who asks.

    `others` are those who buy where who asks may not; "" where they may.
    """
    help_row = press(t.plain("❔ Help"), Help())
    if not ready:
        set_up = press(t.plain("⚙️ Set up sharing"), Share())
        return Screen(_unset(t), [[set_up], [help_row]])
    lines = [t("🔔 <b>Codebell</b> for this group"), "", *_state(waiting, t)]
    numbers = press(t.plain("📋 Numbers"), Numbers())
    buying = [[press(t.plain("📱 Buy a number"), Buy())], [numbers, press(t.plain("💰 Balance"), Balance())]]
    if others:
        lines.append(t("Buying here: <b>{who}</b>. Ask one of them.", who=others))
    rows = [
        *([[numbers]] if others else buying),
        [*([press(t.plain("⚙️ Sharing"), Share())] if leads else []), help_row],
    ]
    return Screen("\n".join(lines), rows)


def _unset(t: Texts) -> str:
    return t(
        "🔔 <b>Codebell</b>\n\nThis group shares no numbers yet. An administrator sets it up: the key of a "
        "provider, who may buy, and who sees the codes."
    )


def _state(waiting: int, t: Texts) -> list[str]:
    asked = t("Numbers here are bought with the group's keys. When a code arrives, I ring here.")
    if not waiting:
        return [asked]
    one = t.many(
        "{count} number of yours waits for an SMS.", "{count} numbers of yours wait for an SMS.", waiting
    )
    return [one, asked]


def group_help(rules: Sharing | None, keys: Sequence[Key], named: Sequence[str], t: Texts) -> Screen:
    """How it works in a group, and what was decided there; `named` were named as buyers."""
    how = t(
        "<b>How it works in this group</b>\n"
        "1. /buy: pick a service, a country and an offer. The menu belongs to who asked for it.\n"
        "2. Enter the number where you need it. When the code comes, I ring here.\n"
        "3. /numbers shows who holds what, /cancel gives a number back.\n\n"
        "Numbers are paid from the account behind the group's key. The key is added in private by an "
        "administrator and never shown here."
    )
    menu = [press(t.plain("◀ Menu"), Menu())]
    if rules is None or not keys:
        unset = t("This group shares no numbers yet. An administrator sets it up with /share.")
        return Screen(f"{how}\n\n{unset}", [[press(t.plain("⚙️ Set up sharing"), Share())], menu])
    said = "\n".join([t("<b>The rules here</b>"), *rule_lines(rules, named, currency_of(keys), t)])
    return Screen(f"{how}\n\n{said}", [menu])
