"""The names of services and countries are fetched before anybody asks, and anew before they are out of date.

Each provider is asked with a key somebody has stored; one that does not answer is asked in the next round.
"""

import asyncio
import logging
from collections.abc import Mapping

from bot.catalogue import Catalogue
from bot.errors import BrokenKey, CodebellError, Refused
from bot.providers.base import Capability, Provider
from storage.keys import KeyStore

log = logging.getLogger(__name__)

#: Seconds a provider is given.
_PATIENCE = 10.0
#: So many of its keys are tried at the most.
_KEYS = 3


class Warming:
    """Keeps the catalogue warm; a round costs each provider two calls at the most."""

    def __init__(self, keys: KeyStore, catalogue: Catalogue, providers: Mapping[str, Provider]) -> None:
        self._keys = keys
        self._catalogue = catalogue
        self._providers = providers

    async def round(self) -> None:
        """All providers at once, each with its own patience; nothing that goes wrong here is of weight."""
        try:
            await asyncio.gather(*(self._read(each) for each in self._providers.values()))
        except Exception:
            log.exception("the catalogue was not read ahead")

    async def _read(self, provider: Provider) -> None:
        """With one of its keys; a key that does not work says nothing of the next one."""
        if not provider.can(Capability.BUY):
            return
        for key in await self._keys.some(provider.name, _KEYS):
            try:
                async with asyncio.timeout(_PATIENCE):
                    secret = await self._keys.open(key.id, key.chat_id)
                    await self._catalogue.services(provider, secret)
                    await self._catalogue.countries(provider, secret)
                return
            except (CodebellError, TimeoutError) as error:
                log.info("%s was not read ahead: %s", provider.name, type(error).__name__)
                if not isinstance(error, Refused | BrokenKey):
                    return
