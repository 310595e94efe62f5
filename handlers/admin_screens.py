"""What the operator reads: figures side by side, the providers' health, queues, errors, what is set up."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from babel.dates import format_timedelta

from bot.errors import named
from bot.health import Pulse, Report
from bot.i18n import Texts
from bot.overview import VERSION, Glance, Overview, Spent
from bot.providers.base import Provider
from bot.settings import Access, Settings
from bot.statistics import Record
from bot.switches import Switches
from handlers.operator_doors import (
    Admin,
    BackUp,
    Broadcasts,
    DeedsOf,
    Guests,
    Lever,
    Notices,
    Page,
    Show,
    Switching,
)
from handlers.screen import Rows, Screen, in_rows, press
from storage.models import State
from storage.overview import Mishap, Queue, Queues

#: Errors that are told one by one.
_MISHAPS = 12

Titles = Mapping[str, Provider]


def home(figures: tuple[Glance, Glance], news: Sequence[str], paused: bool, t: Texts) -> Screen:
    """Today beside the last seven days, then what is out of the ordinary, in `news`."""
    today, week = figures
    lines = [
        t("🛠 <b>Operator</b>"),
        f"<pre>{html.escape(_table(today, week, t))}</pre>",
        t("🎯 Success today: {record}", record=_rate(today.success, t)),
        t("🎯 Success in 7 days: {record}", record=_rate(week.success, t)),
        t("💸 Spent today: {amounts}", amounts=amounts(today.spent, t)),
        t("💸 Spent in 7 days: {amounts}", amounts=amounts(week.spent, t)),
    ]
    return Screen("\n".join([*lines, "", *news]), _ways(paused, t))


def _ways(paused: bool, t: Texts) -> Rows:
    pause = t.plain("▶️ Resume …") if paused else t.plain("⏸ Pause …")
    buttons = [
        press(t.plain("🩺 Providers"), Show(page=Page.HEALTH)),
        press(t.plain("📬 Queues"), Show(page=Page.QUEUES)),
        press(t.plain("⚠️ Errors"), Show(page=Page.ERRORS)),
        press(t.plain("👤 People"), Guests()),
        press(pause, Switching(what=Lever.PAUSE)),
        press(t.plain("🚪 Access"), Switching(what=Lever.ACCESS)),
        press(t.plain("🛠 Maintenance"), Switching(what=Lever.MAINTENANCE)),
        press(t.plain("🚫 Services"), Switching(what=Lever.SERVICES)),
        press(t.plain("📣 Broadcasts"), Broadcasts()),
        press(t.plain("🔔 Notices"), Notices()),
        press(t.plain("💾 Back up now"), BackUp()),
        press(t.plain("📜 Log"), DeedsOf()),
        press(t.plain("⚙️ Settings"), Show(page=Page.SETTINGS)),
        press(t.plain("🔄 Refresh"), Admin()),
    ]
    return in_rows(buttons, 2)


def _table(today: Glance, week: Glance, t: Texts) -> str:
    """Counts of both, in letters of even width."""
    both = today.period, week.period
    rows: list[tuple[str, Sequence[object]]] = [
        ("", (t.plain("today"), t.plain("7 days"))),
        (t.plain("People seen"), [each.people.seen for each in both]),
        (t.plain("New people"), [each.people.new for each in both]),
        (t.plain("Groups seen"), [each.groups.seen for each in both]),
        (t.plain("Numbers"), [each.numbers for each in both]),
        (t.plain("With a code"), [each.codes for each in both]),
        (t.plain("Rents"), [each.rents for each in both]),
        (t.plain("Messages"), [each.messages for each in both]),
        (t.plain("Failed"), [_count(each.mishaps, State.FAILED) for each in both]),
        (t.plain("Unclear"), [_count(each.mishaps, State.UNKNOWN) for each in both]),
    ]
    wide = max(len(name) for name, _ in rows)
    first, second = (max(len(str(values[place])) for _, values in rows) for place in (0, 1))
    return "\n".join(f"{name:<{wide}}  {a!s:>{first}}  {b!s:>{second}}" for name, (a, b) in rows)


def _rate(record: Record, t: Texts) -> str:
    """How many in a hundred got their code, and how many at least; of few how many, a dash of none."""
    if not record.ended:
        return "–"
    if record.few:
        return t.plain("{received} of {ended}", received=record.received, ended=record.ended)
    return t.plain("{share} (at least {low})", share=t.percent(record.rate), low=t.percent(record.low))


def _count(mishaps: Sequence[Mishap], state: State) -> int:
    return sum(each.count for each in mishaps if each.state is state)


def amounts(spent: Sequence[Spent], t: Texts) -> str:
    """Money by currency, and what more it may come to: that may be given back still."""
    return "; ".join(_amount(each, t) for each in spent) or "–"


def _amount(spent: Spent, t: Texts) -> str:
    sure = t.money(spent.sure, spent.currency)
    more = t.money(spent.doubtful, spent.currency)
    return t.plain("{sure}, perhaps {more} more", sure=sure, more=more) if spent.doubtful else sure


async def news(
    overview: Overview, reports: Sequence[Report], switches: Switches, titles: Titles, t: Texts
) -> list[str]:
    """How things stand now, what is out of the ordinary first."""
    queues = await overview.queues()
    return [
        *([t("⏸ <b>Orders are paused.</b> Nothing is bought, rented or sent.")] if switches.paused else []),
        *([t("🛠 <b>Maintenance.</b> People read your text.")] if switches.maintenance else []),
        *_troubles(reports, titles, t),
        t("🚪 Access: {access}", access=access_name(switches.access, t)),
        t(
            "📬 Messages waiting: {due} due, {later} later",
            due=_due(queues.posts),
            later=_later(queues.posts),
        ),
        t(
            "💾 Database: {size} · version {version} · up for {time}",
            size=t.megabytes(overview.size),
            version=VERSION,
            time=_brief(overview.uptime.total_seconds(), t),
        ),
    ]


def _troubles(reports: Sequence[Report], titles: Titles, t: Texts) -> list[str]:
    bad = [each for each in reports if each.pulse in (Pulse.DOWN, Pulse.SLOW)]
    if bad:
        return [_standing(each, titles, t) for each in bad]
    asked = any(each.pulse is Pulse.UP for each in reports)
    return [t("🟢 All providers that were asked answer.")] if asked else [t("⚪ No provider was asked yet.")]


def _standing(report: Report, titles: Titles, t: Texts) -> str:
    title = titles[report.provider].title if report.provider in titles else report.provider
    since = "" if report.since is None else t.day(report.since)
    match report.pulse:
        case Pulse.DOWN:
            return t("🔴 <b>{provider}</b>: down since {time}", provider=title, time=since)
        case Pulse.SLOW:
            return t("🟡 <b>{provider}</b>: slow since {time}", provider=title, time=since)
        case Pulse.UP:
            return t("🟢 <b>{provider}</b>: up since {time}", provider=title, time=since)
        case Pulse.UNASKED:
            return t("⚪ <b>{provider}</b>: not asked yet", provider=title)


def health(reports: Sequence[Report], titles: Titles, t: Texts) -> Screen:
    """Every provider; by our own calls since the bot came up."""
    lines = ["\n".join([_standing(each, titles, t), *_calls(each, t)]) for each in reports]
    head = t(
        "🩺 <b>Providers</b>\nHow they answered my own calls since I came up. Down: three in a row without "
        "an answer."
    )
    return Screen("\n\n".join([head, *lines]), back(t, Show(page=Page.HEALTH)))


def _calls(report: Report, t: Texts) -> list[str]:
    if not report.calls:
        return []
    lines = [t("Calls: {calls}, unanswered: {failed}", calls=report.calls, failed=report.unanswered)]
    if report.middle is not None and report.slowest is not None:
        middle, slowest = f"{report.middle:.1f}", f"{report.slowest:.1f}"
        lines.append(
            t("Half within {middle} s, 95 of 100 within {slowest} s", middle=middle, slowest=slowest)
        )
    if report.failures:
        why = reason_of(report.reason, t)
        lines.append(t("In a row without an answer: {count}. {reason}", count=report.failures, reason=why))
    return lines


def queues(told: Queues, now: datetime, t: Texts) -> Screen:
    lines = [t("📬 <b>Queues</b>"), "", t("<b>Messages waiting</b>")]
    lines += [_queue(each, now, t) for each in told.posts] or [t("Nothing waits.")]
    lines += [
        t("Kept for people who cannot be reached: {count}", count=told.parked),
        "",
        t("<b>To be looked at</b>"),
    ]
    lines += [_queue(each, now, t) for each in told.work]
    return Screen("\n".join(lines), back(t, Show(page=Page.QUEUES)))


def _queue(queue: Queue, now: datetime, t: Texts) -> str:
    values = {"kind": queue.kind, "due": queue.due, "later": queue.waiting}
    if queue.oldest is None:
        return t("<code>{kind}</code>: {due} due, {later} later", **values)
    age = _brief((now - queue.oldest).total_seconds(), t)
    return t("<code>{kind}</code>: {due} due, {later} later; the oldest is due for {age}", **values, age=age)


def errors(glance: Glance, titles: Titles, t: Texts) -> Screen:
    """Why purchases of the last seven days failed, or are unclear, the most frequent first."""
    shown = glance.period.mishaps[:_MISHAPS]
    lines = [_mishap(each, titles, t) for each in shown] or [t("None. Every order was carried out.")]
    if len(glance.period.mishaps) > len(shown):
        lines.append(t("And rarer ones."))
    head = t("⚠️ <b>Errors</b> · purchases of the last 7 days\n")
    return Screen("\n".join([head, *lines]), back(t, Show(page=Page.ERRORS)))


def _mishap(mishap: Mishap, titles: Titles, t: Texts) -> str:
    title = titles[mishap.provider].title if mishap.provider in titles else mishap.provider
    values = {"count": mishap.count, "provider": title, "reason": reason_of(mishap.reason, t)}
    if mishap.state is State.UNKNOWN:
        return t("{count} × {provider}, outcome unknown: {reason}", **values)
    return t("{count} × {provider}: {reason}", **values)


def reason_of(reason: str, t: Texts) -> str:
    """Why, in words where an error class has some without values, else by its name."""
    error = named(reason)
    if error is None or "{" in error.text:
        return reason or "–"
    return t.plain(error.text)


def settings(given: Settings, switches: Switches, t: Texts) -> Screen:
    """What the environment says, without anything secret in it, and who may come in now."""
    limits = given.limits
    lines = [
        t("⚙️ <b>Settings</b> of this process\n"),
        t("Operators: {ids}", ids=", ".join(map(str, given.admin_ids))),
        t("Access: {access}", access=access_name(switches.access, t)),
        *overriding(switches, t),
        t("Numbers at once: {count}", count=_limit(limits.active_numbers, t)),
        t("Purchases a day: {count}", count=_limit(limits.purchases_per_day, t)),
        t("Spending a day at a provider: {amount}", amount=_limit(limits.spend_per_day, t)),
        t("Messages a day: {count}", count=_limit(limits.messages_per_day, t)),
        t("Blocked services: {names}", names=", ".join(given.blocked_services) or "–"),
        t("Days until codes and texts are erased: {count}", count=given.retention_days),
        t("Language: {language}", language=given.default_language),
        t("Log level: {level}", level=given.log_level),
        t("Metrics port: {port}", port=given.metrics_port or "–"),
        "",
        t("They are read when I start. What you change here holds over them."),
    ]
    return Screen("\n".join(lines), back(t))


def _limit(value: int | Decimal, t: Texts) -> str:
    if not value:
        return t.plain("no limit")
    return t.money(value, "") if isinstance(value, Decimal) else str(value)


def overriding(switches: Switches, t: Texts) -> list[str]:
    """What is said where an operator chose otherwise than the settings."""
    return [t("Chosen here: it overrides ACCESS of the settings.")] if switches.overrides_access else []


def access_name(access: Access, t: Texts) -> str:
    match access:
        case Access.OPEN:
            return t.plain("open to everybody")
        case Access.INVITE:
            return t.plain("by invitation")
        case Access.ALLOWLIST:
            return t.plain("only let in")


def back(t: Texts, again: Show | None = None) -> Rows:
    """The way back, and where figures go on changing, the same once more."""
    more = [press(t.plain("🔄 Refresh"), again)] if again is not None else []
    return [[*more, press(t.plain("◀ Operator"), Admin())]]


def _brief(seconds: float, t: Texts) -> str:
    """`2 min`: one unit, rounded."""
    return format_timedelta(max(1, round(seconds)), format="short", locale=t.locale)


def _due(posts: Sequence[Queue]) -> int:
    return sum(each.due for each in posts)


def _later(posts: Sequence[Queue]) -> int:
    return sum(each.waiting for each in posts)
