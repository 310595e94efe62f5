"""The one border to the network: every request to a provider leaves here, and nothing of httpx comes back.

Keys are unwrapped here and nowhere else. A failure that leaves this module holds no URL, no key and no
foreign exception, not even as its context; an answer that echoes the key has it masked.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from bot.errors import BadKey, BadReply, Unavailable, Unclear
from bot.providers.exchange import Reply, Wire, written
from bot.providers.fuse import EVERYBODY, Fuse
from bot.providers.lines import Lines
from bot.providers.masks import masked
from bot.providers.pace import Pace
from bot.providers.signing import Call, Sign

TRIES = 3
#: A read waits so many seconds for a provider that asks for a pause; a longer one is the caller's to keep.
PATIENCE = 5.0
TOO_MANY = 429
_WAIT = f"HTTP {TOO_MANY}"
#: After a 429 that does not say how long.
BACK_OFF = 5.0
#: No provider may send us away for longer, in seconds.
LONGEST_PAUSE = 3600.0
#: A call that was broken off sooner than after so many seconds, as by a stop, says nothing about the site; no
#: screen waits for less.
IMPATIENCE = 3.0
#: A JWT has about a kilobyte.
LONGEST_KEY = 4096

#: No connection was made, so the request never left.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
FOREIGN = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with a status below 500 that is no redirect; the text has no blanks around it."""

    status: int
    text: str
    retry_after: float | None = None


Asking = Coroutine[None, None, Answer | Unclear]


@dataclass(frozen=True, slots=True)
class Net:
    """The outside world as the border meets it; tests bring their own. Seconds and bytes."""

    #: Opened with a site's root.
    lines: Callable[[str], Wire] = Lines
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    deadline: float = 30.0
    body_limit: int = 4 * 2**20


@dataclass(slots=True)
class _Trip:
    """A call on its way; `out_since` is a moment of the clock while an answer is waited for."""

    call: Call
    key: SecretStr
    out_since: float | None = None


