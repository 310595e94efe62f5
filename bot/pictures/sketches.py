"""What pictures of figures show: bars by day, rows of rates and of seconds, each with its numbers beside it.

Measured for a bubble 330 pixels wide: large words, few of them, on a ground of their own that has enough
contrast in a light chat and in a dark one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from bot.i18n import Texts
from bot.statistics import Figures, Record, Speed, Spending
from storage.payments import Ware

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

#: Pixels: what a phone shows without scaling it up, in the form of a photo.
WIDTH, HEIGHT = 1080, 810
PAPER, GRID, FAINT, INK = "#1f2a36", "#3b4d60", "#a9b8c7", "#f4f7fa"
BLUE, AMBER, GREEN = "#5ab4ff", "#ffb74d", "#7ed491"
_COLOURS = {Ware.NUMBER: BLUE, Ware.RENT: AMBER, Ware.MESSAGE: GREEN}
_TITLE, _WORDS, _SMALL = 32, 25, 22
#: Shares of the picture: its margin, and what lies between the head and the words below.
_EDGE, _TOP, _BOTTOM = 0.045, 0.8, 0.09
#: So many places, providers and currencies are shown; the text beside the picture has them all.
ROWS, CURRENCIES = 6, 2
_DAY_LABELS = 4
#: A wait so many times the longest median is cut off: it would press all others together.
_FAR = 5
#: What stands below words: the strokes of the ground do not go through them.
_UNDER = {"facecolor": PAPER, "edgecolor": "none", "pad": 4}
#: Rows have the height of at least so many.
_FEWEST_SLOTS = 4
#: Seconds that are told as minutes.
_LONG = 240


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a picture: a faint stroke, a bold one on it, and a dot, hollow where it rests on few data."""

    name: str
    told: str
    faint: tuple[float, float]
    bold: tuple[float, float]
    dot: float
    few: bool


