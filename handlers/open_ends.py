"""What is still under way, in words and with the buttons that lead there."""

from bot.i18n import Texts
from handlers.doors import Numbers, Sent, Watches
from handlers.screen import Rows, in_rows, press
from storage.open_ends import OpenEnds


def told(ends: OpenEnds, t: Texts) -> list[str]:
    """A line for each kind that there is."""
    lines = (
        (ends.numbers, _numbers(ends.numbers, t)),
        (ends.lost, _lost(ends.lost, t)),
        (ends.rentals, _rentals(ends.rentals, t)),
        (ends.messages, _messages(ends.messages, t)),
        (ends.watches, _watches(ends.watches, t)),
    )
    return [line for count, line in lines if count]


def ways(ends: OpenEnds, t: Texts) -> Rows:
    """Where each of them is looked after."""
    there = (
        (ends.numbers or ends.lost or ends.rentals, press(t.plain("📋 My numbers"), Numbers())),
        (ends.messages, press(t.plain("✉️ Sent messages"), Sent())),
        (ends.watches, press(t.plain("👁 Watches"), Watches())),
    )
    return in_rows([button for count, button in there if count], 2)


def _numbers(count: int, t: Texts) -> str:
    return t.many("⏳ {count} number waits for a code", "⏳ {count} numbers wait for a code", count)


def _lost(count: int, t: Texts) -> str:
    return t.many(
        "❓ {count} purchase is still looked for, as its answer was lost",
        "❓ {count} purchases are still looked for, as their answers were lost",
        count,
    )


def _rentals(count: int, t: Texts) -> str:
    return t.many("🗓 {count} number is rented", "🗓 {count} numbers are rented", count)


def _messages(count: int, t: Texts) -> str:
    return t.many("✉️ {count} message is on its way", "✉️ {count} messages are on their way", count)


def _watches(count: int, t: Texts) -> str:
    return t.many("👁 {count} watch buys by itself", "👁 {count} watches buy by themselves", count)
