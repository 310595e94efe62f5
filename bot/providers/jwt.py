"""What a JWT says of itself; its signature is the provider's to check."""

import base64
import binascii
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import SecretStr

from bot.providers.values import document


def expires_at(key: SecretStr) -> datetime | None:
    """The moment of its `exp` claim; None where the key is no JWT or names none."""
    parts = key.get_secret_value().split(".")
    if len(parts) != 3:
        return None
    claims = document(_decoded(parts[1]))
    moment = claims.get("exp") if isinstance(claims, dict) else None
    return _moment(moment) if isinstance(moment, int | Decimal) else None


def _decoded(part: str) -> str:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _moment(seconds: int | Decimal) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        return None
