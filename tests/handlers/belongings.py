"""Everything one person can own here, and every button there is, as it would act on it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from aiogram.filters.callback_data import CallbackData

from bot.sandbox.telegram.world import Press
from bot.watches import Wanted
from handlers import (
    confirmation,
    doors,
    elsewhere,
    forward,
    group_doors,
    handover,
    key_screens,
    operators,
    questions,
    receipt,
    rent,
    rental,
    send,
    strays,
    watch_for,
    watch_list,
    watch_terms,
    ways,
)
from storage.wanted import Kind
from tests.handlers.conftest import telegram_us
from tests.handlers.everybodys import EVERYBODYS
from tests.handlers.operators_buttons import OPERATING
from tests.handlers.sharing import BY_LINK, sharing
from tests.house import DATABASE, PATIENCE, Chat, House
from tests.renting import RENTING, TARIFFS
from tests.sending import SENDING

#: What stands in Ann's rows and nowhere else.
PHONES = ("201-555-0001", "12015550001", "7700 900001", "447700900001", "50 123 4567", "380501234567")
CODE, SMS, LETTER, TAIL = "778899", "Your rental code", "Dinner is ready", "…abcd"
SECRETS = (*PHONES, CODE, SMS, LETTER, TAIL)
#: What a watch may wait for.
_WISH = {"service": "telegram", "iso2": "US"}
#: Tables that change when anybody looks around: who was seen, what they are asked or offered, or chose.
_OF_LOOKERS = frozenset({"chats", "forms", "quotes", "preferences", "favourites", "members", "menus"})


class Whose(Enum):
    """Who may press a button with Ann's ids in it."""

    ANYBODYS = auto()
    HERS = auto()
    OPERATORS = auto()
    #: Of a group's rules; who may press those stands in tests of their own.
    LEADERS = auto()


@dataclass(frozen=True, slots=True)
class Belongings:
    """Ids of Ann's rows."""

    key: str
    number: str
    done: str
    quote: str
    rental: str
    order: str
    draft: str
    message: str
    watch: str
    wish: str


async def gathered(ann: Chat, house: House) -> Belongings:
    """Ann has a number that waits, one with a code, a rented one with an SMS, a draft and a sent message."""
    bell, alpha = house.codebell, house.alpha
    alpha.capabilities |= RENTING | SENDING
    await house.connect(ann, alpha)
    await _rents_and_sends(ann)
    quotes = [await telegram_us(ann, house) for _ in range(3)]
    for each in quotes:
        await bell.quotes.open(each)
    first, second, unused = (each.nonce for each in quotes)
    done = await _bought(first, ann, house)
    alpha.delivers(CODE, f"{CODE} is your code")
    await ann.wait(5)
    number = await _bought(second, ann, house)
    [key] = await bell.keys.list(ann.chat_id)
    alpha.texts(SMS)
    await ann.wait(60)
    assert {*PHONES[::2], CODE, SMS, LETTER} <= {*told(house, ann)}
    [rental] = await bell.rentals.recent(ann.person_id, ann.chat_id)
    order = await bell.rental_orders.offer(ann.chat_id, ann.person_id, key.id, TARIFFS[0])
    [message] = await bell.messages.history(ann.person_id, ann.chat_id)
    draft = await bell.messages.again(message.id, ann.person_id)
    watch, wish = await _waits(ann, key.id, house)
    await house.settle()
    return Belongings(*(key.id, number, done, unused, rental.id, order.id, draft.id, message.id, watch, wish))


async def _waits(ann: Chat, key_id: str, house: House) -> tuple[str, str]:
    """She waits for a price nobody asks, and was shown what a watch would buy."""
    watches, whose = house.codebell.watches, (ann.chat_id, ann.person_id)
    given: dict[str, Any] = {"max_price": Decimal("0.01"), "by": key_id, "lasts": timedelta(days=1)}
    watch = await watches.tell(*whose, Wanted("telegram", "US", buys=False, **given))
    wish = await watches.offer(*whose, Wanted("telegram", "US", buys=True, **given))
    return watch.id, wish.id


async def _rents_and_sends(ann: Chat) -> None:
    await ann.say("/rent")
    for label in ("🇺🇸", "7 days", "Rent for"):
        await ann.press(label)
    await ann.say("/send")
    await ann.press("SMS")
    await ann.say("+380501234567")
    await ann.say(LETTER)
    await ann.press("Send for")


