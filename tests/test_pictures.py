"""Pictures: PNG of one size in every language, drawn one at a time while the event loop goes on."""

import asyncio
import struct
import threading
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.i18n import Catalogues
from bot.pictures import HEIGHT, SKETCHES, WIDTH, Picture, Pictures, TooManyPictures, points
from bot.pictures.sketches import Sketch
from bot.statistics import Figures, Record, Speed, Spending
from storage.payments import Ware

TITLES = {"smsbower": "SMSBower", "sms3t": "SMS3T"}
#: Countries whose names are long, or in letters of their own.
PLACES = ("BA", "VN", "AE", "CI", "UA", "US", "RU")
ENGLISH = Catalogues().texts("en")


def days(count: int) -> Sequence[date]:
    return [date(2026, 2, 1) + timedelta(days=after) for after in range(count)]


def spending(currency: str, period: Sequence[date]) -> Spending:
    paid = {(day, ware): Decimal("1234.5678") for day in period for ware in Ware}
    return Spending(currency, paid, Decimal(1), 3 * len(period))


def speed(provider: str, codes: int, median: float) -> Speed:
    return Speed(provider, codes, median / 3, median / 2, median, 2 * median, 4 * median)


#: Of all there is a lot, and some of it is long.
MUCH = Figures(
    days(90),
    [spending(currency, days(90)) for currency in ("USD", "UAH", "VND", "")],
    [Record("smsbower", place, received, 4 * received) for received, place in enumerate(PLACES)],
    [speed("smsbower", 45, 14), speed("sms3t", 12, 300), speed("x" * 60, 1, 5000)],
)
#: Of each there is one, and it is nothing.
LITTLE = Figures(
    days(7),
    [Spending("USD", {(days(7)[0], Ware.NUMBER): Decimal(0)}, Decimal(0), 1)],
    [Record("alpha", "", 0, 1)],
    [speed("alpha", 1, 0.0)],
)


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("language", sorted(Catalogues().languages))
async def test_every_picture_has_every_letter_and_no_word_is_cut_in_any_language(
    picture: Picture, language: str
) -> None:
    """A letter that the font does not have is a warning, and so a failure here."""
    cut: list[str] = []

    def draw(sketch: Sketch) -> None:
        SKETCHES[picture](sketch)
        cut.extend(words_beyond(sketch))

    png = await Pictures(TITLES).sketch(draw, MUCH, Catalogues().texts(language))
    assert size(png) == (WIDTH, HEIGHT)
    assert cut == []


def words_beyond(sketch: Sketch) -> list[str]:
    """Words that stick out of the picture."""
    figure = sketch.figure
    figure.canvas.draw()
    labels = [label for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    words = [*figure.texts, *labels, *(each for axes in figure.axes for each in axes.texts)]
    boxes = [(each.get_text(), each.get_window_extent()) for each in words if each.get_text()]
    paper = figure.bbox
    return [text for text, box in boxes if box.x0 < paper.x0 or box.x1 > paper.x1 or box.y0 < paper.y0]


async def test_no_row_is_without_its_dot_and_no_currency_without_its_bars() -> None:
    few = [speed("beta", 2, 500), speed("gamma", 1, 900)]
    waiting = Spending("UAH", {}, Decimal(0), 0, waiting=Decimal(18), numbers=1)
    figures = Figures(days(7), [waiting, spending("USD", days(7))], [], [speed("alpha", 18, 14), *few])
    told: list[str] = []

    def draw(sketch: Sketch) -> None:
        sketch.speed()
        told.extend(words.get_text() for axes in sketch.figure.axes for words in axes.texts)
        sketch.figure.clear()
        sketch.spending()
        told.append(f"axes: {len(sketch.figure.axes)}")

    await Pictures({}).sketch(draw, figures, ENGLISH)
    assert told == ["14 s", "alpha", "axes: 1"]


@pytest.mark.parametrize("picture", Picture)
async def test_the_least_there_can_be_is_drawn_as_well(picture: Picture) -> None:
    assert points(picture, LITTLE) == 1
    assert size(await Pictures({}).draw(picture, LITTLE, ENGLISH)) == (WIDTH, HEIGHT)


async def test_while_a_picture_is_drawn_the_event_loop_turns() -> None:
    loop, begun, turned = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def slow(sketch: Sketch) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert turned.wait(20)
        sketch.success()

    drawing = asyncio.create_task(Pictures({}).sketch(slow, MUCH, ENGLISH))
    await begun.wait()
    # Only a loop that turns gets here before the picture is done.
    turned.set()
    assert size(await drawing) == (WIDTH, HEIGHT)


async def test_pictures_are_drawn_one_at_a_time_and_not_without_end() -> None:
    pictures, at_once = Pictures({}), []
    busy = threading.Lock()

    def draw(sketch: Sketch) -> None:
        alone = busy.acquire(blocking=False)
        at_once.append(alone)
        sketch.figure.set_size_inches(1, 1)
        busy.release()

    wanted = [pictures.sketch(draw, MUCH, ENGLISH) for _ in range(31)]
    drawn = await asyncio.gather(*wanted, return_exceptions=True)
    assert [type(each) for each in drawn] == [bytes] * 30 + [TooManyPictures]
    assert at_once == [True] * 30
