"""What is bought: Telegram in the United States or in Viet Nam, and a number that waits for its code."""

from collections.abc import Mapping
from datetime import datetime

from storage.models import Activation, Key, State
from tests.storage.shelf import number

_TELEGRAM = {"service": "telegram", "service_name": "Telegram", "service_code": "tg"}
#: The columns of a quote and of a number that say what it is.
USA = {**_TELEGRAM, "country": "US", "country_name": "United States", "country_code": "1"}
VIET_NAM = {**_TELEGRAM, "country": "VN", "country_name": "Viet Nam", "country_code": "10"}


def waiting(
    key: Key, name: str, digits: str, now: datetime, what: Mapping[str, str] = USA, /, **more: object
) -> Activation:
    """Bought just now, as a bot that bought it would have it; `digits` are its phone's."""
    since = dict.fromkeys(("created_at", "called_at", "bought_at", "next_poll_at"), now)
    told: dict[str, object] = {**what, **since, "phone": f"+{digits}", "raw": digits}
    return number(key, name, State.WAITING, **(told | more))