async def _bought(nonce: str, ann: Chat, house: House) -> str:
    row = await house.codebell.purchases.buy(nonce, ann.person_id, ann.chat_id, None)
    await house.codebell.errands.drain(PATIENCE)
    await house.settle()
    return row.id


Buttons = Mapping[type[CallbackData], list[CallbackData]]


def buttons(mine: Belongings) -> Mapping[type[CallbackData], tuple[Whose, list[CallbackData]]]:
    """Every class of buttons, with all that its buttons can say about these rows."""
    free: Buttons = {
        **EVERYBODYS,
        doors.Send: [doors.Send(), doors.Send(id=mine.draft)],
        watch_terms.Pick: [watch_terms.Pick(**_WISH, buys=True, by=mine.key)],
        watch_terms.With: [watch_terms.With(**_WISH, buys=True)],
        watch_for.Where: [watch_for.Where(service="telegram")],
    }
    numbers_and_rentals = {**_of_numbers(mine), **_of_rentals(mine)}
    owned: Buttons = {**numbers_and_rentals, **_of_messages(mine), **_of_keys(mine), **_of_watches(mine)}
    return {
        **{kind: (Whose.ANYBODYS, list(each)) for kind, each in free.items()},
        **{kind: (Whose.HERS, list(each)) for kind, each in owned.items()},
        **{kind: (Whose.OPERATORS, each) for kind, each in OPERATING.items()},
        **{kind: (Whose.LEADERS, each) for kind, each in {**sharing(mine.key), **BY_LINK}.items()},
    }


def _of_numbers(mine: Belongings) -> Buttons:
    bought = [doors.Act(what=what, id=one) for what in doors.What for one in (mine.number, mine.done)]
    kinds = [("tiers", "0.50"), ("suppliers", "21"), ("suppliers", "-21"), ("operators", "verizon")]
    return {
        doors.Act: [*bought],
        group_doors.HandOver: [group_doors.HandOver(id=one) for one in (mine.number, mine.done)],
        handover.To: [handover.To(id=mine.number, to=1, sure=sure) for sure in (True, False)],
        handover.Takers: [handover.Takers(id=mine.number)],
        handover.Keep: [handover.Keep(id=mine.number)],
        doors.Forward: [doors.Forward(id=mine.done)],
        forward.Ring: [forward.Ring(id=mine.done, phone="442079460958")],
        doors.Choices: [doors.Choices(nonce=mine.quote, what=what) for what, _ in kinds],
        confirmation.Set: [
            confirmation.Set(nonce=mine.quote, what=what, value=each)
            for what, value in [*kinds, ("max_price", "0.50")]
            for each in (value, "")
        ],
        doors.Type: [doors.Type(nonce=mine.quote, what=what) for what in ("max_price", "prefixes")],
        confirmation.Look: [confirmation.Look(nonce=mine.quote)],
        confirmation.Several: [confirmation.Several(nonce=mine.quote, count=count) for count in (5, 1)],
        confirmation.PayMore: [confirmation.PayMore(nonce=mine.quote)],
        doors.Again: [doors.Again(id=mine.number), doors.Again(id=mine.done)],
        doors.Repeat: [doors.Repeat(id=mine.number), doors.Repeat(id=mine.done)],
        doors.NextOffer: [doors.NextOffer(id=mine.number), doors.NextOffer(id=mine.done)],
        doors.Choose: [doors.Choose(service="telegram", key=mine.key, country="1")],
        confirmation.Spend: [confirmation.Spend(nonce=mine.quote, value="seen")],
        strays.TakeOver: [strays.TakeOver(key=mine.key, value="alpha-1")],
    }


def _of_watches(mine: Belongings) -> Buttons:
    hers = {**_WISH, "by": mine.key}
    return {
        watch_list.One: [watch_list.One(id=mine.watch), watch_list.One(id=mine.wish)],
        watch_list.Stop: [watch_list.Stop(id=mine.watch)],
        watch_terms.Start: [watch_terms.Start(id=mine.wish)],
        watch_terms.StartAnother: [watch_terms.StartAnother(id=mine.wish)],
        watch_terms.Type: [watch_terms.Type(**hers, buys=True)],
        watch_terms.Limit: [watch_terms.Limit(**hers, buys=buys, price="0.01") for buys in (True, False)],
        watch_terms.Within: [watch_terms.Within(**hers, price="0.01", minutes=15)],
    }


