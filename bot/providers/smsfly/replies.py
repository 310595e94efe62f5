"""What SMS-fly answers: the envelope of every action, its error codes, its words for statuses, its dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.errors import BadKey, BadReply, CodebellError, NoMoney, Unavailable, Unsupported
from bot.providers import values
from bot.providers.http import Answer
from bot.providers.sending import Channel, ChannelPrice, ChannelReport, Delivery
from bot.providers.sending_errors import (
    ButtonRefused,
    ChannelsRefused,
    ImageRefused,
    NoRoute,
    RecipientRefused,
    RequestRefused,
    SenderRefused,
    SmsRefused,
    TextRefused,
    UnknownMessage,
    ViberRefused,
)

#: A sender name that is longer, or holds a line break, is none.
LONGEST_NAME = 64
#: The document's table of error codes, FORBIDDEN of its sample, and what clients met besides.
ERRORS: dict[str, type[CodebellError]] = {
    "FORBIDDEN": BadKey,
    "INVREQUEST": RequestRefused,
    "INVACTION": Unsupported,
    "INVRECIPIENT": RecipientRefused,
    "INVTEXT": TextRefused,
    "INVBUTTON": ButtonRefused,
    "INVIMAGEURL": ImageRefused,
    "INVROUTE": NoRoute,
    "INVSOURCE": SenderRefused,
    "INVCHANNELS": ChannelsRefused,
    "INVSMSMESSAGE": SmsRefused,
    "INVVIBERMESSAGE": ViberRefused,
    "INVMSGID": UnknownMessage,
    "INSUFFICIENTFUND": NoMoney,
    "INSUFFICIENTFUNDS": NoMoney,
}
#: What the document says of a status, for answers that name no error; 401 is what it is everywhere.
STATUSES: dict[int, type[CodebellError]] = {
    400: RequestRefused,
    401: BadKey,
    403: BadKey,
    422: RequestRefused,
}
#: The document's table of statuses, with the spellings of its samples and of plain English.
DELIVERIES = {
    "ACCEPTD": Delivery.ACCEPTED,
    "ACCEPTED": Delivery.ACCEPTED,
    "PENDING": Delivery.PENDING,
    "INPROGRESS": Delivery.IN_PROGRESS,
    "SENT": Delivery.SENT,
    "DELIVRD": Delivery.DELIVERED,
    "DELIVERED": Delivery.DELIVERED,
    "VIEWED": Delivery.VIEWED,
    "EXPIRED": Delivery.EXPIRED,
    "UNDELIV": Delivery.UNDELIVERED,
    "UNDELIVERED": Delivery.UNDELIVERED,
    "STOPED": Delivery.STOPPED,
    "STOPPED": Delivery.STOPPED,
    "ERROR": Delivery.ERROR,
    "INSUFFICIENTFUND": Delivery.NO_MONEY,
    "INSUFFICIENTFUNDS": Delivery.NO_MONEY,
    "MODERATION": Delivery.MODERATION,
    "RESERVED": Delivery.RESERVED,
    "REFUND": Delivery.REFUNDED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """A success: the `data` of its envelope, and the zone of its date, None where it has none."""

    data: dict[str, object]
    zone: tzinfo | None


def told(answer: Answer) -> Told:
    """What a success tells; raises what an error means: its code first, its HTTP status second."""
    found = values.document(answer.text)
    body = found if isinstance(found, dict) else {}
    if values.truth(body.get("success")) is not True:
        raise _failure(body.get("error"), answer, readable=found is not None or not answer.text)
    if answer.status >= 300:
        raise BadReply(f"a success with HTTP {answer.status}")
    data, moment = body.get("data"), _moment(body.get("date"))
    return Told(data if isinstance(data, dict) else {}, moment.tzinfo if moment else None)


def _failure(error: object, answer: Answer, *, readable: bool) -> CodebellError:
    """A code nobody documented, or a page of somebody between, is no certain no: all may have been done."""
    code = values.name(error.get("code") if isinstance(error, dict) else error).upper()
    if code in ERRORS:
        return ERRORS[code](code)
    if answer.status == 401 or (answer.status in STATUSES and readable and not code):
        return STATUSES[answer.status](f"HTTP {answer.status}")
    if answer.status == 429 or answer.text.startswith("<"):
        return Unavailable(f"HTTP {answer.status}", retry_after=answer.retry_after)
    return BadReply(f"HTTP {answer.status} {values.identifier(code) or ''}".strip())


def listed(found: object) -> list[str]:
    """The names of a list, each once, as they are: they go back verbatim. PHP writes some lists as tables."""
    rows = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return list(dict.fromkeys(row for row in rows if isinstance(row, str) and _is_name(row)))


def _is_name(row: str) -> bool:
    return bool(row.strip()) and row.isprintable() and len(row) <= LONGEST_NAME


def prices(found: object) -> list[ChannelPrice]:
    """A table channel -> mcc -> mnc -> price; a broken row of it costs only itself."""
    if not isinstance(found, dict | list):
        raise BadReply("no prices")
    return list(_prices(found))


def _prices(found: object) -> Iterator[ChannelPrice]:
    for name, countries in values.rows(found):
        channel = _channel(name)
        for mcc, operators in values.rows(countries):
            for mnc, price in values.rows(operators):
                cost = values.money(price)
                if channel is not None and cost is not None:
                    yield ChannelPrice(channel, mcc, mnc, cost)


def reports(said: Told) -> tuple[ChannelReport, ...]:
    """How things stand on each channel that is told of, in the order of the answer."""
    found = ((_channel(name), row) for name, row in said.data.items())
    return tuple(
        _report(channel, row, said.zone)
        for channel, row in found
        if channel is not None and isinstance(row, dict)
    )


def _report(channel: Channel, row: dict[str, object], zone: tzinfo | None) -> ChannelReport:
    raw = values.name(row.get("status"))
    return ChannelReport(
        channel,
        DELIVERIES.get(raw.upper(), Delivery.OTHER),
        raw,
        _utc(row.get("date"), zone),
        values.money(row.get("cost")),
        values.name(row.get("label")),
    )


def _channel(name: str) -> Channel | None:
    return next((channel for channel in Channel if channel == name), None)


def _moment(written: object) -> datetime | None:
    """A date as the document writes it, "2021-12-16 17:15:25 +0200", or without its zone."""
    for form in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(str(written).strip(), form)
        except ValueError:
            continue
    return None


def _utc(written: object, zone: tzinfo | None) -> datetime | None:
    """GETMESSAGESTATUS writes its channels' dates without a zone: they have that of the answer's own date."""
    moment = _moment(written)
    zone = moment.tzinfo or zone if moment else None
    if moment is None or zone is None:
        return None
    try:
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None
