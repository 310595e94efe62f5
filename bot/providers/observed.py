"""Who wants to know how the calls of providers go hears of each one, on its way back to who made it."""

import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import SecretStr

from bot.errors import Unavailable, Unsupported
from bot.providers.base import Provider

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """What a provider was asked (`question`, with which key) and how it ended: after so many seconds, and
    with which error, None for an answer."""

    provider: str
    question: str
    key: SecretStr | None
    seconds: float
    error: BaseException | None

    @property
    def went_out(self) -> bool:
        """Not what a provider cannot do at all, nor what was not asked while it is left alone."""
        match self.error:
            case Unsupported() | Unavailable(sent=False, retry_after=float()):
                return False
        return True


#: Told of a call that ended.
Hear = Callable[[Call], Awaitable[None]]


class Observed:
    """Stands in for a provider and is it in everything."""

    def __init__(self, provider: Provider, hear: Sequence[Hear], monotonic: Callable[[], float]) -> None:
        self._provider = provider
        # Asked for at every offer of every list: what somebody is called does not change.
        self.name, self.title = provider.name, provider.title
        self._hear = hear
        self._monotonic = monotonic

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        asks = inspect.iscoroutinefunction(found) and name != "close"
        return self._within_earshot(found) if asks else found

    def _within_earshot(self, question: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(*args: Any, **more: Any) -> Any:
            begun, key = self._monotonic(), args[0] if args and isinstance(args[0], SecretStr) else None
            try:
                answer = await question(*args, **more)
            except BaseException as error:
                await self._tell(question.__name__, key, begun, error)
                raise
            await self._tell(question.__name__, key, begun, None)
            return answer

        return asked

    async def _tell(
        self, question: str, key: SecretStr | None, begun: float, error: BaseException | None
    ) -> None:
        """Who hears and fails changes nothing of what was answered."""
        call = Call(self._provider.name, question, key, self._monotonic() - begun, error)
        for hear in self._hear:
            try:
                await hear(call)
            except Exception:
                log.exception("nobody heard what %s answered", call.provider)


def observed(
    providers: Mapping[str, Provider], *hear: Hear, monotonic: Callable[[], float] = time.monotonic
) -> dict[str, Provider]:
    """The same providers, each under observation."""
    return {name: cast("Provider", Observed(each, hear, monotonic)) for name, each in providers.items()}