class Sketch:
    """What is drawn on one figure, in the words of `t`; `titles` are the providers' by their names."""

    def __init__(self, figure: "Figure", figures: Figures, t: Texts, titles: Mapping[str, str]) -> None:
        self.figure = figure
        self._figures = figures
        self._t = t
        self._titles = titles

    def spending(self) -> None:
        """A bar a day, one colour for each kind of ware; each currency has axes of its own."""
        self._head(self._t.plain("Spending by day"))
        shown = [each for each in self._figures.spending if each.payments][:CURRENCIES]
        height = (_TOP - _BOTTOM) / len(shown)
        for place, spending in enumerate(shown):
            self._bars(spending, _TOP - (place + 1) * height + 0.07, height - 0.15)
        self._wares(shown)

    def success(self) -> None:
        """The share that got a code, in the range that the true one lies in."""
        self._head(self._t.plain("Numbers that got their code"))
        axes = self._rows([self._rate(record) for record in self._figures.records[:ROWS]])
        axes.set_xlim(0, 1)
        axes.set_xticks((0, 0.5, 1), [self._t.percent(share) for share in (0, 0.5, 1)])

    def speed(self) -> None:
        """The seconds that codes took: most of them, half of them, the one in the middle.

        Who has few codes and lies beyond the others is left out: nothing could be drawn in that row.
        """
        self._head(self._t.plain("From the purchase to the code"))
        speeds = self._figures.speeds
        axes = self._rows([self._waits(speed) for speed in within(speeds)])
        self._moments(axes, _end(speeds[:ROWS]))

    # The head

    def _head(self, title: str) -> None:
        days = self._t.many("{count} day", "{count} days", len(self._figures.days))
        first, last = (day_month(self._figures.days[end], self._t) for end in (0, -1))
        self._write(_EDGE, 0.935, title, _TITLE, INK, weight="bold")
        self._write(_EDGE, 0.865, f"{days} · {first} – {last}", _WORDS, FAINT)

    def _write(self, x: float, y: float, words: str, size: int, colour: str, **more: str) -> "Text":
        look: dict[str, Any] = {"va": "center", "ha": "left", **more}
        return self.figure.text(x, y, words, size=size, color=colour, **look)

    # Spending

    def _bars(self, spending: Spending, bottom: float, height: float) -> None:
        days = self._figures.days
        axes = self._axes((0.2, bottom, 0.73, height))
        heights = [0.0] * len(days)
        for ware in Ware:
            paid = [float(spending.by_day.get((day, ware), 0)) for day in days]
            _pile(axes, heights, paid, _COLOURS[ware])
            heights = [below + more for below, more in zip(heights, paid, strict=True)]
        self._money(axes, spending.currency, max(heights))
        self._dates(axes, days)
        total = self._t.money(spending.total, spending.currency)
        self._write(_EDGE, bottom + height + 0.05, total, _WORDS, INK, weight="bold")

    def _money(self, axes: "Axes", currency: str, highest: float) -> None:
        from matplotlib.ticker import MaxNLocator

        ticks = [tick for tick in MaxNLocator(3).tick_values(0, highest or 1) if tick >= 0]
        axes.set_ylim(0, ticks[-1])
        axes.set_yticks(ticks, [self._t.money(_decimal(tick), currency) for tick in ticks])
        axes.grid(axis="y", color=GRID, linewidth=2)

    def _dates(self, axes: "Axes", days: Sequence[date]) -> None:
        step = max(1, -(-len(days) // _DAY_LABELS))
        places = list(range(len(days) - 1, -1, -step))
        axes.set_xlim(-0.6, len(days) - 0.4)
        axes.set_xticks(places, [day_month(days[place], self._t) for place in places])

    def _wares(self, shown: Sequence[Spending]) -> None:
        """Which colour is what, where there is more than one."""
        names = {
            Ware.NUMBER: self._t.plain("numbers"),
            Ware.RENT: self._t.plain("rentals"),
            Ware.MESSAGE: self._t.plain("messages"),
        }
        used = [ware for ware in Ware if any(spending.on(ware) for spending in shown)]
        for place, ware in enumerate(used if len(used) > 1 else ()):
            self._write(_EDGE + place * 0.33, 0.045, f"■ {names[ware]}", _SMALL, _COLOURS[ware])

    # Rates and seconds

    def _rate(self, record: Record) -> _Row:
        place = f"{self._title(record.provider)} · {self._t.country(record.country)}"
        rate = record.received if record.few else self._t.percent(record.rate)
        told = self._t.plain("{rate} of {count}", rate=rate, count=record.ended)
        span = record.low, record.high
        return _Row(place, told, (0.0, 1.0), span, record.rate, record.few)

    def _waits(self, speed: Speed) -> _Row:
        told = short(speed.median, self._t)
        ranges = (speed.tenth, speed.nine_tenths), (speed.quarter, speed.three_quarters)
        return _Row(self._title(speed.provider), told, *ranges, speed.median, speed.few)

    def _title(self, provider: str) -> str:
        return self._titles.get(provider, provider)

    def _rows(self, rows: Sequence[_Row]) -> "Axes":
        """One below the other: the words above the strokes, where they have the whole width."""
        axes = self._axes((_EDGE + 0.01, _BOTTOM, 1 - 2 * _EDGE - 0.02, _TOP - _BOTTOM))
        slots = max(len(rows), _FEWEST_SLOTS)
        axes.set_ylim(slots, 0)
        axes.set_yticks(())
        axes.grid(axis="x", color=GRID, linewidth=2)
        for place, row in enumerate(rows):
            self._row(axes, row, place + 0.75)
        return axes

    def _row(self, axes: "Axes", row: _Row, y: float) -> None:
        line: dict[str, Any] = {"solid_capstyle": "round", "zorder": 3}
        axes.plot(row.faint, (y, y), color=GRID, linewidth=10, **line)
        axes.plot(row.bold, (y, y), color=BLUE, linewidth=10, **line)
        fill = PAPER if row.few else INK
        axes.plot(
            row.dot, y, "o", markersize=19, color=fill, markeredgecolor=INK, markeredgewidth=4, zorder=4
        )
        across = axes.get_yaxis_transform()
        words: dict[str, Any] = {
            "transform": across,
            "size": _WORDS,
            "va": "center",
            "zorder": 5,
            "bbox": _UNDER,
        }
        told = axes.text(1, y - 0.42, row.told, ha="right", weight="bold", **words)
        name = axes.text(0, y - 0.42, row.name, ha="left", **words)
        _shorten(name, WIDTH * (1 - 2 * _EDGE - 0.05) - _width(told))

    def _moments(self, axes: "Axes", end: float) -> None:
        """Seconds below, or minutes where the waits are long."""
        from matplotlib.ticker import MaxNLocator

        unit = 60 if end > _LONG else 1
        ticks = [unit * tick for tick in MaxNLocator(4, integer=True).tick_values(0, end / unit)]
        shown = [tick for tick in ticks if 0 <= tick <= end]
        axes.set_xlim(0, end * 1.04)
        axes.set_xticks(shown, [_time(tick, unit == 60, self._t) for tick in shown])

    def _axes(self, place: tuple[float, float, float, float]) -> "Axes":
        axes = self.figure.add_axes(place, facecolor=PAPER)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, pad=12, labelsize=_SMALL, labelcolor=FAINT)
        return axes


def day_month(day: date, t: Texts) -> str:
    """`20 Nov`."""
    return format_date(day, "d MMM", locale=t.locale)


def short(seconds: float, t: Texts) -> str:
    """Seconds in few letters: `14 s`, or `12 min` where they are many."""
    return _time(seconds, seconds > _LONG, t)


def _time(seconds: float, long: bool, t: Texts) -> str:
    if long:
        return t.plain("{minutes} min", minutes=round(seconds / 60))
    return t.plain("{seconds} s", seconds=round(seconds))


def _pile(axes: "Axes", heights: Sequence[float], more: Sequence[float], colour: str) -> None:
    """Put bars on what is there: all of them one shape, as a hundred are slow to draw."""
    from matplotlib.collections import PolyCollection

    bars = [
        ((x - 0.4, low), (x - 0.4, low + high), (x + 0.4, low + high), (x + 0.4, low))
        for x, (low, high) in enumerate(zip(heights, more, strict=True))
        if high
    ]
    axes.add_collection(PolyCollection(bars, facecolors=colour), autolim=False)


def within(speeds: Sequence[Speed]) -> Sequence[Speed]:
    """Those that are shown, of the first there is room for."""
    return [speed for speed in speeds[:ROWS] if speed.median <= _end(speeds[:ROWS])]


def _end(speeds: Sequence[Speed]) -> float:
    """The longest wait that is shown: not by those who have few codes, if others have more."""
    known = [speed for speed in speeds if not speed.few] or speeds
    furthest = max(speed.nine_tenths for speed in known)
    return max(10.0, min(furthest, _FAR * max(speed.median for speed in known)))


def _width(words: "Text") -> float:
    """Pixels."""
    return words.get_window_extent().width


def _shorten(words: "Text", width: float) -> None:
    """Cut words that would run into what stands beside them."""
    while _width(words) > width and len(words.get_text()) > 2:
        words.set_text(words.get_text().rstrip("…")[:-1].rstrip() + "…")


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))
