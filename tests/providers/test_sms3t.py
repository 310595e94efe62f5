"""SMS3T: its document, and what three independent clients met."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

import pytest

from bot.errors import BadReply, CodeArrived, NotOffered, TooEarly, Unavailable, Unsupported
from bot.providers.base import WAITING, Balance, Country, Number, Price, Provider, Service, Wish
from bot.providers.http import Net
from bot.providers.sms3t import OPERATORS, VIET_NAM, Sms3T
from tests.providers import family
from tests.providers.contract import TROUBLES, Case, ProviderContract
from tests.providers.family import AGAIN, DONE, FRESH, HELD, code
from tests.providers.site import KEY, Said, Site, net

BOUGHT = Number("4242", "+84901234567", "84901234567")


class TestSms3T(ProviderContract):
    wish = Wish("tg", "10", operator="viettel,vinaphone", avoid_prefixes=("84901",))
    held = HELD
    has_effect = staticmethod(family.has_effect)
    # Its only country and its operators are in its document, so nobody is asked.
    definite: ClassVar[Mapping[tuple[str, str], object]] = {
        **family.DEFINITE,
        **{("countries", trouble): [VIET_NAM] for trouble in TROUBLES},
        **{("operators", trouble): list(OPERATORS) for trouble in TROUBLES},
    }
    generated = frozenset({"services"})
    cases = (
        *family.COMMON,
        Case("balance", "ACCESS_BALANCE:12500", Balance(Decimal(12500), "")),
        Case("prices", '{"10":{"tg":{"cost":5,"count":140}}}', [Price("tg", "10", Decimal(5), 140)]),
        Case("prices", "[]", []),
        Case(
            "services",
            '{"10":{"tg":{"cost":5,"count":140},"fb":{"cost":4,"count":0},"zz9":{"cost":4,"count":1}}}',
            [Service("tg", "Telegram"), Service("fb", "Facebook"), Service("zz9", "zz9")],
        ),
        # The document's own sample, its redirection rows left out.
        Case(
            "services",
            ("{}", '{"vk_0":149,"ok_0":190,"av_0":251,"av_1":156,"fb_0":"58","wa":"90"}'),
            [
                Service("vk", "Vk.com"),
                Service("ok", "Ok.ru"),
                Service("av", "Avito"),
                Service("fb", "Facebook"),
                Service("wa", "Whatsapp"),
            ],
        ),
        Case("countries", "", [Country("10", "VN", "Vietnam")]),
        Case("operators", "", ["any", "mobifone", "vietnamobile", "viettel", "vinaphone"]),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", BOUGHT),
        Case("buy", "ACCESS_NUMBER:4242:84901234567\r\n", BOUGHT),
        Case("buy", "", Unavailable),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", NotOffered, wish=Wish("tg", "6")),
        Case("buy", "ACCESS_NUMBER:4242:84901234567", NotOffered, wish=Wish("tg", "10", operator="mts")),
        Case(
            "buy", "ACCESS_NUMBER:4242:84901234567", Unsupported, wish=Wish("tg", "10", max_price=Decimal(5))
        ),
        # The code comes as STATUS_WAIT_RETRY.
        Case("poll", "STATUS_WAIT_RETRY:5512", code("5512")),
        Case("poll", "STATUS_WAIT_RETRY:'0512'", code("0512")),
        Case("poll", "STATUS_WAIT_RETRY:123-456", code("123-456")),
        Case("poll", "STATUS_WAIT_RETRY:222", code("222"), AGAIN),
        Case("poll", "STATUS_WAIT_RETRY:111", code("111"), DONE),
        Case("poll", "STATUS_WAIT_RETRY:-", WAITING),
        Case("poll", "STATUS_OK:5512", code("5512")),
        Case("poll", "STATUS_OK:222", code("222"), AGAIN),
        # A code still on show does not tell whether another SMS was asked for.
        Case("another_sms", (family.LOST, "STATUS_WAIT_RETRY:111"), Unavailable, DONE),
        Case("another_sms", "STATUS_WAIT_RETRY:111", BadReply, DONE),
        Case("another_sms", ("STATUS_WAIT_RETRY:111", "STATUS_WAIT_RESEND"), None, DONE),
        Case("cancel", ("BAD_STATUS", "STATUS_WAIT_RETRY:77"), CodeArrived(code="77")),
        # No minimum wait is documented, so nobody knows what is left.
        Case("cancel", "EARLY_CANCEL_DENIED", TooEarly(seconds=None), FRESH),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return Sms3T(net=net)


async def test_it_is_asked_in_its_own_words_at_its_documented_address() -> None:
    site = Site((Said("ACCESS_NUMBER:4242:84901234567"),))
    await Sms3T(net=net(site)).buy(KEY, TestSms3T.wish)
    (request,) = site.requests
    assert str(request.url.copy_with(query=None)) == "http://vps.sms3t.com/stubs/handler_api.php"
    assert dict(request.url.params) == {
        "api_key": KEY.get_secret_value(),
        "action": "getNumber",
        "service": "tg",
        "country": "10",
        "operator": "viettel,vinaphone",
        "phoneException": "84901",
    }


async def test_a_number_that_waits_for_another_sms_is_finished_without_a_word_to_the_site() -> None:
    """The document: a 6 in "waiting for repetition" puts it back to waiting for an SMS."""
    site = Site((Said("ACCESS_ACTIVATION"),))
    await Sms3T(net=net(site)).finish(KEY, AGAIN)
    assert site.requests == []
    await Sms3T(net=net(site)).finish(KEY, DONE)
    assert [request.url.params["status"] for request in site.requests] == ["6"]


async def test_another_country_is_refused_before_anything_is_bought() -> None:
    site = Site((Said("ACCESS_NUMBER:4242:84901234567"),))
    with pytest.raises(NotOffered):
        await Sms3T(net=net(site)).buy(KEY, Wish("tg", "6"))
    assert site.requests == []


def test_whoever_connects_a_key_is_told_that_it_travels_unencrypted() -> None:
    assert "unencrypted" in Sms3T.where_key
    assert Sms3T.root.startswith("http:")
