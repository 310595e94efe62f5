"""Renting at SMSAK: its stock, tariffs, the numbers rented now, their SIMs and their SMS.

Two of its answers, to a rent and to a renewal, are missing in every copy of the document.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.errors import BadReply
from bot.providers import values
from bot.providers.renting import RentalSms, RentalStock, Rented, SimAnswer, Tariff
from bot.providers.smsak.catalogue import Row, e164, iso2, legible
from bot.providers.smsak.messages import text, written
from bot.providers.smsak.replies import Reply, listed

#: Its times have no zone. Of the two that are likely, UTC and Moscow's, this is the earlier: nobody counts on
#: a rent that is over.
ZONE = timezone(timedelta(hours=3))

#: What stands for the words of an SMS that has none: it came, and counts among the newest.
WORDLESS = "…"

_SIM = {"0": SimAnswer.REFUSED, "1": SimAnswer.SENT, "2": SimAnswer.UNDER_WAY}


def stock(reply: Reply) -> list[RentalStock]:
    """The countries with something left; PHP writes an empty table as a list."""
    if reply.document == []:
        return []
    if not isinstance(reply.document, dict):
        raise BadReply("no table")
    rows = [{"code": country, "left": left} for country, left in values.rows(reply.document)]
    found = legible(rows, _stock)
    return [one for one in found if one.stock]


def tariffs(reply: Reply) -> list[Tariff]:
    return legible(listed(reply), _tariff)


def rented(reply: Reply) -> list[Rented]:
    return legible(listed(reply), _rented)


def sim(reply: Reply) -> SimAnswer:
    if reply.word not in _SIM:
        raise BadReply("no answer of a SIM")
    return _SIM[reply.word]


def sms(reply: Reply, phone: str) -> list[RentalSms]:
    """Those of this number, oldest first; the order is told for activations only: the newest first."""
    rows = [] if reply.text == "null" else listed(reply)
    found = list(reversed(legible([row for row in rows if not _of_another(row, phone)], _sms)))
    return sorted(found, key=lambda one: one.written) if all(one.at for one in found) else found


def _of_another(row: object, phone: str) -> bool:
    """Whether an SMS names another number; one may stand there with its country code and without."""
    told, asked = _digits(row.get("number") if isinstance(row, dict) else ""), _digits(phone)
    return not (told.endswith(asked) or asked.endswith(told))


def _digits(number: object) -> str:
    return re.sub("[^0-9]", "", values.as_written(number)).lstrip("0")


def _stock(row: Row) -> RentalStock | None:
    country, left = str(row["code"]), values.count(row["left"])
    return None if left is None else RentalStock(country, iso2(country), left)


def _tariff(row: Row) -> Tariff | None:
    name, country = values.identifier(row.get("id")), values.identifier(row.get("code"))
    days, cost = values.count(row.get("days")), values.money(row.get("cost"))
    if name is None or country is None or not days or cost is None:
        return None
    return Tariff(name, days, cost, country, iso2(country))


def _rented(row: Row) -> Rented | None:
    name = values.identifier(row.get("id"))
    if name is None:
        return None
    raw = values.as_written(row.get("number"))
    return Rented(name, e164(raw), raw, _moment(row.get("time")), values.truth(row.get("is_work")))


def _sms(row: Row) -> RentalSms | None:
    said, told_at = text(row.get("text")), written(row.get("time"))
    if not said and not told_at:
        return None
    return RentalSms(values.name(row.get("from")) or None, said or WORDLESS, told_at, _moment(told_at))


def _moment(value: object) -> datetime | None:
    try:
        told = datetime.strptime(written(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
        return told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
