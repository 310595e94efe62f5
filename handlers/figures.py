"""The words of /stats: every figure in a text, and under each picture how it is to be read."""

from collections.abc import Mapping, Sequence

from bot.i18n import Texts
from bot.pictures import Picture, day_month, short, within
from bot.providers.base import Provider
from bot.statistics import Figures, Record, Speed, Spending
from storage.payments import Ware

#: Places in the text; the picture has fewer.
_PLACES = 12
#: Between two bounds, which stay in one line: a dash that nothing is broken at.
_TO = "\u2060–\u2060"

Titles = Mapping[str, Provider]


def told(figures: Figures, t: Texts, providers: Titles) -> str:
    """All there is to tell, without any picture."""
    days = len(figures.days)
    head = t.many("<b>Statistics</b> · {count} day", "<b>Statistics</b> · {count} days", days)
    if not figures:
        return "\n\n".join([head, t("Nothing was bought, rented or sent in this time.")])
    money = [*_spending(figures, t), *_waiting(figures, t), *_doubts(figures, t)]
    parts = [money, _codes(figures, t, providers), _speeds(figures, t, providers)]
    counted = t(
        "<i>Among the codes, numbers that still wait or were given back within a minute do not count.</i>"
    )
    return "\n\n".join([head, *("\n".join(part) for part in parts if part), counted])


def caption(picture: Picture, figures: Figures, t: Texts) -> str:
    """What a picture is of, and how it is to be read; its figures are in the text above it."""
    title, *read = _legend(picture, figures, t)
    days = t.many("{count} day", "{count} days", len(figures.days))
    return "\n".join([f"{title} · {days}", *read])


def _legend(picture: Picture, figures: Figures, t: Texts) -> list[str]:
    match picture:
        case Picture.SPENDING:
            return [t("💸 <b>Spent</b>"), *_dearest(figures, t)]
        case Picture.SUCCESS:
            read = t(
                "<i>The dot is the share of numbers that got their code; the true one lies within the "
                "blue line 95 times in 100. A hollow dot rests on few numbers.</i>"
            )
            return [t("🎯 <b>Codes received</b>"), read]
        case Picture.SPEED:
            read = t(
                "<i>The dot is the middle, the blue line half of the codes, the grey one most of them. "
                "A hollow dot rests on few codes.</i>"
            )
            return [t("⏱ <b>From the purchase to the code</b>"), read, *_left_out(figures, t)]


def _left_out(figures: Figures, t: Texts) -> list[str]:
    """Who is in the text and not in the picture of seconds."""
    count = len(figures.speeds) - len(within(figures.speeds))
    if not count:
        return []
    return [t.many("In the text alone: {count} provider", "In the text alone: {count} providers", count)]


def nothing(t: Texts) -> str:
    return t(
        "<b>Statistics</b>\n"
        "There is nothing to count yet. Once you have bought numbers, you see here what you spent, how many "
        "codes came and how soon."
    )


def too_few(picture: Picture | None, t: Texts) -> str:
    """Plain: why there is no picture; none at all without one."""
    match picture:
        case None:
            return t.plain("Too little happened in this time for pictures. The text says it all.")
        case Picture.SPENDING:
            return t.plain("Too little was paid in this time for a picture.")
        case Picture.SUCCESS:
            return t.plain("Too few numbers came to an end in this time for a picture.")
        case Picture.SPEED:
            return t.plain("Too few codes came in this time for a picture.")


def _spending(figures: Figures, t: Texts) -> list[str]:
    lines = [_sum(spending, t) for spending in figures.spending if spending.payments]
    none = t("Nothing for sure.") if figures.spending else t("Nothing.")
    return [t("💸 <b>Spent</b>"), *(lines or [none])]


def _waiting(figures: Figures, t: Texts) -> list[str]:
    """What numbers cost that may still be given back."""
    waiting = [each for each in figures.spending if each.numbers]
    if not waiting:
        return []
    money = " · ".join(t.money(each.waiting, each.currency) for each in waiting)
    count = sum(each.numbers for each in waiting)
    one = t.many(
        "⏳ Still open: {money} for {count} number",
        "⏳ Still open: {money} for {count} numbers",
        count,
        money=money,
    )
    return [one]


def _doubts(figures: Figures, t: Texts) -> list[str]:
    doubtful = [each for each in figures.spending if each.doubtful]
    if not doubtful:
        return []
    money = " · ".join(t.money(each.doubtful, each.currency) for each in doubtful)
    return [t("In doubt: {money}. Your accounts show whether it was paid back.", money=money)]


def _dearest(figures: Figures, t: Texts) -> list[str]:
    """What can be seen of single days."""
    lines = []
    for spending in figures.spending:
        if (dearest := spending.dearest) is not None:
            day, amount = dearest
            values = {"money": t.money(amount, spending.currency), "day": day_month(day, t)}
            lines.append(t("The most in a day: {money}, {day}", **values))
    return lines


def _sum(spending: Spending, t: Texts) -> str:
    """The total, and what went for what where that is not the same."""
    amounts = {ware: t.money(spending.on(ware), spending.currency) for ware in Ware if spending.on(ware)}
    parts = [_ware(ware, money, t) for ware, money in amounts.items()]
    total = t("<b>{money}</b>", money=t.money(spending.total, spending.currency))
    return " · ".join([total, *parts] if len(parts) > 1 else [total])


def _ware(ware: Ware, money: str, t: Texts) -> str:
    match ware:
        case Ware.NUMBER:
            return t("numbers: {money}", money=money)
        case Ware.RENT:
            return t("rentals: {money}", money=money)
        case Ware.MESSAGE:
            return t("messages: {money}", money=money)


def _codes(figures: Figures, t: Texts, providers: Titles) -> Sequence[str]:
    if not figures.records:
        return []
    lines = [_place(record, t, providers) for record in figures.records[:_PLACES]]
    if (rest := len(figures.records) - _PLACES) > 0:
        lines.append(t.many("… and {count} more place", "… and {count} more places", rest))
    whole = t("{received} of {ended} numbers", received=figures.received, ended=figures.ended)
    return [t("🎯 <b>Codes received</b>"), whole, *lines]


def _place(record: Record, t: Texts, providers: Titles) -> str:
    where = f"{title(record.provider, providers)} · {t.country(record.country)}"
    if record.few:
        count = {"received": record.received, "ended": record.ended}
        return t("{place}: {received} of {ended}, few data", place=where, **count)
    span = f"{t.percent(record.low)}{_TO}{t.percent(record.high)}".replace(" ", "\u00a0")
    rate = t.percent(record.rate)
    return t(
        "{place}: <b>{rate}</b> of {ended} ({span})", place=where, rate=rate, ended=record.ended, span=span
    )


def _speeds(figures: Figures, t: Texts, providers: Titles) -> Sequence[str]:
    if not figures.speeds:
        return []
    lines = [_speed(speed, t, providers) for speed in figures.speeds[:_PLACES]]
    return [t("⏱ <b>From the purchase to the code</b>"), *lines]


def _speed(speed: Speed, t: Texts, providers: Titles) -> str:
    values = {"provider": title(speed.provider, providers), "time": short(speed.median, t)}
    if speed.few:
        return t("{provider}: <b>{time}</b>, few data", **values)
    values |= {"most": short(speed.nine_tenths, t), "codes": str(speed.codes)}
    return t("{provider}: <b>{time}</b>, nine of ten in {most} (codes: {codes})", **values)


def title(provider: str, providers: Titles) -> str:
    return providers[provider].title if provider in providers else provider
