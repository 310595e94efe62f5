"""The connections to one site.

In place of httpx's pool, which spends a millisecond of CPU on a request and the more the longer its line is,
and of its requests and answers, which cost a tenth of that. A request is written once, on a connection that
is open at that moment, and never again whatever becomes of it; where an answer is not read to its end, its
connection is closed.
"""

import asyncio
import functools
import socket
import ssl
import time
from collections import deque

import h11
import httpx
from aiohappyeyeballs import start_connection

from bot.providers.exchange import Reply, Request
from bot.providers.line import Line

#: Seconds until the next address of a host is tried beside the first (RFC 8305).
EYEBALLS = 0.25


class Lines:
    """All go to the host of `root`; nothing of the environment is heeded.

    Raises `httpx.RequestError`: `ConnectError`, `ConnectTimeout` and `PoolTimeout` before anything was
    written, all others maybe after.
    """

    #: So many connections at once, more than the looks there are at once; and seconds in line for one.
    width, patience = 128, 5.0
    #: Seconds until a connection is made, with TLS.
    connect = 5.0
    #: Seconds until the next bytes of an answer.
    read = 20.0
    #: A connection with nothing to do is closed after so many seconds, before most sites do it.
    expiry = 5.0

    def __init__(self, root: str, trust: ssl.SSLContext | None = None) -> None:
        """`trust` in place of certifi's roots."""
        url = httpx.URL(root)
        if url.scheme not in ("http", "https") or not url.host:
            raise httpx.UnsupportedProtocol("no site's address")
        self._tls = trust or _tls() if url.scheme == "https" else None
        self._host, self._port = url.raw_host.decode(), url.port or (443 if self._tls else 80)
        #: Before every target, and with every request.
        self._prefix, self._always = url.raw_path.decode().rstrip("/"), (b"Host", url.netloc)
        self._slots = asyncio.Semaphore(self.width)
        self._open: set[Line] = set()
        #: With nothing to do, the longest at rest first.
        self._free: deque[Line] = deque()
        self._tidying: asyncio.TimerHandle | None = None
        self._closed = False

    async def ask(self, request: Request, most: int) -> Reply:
        """Send it once, and read at most so many bytes of the answer's body."""
        head = self._head(request)
        await self._in_line()
        try:
            line = await self._line()
        except BaseException:
            self._slots.release()
            raise
        try:
            return await line.ask(head, request.content, most)
        finally:
            self._give_back(line)

    def _head(self, request: Request) -> h11.Request:
        target, headers = self._prefix + request.target, [self._always, *request.headers]
        if not target.startswith("/"):
            target = "/" + target
        try:
            return h11.Request(method=request.method, target=target, headers=headers)
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("not to be asked in HTTP") from None

    def _give_back(self, line: Line) -> None:
        self._slots.release()
        if self._closed or not line.freed():
            self._drop(line)
            return
        line.free_since = time.monotonic()
        self._free.append(line)
        if self._tidying is None:
            self._tidying = asyncio.get_running_loop().call_later(self.expiry, self._tidy)

    async def aclose(self) -> None:
        self._closed = True
        if self._tidying is not None:
            self._tidying.cancel()
        self._free.clear()
        for line in [*self._open]:
            self._drop(line)
        await asyncio.sleep(0)  # the event loop closes their sockets in its next round

    async def _in_line(self) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(self.patience):
                await self._slots.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("all connections have something to do") from None

    async def _line(self) -> Line:
        """The one that was used last, or a new one."""
        while self._free:
            line = self._free.pop()
            if line.is_quiet and time.monotonic() - line.free_since < self.expiry:
                return line
            self._drop(line)
        line = await self._connected()
        if self._closed or not line.is_open:
            line.hang_up()
            raise httpx.ConnectError("closed before anything was asked")
        self._open.add(line)
        return line

    async def _connected(self) -> Line:
        try:
            async with asyncio.timeout(self.connect):
                return await self._opened()
        except TimeoutError:
            raise httpx.ConnectTimeout("not connected in time") from None
        except (OSError, UnicodeError, RuntimeError):  # RuntimeError is uvloop's word for an OSError
            raise httpx.ConnectError("not connected") from None

    async def _opened(self) -> Line:
        loop, name = asyncio.get_running_loop(), self._host if self._tls else None
        addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        sock = await start_connection(addresses, happy_eyeballs_delay=EYEBALLS)
        made = functools.partial(Line, self.read)
        _, line = await loop.create_connection(made, sock=sock, ssl=self._tls, server_hostname=name)
        return line

    def _drop(self, line: Line) -> None:
        line.hang_up()
        self._open.discard(line)

    def _tidy(self) -> None:
        """Close what has been at rest for too long, and come again while anything rests."""
        now = time.monotonic()
        while self._free and now - self._free[0].free_since >= self.expiry:
            self._drop(self._free.popleft())
        again = asyncio.get_running_loop().call_later
        self._tidying = again(self.expiry, self._tidy) if self._free else None


@functools.cache
def _tls() -> ssl.SSLContext:
    """One for all sites, with certifi's roots: each costs a quarter of a megabyte and some 20 ms."""
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context
