"""Who hears what a provider says of a key: one that it does not take is noted, whatever was asked.

Only a definite word counts: the key is wrong, or its account is blocked. Trouble on the way says nothing.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from pydantic import SecretStr

from bot.clock import Clock
from bot.errors import BadKey, Banned
from bot.providers.base import Provider
from storage.keys import KeyStore
from storage.notices import Refusal

log = logging.getLogger(__name__)

#: Called with a provider's name, the key it refused, and what it was asked and answered.
Heard = Callable[[str, SecretStr, Refusal], Awaitable[None]]


class Witness:
    """Stands in for a provider and is it in everything; its refusals of a key are heard on their way."""

    def __init__(self, provider: Provider, heard: Heard) -> None:
        self._provider = provider
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        return self._within_earshot(found) if inspect.iscoroutinefunction(found) else found

    def _within_earshot(self, question: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(*args: Any, **more: Any) -> Any:
            try:
                return await question(*args, **more)
            except (BadKey, Banned) as refused:
                if args and isinstance(args[0], SecretStr):
                    refusal = Refusal(question.__name__, type(refused).__name__)
                    await self._heard(self._provider.name, args[0], refusal)
                raise

        return asked


def witnessed(providers: Mapping[str, Provider], keys: KeyStore, clock: Clock) -> dict[str, Provider]:
    """The same providers, each with somebody who notes the keys it does not take."""

    async def heard(provider: str, key: SecretStr, refusal: Refusal) -> None:
        # It came on the way to an error of its own, which is what the caller is to hear of.
        try:
            await keys.note_refusal(provider, key, refusal, clock())
        except Exception:
            log.exception("a key that %s refused was not noted", provider)

    return {name: cast("Provider", Witness(provider, heard)) for name, provider in providers.items()}