def _of_rentals(mine: Belongings) -> Buttons:
    return {
        doors.OnRental: [doors.OnRental(what=what, id=mine.rental) for what in doors.Hired],
        rental.Received: [rental.Received(id=mine.rental, page=0)],
        rental.Renewals: [rental.Renewals(id=mine.rental)],
        rental.RenewBy: [rental.RenewBy(id=mine.rental, tariff="1")],
        doors.TariffsOf: [doors.TariffsOf(key=mine.key, country="US")],
        rent.RentBy: [rent.RentBy(key=mine.key, country="US", tariff="1")],
        doors.PayRent: [doors.PayRent(nonce=mine.order)],
        elsewhere.TakeOver: [elsewhere.TakeOver(key=mine.key, value="alpha-rent-2")],
    }


def _of_messages(mine: Belongings) -> Buttons:
    parts = [part for part in doors.Part if part is not doors.Part.ADDRESS]
    return {
        doors.Write: [doors.Write(id=mine.draft, part=part) for part in parts],
        ways.Over: [ways.Over(id=mine.draft, how=how) for how in ways.How],
        ways.NamePage: [ways.NamePage(id=mine.draft, part=doors.Part.SMS_NAME, page=0)],
        ways.Name: [
            ways.Name(id=mine.draft, part=doors.Part.SMS_NAME, value=ways.name_mark("InfoCenter")),
        ],
        questions.Last: [questions.Last(id=mine.draft, part=doors.Part.SMS_TTL, minutes=5)],
        questions.Without: [questions.Without(id=mine.draft, part=doors.Part.IMAGE)],
        doors.Operators: [doors.Operators(id=mine.draft)],
        operators.Exact: [operators.Exact(id=mine.draft, value="255-01")],
        doors.Draft: [doors.Draft(id=mine.draft)],
        doors.SendIt: [doors.SendIt(id=mine.draft, value="00000000")],
        doors.SendAgain: [doors.SendAgain(id=mine.message)],
        **_of_receipts(mine),
        send.With: [send.With(key=mine.key)],
        send.Begin: [send.Begin(key=mine.key, how=ways.How.SMS)],
    }


def _of_receipts(mine: Belongings) -> Buttons:
    things = {Kind.NUMBER: mine.done, Kind.RENTAL: mine.rental, Kind.MESSAGE: mine.message}
    return {
        doors.Receipt: [doors.Receipt(kind=kind, id=one) for kind, one in things.items()],
        receipt.AsFile: [receipt.AsFile(kind=kind, id=one) for kind, one in things.items()],
    }


def _of_keys(mine: Belongings) -> Buttons:
    return {
        key_screens.OneKey: [key_screens.OneKey(id=mine.key)],
        key_screens.TryKey: [key_screens.TryKey(id=mine.key)],
        key_screens.Limit: [key_screens.Limit(id=mine.key, value=value) for value in ("", "auto", "5")],
        doors.Rename: [doors.Rename(id=mine.key)],
        key_screens.Remove: [key_screens.Remove(id=mine.key, sure=sure) for sure in (False, True)],
    }


class Presser:
    """Sends presses that no client would let a person send, as many at once as one may have waiting."""

    def __init__(self, chat: Chat, person_id: int | None = None) -> None:
        self._chat, self._house = chat, chat.house
        self._person_id = person_id or chat.person_id

    async def press(self, *data: str) -> dict[str, str | None]:
        """What each press was answered with."""
        answers: dict[str, str | None] = {}
        for start in range(0, len(data), 10):
            clicks = {each: self._click(each) for each in data[start : start + 10]}
            await self._house.settle()
            answers |= {each: self._chat.answer(click) for each, click in clicks.items()}
        return answers

    def _click(self, data: str) -> str:
        world = self._house.world
        press = Press(f"forged-{next(world.numbers)}", world.bot().id, world.clock())
        world.presses[press.id] = press
        sender = {"id": self._person_id, "is_bot": False, "first_name": "Somebody"}
        query = {"id": press.id, "from": sender, "chat_instance": "1", "data": data}
        self._house.human.strange_update("callback_query", {**query, "message": self._chat.last})
        return press.id


def rows(house: House) -> dict[str, list[tuple[object, ...]]]:
    """What stands in the database, but for what anybody changes who looks around, and their keys of Beta."""
    path = house.database.path
    assert path is not None, DATABASE
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in tables if name not in _OF_LOOKERS]
        found = {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in kept}  # noqa: S608
    return {name: [row for row in every if "beta" not in row] for name, every in found.items()}


def told(house: House, *chats: Chat) -> list[str]:
    """Ann's secrets among all that the bot ever said in these chats."""
    said = str([message for chat in chats for message in chat.messages])
    return [secret for secret in SECRETS if secret in said]
