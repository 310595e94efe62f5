"""SMS-fly: its document's answers, statuses and errors, with every spelling that was met."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

import httpx
import pytest

from bot.errors import BadKey, BadReply, CodebellError, NoMoney, Refused, Unavailable, Unsupported, named
from bot.providers import sending_errors as told
from bot.providers.base import Balance, Capability, Held, Provider, Wish
from bot.providers.http import Net
from bot.providers.sending import Channel, ChannelPrice, ChannelReport, Delivery, Outgoing, Report, SmsPart
from bot.providers.smsfly import SmsFly
from tests.providers.calls import CALLS, MESSAGE, MESSAGE_ID
from tests.providers.contract import KEY_REFUSED, Case, ProviderContract
from tests.providers.site import KEY, SECRET, Said, Site, net

OUTER = "2021-12-17 10:54:37 +0200"
AT = datetime(2021, 12, 17, 8, 36, 9, tzinfo=UTC)
#: The document's table of error codes, and what was met besides.
ERRORS: dict[str, type[CodebellError]] = {
    "INVREQUEST": told.RequestRefused,
    "INVACTION": Unsupported,
    "INVRECIPIENT": told.RecipientRefused,
    "INVTEXT": told.TextRefused,
    "INVBUTTON": told.ButtonRefused,
    "INVIMAGEURL": told.ImageRefused,
    "INVROUTE": told.NoRoute,
    "INVSOURCE": told.SenderRefused,
    "INVCHANNELS": told.ChannelsRefused,
    "INVSMSMESSAGE": told.SmsRefused,
    "INVVIBERMESSAGE": told.ViberRefused,
    "INVMSGID": told.UnknownMessage,
    "FORBIDDEN": BadKey,
    "INSUFFICIENTFUND": NoMoney,
    "INSUFFICIENTFUNDS": NoMoney,
    "invtext": told.TextRefused,
}
#: The document's table of message statuses, in its order, then other spellings and a word of nobody.
STATUSES = {
    "ACCEPTD": Delivery.ACCEPTED,
    "PENDING": Delivery.PENDING,
    "INPROGRESS": Delivery.IN_PROGRESS,
    "SENT": Delivery.SENT,
    "DELIVRD": Delivery.DELIVERED,
    "VIEWED": Delivery.VIEWED,
    "EXPIRED": Delivery.EXPIRED,
    "UNDELIV": Delivery.UNDELIVERED,
    "STOPED": Delivery.STOPPED,
    "ERROR": Delivery.ERROR,
    "INSUFFICIENTFUND": Delivery.NO_MONEY,
    "MODERATION": Delivery.MODERATION,
    "RESERVED": Delivery.RESERVED,
    "REFUND": Delivery.REFUNDED,
    "ACCEPTED": Delivery.ACCEPTED,
    "DELIVERED": Delivery.DELIVERED,
    "delivrd": Delivery.DELIVERED,
    "UNDELIVERED": Delivery.UNDELIVERED,
    "STOPPED": Delivery.STOPPED,
    "INSUFFICIENTFUNDS": Delivery.NO_MONEY,
    "UNKNOWN": Delivery.OTHER,
    "": Delivery.OTHER,
}


def success(data: object, **more: object) -> str:
    return json.dumps({"success": 1, "date": OUTER, "data": data, **more})


def failure(code: object, status: int = 200) -> Said:
    error = {"code": code, "date": OUTER, "description": "see the manual"}
    return Said(json.dumps({"success": 0, "error": error}), status)


def refused(call: str, code: str, gives: type[CodebellError]) -> tuple[Case, ...]:
    """An error under every status that a broken request may have: the body is what counts."""
    return tuple(Case(call, failure(code, status), gives) for status in (200, 400, 403, 404, 422, 429))


def on_sms(row: dict[str, object], **more: object) -> str:
    return success({"messageID": MESSAGE_ID, "sms": row}, **more)


def report(status: Delivery, raw: str, at: datetime | None = None, cost: str | None = None) -> Report:
    amount = None if cost is None else Decimal(cost)
    return Report(MESSAGE_ID, (ChannelReport(Channel.SMS, status, raw, at, amount),))


class TestSmsFly(ProviderContract):
    #: It sells no numbers.
    wish = Wish("", "")
    held = Held("", "", age=0.0)
    definite: ClassVar[Mapping[tuple[str, str], object]] = {
        **KEY_REFUSED,
        # What the document says of this status.
        **{(call, "422"): told.RequestRefused for call in CALLS},
    }
    cases = (
        Case("balance", success({"balance": "91.477"}), Balance(Decimal("91.477"), "")),
        Case("balance", success({"balance": 91.5}), Balance(Decimal("91.5"), "")),
        Case("balance", success({"balance": "0"}, success="1"), Balance(Decimal(0), "")),
        Case("balance", success({"balance": "0"}, success=True), Balance(Decimal(0), "")),
        Case("balance", success({"balance": "0"}, success="yes"), BadReply),
        Case("balance", success({"balance": "NaN"}), BadReply),
        Case("balance", success({"balance": {"sms": "1"}}), BadReply),
        Case("balance", success([]), BadReply),
        Case("balance", '{"success":1}', BadReply),
        Case("balance", '{"success":0}', BadReply),
        Case("balance", Said(success({"balance": "1"}), 400), BadReply),
        Case("balance", (Said("", 429), success({"balance": "1"})), Balance(Decimal(1), "")),
        Case("balance", (Said("", 502), success({"balance": "1"})), Balance(Decimal(1), "")),
        Case("balances", success({"balance": {"sms": "91.477"}}), {Channel.SMS: Decimal("91.477")}),
        Case("balances", success({"balance": {"sms": "-1", "viber": 2}}), {Channel.VIBER: Decimal(2)}),
        Case("balances", success({"balance": {}}), BadReply),
        Case("balances", success({"balance": "91.477"}), BadReply),
        Case("senders", success([]), {Channel.SMS: [], Channel.VIBER: []}),
        Case(
            "senders",
            success({"sms": [" A  b ", "A", "A", "", "B\n", "C" * 65, 7, None]}),
            {Channel.SMS: [" A  b ", "A"], Channel.VIBER: []},
        ),
        Case(
            "senders",
            success({"sms": {"0": "A", "2": "B"}, "viber": "C"}),
            {Channel.SMS: ["A", "B"], Channel.VIBER: []},
        ),
        Case("price_list", success({"pricelist": []}), []),
        Case("price_list", success({"pricelist": {"sms": [], "viber": {"255": []}}}), []),
        Case("price_list", success({"pricelist": "0.479"}), BadReply),
        Case("price_list", success({"price": {}}), BadReply),
        Case(
            "price_list",
            success(
                {
                    "pricelist": {
                        "viber": {"255": {"00": 0.5, "01": "free", "03": -1, "": 1}},
                        "fax": {"255": {"00": 1}},
                    }
                }
            ),
            [ChannelPrice(Channel.VIBER, "255", "00", Decimal("0.5"))],
        ),
        Case("price", success({"price": {"sms": {"255": {}}}}), []),
        Case("price", success({"pricelist": {}}), BadReply),
        *(case for code, error in ERRORS.items() for case in refused("send", code, error)),
        *(Case(call, failure("FORBIDDEN", 403), BadKey) for call in ("balance", "senders", "delivery")),
        Case("delivery", failure("INVMSGID", 400), told.UnknownMessage),
        Case("price_list", failure("INVCHANNELS", 400), told.ChannelsRefused),
        Case("send", '{"error":{"code":"INVTEXT"}}', told.TextRefused),
        Case("send", '{"success":"0","error":"INVTEXT"}', told.TextRefused),
        # What the document says of a status holds where the body says nothing; a page is somebody else's.
        *(
            Case("send", Said("", status), error)
            for status, error in ((400, told.RequestRefused), (403, BadKey), (422, told.RequestRefused))
        ),
        *(Case("send", Said("<html>", status), Unavailable(sent=True)) for status in (200, 400, 403, 422)),
        *(Case("send", Said("Bad request", status), BadReply(sent=True)) for status in (200, 400, 403, 422)),
        # An error of nobody's is no certain no, whatever the status.
        *(Case("send", failure("NEWERROR", status), BadReply) for status in (200, 400, 403, 422)),
        Case("send", failure("", 200), BadReply),
        Case("send", failure("NEWERROR", 500), Unavailable(sent=True)),
        Case("send", Said("", 429, {"retry-after": "7"}), Unavailable(retry_after=7.0, sent=True)),
        # A success without a message, or under a status of errors, may have sent it.
        Case("send", success({"sms": {"status": "ACCEPTD"}}), BadReply),
        Case("send", success({"messageID": ""}), BadReply),
        Case("send", success([]), BadReply),
        Case("send", Said(on_sms({"status": "ACCEPTD"}), 400), BadReply),
        Case("send", success({"messageID": 707}), Report("707", ())),
        Case(
            "send",
            success({"messageID": MESSAGE_ID, "sms": [], "viber": None, "rcs": {}}),
            Report(MESSAGE_ID, ()),
        ),
        Case(
            "send",
            on_sms({"status": "ACCEPTD", "cost": "0.475"}),
            report(Delivery.ACCEPTED, "ACCEPTD", cost="0.475"),
        ),
        # Refused on its channel: no exception, the report says so.
        Case("send", on_sms({"status": "INSUFFICIENTFUND"}), report(Delivery.NO_MONEY, "INSUFFICIENTFUND")),
        Case("send", on_sms({"status": "ERROR", "cost": 0}), report(Delivery.ERROR, "ERROR", cost="0")),
        *(Case("delivery", on_sms({"status": raw}), report(status, raw)) for raw, status in STATUSES.items()),
        Case("delivery", on_sms({"status": 7}), report(Delivery.OTHER, "")),
        Case("delivery", success({"sms": {"status": "SENT"}}), report(Delivery.SENT, "SENT")),
        Case("delivery", success({"messageID": "ANOTHER", "sms": {"status": "SENT"}}), BadReply),
        Case("delivery", success([]), Report(MESSAGE_ID, ())),
        # Without a zone of its own a date has that of the answer; without that it is unknown.
        *(
            Case(
                "delivery",
                on_sms({"status": "SENT", "date": date}, date=outer),
                report(Delivery.SENT, "SENT", at),
            )
            for date, outer, at in (
                ("2021-12-17 10:36:09", OUTER, AT),
                ("2021-12-17 09:36:09 +0100", OUTER, AT),
                ("2021-12-17 09:36:09 +0100", "", AT),
                ("2021-12-17 04:06:09", "2021-12-17 04:54:37 -0430", AT),
                ("2021-12-17 10:36:09", "2021-12-17 10:54:37", None),
                ("2021-12-17 10:36:09", None, None),
                ("tomorrow", OUTER, None),
                ("0001-01-01 00:00:00", OUTER, None),
                (1639730169, OUTER, None),
            )
        ),
    )

    @staticmethod
    def provider(net: Net) -> Provider:
        return SmsFly(net=net)

    @staticmethod
    def has_effect(request: httpx.Request) -> bool:
        return bool(json.loads(request.content)["action"] == "SENDMESSAGE")


def test_every_error_is_a_definite_no_and_is_found_again_by_its_name() -> None:
    for error in ERRORS.values():
        assert issubclass(error, Refused)
        assert named(error.__name__) is error
        assert len(error.__name__) <= 32
        assert error.text != CodebellError.text


def test_it_sends_and_sells_no_numbers() -> None:
    assert not any(SmsFly().can(each) for each in (Capability.BUY, Capability.RENT, Capability.SERVICES))
    assert SmsFly().can(Capability.SEND_VIBER)


async def test_a_flash_sms_says_so() -> None:
    site = Site((Said(success({"messageID": "1"})),))
    flash = SmsPart("Info", 1440, "Now", flash=True)
    await SmsFly(net=net(site)).send(KEY, Outgoing("+380501234567", (Channel.SMS,), sms=flash))
    sent = json.loads(site.requests[0].content)
    assert sent["data"]["sms"] == {"source": "Info", "ttl": 1440, "flash": 1, "text": "Now"}


async def test_a_part_whose_channel_is_not_chosen_is_not_sent() -> None:
    site = Site((Said(success({"messageID": "1"})),))
    message = Outgoing(MESSAGE.recipient, (Channel.SMS,), MESSAGE.viber, MESSAGE.sms)
    await SmsFly(net=net(site)).send(KEY, message)
    assert set(json.loads(site.requests[0].content)["data"]) == {"recipient", "channels", "sms"}


async def test_the_key_is_in_the_body_alone() -> None:
    site = Site((Said(success({"balance": "1"})),))
    await SmsFly(net=net(site)).balance(KEY)
    [request] = site.requests
    assert json.loads(request.content) == {"auth": {"key": SECRET}, "action": "GETBALANCE", "data": {}}
    assert SECRET not in f"{request.url} {request.headers}"


async def test_a_message_that_breaks_a_limit_is_never_sent() -> None:
    site = Site((Said(success({"messageID": "1"})),))
    with pytest.raises(told.EmptySms):
        await SmsFly(net=net(site)).send(
            KEY, Outgoing("+380501234567", (Channel.SMS,), sms=SmsPart("Info", 1, " "))
        )
    assert site.requests == []