class Site:
    """One provider's host, for all of its keys; connections are opened at the first call."""

    def __init__(self, root: str, sign: Sign, net: Net, pace: Pace) -> None:
        self._root = root.rstrip("/")
        self._sign = sign
        self._net = net
        self._pace = pace
        self._fuse = Fuse(urlsplit(root).hostname or "", net.clock)
        self._lines: Wire | None = None

    async def send(self, call: Call, key: SecretStr) -> Answer:
        """Send once, never again and never late: for what costs money or has an effect.

        Raises `Unavailable` or `BadReply`, with `sent=False` when the request provably never left.
        """
        trip = self._admitted(call, key)
        return _given(self._noted(await self._in_time(trip, self._once(trip))))

    async def read(self, call: Call, key: SecretStr) -> Answer:
        """Ask for what may be asked twice: three tries with growing random pauses, all within the deadline.

        A Retry-After longer than the patience here ends the tries and is told in `Unavailable.retry_after`.
        A site that fails is asked once only.
        """
        trip = self._admitted(call, key)
        tries = 1 if self._fuse.blown else TRIES
        return _given(self._noted(await self._in_time(trip, self._tries(trip, tries))))

    def wait(self, key: SecretStr) -> float:
        """Seconds until this key's next turn, 0 where it is free; a pause of the site's is not told."""
        return self._pace.wait(hash(key))

    async def close(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.aclose()

    def _admitted(self, call: Call, key: SecretStr) -> _Trip:
        _check(key)
        if not call.paid:
            self._fuse.admit(hash(key))
        return _Trip(call, key)

    async def _in_time(self, trip: _Trip, asking: Asking) -> Answer | Unclear:
        try:
            async with asyncio.timeout(self._net.deadline):
                return await asking
        except TimeoutError:
            return Unavailable("no answer in time")
        except asyncio.CancelledError:
            if trip.out_since is not None and self._net.clock() - trip.out_since >= IMPATIENCE:
                self._fuse.failed()
            raise

    def _noted(self, result: Answer | Unclear) -> Answer | Unclear:
        if isinstance(result, Answer) and not _is_a_page(result):
            self._fuse.answered()
        elif not _says_wait(result):
            self._fuse.failed()
        return result

    async def _once(self, trip: _Trip) -> Answer | Unclear:
        await self._hold(trip)
        self._pace.count(hash(trip.key))
        return await self._attempt(trip)

    async def _tries(self, trip: _Trip, tries: int) -> Answer | Unclear:
        for attempt in range(1, tries):
            result = await self._turn(trip)
            pause = self._pause(result, attempt)
            if pause is None:
                return result
            await self._net.sleep(pause)
        return await self._turn(trip)

    async def _turn(self, trip: _Trip) -> Answer | Unclear:
        """A pause may have begun while it stood in line."""
        await self._hold(trip)
        await self._pace.turn(hash(trip.key))
        if not trip.call.paid:
            self._fuse.heed(hash(trip.key))
        return _refused_for_now(await self._attempt(trip))

    async def _hold(self, trip: _Trip) -> None:
        if trip.call.paid and (wait := self._fuse.hold(hash(trip.key))):
            await self._net.sleep(wait)

    def _pause(self, result: Answer | Unclear, attempt: int) -> float | None:
        """Full jitter, but not less than the provider asked for; None when trying again makes no sense."""
        if not isinstance(result, Unavailable):
            return None
        asked = result.retry_after or 0.0
        return None if asked > PATIENCE else max(asked, self._net.chance() * 0.5 * 2**attempt)

    async def _attempt(self, trip: _Trip) -> Answer | Unclear:
        # Failures are returned and raised elsewhere: raised here, the foreign exception would be their
        # context, and its request holds the URL with the key.
        trip.out_since = self._net.clock()
        answer: Answer | Unclear
        try:
            answer = await self._asked(trip.call, trip.key)
        except NEVER_SENT as error:
            answer = Unavailable(type(error).__name__, sent=False)
        except FOREIGN as error:
            answer = Unavailable(type(error).__name__)
        trip.out_since = None
        return answer

    async def _asked(self, call: Call, key: SecretStr) -> Answer | Unclear:
        request = written(self._sign(call, key.get_secret_value()))
        return self._answer(await self._opened().ask(request, self._net.body_limit), key)

    def _opened(self) -> Wire:
        if self._lines is None:
            self._lines = self._net.lines(self._root)
        return self._lines

    def _answer(self, reply: Reply, key: SecretStr) -> Answer | Unclear:
        pause = retry_after(reply.header(b"retry-after"), self._net.now())
        self._keep_away(reply.status, pause, key)
        if reply.status >= 500:
            return Unavailable(f"HTTP {reply.status}", retry_after=pause)
        if 300 <= reply.status < 400:
            return BadReply(f"HTTP {reply.status}")
        if reply.body is None:
            return BadReply("the answer is too large or packed")
        return Answer(reply.status, masked(reply.body, key), pause)

    def _keep_away(self, status: int, pause: float | None, key: SecretStr) -> None:
        """A 429 is about one key; a server in trouble speaks to everybody."""
        if status == TOO_MANY:
            self._fuse.pause(hash(key), BACK_OFF if pause is None else pause)
        elif status >= 500 and pause:
            self._fuse.pause(EVERYBODY, pause)


def retry_after(header: str, now: float) -> float | None:
    """Seconds to stay away by a Retry-After header (seconds or an HTTP date), between 0 and an hour."""
    value = header.strip()
    if value.isascii() and value.lstrip("+-").isdigit():
        return min(max(float(value[:20]), 0.0), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(moment - now, 0.0), LONGEST_PAUSE)


def _check(key: SecretStr) -> None:
    """A key is one printable ASCII word; anything else never reaches a header or a URL."""
    word = key.get_secret_value()
    if not (0 < len(word) <= LONGEST_KEY and word.isascii() and word.isprintable() and " " not in word):
        raise BadKey("not a key")


def _given(result: Answer | Unclear) -> Answer:
    if isinstance(result, Unclear):
        raise result
    return result


def _refused_for_now(result: Answer | Unclear) -> Answer | Unclear:
    if isinstance(result, Answer) and result.status == TOO_MANY:
        return Unavailable(_WAIT, retry_after=BACK_OFF if result.retry_after is None else result.retry_after)
    return result


def _says_wait(result: Answer | Unclear) -> bool:
    """Whether a site that works asks for a pause."""
    return isinstance(result, Unavailable) and result.detail == _WAIT


def _is_a_page(answer: Answer) -> bool:
    """A web page where an answer should stand, as of a site under repair: no provider speaks HTML."""
    return answer.status < 400 and answer.text[:15].lower().startswith(("<!doctype html", "<html"))
