"""What operators are told unasked, drawn as it is at that moment. No number, no code, and nobody's name."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from bot.alarms import PROVIDER
from bot.drawing import Drawing
from bot.i18n import Texts
from bot.providers.base import Provider
from handlers.operator_doors import BackUp
from handlers.screen import Rows, Screen, press
from storage.activations import ActivationStore
from storage.daybook import Daybook, DayFigures
from storage.incidents import IncidentStore
from storage.models import Activation, Incident, Post, State
from storage.outbox import Kind


class AlarmNotices:
    """Draws what the outbox says to operators."""

    def __init__(
        self,
        incidents: IncidentStore,
        numbers: ActivationStore,
        daybook: Daybook,
        providers: Mapping[str, Provider],
    ) -> None:
        self._incidents = incidents
        self._numbers = numbers
        self._daybook = daybook
        self._providers = providers

    async def draw(self, post: Post, t: Texts) -> Drawing | None:
        """None when there is nothing to say any more; what was said is not said again."""
        if post.sent_at is not None:
            return None
        match post.kind:
            case Kind.ALARM | Kind.ALARM_OVER:
                return await self._incident(post, t)
            case Kind.LOST:
                row = await self._numbers.get(post.subject)
                return None if row is None else draw_lost(row, t, self._providers)
        first, last = day_in(post.subject, t.zone)
        return draw_report(first, await self._daybook.between(first, last), t)

    async def _incident(self, post: Post, t: Texts) -> Drawing | None:
        """Trouble that is over before it was told is told as over only."""
        row = await self._incidents.get(post.subject)
        if row is None or (post.kind == Kind.ALARM and row.ended_at is not None):
            return None
        if not row.subject.startswith(PROVIDER):
            return draw_over(row, t) if post.kind == Kind.ALARM_OVER else draw_trouble(row, t)
        name = row.subject.removeprefix(PROVIDER)
        title = self._providers[name].title if name in self._providers else name
        if row.ended_at is not None:
            return draw_up(row, title, t)
        return draw_down(row, title, await self._incidents.waiting(name), t)


def day_in(subject: str, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """When a day (`2026-11-20`) begins and ends by a clock; None is the machine's."""
    begins = datetime.strptime(subject, "%Y-%m-%d")
    local = begins.replace(tzinfo=zone) if zone is not None else begins.astimezone()
    return local.astimezone(UTC), (local + timedelta(days=1)).astimezone(UTC)


def draw_down(row: Incident, title: str, waiting: int, t: Texts) -> Drawing:
    return _said(
        t("🔴 <b>{provider}</b> has not answered since {time}.", provider=title, time=t.clock(row.since)),
        t("Numbers that wait for a code there: {count}", count=waiting),
        t("They are asked on, more slowly. Nothing new is bought there until it answers."),
    )


def draw_up(row: Incident, title: str, t: Texts) -> Drawing:
    lasted = ((row.ended_at or row.since) - row.since).total_seconds()
    return _said(
        t("🟢 <b>{provider}</b> answers again. Down for: {span}", provider=title, span=t.span(lasted))
    )


def draw_trouble(row: Incident, t: Texts) -> Drawing | None:
    """None of what this version does not know."""
    match row.subject:
        case "disk":
            return _said(t("🔴 <b>The disk is nearly full.</b>"), *_room(row, t), _full(t))
        case "backup":
            return _said(
                t("🔴 <b>The backup failed.</b>"),
                t("{problem}", problem=row.detail),
                rows=[[press(t.plain("💾 Try again"), BackUp())]],
            )
        case "outbox":
            return _said(
                t("🔴 <b>Messages were put aside:</b> the bot ended several times while sending them."),
                t("How many: {count}", count=row.detail),
                t("They are tried again, at ever longer pauses. Meanwhile /numbers shows the codes in them."),
            )
    return None


def draw_over(row: Incident, t: Texts) -> Drawing | None:
    """None of what this version does not know."""
    match row.subject:
        case "disk":
            return _said(t("🟢 <b>There is room on the disk again.</b>"), *_room(row, t))
        case "backup":
            return _said(t("🟢 A backup was made again."))
        case "outbox":
            return _said(t("🟢 No message is put aside any more."))
    return None


def _full(t: Texts) -> str:
    return t(
        "Without room nothing is bought, sent or stored. Make some: copies beside the database go first."
    )


def _room(row: Incident, t: Texts) -> list[str]:
    """What is free, as the last look at it told."""
    free, _, total = row.detail.partition("/")
    if not (free.isdigit() and total.isdigit()):
        return []
    share = t.percent(int(free) / max(1, int(total)))
    return [t("Free: {size} MB, {share}", size=int(free) // 2**20, share=share)]


def draw_lost(row: Activation, t: Texts, providers: Mapping[str, Provider]) -> Drawing | None:
    """None when its end is known by now."""
    if row.state is not State.UNKNOWN:
        return None
    provider = providers[row.provider].title if row.provider in providers else row.provider
    wanted = t(
        "{service} · {country} · {provider} · {price}",
        service=row.service_name,
        country=t.country(row.country, row.country_name),
        provider=provider,
        price=t.money(row.agreed, row.currency),
    )
    return _said(
        t("❓ <b>A purchase is unknown.</b> Its answer was lost, and it may have been paid."),
        wanted,
        t("Ordered at: {time}", time=t.clock(row.created_at)),
        t("Its buyer was told, and can look at the account. Nothing is ordered again by itself."),
    )


def draw_report(day: datetime, figures: DayFigures, t: Texts) -> Drawing:
    lines = [
        t("📊 <b>The day before: {date}</b>", date=t.date(day)),
        t("People who ordered: {count}", count=figures.people),
        t("New people: {count}", count=figures.newcomers),
        t("Numbers bought: {count}", count=figures.numbers),
        *([t("A code came to: {share}", share=_share(figures, t))] if figures.numbers else []),
        t("Not bought after all: {count}", count=figures.failed),
        *([t("❓ Unknown: {count}", count=figures.unknown)] if figures.unknown else []),
        *([t("Spent at most: {sums}", sums=_sums(figures.spent, t))] if figures.spent else []),
    ]
    return _said(*lines)


def _share(figures: DayFigures, t: Texts) -> str:
    share = t.percent(figures.received / figures.numbers)
    return t.plain("{count} ({share})", count=figures.received, share=share)


def _sums(spent: Mapping[str, Decimal], t: Texts) -> str:
    return " · ".join(t.money(amount, currency) for currency, amount in sorted(spent.items()))


def _said(*lines: str, rows: Rows | None = None) -> Drawing:
    screen = Screen("\n".join(lines), rows or [])
    return Drawing(screen.html, screen.keyboard)
