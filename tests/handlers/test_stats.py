"""/stats: the text says it all; the pictures come below it and are drawn anew in their place."""

import struct
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.i18n import Catalogues
from bot.pictures import HEIGHT, WIDTH, Picture
from bot.sandbox.telegram.wire import Json
from bot.statistics import Figures, Record, Speed, Spending
from handlers.figures import caption, told
from handlers.screen import Screen, fits
from storage.models import Activation, Sms, State
from storage.outbox import new_id
from storage.payments import Ware
from tests.house import Chat, House, labels

HEADS = ["💸 Spent · 30 days", "🎯 Codes received · 30 days", "⏱ From the purchase to the code · 30 days"]
PERIODS = ["7 days", "✓ 30 days", "90 days"]
BUTTONS = [*PERIODS, "📈 Pictures", "◀ Menu"]


async def ended(
    house: House, chat: Chat, days: float, *seconds: float | None, country: str = "US", cost: str = "0.50"
) -> None:
    """Numbers bought so many days ago: the seconds to each code; None for one that got none."""
    [key] = await house.codebell.keys.list(chat.chat_id)
    at = house.clock() - timedelta(days=days)
    async with house.database.begin() as session:
        for wait in seconds:
            row = _number(key.id, chat, country, cost)
            row.created_at = row.bought_at = at
            row.state = State.FINISHED if wait is not None else State.CANCELLED
            row.ended_at = at + timedelta(seconds=200)
            session.add(row)
            if wait is not None:
                heard = at + timedelta(seconds=wait)
                session.add(Sms(id=new_id(), activation_id=row.id, position=1, code="1", received_at=heard))


def _number(key_id: str, chat: Chat, country: str, cost: str) -> Activation:
    words = {"service": "telegram", "service_name": "Telegram", "service_code": "tg"}
    place = {"country": country, "country_name": country, "country_code": "1"}
    whose = {"chat_id": chat.chat_id, "owner_id": chat.person_id, "key_id": key_id, "provider": "alpha"}
    money = {"cost": Decimal(cost), "agreed": Decimal(cost), "currency": "USD"}
    return Activation(id=new_id(), nonce=new_id(), **words, **place, **whose, **money)


async def a_month(house: House, chat: Chat) -> None:
    """Eighteen of twenty-two codes in the US after 10 to 27 seconds, one of two in Germany."""
    await ended(house, chat, 3, *range(10, 28), *[None] * 4)
    await ended(house, chat, 12, 40, None, country="DE", cost="0.90")


def photos(messages: Sequence[Json]) -> list[Json]:
    return [message for message in messages if "photo" in message]


def png(house: House, message: Json) -> bytes:
    stored = house.world.files.get(message["photo"][-1]["file_id"])
    assert stored is not None
    return stored.content


async def test_who_bought_nothing_is_told_what_there_will_be(chat: Chat) -> None:
    await chat.say("/stats")
    assert chat.screen.startswith("Statistics\nThere is nothing to count yet.")
    assert chat.buttons == ["📱 Buy a number", "◀ Menu"]


async def test_the_text_has_every_figure_and_three_pictures_come_below_it(chat: Chat, house: House) -> None:
    await a_month(house, chat)
    await chat.say("/stats")
    panel, *pictures = chat.news
    assert panel["text"].split("\n\n") == [
        "Statistics · 30 days",
        "💸 Spent\n$9.90",
        "🎯 Codes received\n19 of 24 numbers\n"
        "Alpha · United States: 82% of 22 (61%\u2060–\u206093%)\nAlpha · Germany: 1 of 2, few data",
        "⏱ From the purchase to the code\nAlpha: 19 s, nine of ten in 26 s (codes: 19)",
        "Among the codes, numbers that still wait or were given back within a minute do not count.",
    ]
    assert labels(panel) == BUTTONS
    assert [message["caption"].splitlines()[0] for message in pictures] == HEADS
    below = [message["caption"].splitlines()[1:] for message in pictures]
    assert below[0] == ["The most in a day: $9.00, 28 Apr"]
    assert [legend.startswith("The dot is") for [legend] in below[1:]] == [True, True]
    assert [labels(message) for message in pictures] == [[*PERIODS, "◀ Menu"]] * 3
    for message in pictures:
        assert struct.unpack(">II", png(house, message)[16:24]) == (WIDTH, HEIGHT)
    assert "upload_photo" in {call["params"]["action"] for call in house.sent("sendChatAction")}


async def test_a_picture_is_drawn_for_another_time_in_its_place(chat: Chat, house: House) -> None:
    await ended(house, chat, 3, 10, 12, 15)
    await chat.say("/stats")
    last = chat.last
    before = png(house, last)
    await chat.press("7 days", on=last)
    assert chat.news == []
    assert chat.last["caption"].splitlines()[0] == "⏱ From the purchase to the code · 7 days"
    assert labels(chat.last) == ["✓ 7 days", "30 days", "90 days", "◀ Menu"]
    assert png(house, chat.last) != before
    await chat.press("◀ Menu", on=chat.last)
    assert "What shall it be?" in chat.screen


