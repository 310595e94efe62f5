"""Somebody knows what they want and has no key to buy it with: the key comes first, and leads back to it."""

from bot.i18n import Texts, flag
from bot.services import nice_name
from handlers.doors import AddKey, Help
from handlers.listings import no_keys
from handlers.screen import Screen, press


def key_first(wanted: AddKey, t: Texts) -> Screen:
    """The way to a key; what is wanted is named, where that is clear, and stands in the button."""
    if not wanted.service:
        return no_keys(t, iso2=wanted.iso2)
    name = nice_name(wanted.service, wanted.service)
    country = f"{flag(wanted.iso2)} {t.country(wanted.iso2)}" if wanted.iso2 else ""
    text = t(
        "<b>{wanted}</b>\n"
        "Numbers are bought with your own key of a provider and paid from your account there. "
        "Add one, and I bring you straight back here.",
        wanted=" · ".join(part for part in (name, country) if part),
    )
    key = press(t.plain("🔑 Add a provider key"), wanted)
    return Screen(text, [[key], [press(t.plain("❔ How it works"), Help())]])
