"""What a JWT says of itself; its signature is the provider's to check."""

import base64
import binascii
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.providers.values import document, money


def expires_at(key: SecretStr) -> datetime | None:
    """The moment of its `exp` claim; None where the key is no JWT or names none."""
    parts = key.get_secret_value().split(".")
    if len(parts) != 3:
        return None
    claims = document(_decoded(parts[1]))
    seconds = money(claims.get("exp")) if isinstance(claims, dict) else None
    return None if seconds is None else _moment(float(seconds))


def _decoded(part: str) -> str:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
