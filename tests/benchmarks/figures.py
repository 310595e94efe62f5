"""A figure and the limit measured beside it, and the one table they are printed in."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    `goal` is what the value, or its ratio to `beside` where there is one, must reach: at least that where
    `more` is better, else at most. None where there is only something to know. `why` tells what stands in
    the way of a goal that was not reached.
    """

    about: str
    name: str
    value: float
    unit: str
    limit: str = ""
    beside: float | None = None
    goal: float | None = None
    more: bool = False
    why: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.beside if self.beside else None

    @property
    def reached(self) -> bool | None:
        """None where nothing is to be reached."""
        if self.goal is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= self.goal if self.more else measured <= self.goal

    @classmethod
    def read(cls, row: dict[str, object]) -> Self:
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})  # type: ignore[arg-type]


def dumped(figures: Iterable[Figure]) -> str:
    """As JSON: the fields, and `ratio` and `reached` with them."""
    rows = [{**asdict(each), "ratio": each.ratio, "reached": each.reached} for each in figures]
    return json.dumps(rows, indent=1) + "\n"


def loaded(file: Path) -> list[Figure]:
    return [Figure.read(row) for row in json.loads(file.read_text())]


def table(figures: Sequence[Figure]) -> str:
    """Markdown, so that it can be read as it is and pasted where it is quoted."""
    rows: list[tuple[str, ...]] = [("figure", "measured", "beside it", "ratio", "goal", "")]
    rows += [_row(each) for each in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    beside = f"{figure.limit}: {_said(figure.beside)} {figure.unit}" if figure.beside else figure.limit
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    verdict = {None: "", True: "reached", False: f"**missed**: {figure.why or 'no reason known'}"}[
        figure.reached
    ]
    measured = f"{_said(figure.value)} {figure.unit}"
    return f"{figure.about}: {figure.name}", measured, beside, ratio, _goal(figure), verdict


def _goal(figure: Figure) -> str:
    return "" if figure.goal is None else f"{'≥' if figure.more else '≤'} {figure.goal:g}"


def _said(number: float | None) -> str:
    match number:
        case None:
            return ""
        case _ if abs(number) >= 100:
            return f"{number:,.0f}"
        case _:
            return f"{number:.3g}"
