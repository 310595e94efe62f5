"""Many people, each with a key and a number: who presses in `tests.benchmarks.pressing`."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr

from storage.database import Database
from storage.keys import KeyStore
from storage.models import Activation, Chat, Key
from storage.vault import Vault
from tests.core import put
from tests.wares import waiting

#: The moment they press at.
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
#: It ends in the digits that tell keys apart.
_KEY = "alpha-key-0123456789-{:04}"
LEFT = Decimal("18.74")


async def moved_in(database: Database, vault: Vault, people: int) -> None:
    """People 1 and so on; the ids of their numbers are `number-1` and so on."""
    keys = KeyStore(database, vault)
    for person in range(1, people + 1):
        await put(database, _chat(person))
        secret = SecretStr(_KEY.format(person))
        key = await keys.add(person, "alpha", "", secret, LEFT, "USD", SINCE)
        await put(database, _number(person, key))


def secret_of(person: int) -> str:
    return _KEY.format(person)


def _chat(person: int) -> Chat:
    return Chat(id=person, kind="private", language="en", created_at=SINCE, seen_at=SINCE)


def _number(person: int, key: Key) -> Activation:
    """It waits, and its card hangs in the chat."""
    hangs = {"card_chat_id": person, "card_message_id": 9, "next_poll_at": SINCE + timedelta(minutes=10)}
    ends = {"provider_id": str(person), "expires_at": SINCE + timedelta(minutes=20)}
    paid = dict.fromkeys(("cost", "agreed"), Decimal("0.50"))
    return waiting(key, f"number-{person}", f"1201555{person:04}", SINCE, **hangs, **ends, **paid)
