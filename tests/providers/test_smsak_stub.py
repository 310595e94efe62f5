"""SMSAK's imitation of sms-activate: the family's words, its own differences, and what it does for SMSAK."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import httpx
import pytest

from bot.errors import BadKey, BadReply, Banned, NoMoney, NoNumbers, NotOffered, Unavailable, Unsupported
from bot.providers.base import Balance, Country, Held, Number, Price, Provider, Service, Wish
from bot.providers.http import Net
from bot.providers.smsak import SmsAk
from bot.providers.smsak.stub import SmsAkStub
from tests.providers import family
from tests.providers.contract import TROUBLES, Case, ProviderContract
from tests.providers.family import AGAIN, DONE, HELD, code
from tests.providers.over import over
from tests.providers.site import KEY, SECRET, Said, Site, Time, net
from tests.providers.smsak_answers import error

PRICES = '{"0":{"ot":{"count":0,"cost":5},"vk":{"count":3,"cost":19}}'


class TestSmsAkStub(ProviderContract):
    wish = Wish("vk", "0", operator="mts")
    held = HELD
    has_effect = staticmethod(family.has_effect)
    definite: ClassVar[Mapping[tuple[str, str], object]] = {
        **family.DEFINITE,
        **{("operators", trouble): [] for trouble in TROUBLES},
    }
    generated = frozenset({"all_prices", "balance", "buy", "poll", "cancel"})
    cases = (
        *family.COMMON,
        # The native face's envelope says the same here.
        *(
            Case("buy", form, gives)
            for number, gives in ((101, NotOffered), (102, NoMoney), (103, NoNumbers), (203, Banned))
            for form in error(number)
        ),
        *(Case(call, form, BadKey) for call in ("balance", "poll", "sent") for form in error(202)),
        Case("balance", "ACCESS_BALANCE:'500.50'", Balance(Decimal("500.50"), "")),
        Case("services", PRICES, [Service("ot", "Any other"), Service("vk", "Vk.com")]),
        Case("countries", '{"0":{"id":"0","rus":"Россия","visible":1}}', [Country("0", "RU", "Россия")]),
        *(
            Case("prices", ending, [Price("ot", "0", Decimal(5), 0), Price("vk", "0", Decimal(19), 3)])
            for ending in (PRICES, f"{PRICES}}}", PRICES.removesuffix("}"))
        ),
        Case("prices", PRICES.removesuffix("}}"), BadReply),
        Case("prices", (Said("", 500),), Unavailable),
        Case("operators", "", []),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", Number("4242", "+84901234567", "84901234567")),
        Case("buy", "", Unsupported, wish=Wish("vk", "0", max_price=Decimal(5))),
        Case("poll", ("STATUS_OK:'0512'", "FULL_SMS:Code: 0512"), code("0512", "Code: 0512")),
        Case("poll", ("STATUS_OK:222", "STATUS_WAIT_CODE"), code("222"), AGAIN),
        Case("another_sms", "ACCESS_RETRY_GET", None, DONE),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return SmsAkStub(net=net)


OLD = Held("707", "+79777777777", age=1200.0)


async def test_both_faces_keep_one_pace() -> None:
    """Fifteen looks at numbers past their life are thirty calls at once; after them a key waits in line."""
    site, time = Site((Said("null"), Said("STATUS_WAIT_CODE")) * 16), Time()
    smsak = SmsAk(net=net(site, time))
    for number in range(16):
        await smsak.poll(KEY, replace(OLD, id=str(number)))
    assert len(site.requests) == 32
    assert time.slept == pytest.approx([0.625, 0.625])


async def test_each_face_gets_the_key_where_it_wants_it() -> None:
    site = Site((Said("null"), Said("STATUS_WAIT_CODE"), Said("ACCESS_ACTIVATION")))
    smsak = SmsAk("http://127.0.0.1:8085/smsak", net=net(site))
    await smsak.poll(KEY, OLD)
    await smsak.finish(KEY, DONE)
    native, look, finish = (request.url for request in site.requests)
    assert native.path == f"/smsak/api/getstatus/{SECRET}"
    assert dict(native.params) == {"id": "707"}
    assert look.path == finish.path == "/smsak/stubs/handler_api.php"
    assert dict(look.params) == {"api_key": SECRET, "action": "getStatus", "id": "707"}
    assert dict(finish.params) == {"api_key": SECRET, "action": "setStatus", "status": "6", "id": "4242"}


async def test_both_faces_are_closed() -> None:
    transport = Closing()
    smsak = SmsAk(net=Net(over(transport)))
    await smsak.poll(KEY, OLD)
    await smsak.close()
    assert transport.closed == 2


class Closing(httpx.AsyncBaseTransport):
    """Knows no SMS, and how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="null")

    async def aclose(self) -> None:
        self.closed += 1
