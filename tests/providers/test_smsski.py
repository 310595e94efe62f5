"""sms.ski: its blueprint's answers in every form they may take, and the double meanings of 404 and 406."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

import httpx
import pytest
from pydantic import SecretStr

from bot.errors import (
    BadInput,
    BadKey,
    BadReply,
    CodeArrived,
    LimitReached,
    NoMoney,
    NoNumbers,
    TooEarly,
    TooLate,
    Unavailable,
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
from bot.providers.smsski import SmsSki
from tests.providers.contract import KEY_REFUSED, Case, ProviderContract
from tests.providers.site import KEY, Said, Site, net

PHONE = "79050513150"
HELD = Held(PHONE, PHONE, age=100.0)
DONE = Held(PHONE, PHONE, age=100.0, last_code="111")
YOUNG = Held(PHONE, PHONE, age=31.0)
OLD = Held(PHONE, PHONE, age=360.0)
BOUGHT = Number(PHONE, "+79050513150", PHONE)
CANCELLED = '{"status":"success","message":"The task was successfully cancelled."}'
CODE = '{"status":"success","message":"953620"}'
LOST = Said(failure=httpx.ReadTimeout)
UNSENT = Said(failure=httpx.ConnectTimeout)
SERVICES = (
    '{"status":"success","message":[{"identifier":"facebook","countries":['
    '{"country_code":"dz","price":10},{"country_code":"ua","price":6.5},{"country_code":"??","price":1},'
    '{"country_code":"pk"},{"country_code":"vn","price":-1},"?"]},'
    '{"identifier":"mail_ru","countries":[{"country_code":"dz","price":"3"}]},{"identifier":null},7]}'
)


def fail(number: int) -> tuple[Said, Said, Said, Said]:
    """One error in all four forms the blueprint leaves open."""
    body = json.dumps({"status": "fail", "error": {"code": number, "message": "?"}})
    return (Said(body), Said(body, number), Said("", number), Said("<html>", number))


def failing(call: str, number: int, gives: object, held: Held | None = None) -> tuple[Case, ...]:
    return tuple(Case(call, form, gives, held) for form in fail(number))


def received(code: str) -> Reading:
    return Reading(Outcome.RECEIVED, code)


class TestSmsSki(ProviderContract):
    wish = Wish("facebook", "dz")
    held = HELD
    definite: ClassVar[Mapping[tuple[str, str], object]] = {
        **KEY_REFUSED,
        ("prices", "404"): [],
        ("buy", "429"): LimitReached,
        ("poll", "404"): WAITING,
        ("cancel", "404"): CodeArrived,
        # "success" is what the document calls success, whatever the message beside it.
        ("cancel", "huge exponent"): None,
        ("cancel", "not a number"): None,
    }
    cases = (
        Case("balance", '{"status":"success","message":389.5}', Balance(Decimal("389.5"), "")),
        Case("balance", '{"status":"success","message":"389.50"}', Balance(Decimal("389.50"), "")),
        Case("balance", '{"status":"success","message":null}', BadReply),
        Case("balance", '{"status":"success"}', BadReply),
        Case("balance", '{"status":"success","message":{"amount":1}}', BadReply),
        Case("balance", '{"message":1}', BadReply),
        Case("balance", '{"status":"fail","error":{}}', BadReply),
        Case("balance", '{"status":"fail","error":"no"}', BadReply),
        Case("balance", Said('{"status":"success","message":1}', 404), BadReply),
        *failing("balance", 401, BadKey),
        *failing("buy", 401, BadKey),
        *failing("poll", 401, BadKey),
        *failing("cancel", 401, BadKey),
        *failing("balance", 400, Unavailable),
        Case("balance", (Said("", 429), '{"status":"success","message":1}'), Balance(Decimal(1), "")),
        Case("balance", (Said("", 503, {"retry-after": "60"}),), Unavailable(retry_after=60.0)),
        Case("services", SERVICES, [Service("facebook", "Facebook"), Service("mail_ru", "Mail ru")]),
        Case("services", '{"status":"success","message":[]}', []),
        Case("services", '{"status":"success","message":{}}', BadReply),
        Case("countries", SERVICES, [Country("dz", "DZ", "DZ"), Country("ua", "UA", "UA")]),
        Case(
            "all_prices",
            SERVICES,
            [
                Price("facebook", "dz", Decimal(10), None),
                Price("facebook", "ua", Decimal("6.5"), None),
                Price("mail_ru", "dz", Decimal(3), None),
            ],
        ),
        Case(
            "prices",
            '{"status":"success","message":[{"country_code":"lk","price":9},{"country_code":"DZ","price":9}]}',
            [Price("facebook", "DZ", Decimal(9), None)],
        ),
        *failing("prices", 404, []),
        Case("prices", '{"status":"success","message":[]}', []),
        Case("buy", f'{{"status":"success","message":"{PHONE}"}}', BOUGHT),
        Case("buy", f'{{"status":"success","message":" {PHONE} "}}', BOUGHT),
        Case("buy", f'{{"status":"success","message":{PHONE}}}', BOUGHT),
        Case(
            "buy",
            f'{{"status":"success","message":"+{PHONE}"}}',
            Number(f"+{PHONE}", f"+{PHONE}", f"+{PHONE}"),
        ),
        Case("buy", '{"status":"success","message":""}', BadReply),
        Case("buy", '{"status":"success","message":null}', BadReply),
        Case("buy", '{"status":"success","message":"none left"}', BadReply),
        Case("buy", '{"status":"success"}', BadReply),
        *failing("buy", 406, NoNumbers),
        *failing("buy", 409, NoMoney),
        *failing("buy", 429, LimitReached),
        # Trouble with the SIM banks: whether the task had begun is not said.
        *failing("buy", 400, Unavailable),
        *failing("buy", 404, BadReply),
        Case("buy", '{"status":"fail","error":{"code":500}}', Unavailable),
        Case("buy", "", Unsupported, wish=Wish("facebook", "dz", max_price=Decimal(1))),
        Case("buy", "", BadInput, wish=Wish("..", "dz")),
        Case("poll", CODE, received("953620")),
        Case("poll", '{"status":"success","message":"012-340"}', received("012-340")),
        Case("poll", '{"status":"success","message":953620}', received("953620")),
        Case("poll", '{"status":"success","message":""}', WAITING),
        Case("poll", '{"status":"success","message":null}', BadReply),
        *failing("poll", 404, WAITING),
        *failing("poll", 406, ENDED),
        *failing("poll", 406, ENDED, DONE),
        *failing("poll", 400, Unavailable),
        *failing("poll", 429, Unavailable),
        Case("poll", (LOST, CODE), Unavailable(sent=True)),
        Case("cancel", CANCELLED, None),
        Case("cancel", CANCELLED, TooEarly(seconds=10.0), Held(PHONE, PHONE, age=20.0)),
        *failing("cancel", 404, CodeArrived(code=None)),
        # 406: "too early" by our clock and a margin, "over" after a task's life, in between the code tells.
        *failing("cancel", 406, TooEarly(seconds=4.0), YOUNG),
        *failing("cancel", 406, TooLate, OLD),
        Case("cancel", (fail(406)[1], CODE), TooLate, OLD),
        Case("cancel", (fail(406)[1], CODE), CodeArrived(code="953620")),
        Case("cancel", (fail(406)[1], fail(404)[1]), TooEarly(seconds=5.0)),
        Case("cancel", (fail(406)[1], fail(406)[1]), TooLate),
        Case("cancel", (fail(406)[1], LOST), Unavailable),
        # A lost cancel is looked up; one that never left is not.
        Case("cancel", (LOST, fail(406)[1]), None),
        # After a code the task is gone because it was finished.
        Case("cancel", (LOST, fail(406)[1]), TooLate, DONE),
        Case("cancel", (LOST, fail(404)[1]), Unavailable),
        Case("cancel", (LOST, CODE), CodeArrived(code="953620")),
        Case("cancel", (Said("", 502), fail(406)[1]), None),
        Case("cancel", (fail(400)[1], fail(404)[1]), Unavailable),
        Case("cancel", (UNSENT, fail(406)[1]), Unavailable(sent=False)),
        # A look that fails settles nothing: the cancel itself did leave.
        *(
            Case("cancel", (LOST, look), Unavailable(sent=True))
            for look in (UNSENT, *fail(401), Said("", 400))
        ),
        Case("cancel", ("<html>", UNSENT), BadReply),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return SmsSki(net=net)

    @staticmethod
    def has_effect(request: httpx.Request) -> bool:
        """The code is given out once, so asking for it is no harmless read."""
        return any(f"/receive/{word}/" in request.url.path for word in ("phone", "code", "cancel"))


async def test_it_is_asked_at_its_documented_paths_with_the_token_in_the_header_alone() -> None:
    site = Site((Said(f'{{"status":"success","message":"+{PHONE}"}}'), *map(Said, [CODE, CANCELLED])))
    provider = SmsSki(net=net(site))
    number = await provider.buy(KEY, Wish("mail/ru", "dz"))
    held = Held(number.id, number.raw, age=100.0)
    await provider.poll(KEY, held)
    await provider.cancel(KEY, held)
    assert [(request.method, str(request.url)) for request in site.requests] == [
        ("GET", "https://sms.ski/api/v1/receive/phone/dz/mail%2Fru/"),
        ("GET", f"https://sms.ski/api/v1/receive/code/%2B{PHONE}"),
        ("GET", f"https://sms.ski/api/v1/receive/cancel/%2B{PHONE}"),
    ]
    assert {request.headers["authorization"] for request in site.requests} == {
        f"Bearer {KEY.get_secret_value()}"
    }


async def test_a_cancel_before_the_minimum_wait_is_not_even_sent() -> None:
    site = Site((Said(CANCELLED),))
    with pytest.raises(TooEarly):
        await SmsSki(net=net(site)).cancel(KEY, Held(PHONE, PHONE, age=29.9))
    assert site.requests == []


async def test_a_code_met_while_cancelling_is_there_for_the_next_poll() -> None:
    site = Site((Said("", 406), Said(CODE), Said("", 406)))
    provider = SmsSki(net=net(site))
    with pytest.raises(CodeArrived):
        await provider.cancel(KEY, HELD)
    assert await provider.poll(KEY, HELD) == received("953620")
    assert len(site.requests) == 2
    assert await provider.poll(KEY, Held(PHONE, PHONE, 100, last_code="953620")) == ENDED


async def test_a_whole_sms_in_place_of_a_code_is_kept_whole() -> None:
    sms = "Dear customer, " + "thank you for your patience; " * 3 + "your code is 4711"
    site = Site((Said("", 406), Said(json.dumps({"status": "success", "message": sms}))))
    provider = SmsSki(net=net(site))
    with pytest.raises(CodeArrived) as arrived:
        await provider.cancel(KEY, HELD)
    reading = await provider.poll(KEY, HELD)
    assert (arrived.value.code, reading.text) == (None, sms)
    assert reading.code.endswith("your code is 4711")
    assert len(reading.code) == 64


async def test_a_code_of_an_earlier_task_is_forgotten_when_the_number_is_bought_again() -> None:
    again = Said(f'{{"status":"success","message":"{PHONE}"}}')
    site = Site((Said(CODE), again, Said("", 404)))
    provider = SmsSki(net=net(site))
    await provider.poll(KEY, HELD)
    await provider.buy(KEY, Wish("facebook", "dz"))
    assert await provider.poll(KEY, HELD) == WAITING


async def test_c_9_a_late_look_gets_no_code_of_another_account() -> None:
    bought = Said(f'{{"status":"success","message":"{PHONE}"}}')
    site = Site((Said(CODE), Said("", 406), bought))
    provider, other = SmsSki(net=net(site)), SecretStr("another-account-0123456789")
    await provider.poll(KEY, HELD)
    assert await provider.poll(other, HELD) == ENDED
    await provider.buy(other, Wish("facebook", "dz"))
    assert await provider.poll(KEY, HELD) == received("953620")


def token(claims: object) -> SecretStr:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return SecretStr(f"eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJl")


def test_a_token_says_when_it_ends() -> None:
    claims = {"iss": "sms.ski", "aud": "Receivers", "iat": 1_700_000_000, "exp": 1_731_104_000}
    assert SmsSki().expires_at(token(claims)) == datetime(2024, 11, 8, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "key",
    [
        KEY,
        SecretStr("plain"),
        SecretStr("a.b.c"),
        token([]),
        token({}),
        token({"exp": "soon"}),
        token({"exp": 1e300}),
        token({"exp": True}),
    ],
)
def test_what_is_no_token_ends_at_no_known_moment(key: SecretStr) -> None:
    assert SmsSki().expires_at(key) is None
