"""Who hears what a provider says of a key: one that it does not take is noted, whatever was asked.

Only a definite word counts: the key is wrong, or its account is blocked. Trouble on the way says nothing.
"""

import logging

from bot.clock import Clock
from bot.errors import BadKey, Banned
from bot.providers.observed import Call
from storage.keys import KeyStore
from storage.notices import Refusal

log = logging.getLogger(__name__)


class Witness:
    """Hears of every call to every provider."""

    def __init__(self, keys: KeyStore, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def hear(self, call: Call) -> None:
        """It came on the way to an error of its own, which is what the caller is to hear of."""
        if call.key is None or not isinstance(call.error, BadKey | Banned):
            return
        refusal = Refusal(call.question, type(call.error).__name__)
        try:
            await self._keys.note_refusal(call.provider, call.key, refusal, self._clock())
        except Exception:
            log.exception("a key that %s refused was not noted", call.provider)