async def test_a_picture_that_was_deleted_is_sent_anew(chat: Chat, house: House) -> None:
    await ended(house, chat, 3, 10, 12, 15)
    await chat.say("/stats")
    last = chat.last
    click = chat.click("90 days", last)
    chat.delete(last)
    await house.settle()
    assert chat.answer(click) == ""
    assert chat.last["caption"].startswith("⏱ From the purchase to the code · 90 days")


async def test_the_text_goes_over_another_time_in_its_place(chat: Chat, house: House) -> None:
    await ended(house, chat, 20, 10, None)
    await chat.say("/stats")
    await chat.press("7 days")
    assert chat.news == []
    assert chat.screen == "Statistics · 7 days\n\nNothing was bought, rented or sent in this time."
    assert chat.buttons == ["✓ 7 days", "30 days", "90 days", "📈 Pictures", "◀ Menu"]
    await chat.press("90 days")
    assert chat.screen.startswith(
        "Statistics · 90 days\n\n💸 Spent\n$0.50\n\n🎯 Codes received\n1 of 2 numbers"
    )


async def test_a_time_without_anything_says_so_and_draws_nothing(chat: Chat, house: House) -> None:
    await ended(house, chat, 60, 10, 11, 12)
    await chat.say("/stats")
    assert chat.screen == "Statistics · 30 days\n\nNothing was bought, rented or sent in this time."
    assert chat.buttons == BUTTONS
    await chat.press("📈 Pictures")
    assert chat.alert == "Too little happened in this time for pictures. The text says it all."
    await chat.press("90 days")
    assert "3 of 3, few data" in chat.screen
    await chat.press("📈 Pictures")
    [_, drawn, _] = photos(chat.news)
    await chat.press("7 days", on=drawn)
    assert chat.alert == "Too few numbers came to an end in this time for a picture."
    assert drawn in chat.messages


async def test_of_few_data_there_is_a_text_and_no_picture(chat: Chat, house: House) -> None:
    await ended(house, chat, 1, 10, None)
    await chat.say("/stats")
    assert "Alpha: 10 s, few data" in chat.screen
    assert photos(chat.news) == []


async def test_money_that_may_have_come_back_is_told_apart(chat: Chat, house: House) -> None:
    await chat.buys()
    house.alpha.ends()
    await chat.wait(400)
    await chat.say("/stats")
    assert (
        "💸 Spent\nNothing for sure.\nIn doubt: $0.50. Your accounts show whether it was paid back."
        in chat.screen
    )


async def test_what_was_just_paid_is_told_as_still_open(chat: Chat) -> None:
    for _ in range(2):
        await chat.buys()
    await chat.say("/stats")
    assert "💸 Spent\nNothing for sure.\n⏳ Still open: $1.00 for 2 numbers" in chat.screen


async def test_another_persons_numbers_are_not_told(chat: Chat, house: House) -> None:
    await ended(house, chat, 1, 10, None)
    other = house.person("Ben")
    await other.say("/stats")
    assert other.screen.startswith("Statistics\nThere is nothing to count yet.")


async def test_in_russian_the_pictures_are_russian(house: House) -> None:
    chat = house.person("Anna", "ru")
    await house.connect(chat, house.alpha)
    await ended(house, chat, 3, *[10] * 12, None, country="VN")
    await chat.say("/stats")
    panel, *pictures = chat.news
    assert "Alpha · Вьетнам" in panel["text"]
    assert "6,00\xa0$" in panel["text"]
    assert [struct.unpack(">II", png(house, each)[16:24]) for each in pictures] == [(WIDTH, HEIGHT)] * 3


def test_whom_the_picture_leaves_out_is_told_below_it() -> None:
    speeds = [Speed("alpha", 20, 10, 12, 14, 20, 27), Speed("beta", 2, 120, 120, 120, 120, 120)]
    below = caption(Picture.SPEED, Figures([date(2026, 5, 1)] * 30, speeds=speeds), Catalogues().texts("en"))
    assert below.endswith("\nIn the text alone: 1 provider")


@pytest.mark.parametrize("language", sorted(Catalogues().languages))
def test_with_the_longest_names_text_and_captions_keep_within_telegrams_limits(language: str) -> None:
    t, long = Catalogues().texts(language), "x" * 32
    places = ["BA", "CI", "AE", "VC", "GS", "CD", "TF", "UM", "HM", "IO", "KN", "PM", "BQ", "SH"]
    days, spent = [date(2026, 5, 1)] * 90, {(date(2026, 5, 1), ware): Decimal("123456.7891") for ware in Ware}
    figures = Figures(
        days,
        [
            Spending(currency, spent, Decimal("99999.9999"), 9)
            for currency in ("USD", "RUB", "UAH", "VND", "")
        ],
        [Record(long, place, 1234, 4321) for place in places],
        [Speed(long, 1234, 1, 2, 3, 4, 5)] * 12,
    )
    assert fits(Screen(told(figures, t, {})))
    for picture in Picture:
        assert fits(Screen(caption(picture, figures, t)), 1024)
