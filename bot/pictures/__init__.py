"""Pictures of figures, as PNG: drawn in a thread of their own, one at a time, while the event loop goes on.

What is drawn is in `bot.pictures.sketches`. The library that draws is imported with the first picture: that
takes a second.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from io import BytesIO
from typing import Any

from bot.errors import LimitReached, text
from bot.i18n import Texts
from bot.pictures.sketches import HEIGHT, INK, PAPER, WIDTH, Sketch, day_month, short, within
from bot.statistics import Figures

__all__ = [
    "FEWEST",
    "HEIGHT",
    "SKETCHES",
    "WIDTH",
    "Picture",
    "Pictures",
    "TooManyPictures",
    "day_month",
    "points",
    "short",
    "within",
]

_DPI = 100
#: Fewer payments, numbers or codes than this make a picture of nothing.
FEWEST = 3
_LOOKS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "text.parse_math": False,
    "savefig.facecolor": PAPER,
}

#: Who would wait for more pictures than these is asked to come again.
_QUEUE = 30

Draw = Callable[[Sketch], None]


class TooManyPictures(LimitReached):
    text = text("Many pictures are being drawn right now. Please try again in a moment.")


class Picture(StrEnum):
    """What a picture shows."""

    SPENDING = "m"
    SUCCESS = "c"
    SPEED = "s"


SKETCHES: dict[Picture, Draw] = {
    Picture.SPENDING: Sketch.spending,
    Picture.SUCCESS: Sketch.success,
    Picture.SPEED: Sketch.speed,
}


def points(picture: Picture, figures: Figures) -> int:
    """How much a picture would show: payments, numbers that ended, codes."""
    match picture:
        case Picture.SPENDING:
            return sum(spending.payments for spending in figures.spending)
        case Picture.SUCCESS:
            return figures.ended
        case Picture.SPEED:
            return sum(speed.codes for speed in figures.speeds)


class Pictures:
    """Draws one after the other, whoever asks; `titles` are the providers' by their names."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._pen = ThreadPoolExecutor(1, "pictures")
        self._wanted = 0

    async def draw(self, picture: Picture, figures: Figures, t: Texts) -> bytes:
        """A PNG of `WIDTH` by `HEIGHT`, with its words in the language of `t`. Raises `LimitReached`."""
        return await self.sketch(SKETCHES[picture], figures, t)

    async def sketch(self, draw: Draw, figures: Figures, t: Texts) -> bytes:
        """The same of anything that can be drawn."""
        if self._wanted >= _QUEUE:
            raise TooManyPictures
        loop, self._wanted = asyncio.get_running_loop(), self._wanted + 1
        try:
            return await loop.run_in_executor(self._pen, partial(_png, draw, figures, t, self._titles))
        finally:
            self._wanted -= 1


def _png(draw: Draw, figures: Figures, t: Texts, titles: Mapping[str, str]) -> bytes:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    file = BytesIO()
    # These looks are the whole library's while it draws: only this one thread does.
    with rc_context(_LOOKS):
        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
        FigureCanvasAgg(figure)
        draw(Sketch(figure, figures, t, titles))
        figure.savefig(file, format="png")
    return file.getvalue()
