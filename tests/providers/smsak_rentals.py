"""What SMSAK's rental face answers, as data for the contract: what is told, and what is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import httpx

from bot.errors import BadKey, BadReply, NoMoney, NoNumbers, NotOffered, Unavailable
from bot.providers.renting import RentalSms, RentalStock, Rented, SimAnswer, Tariff
from tests.providers.contract import Case
from tests.providers.site import Said
from tests.providers.smsak_answers import error, says

LOST = Said(failure=httpx.ReadTimeout)
UNSENT = Said(failure=httpx.ConnectError)

#: Answers that are neither an error nor readable: whether a number was rented, the list of them tells.
_NO_ERRORS = (
    *("object", "list", "null", "truncated", "other json", "word", "echo", "echo in a purchase"),
    *("not utf-8", "deep", "huge number", "huge exponent", "endless exponent"),
    *("not a number", "empty", "blanks"),
)
DEFINITE: Mapping[tuple[str, str], object] = {
    **{(call, trouble): None for call in ("rent", "renew") for trouble in _NO_ERRORS},
    **{(call, "list"): [] for call in ("rental_stock", "tariffs", "rented", "rental_sms", "last_rental_sms")},
    ("rental_stock", "object"): [],
    ("rental_sms", "null"): [],
    ("last_rental_sms", "null"): [],
}

STOCK = (
    Case(
        "rental_stock",
        '{"RU":"10","BL":5,"UA":"0","KZ":null,"??":"1"}',
        [RentalStock("RU", "RU", 10), RentalStock("BL", "BY", 5)],
    ),
    Case("rental_stock", '{"RU":null}', BadReply),
    Case("rental_stock", '{"RU":"0"}', []),
    *(Case("rental_stock", form, BadKey) for form in error(202)),
    Case(
        "tariffs",
        '[{"id":1,"days":1,"cost":"150.00","country_id":1,"code":"RU"},{"id":2,"days":0,"cost":1,"code":"RU"},'
        '{"id":3,"days":7,"cost":"-1","code":"RU"},{"id":4,"days":7,"cost":400},"?"]',
        [Tariff("1", 1, Decimal("150.00"), "RU", "RU")],
    ),
    Case("tariffs", '[{"id":1}]', BadReply),
)

SPENDING = tuple(
    case
    for call in ("rent", "renew")
    for case in (
        Case(call, '{"id":19999999,"number":"+380999999999"}', None),
        Case(call, '{"id":1,"number":"+380999999999","code":"UA"}', None),
        Case(call, "1", None),
        Case(call, "0", None),
        Case(call, "[]", None),
        # The document shows nothing where its example should stand.
        Case(call, "", None),
        Case(call, Said("", 400), BadReply),
        Case(call, Said("", 401), BadKey),
        *(Case(call, form, NoMoney) for form in error(102)),
        *(Case(call, form, NoNumbers) for form in error(103)),
        *(Case(call, form, NotOffered) for form in error(101)),
        *(Case(call, form, BadKey) for form in error(202)),
        # A no that is documented nowhere may be none.
        *(Case(call, form, BadReply) for form in error(777)),
        Case(call, says("Тариф не найден"), BadReply),
        Case(call, LOST, Unavailable(sent=True)),
        Case(call, UNSENT, Unavailable(sent=False)),
        Case(call, Said("", 502), Unavailable(sent=True)),
        Case(call, "<html>", Unavailable(sent=True)),
    )
)

#: Read as Moscow's time, three hours before UTC.
UNTIL = datetime(2012, 10, 14, 17, 48, 12, tzinfo=UTC)


def row(online: str, time: str = "2012-10-14 20:48:12") -> str:
    return f'{{"id":19999999,"time":"{time}","number":"+380999999999","is_work":{online}}}'


def rented(until: datetime | None = UNTIL, online: bool | None = None) -> list[Rented]:
    return [Rented("19999999", "+380999999999", "+380999999999", until, online)]


RENTED = (
    Case("rented", f"[{row('0')}]", rented(online=False)),
    Case("rented", f"[{row('1')}]", rented(online=True)),
    Case("rented", f"[{row('true')},{{}},7]", rented(online=True)),
    Case("rented", f"[{row('null')}]", rented()),
    *(
        Case("rented", f"[{row('1', time)}]", rented(None, online=True))
        for time in ("", "0000-00-00 00:00:00", "soon", "2012-10-14")
    ),
    Case("rented", '[{"id":5}]', [Rented("5", "", "", None, None)]),
    Case("rented", "[]", []),
    # To take this for "none" would make every number a new one at the next look.
    Case("rented", "null", BadReply),
    Case("rented", "[null]", BadReply),
)

SIM = (
    *(
        Case(call, answer, gives)
        for call in ("sim_on", "sim_off")
        for answer, gives in (
            ("0", SimAnswer.REFUSED),
            ("1", SimAnswer.SENT),
            ("1\n", SimAnswer.SENT),
            ('"1"', SimAnswer.SENT),
            ("2", SimAnswer.UNDER_WAY),
            ("3", BadReply),
            ("true", BadReply),
            (says("Номер не найден"), BadReply),
            (error(202)[1], BadKey),
            (LOST, Unavailable(sent=True)),
        )
    ),
)


def sms(at: str, text: str) -> str:
    return f'{{"time":"{at}","from":"Taxify","text":"{text}","number":"+380999999999"}}'


FIRST = RentalSms("Taxify", "9999", "2012-10-05 21:28:28", datetime(2012, 10, 5, 18, 28, 28, tzinfo=UTC))
SECOND = RentalSms("Taxify", "8888", "2012-10-06 00:00:00", datetime(2012, 10, 5, 21, 0, tzinfo=UTC))
_FIRST, _SECOND = sms(FIRST.written, "9999"), sms(SECOND.written, "8888")


def of(number: str) -> str:
    """The first SMS, as one of this number."""
    return _FIRST.replace("+380999999999", number)


MINE = [FIRST, FIRST, SECOND]

SMS = tuple(
    case
    for call in ("rental_sms", "last_rental_sms")
    for case in (
        Case(call, f"[{_SECOND},{_FIRST}]", [FIRST, SECOND]),
        Case(call, f"[{_FIRST},{_SECOND},{{}},7]", [FIRST, SECOND]),
        # Without a time that can be read, the newest first, as with an activation's SMS.
        Case(
            call,
            f"[{_SECOND},{sms('', '7777')}]",
            [RentalSms("Taxify", "7777", "", None), SECOND],
        ),
        Case(call, '[{"text":"Hello"}]', [RentalSms(None, "Hello", "", None)]),
        # One without words is one: it came.
        *(
            Case(call, f"[{wordless}]", [RentalSms("Taxify", "…", FIRST.written, FIRST.at)])
            for wordless in (
                sms(FIRST.written, ""),
                sms(FIRST.written, " "),
                _FIRST.replace('"9999"', "null"),
            )
        ),
        Case(call, '[{"text":""}]', BadReply),
        # Those of another number are not; written without its plus or its country code it is the same one.
        Case(call, f"[{_SECOND},{of('+380999999998')},{of('380999999999')},{of('0999999999')}]", MINE),
        Case(call, f"[{of('+380999999998')}]", []),
        Case(call, "[]", []),
        Case(call, "null", []),
        Case(call, "[null]", BadReply),
    )
)

CASES = (*STOCK, *SPENDING, *RENTED, *SIM, *SMS)
