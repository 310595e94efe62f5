"""sms.ski, "Quick Integration Blueprint" 1.1 of 15.07.19."""

from decimal import Decimal

from bot.providers.base import Balance
from bot.providers.smsski import SmsSki
from tests.providers.samples import KEY, Exchange, Sample
from tests.providers.site import KEY as SECRET

PROVIDER = SmsSki
METHODS = ("balance",)
BEARER = {"authorization": f"Bearer {KEY}"}

SAMPLES = (
    Sample(
        "2. Get the balance",
        "balance",
        lambda provider: provider.balance(SECRET),
        (
            Exchange(
                "GET https://sms.ski/api/v1/receive/balance",
                '{"status": "success", "message": 389.5}',
                headers=BEARER,
            ),
        ),
        Balance(Decimal("389.5"), ""),
    ),
)
