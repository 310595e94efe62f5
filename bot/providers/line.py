"""One connection to a site: a request goes out once, and what comes back is read as HTTP/1.1, by h11.

Bytes that nobody asked for end it: they would be read as the answer to the next question. What h11 says of
a broken answer quotes it, and so does not leave here.
"""

import asyncio
import select
from typing import cast

import h11
import httpx

#: Bytes that are read at once: gzip grows at most a thousandfold, so that a packed piece stays bearable until
#: the cap is looked at.
PIECE = 2**16
#: Bytes of an answer's head.
LONGEST_HEAD = 100 * 1024


class Line(asyncio.Protocol):
    """For one request after the other; raises `httpx.TransportError`."""

    def __init__(self, patience: float) -> None:
        """`patience` is in seconds until the next bytes of an answer."""
        self._patience = patience
        self.free_since = 0.0
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._came = bytearray()
        self._ended = False
        self._reset = False
        self._asked = False
        self._paused = False
        self._waiting: asyncio.Future[None] | None = None

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket = select.poll()
        self._socket.register(transport.get_extra_info("socket"), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._asked:
            self.hang_up()
        elif len(self._came) > PIECE and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._reset = True, self._reset or exc is not None
        self._wake()

    # What is asked

    @property
    def is_open(self) -> bool:
        return not self._ended and not self._transport.is_closing()

    @property
    def is_quiet(self) -> bool:
        """Nothing lies in its socket either, such as its end, which the event loop has yet to tell."""
        return self.is_open and not self._socket.poll(0)

    async def ask(self, request: httpx.Request) -> h11.Response:
        """Send it, and wait for the head of the answer."""
        self._asked = True
        self._transport.write(self._written(request))
        while isinstance(event := await self._next(), h11.InformationalResponse):
            pass
        return cast("h11.Response", event)

    async def body(self) -> bytes | None:
        """The next bytes of the answer, still packed; None at its end."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def freed(self) -> bool:
        """Whether it can take another request: the answer was read to its end, and both sides stay."""
        if self._came or self._http.trailing_data[0] or not self.is_open:
            return False
        try:
            self._http.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        self._asked = False
        return True

    def hang_up(self) -> None:
        # An end of our own making is not the end of an answer that has no length.
        self._ended = self._reset = True
        self._transport.abort()

    def _written(self, request: httpx.Request) -> bytes:
        url, content = request.url, request.content
        try:
            head = h11.Request(method=request.method, target=url.raw_path, headers=request.headers.raw)
            events = [head, h11.Data(content), h11.EndOfMessage()] if content else [head, h11.EndOfMessage()]
            return b"".join(self._http.send(event) or b"" for event in events)
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("not to be asked in HTTP") from None

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._more())
        except h11.RemoteProtocolError:
            raise httpx.RemoteProtocolError("not answered in HTTP") from None
        return event

    async def _more(self) -> bytes:
        """Bytes in the order in which they came; none when there are no more."""
        if not self._came and not self._ended:
            await self._anything()
        if not self._came and self._reset:
            raise httpx.ReadError("reset")
        piece = bytes(self._came[:PIECE])
        del self._came[:PIECE]
        if self._paused and len(self._came) <= PIECE:
            self._paused = False
            self._transport.resume_reading()
        return piece

    async def _anything(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        end = loop.call_later(self._patience, _too_late, self._waiting)
        try:
            await self._waiting
        finally:
            end.cancel()
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def _too_late(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_exception(httpx.ReadTimeout("nothing more came"))
