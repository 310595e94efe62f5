"""SMSAK (https://smsak.org/en/page/api), "API for renting numbers".

The answers to getfullnumber and rebuynumber are missing in every copy of the document.
"""

from datetime import UTC, datetime
from decimal import Decimal

from bot.providers.renting import RentalSms, RentalStock, Rented, SimAnswer, Tariff
from bot.providers.smsak import SmsAk
from tests.providers.samples import Sample
from tests.providers.samples.smsak import sample
from tests.providers.site import KEY as SECRET
from tests.providers.smsak_lists import TARIFFS_SHOWN

PROVIDER = SmsAk
METHODS = (
    *("getfullnumbers", "getfullnumber", "getallfullnumbers", "send-enable-sim", "send-disable-sim"),
    *("getallsmsofnumber", "getlastsmsofnumber", "getalltarifs", "rebuynumber"),
)

DAY = Tariff("1", 1, Decimal("150.00"), "RU", "RU")
TARIFFS = [
    DAY,
    Tariff("2", 7, Decimal("400.00"), "RU", "RU"),
    Tariff("14", 90, Decimal("3600.00"), "UA", "UA"),
    Tariff("15", 90, Decimal("2700.00"), "KZ", "KZ"),
    Tariff("16", 180, Decimal("5400.00"), "RU", "RU"),
    Tariff("17", 180, Decimal("5400.00"), "UA", "UA"),
    Tariff("18", 180, Decimal("3600.00"), "KZ", "KZ"),
]
#: Times are read as Moscow's, three hours before UTC.
RENTED = Rented(
    "19999999", "+3809999999999", "+3809999999999", datetime(2012, 10, 14, 17, 48, 12, tzinfo=UTC), False
)
SHORT = Rented("19999999", "+380999999999", "+380999999999", None, None)
SMS = [
    RentalSms(
        "Taxify",
        "9999 is your Taxify activation code.",
        "2012-10-05 21:28:28",
        datetime(2012, 10, 5, 18, 28, 28, tzinfo=UTC),
    )
]
SMS_SHOWN = (
    '[{"time":"2012-10-05 21:28:28","from":"Taxify","text":"9999 is your Taxify activation code.",'
    '"number":"+380999999999"}]'
)
THIS = {"id": "19999999"}


def switched(answer: str, gives: SimAnswer, method: str = "send-enable-sim") -> Sample:
    section = f"{method}: {answer}"
    if method == "send-enable-sim":
        return sample(section, lambda smsak: smsak.sim_on(SECRET, RENTED), gives, answer, THIS)
    return sample(section, lambda smsak: smsak.sim_off(SECRET, RENTED), gives, answer, THIS)


SAMPLES = (
    sample(
        "getfullnumbers",
        lambda smsak: smsak.rental_stock(SECRET),
        [RentalStock("RU", "RU", 10), RentalStock("UA", "UA", 5), RentalStock("KZ", "KZ", 8)],
        '{"RU":"10","UA":"5","KZ":"8"}',
    ),
    # Answered as if with a row of getallfullnumbers.
    sample(
        "getfullnumber",
        lambda smsak: smsak.rent(SECRET, DAY),
        None,
        '{"id":19999999,"time":"2012-10-14 20:48:12","number":"+3809999999999", "is_work":0}',
        {"code": "RU", "tarif": "1"},
    ),
    sample(
        "getallfullnumbers",
        lambda smsak: smsak.rented(SECRET),
        [RENTED],
        '[{"id":19999999,"time":"2012-10-14 20:48:12","number":"+3809999999999", "is_work":0}]',
    ),
    switched("1", SimAnswer.SENT),
    switched("0", SimAnswer.REFUSED),
    switched("2", SimAnswer.UNDER_WAY),
    switched("1", SimAnswer.SENT, "send-disable-sim"),
    switched("0", SimAnswer.REFUSED, "send-disable-sim"),
    sample(
        "getallsmsofnumber",
        lambda smsak: smsak.rental_sms(SECRET, SHORT),
        SMS,
        SMS_SHOWN,
        {"phone": "+380999999999"},
    ),
    sample(
        "getlastsmsofnumber",
        lambda smsak: smsak.rental_sms(SECRET, SHORT, 5),
        SMS,
        SMS_SHOWN,
        {"phone": "+380999999999", "count": "5"},
    ),
    sample("getalltarifs", lambda smsak: smsak.tariffs(SECRET), TARIFFS, TARIFFS_SHOWN),
    # Answered as if with a `1`.
    sample(
        "rebuynumber",
        lambda smsak: smsak.renew(SECRET, RENTED, DAY),
        None,
        "1",
        {"id": "19999999", "tarif": "1"},
    ),
)
