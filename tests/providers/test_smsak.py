"""SMSAK's native face: its document's answers, the forms its clients met, and what its errors mean."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import httpx
import pytest

from bot.errors import (
    BadInput,
    BadKey,
    BadReply,
    Banned,
    CodeArrived,
    NoMoney,
    NoNumbers,
    NoSmsYet,
    NotForwardable,
    NotOffered,
    TooEarly,
    TooLate,
    TooSoon,
    Unavailable,
    UnknownActivation,
    Unsupported,
)
from bot.providers.base import (
    ENDED,
    WAITING,
    Balance,
    Country,
    Held,
    Number,
    Outcome,
    Price,
    Provider,
    Reading,
    Service,
    Wish,
)
from bot.providers.http import Net
from bot.providers.smsak import SmsAk
from tests.providers import smsak_rentals
from tests.providers.contract import KEY_REFUSED, Case, ProviderContract
from tests.providers.site import KEY, Said, Site, net
from tests.providers.smsak_answers import (
    AT,
    NO,
    NOT_FOUND,
    PHONE,
    SAID,
    SMS,
    TOO_SOON,
    error,
    received,
    says,
    sms,
)

HELD = Held("707", PHONE, age=100.0)
FRESH = Held("707", PHONE, age=12.0)
DONE = Held("707", PHONE, age=100.0, last_code="93401")
AGAIN = Held("707", PHONE, age=100.0, last_code="93401", asked_again=True)
OLD = Held("707", PHONE, age=1200.0)
OVER_AGAIN = Held("707", PHONE, age=1200.0, last_code="93401", asked_again=True)

LOST = Said(failure=httpx.ReadTimeout)
UNSENT = Said(failure=httpx.ConnectError)

BYE = sms("null", '"Bye"', "2019-02-07 09:34:03")
COUNTRIES = '[{"name":"Россия","code":"RU"},{"name":"Белоруссия","code":"BL"}]'


def failing(call: str, number: int, gives: object) -> tuple[Case, ...]:
    return tuple(Case(call, form, gives) for form in error(number))


class TestSmsAk(ProviderContract):
    wish = Wish("2", "RU")
    held = DONE
    definite: ClassVar[Mapping[tuple[str, str], object]] = {
        **KEY_REFUSED,
        **{(call, "list"): [] for call in ("services", "countries", "all_prices", "prices", "all_sms")},
        ("poll", "null"): WAITING,
        ("all_sms", "null"): [],
        # A refusal in words is a no, whatever the words.
        ("another_sms", "echo in json"): TooLate,
        ("cancel", "echo in json"): TooLate,
        ("forward", "echo in json"): NotForwardable,
        **smsak_rentals.DEFINITE,
    }
    cases = (
        *smsak_rentals.CASES,
        Case("balance", "500", Balance(Decimal(500), "")),
        Case("balance", "500.50\n", Balance(Decimal("500.50"), "")),
        Case("balance", '"500.50"', Balance(Decimal("500.50"), "")),
        Case("balance", "-5", BadReply),
        Case("balance", '{"balance":5}', BadReply),
        *failing("balance", 202, BadKey),
        *failing("balance", 201, BadKey),
        *failing("balance", 203, Banned(until=None)),
        *failing("balance", 999, BadReply),
        Case("balance", says("Неизвестный метод"), BadReply),
        Case("balance", Said(error(202)[1], 403), BadKey),
        Case("balance", (Said("", 500), "<html>", "5"), Unavailable),
        Case("balance", (Said("", 503, {"retry-after": "60"}),), Unavailable(retry_after=60.0)),
        Case(
            "services",
            '[{"id":0,"name":"Other","cost":1},{"id":"3"},{"id":null,"name":"?"},7]',
            [Service("0", "Other"), Service("3", "3")],
        ),
        Case("services", '[{"name":"?"},null]', BadReply),
        Case(
            "countries",
            '[{"name":"Белоруссия","code":"BL"},{"name":"США","code":"us"},{"name":"Англия","code":"UK"},'
            '{"name":"","code":"QQ"},{"code":[]}]',
            [
                *(Country("BL", "BY", "Белоруссия"), Country("us", "US", "США")),
                *(Country("UK", "GB", "Англия"), Country("QQ", "", "QQ")),
            ],
        ),
        Case(
            "prices",
            '[{"id":"2","name":"VK","count":"108","logo":"/vk.png","cost":"15"},{"id":2,"cost":15.5},'
            '{"id":"3","count":"6","cost":"6"},{"id":"2","count":"-1","cost":"-1"}]',
            [Price("2", "RU", Decimal(15), 108), Price("2", "RU", Decimal("15.5"), None)],
        ),
        Case("prices", (Said("", 500),), Unavailable),
        *failing("prices", 101, NotOffered),
        Case("buy", '{"id":707,"number":"+79777777777","send":0}', Number("707", PHONE, PHONE)),
        Case("buy", '{"id":"707","number":79777777777}', Number("707", "+79777777777", "79777777777")),
        Case("buy", '{"id":707,"number":"7 977 <b>?"}', Number("707", "7 977 b", "7 977 <b>?")),
        Case("buy", '{"id":707}', Number("707", "", "")),
        Case("buy", '{"id":707,"number":"+79777777777","error":null}', Number("707", PHONE, PHONE)),
        *failing("buy", 101, NotOffered),
        *failing("buy", 102, NoMoney),
        *failing("buy", 103, NoNumbers),
        *failing("buy", 201, BadKey),
        *failing("buy", 202, BadKey),
        *failing("buy", 203, Banned),
        # Whatever else is said against it may have been said after the money was taken.
        *failing("buy", 104, BadReply),
        Case("buy", error(500, "не найден")[0], BadReply),
        *(
            Case("buy", words, BadReply)
            for words in (TOO_SOON, NOT_FOUND, NO, "1", '{"id":null}', '{"id":true}')
        ),
        Case("buy", Said('{"id":707,"number":"+79777777777"}', 400), BadReply),
        Case("buy", '[{"id":707,"number":"+79777777777"}]', BadReply),
        Case("buy", LOST, Unavailable(sent=True)),
        Case("buy", UNSENT, Unavailable(sent=False)),
        Case("buy", "", Unsupported, wish=Wish("2", "RU", max_price=Decimal(1))),
        Case("buy", "", Unsupported, wish=Wish("2", "RU", operator="mts")),
        Case("poll", SMS, received("93401"), HELD),
        Case("poll", SMS, received("93401"), DONE),
        Case("poll", SMS, WAITING, AGAIN),
        Case("poll", SMS, WAITING, replace(AGAIN, last_written=AT)),
        Case("poll", SMS, received("93401"), replace(AGAIN, last_written="2017-08-06 12:40:00")),
        Case("poll", sms('"93402"', f'"{SAID}"'), received("93402"), AGAIN),
        # A code with a zero in front stays one, also where it comes as a number.
        Case("poll", sms('"0401"', '"Code 0401"'), received("0401", "Code 0401"), HELD),
        Case("poll", sms("93401", "null"), received("93401", None), HELD),
        Case("poll", "null\n", WAITING, HELD),
        Case("poll", sms("null", "null"), WAITING, HELD),
        Case("poll", sms('"-"', '""'), WAITING, HELD),
        Case("poll", '{"number":"+79777777777"}', BadReply, HELD),
        Case("poll", '{"small":"5512"}', Reading(Outcome.RECEIVED, "5512"), HELD),
        # No code apart: the one in the text, else the newest one, else all that was said.
        *(Case("poll", sms(none, f'"{SAID}"'), received("93401"), HELD) for none in ("null", '""', '"-"')),
        Case("poll", sms("null", '"123-456 is it"'), received("123-456", "123-456 is it"), HELD),
        Case("poll", (sms("null", '"Hello 12"'), "04983\n"), received("04983", "Hello 12"), HELD),
        Case("poll", (sms("null", '"1111 or 2222"'), '"2222"'), received("2222", "1111 or 2222"), HELD),
        *(
            Case("poll", (sms("null", '"Hello"'), none), received("Hello", "Hello"), HELD)
            for none in ("", "null", "-", "{}", "[5]", "<html>", Said("", 404), error(202)[0], UNSENT)
        ),
        Case("poll", sms("null", '"-"'), received("-", "-"), DONE),
        # The newest code would be the one before: a later SMS without a code is not taken for the old one.
        Case("poll", (sms("null", '"Hello"'), "93401"), received("Hello", "Hello"), AGAIN),
        Case("poll", NOT_FOUND, UnknownActivation, HELD),
        Case("poll", error(404, "Activation not found")[0], UnknownActivation, HELD),
        Case("poll", NO, BadReply, HELD),
        *(Case("poll", form, BadKey, HELD) for form in error(202)),
        Case("poll", (Said("", 500), Said("", 502), "null"), WAITING, HELD),
        # Past its life the stub is asked whether it is over.
        Case("poll", ("null", "STATUS_CANCEL"), ENDED, OLD),
        Case("poll", (SMS, "STATUS_CANCEL"), ENDED, OVER_AGAIN),
        Case("poll", (SMS, "STATUS_CANCEL"), received("93401"), OLD),
        *(
            Case("poll", ("null", look), WAITING, OLD)
            for look in ("STATUS_WAIT_CODE", "STATUS_OK:5", "NO_ACTIVATION", "<html>", error(202)[1], LOST)
        ),
        Case(
            "all_sms",
            f"[{BYE},{SMS},{{}},null]",
            [received("93401"), received("Bye", "Bye", "2019-02-07 09:34:03")],
        ),
        Case("all_sms", NOT_FOUND, UnknownActivation),
        Case("all_sms", "[null]", BadReply),
        *(Case("another_sms", yes, None) for yes in ("1", "1\n", '"1"', "true")),
        *(Case("another_sms", no, BadReply) for no in ("0", "2", "[1]", "null")),
        Case("another_sms", NO, TooLate),
        Case("another_sms", says("Повторите через 10 секунд"), TooSoon(seconds=10.0)),
        Case("another_sms", says("Прошло более 20 минут"), TooLate),
        Case("another_sms", NOT_FOUND, UnknownActivation),
        Case("another_sms", LOST, Unavailable(sent=True)),
        *(Case("cancel", (yes, "null"), None, HELD) for yes in ("1", "1\n", '"1"')),
        # An SMS that came before it is paid for; a look that fails says nothing.
        Case("cancel", ("1", SMS), CodeArrived(code=None), HELD),
        Case("cancel", ("1", '{"small":"5512"}'), CodeArrived(code="5512"), HELD),
        Case("cancel", ("1", SMS), None, AGAIN),
        *(Case("cancel", ("1", look), None, HELD) for look in (NOT_FOUND, LOST, "<html>", "1")),
        Case("cancel", TOO_SOON, TooEarly(seconds=18.0), FRESH),
        Case("cancel", TOO_SOON, TooEarly(seconds=None), HELD),
        Case("cancel", says("Возврат возможен через 2 минуты"), TooEarly(seconds=108.0), FRESH),
        Case("cancel", says("Too soon, not earlier than that"), TooEarly(seconds=18.0), FRESH),
        # A time that has passed is no time to wait for.
        Case("cancel", (says("Возврат невозможен, прошло более 20 минут"), "null", "<html>"), TooLate, HELD),
        Case("cancel", NOT_FOUND, UnknownActivation, HELD),
        # What is refused or lost is settled by a look at both faces.
        *(
            Case("cancel", (doubt, *looks), gives, held)
            for doubt, surely in ((NO, TooLate), (LOST, Unavailable(sent=True)), ("0", BadReply))
            for looks, gives, held in (
                (("null", "STATUS_CANCEL"), None, HELD),
                (("null", "STATUS_WAIT_CODE"), surely, HELD),
                (("null", UNSENT), surely, HELD),
                ((SMS,), CodeArrived(code=None), HELD),
                (('{"small":"5512"}',), CodeArrived(code="5512"), HELD),
                ((SMS, "STATUS_CANCEL"), surely, AGAIN),
                ((UNSENT, "STATUS_CANCEL"), surely, HELD),
                ((error(202)[0], "STATUS_CANCEL"), surely, HELD),
            )
        ),
        Case("cancel", (UNSENT, "null", "STATUS_CANCEL"), Unavailable(sent=False), HELD),
        *(Case("forward", yes, None) for yes in ("1", "1\n", '"1"')),
        Case("forward", says("Переадресация недоступна"), NotForwardable),
        Case("forward", says("Переадресация возможна только после получения первого СМС"), NoSmsYet),
        Case("forward", says("Неверный номер для переадресации"), BadInput),
        Case("forward", NOT_FOUND, UnknownActivation),
        Case("forward", "0", BadReply),
        Case("forward", LOST, Unavailable(sent=True)),
        Case("forward", "1", NoSmsYet, HELD),
        # By the stub; what is unclear is settled by its status.
        Case("sent", "ACCESS_READY", None, HELD),
        Case("sent", (LOST, "STATUS_WAIT_CODE"), None, HELD),
        Case("sent", "BAD_KEY", BadKey, HELD),
        *(Case("sent", form, BadKey, HELD) for form in error(202)),
        Case("finish", "ACCESS_ACTIVATION", None, DONE),
        Case("finish", ("BAD_STATUS", "STATUS_CANCEL"), None, DONE),
        Case("finish", (LOST, "STATUS_OK:93401"), Unavailable, DONE),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return SmsAk(net=net)

    @staticmethod
    def has_effect(request: httpx.Request) -> bool:
        method = request.url.path.split("/")[2]
        return method in CHANGING or request.url.params.get("action") == "setStatus"


#: Methods of the native and the rental face that spend or change something.
CHANGING = frozenset(
    {"getnumber", "play", "setstatus", "getfullnumber", "rebuynumber", "send-enable-sim", "send-disable-sim"}
)


async def test_a_wish_it_cannot_grant_and_what_is_no_phone_are_not_even_sent() -> None:
    site = Site((Said("1"),))
    smsak = SmsAk(net=net(site))
    with pytest.raises(Unsupported):
        await smsak.buy(KEY, Wish("2", "RU", operator="mts"))
    with pytest.raises(NoSmsYet):
        await smsak.forward(KEY, HELD, PHONE)
    for written in ("79007777777", "+7900 7777777", "07900777777", "+7900", ""):
        with pytest.raises(BadInput):
            await smsak.forward(KEY, DONE, written)
    assert site.requests == []
