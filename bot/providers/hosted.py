"""A provider with one host on the web: what its file says, connected to the border."""

from typing import ClassVar

from pydantic import SecretStr

from bot.providers.base import Provider, Timing
from bot.providers.http import Net, Site
from bot.providers.pace import Pace
from bot.providers.signing import Call


class Hosted(Provider):
    """A provider whose file names its documented `root` and where the key goes."""

    root: ClassVar[str] = ""

    def __init__(
        self,
        root: str = "",
        timing: Timing | None = None,
        net: Net | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.timing = timing or self.timing
        self._net = net or Net()
        # A fifth of the time between polls: one call a second per key where polls are five seconds apart.
        if pace is None:
            pace = Pace(self.timing.min_poll / 5, 5, self._net.clock, self._net.sleep)
        self._site = Site(root or self.root, self.sign, self._net, pace)

    def sign(self, call: Call, key: str) -> Call:
        """The call with the key where this provider wants it."""
        raise NotImplementedError

    def wait(self, key: SecretStr) -> float:
        return self._site.wait(key)

    async def close(self) -> None:
        await self._site.close()
