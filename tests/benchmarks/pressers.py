"""Many people, each with a key and a number: who presses in `tests.benchmarks.pressing`."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pydantic import SecretStr

from storage.database import Database
from storage.keys import KeyStore
from storage.models import Activation, Chat, State
from storage.vault import Vault
from tests.core import put

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
        await put(database, _number(person, key.id))


def secret_of(person: int) -> str:
    return _KEY.format(person)


def _chat(person: int) -> Chat:
    return Chat(id=person, kind="private", language="en", created_at=SINCE, seen_at=SINCE)


def _number(person: int, key_id: str) -> Activation:
    """It waits, and its card hangs in the chat."""
    return Activation(
        id=f"number-{person}",
        nonce=f"nonce-{person}",
        chat_id=person,
        owner_id=person,
        key_id=key_id,
        provider="alpha",
        service="telegram",
        service_name="Telegram",
        service_code="tg",
        country="US",
        country_name="United States",
        country_code="1",
        cost=Decimal("0.50"),
        agreed=Decimal("0.50"),
        currency="USD",
        state=State.WAITING,
        phone=f"+1201555{person:04}",
        raw=f"1201555{person:04}",
        provider_id=str(person),
        created_at=SINCE,
        called_at=SINCE,
        bought_at=SINCE,
        expires_at=SINCE + timedelta(minutes=20),
        next_poll_at=SINCE + timedelta(minutes=10),
        card_chat_id=person,
        card_message_id=9,
    )
