"""What operators are told unasked, drawn as it is at that moment. No number, no code, and nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.alarms import PROVIDER
from bot.clock import Clock
from bot.drawing import Drawing
from bot.i18n import Texts
from bot.overview import Glance, Overview
from bot.providers.base import Provider
from handlers.admin_screens import amounts
from handlers.operator_doors import Admin, BackUp
from handlers.screen import Rows, Screen, press
from storage.activations import ActivationStore
from storage.incidents import IncidentStore
from storage.models import Activation, Incident, Post, State
from storage.outbox import Kind
from storage.overview import Mishap


class AlarmNotices:
    """Draws what the outbox says to operators."""

    def __init__(
        self,
        incidents: IncidentStore,
        numbers: ActivationStore,
        overview: Overview,
        providers: Mapping[str, Provider],
        clock: Clock,
    ) -> None:
        self._incidents = incidents
        self._numbers = numbers
        self._overview = overview
        self._providers = providers
        self._clock = clock

    async def draw(self, post: Post, t: Texts) -> Drawing | None:
        """None when there is nothing to say any more; what was said is not said again."""
        drawing = await self._drawn(post, t) if post.sent_at is None else None
        # What an operator does, they do in private: in a group no button of theirs works.
        return drawing if drawing is None or post.chat_id > 0 else replace(drawing, keyboard=None)

    async def _drawn(self, post: Post, t: Texts) -> Drawing | None:
        match post.kind:
            case Kind.ALARM | Kind.ALARM_OVER:
                return await self._incident(post, t)
            case Kind.LOST:
                row = await self._numbers.get(post.subject)
                return None if row is None else draw_lost(row, t, self._providers)
        return await self._report(post, t)

    async def _report(self, post: Post, t: Texts) -> Drawing:
        """Who is new is told up to now: those of today are taken off."""
        first, last = day_in(post.subject, t.zone)
        figures = await self._overview.between(first, last)
        later = await self._overview.between(last, self._clock())
        return draw_report(first, figures, figures.period.people.new - later.period.people.new, t)

    async def _incident(self, post: Post, t: Texts) -> Drawing | None:
        """Trouble that is over before it was told is told as over only."""
        row = await self._incidents.get(post.subject)
        if row is None or (post.kind == Kind.ALARM and row.ended_at is not None):
            return None
        if not row.subject.startswith(PROVIDER):
            if post.kind == Kind.ALARM_OVER:
                return draw_over(row, t)
            # Why a backup failed names places of the machine: a group is told that it did.
            return draw_trouble(row, t, in_private=post.chat_id > 0)
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
    since = t.clock(row.since)
    return _said(
        t(
            "🔴 <b>{provider}</b> has come and gone since {time}, and does not answer.",
            provider=title,
            time=since,
        )
        if row.returns
        else t("🔴 <b>{provider}</b> has not answered since {time}.", provider=title, time=since),
        t("Numbers that wait for a code there: {count}", count=waiting),
        t(
            "They are asked on, more slowly. "
            "Anything new is tried there twice a minute at most, until it answers."
        ),
    )


def draw_up(row: Incident, title: str, t: Texts) -> Drawing:
    span = t.span(((row.ended_at or row.since) - row.since).total_seconds())
    if row.returns:
        return _said(
            t("🟢 <b>{provider}</b> answers again. Came and went for: {span}", provider=title, span=span)
        )
    return _said(t("🟢 <b>{provider}</b> answers again. Down for: {span}", provider=title, span=span))


def draw_trouble(row: Incident, t: Texts, *, in_private: bool) -> Drawing | None:
    """None of what this version does not know."""
    match row.subject:
        case "disk":
            return _said(t("🔴 <b>The disk is nearly full.</b>"), *_room(row, t), _full(t))
        case "backup":
            return _said(
                t("🔴 <b>The backup failed.</b>"),
                t("{problem}", problem=row.detail) if in_private else t("Try again in private: /admin"),
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


def draw_report(day: datetime, figures: Glance, newcomers: int, t: Texts) -> Drawing:
    found = figures.period
    failed, unknown = (_mishaps(found.mishaps, state) for state in (State.FAILED, State.UNKNOWN))
    lines = [
        t("📊 <b>The day before: {date}</b>", date=t.date(day)),
        t("✨ New people: {count}", count=newcomers),
        t("📱 Numbers: {count}", count=found.numbers),
        t("🔔 With a code: {count}", count=found.codes),
        *([t("🗓 Rents: {count}", count=found.rents)] if found.rents else []),
        *([t("✉️ Messages: {count}", count=found.messages)] if found.messages else []),
        t("⚠️ Failed: {count}", count=failed),
        *([t("❓ Unknown: {count}", count=unknown)] if unknown else []),
        t("💸 Spent: {sums}", sums=amounts(figures.spent, t)),
    ]
    return _said(*lines, rows=[[press(t.plain("🛠 Operator"), Admin())]])


def _mishaps(found: Sequence[Mishap], state: State) -> int:
    return sum(each.count for each in found if each.state is state)


def _said(*lines: str, rows: Rows | None = None) -> Drawing:
    screen = Screen("\n".join(lines), rows or [])
    return Drawing(screen.html, screen.keyboard)
