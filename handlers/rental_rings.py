"""What is said beside the card of a rented number: every SMS, that its end is near, where the card went."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.drawing import Drawing
from bot.i18n import Texts, international, visible
from bot.providers.base import Capability, Provider
from bot.providers.codes import codes_in
from handlers.doors import Hired, OnRental
from handlers.screen import COPY_LENGTH, Rows, Screen, copies, press
from handlers.strangers import cut, quoted, sender_of, warnings
from storage.models import Post, Rental, RentalState, RentalText
from storage.outbox import Kind

#: A reminder that comes while more than this is left was overtaken by a renewal; where less is left than for
#: the next one, that one says it.
_REMINDED = {
    Kind.DAY_LEFT: (timedelta(minutes=65), timedelta(hours=24, minutes=5)),
    Kind.HOUR_LEFT: (timedelta(0), timedelta(minutes=65)),
}
#: UTF-16 units, as Telegram counts: its longest message holds them beside what stands around them.
_LONGEST_SMS = 3500
_CODES_OFFERED = 3


def draw_rental_sms(sms: RentalText, row: Rental, t: Texts, post: Post) -> Drawing:
    """One SMS in a message of its own: edits do not ring. Said once, it is not said again."""
    lines = [t("🔔 <b>{number}</b>", number=international(row.phone or "")), sender_of(sms.sender, t)]
    text = _whole(sms.text)
    lines += [quoted(text, t), *warnings(text, t)]
    screen = Screen("\n".join(lines), _sms_buttons(sms, row, t))
    return Drawing(screen.html, screen.keyboard, edits=post.message_id, once=post.message_id is not None)


def draw_moved(row: Rental, t: Texts, post: Post) -> Drawing | None:
    """What the message says that a card left; None where other screens may have taken that message since."""
    if row.state is not RentalState.ACTIVE:
        return None
    line = t("🗂 <b>{number}</b>: its card went on below.", number=international(row.phone or ""))
    return Drawing(line, edits=post.message_id, once=True)


def draw_reminder(
    row: Rental, t: Texts, providers: Mapping[str, Provider], now: datetime, post: Post
) -> Drawing | None:
    """That the end is near; None when it has ended or was renewed meanwhile, or another one says so."""
    left = row.until - now if row.until is not None else timedelta(0)
    least, most = _REMINDED[Kind(post.kind)]
    if row.state is not RentalState.ACTIVE or not least < left <= most:
        return None
    provider = providers.get(row.provider)
    renewable = provider is not None and provider.can(Capability.RENEW)
    lines = [
        t(
            "⏰ <b>{number}</b> ends in {span}, on {moment}.",
            number=international(row.phone or ""),
            span=t.span(left.total_seconds()),
            moment=t.day(row.until or now),
        ),
        t("SMS that come after that are lost."),
    ]
    renew = [press(t.plain("🔁 Renew"), OnRental(what=Hired.RENEW, id=row.id))] if renewable else []
    screen = Screen(
        "\n".join(lines), [[*renew, press(t.plain("🗂 Card"), OnRental(what=Hired.CARD, id=row.id))]]
    )
    return Drawing(screen.html, screen.keyboard, edits=post.message_id, once=post.message_id is not None)


def _whole(text: str) -> str:
    """This message is where an SMS is read in full: lists and cards show its beginning."""
    return cut(visible(text, _LONGEST_SMS), _LONGEST_SMS)


def _sms_buttons(sms: RentalText, row: Rental, t: Texts) -> Rows:
    """A code shows itself on its button unless it is veiled: what looks like one in a text may be none."""
    codes = [
        [copies(t.plain("📋 Copy code {code}", code=t.masked(code)), code)]
        for code in codes_in(sms.text)[:_CODES_OFFERED]
    ]
    whole = visible(sms.text, COPY_LENGTH + 1)
    text = [copies(t.plain("📋 Copy text"), whole)] if 0 < len(whole) <= COPY_LENGTH else []
    return [*codes, [*text, press(t.plain("🗂 Card"), OnRental(what=Hired.CARD, id=row.id))]]
