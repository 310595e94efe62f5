"""One connection to a site: a request goes out once, and what comes back is read as HTTP/1.1, by h11.

Bytes that nobody asked for end it: they would be read as the answer to the next question. What h11 says of
a broken answer quotes it, and so does not leave here.
"""

import asyncio
import select
from typing import cast

import h11
import httpx

from bot.providers.exchange import Reply

#: Bytes of an answer's head.
LONGEST_HEAD = 100 * 1024


class Line(asyncio.Protocol):
    """For one request after the other; raises `httpx.RequestError`."""

    def __init__(self, patience: float) -> None:
        """`patience` is in seconds until the next bytes of an answer."""
        self._patience = patience
        self.free_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._ended = False
        self._asked: asyncio.Future[Reply | httpx.RequestError] | None = None
        self._heard_at = 0.0
        self._watch: asyncio.TimerHandle | None = None

    # What the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket = select.poll()
        self._socket.register(transport.get_extra_info("socket"), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        if self._is_waited_for:
            self._heard_at = self._loop.time()
            self._read(data)
        else:
            self.hang_up()

    def eof_received(self) -> None:
        self._ended = True
        self._read(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        if exc is None:
            self._read(b"")
        self._say(httpx.ReadError("reset"))
        if self._watch is not None:
            self._watch.cancel()

    # What is asked

    @property
    def is_open(self) -> bool:
        return not self._ended and not self._transport.is_closing()

    @property
    def is_quiet(self) -> bool:
        """Nothing lies in its socket either, such as its end, which the event loop has yet to tell."""
        return self.is_open and not self._socket.poll(0)

    async def ask(self, head: h11.Request, content: bytes, most: int) -> Reply:
        """Send it, and wait for the answer, of whose body at most so many bytes are read."""
        self._asked, self._body, self._most = self._loop.create_future(), bytearray(), most
        self._transport.write(self._written(head, content))
        self._heard_at = self._loop.time()
        if self._watch is None:
            self._watch = self._loop.call_later(self._patience, self._look)
        said = await self._asked
        if isinstance(said, Reply):
            return said
        raise said

    def freed(self) -> bool:
        """Whether it can take another request: the answer was read to its end, and both sides stay."""
        self._asked, self._body = None, bytearray()
        if self._http.trailing_data[0] or not self.is_open:
            return False
        try:
            self._http.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        return True

    def hang_up(self) -> None:
        # An end of our own making is not the end of an answer that has no length.
        self._say(httpx.ReadError("reset"))
        self._ended = True
        self._transport.abort()

    def _written(self, head: h11.Request, content: bytes) -> bytes:
        events = [head, h11.Data(content), h11.EndOfMessage()] if content else [head, h11.EndOfMessage()]
        return b"".join([self._http.send(event) or b"" for event in events])

    def _look(self) -> None:
        """Whether the next bytes are too late; one timer serves for many questions."""
        self._watch = None
        if self._is_waited_for:
            left = self._heard_at + self._patience - self._loop.time()
            if left > 0:
                self._watch = self._loop.call_later(left, self._look)
            else:
                self._say(httpx.ReadTimeout("nothing more came"))

    # What comes back

    @property
    def _is_waited_for(self) -> bool:
        return self._asked is not None and not self._asked.done()

    def _say(self, outcome: Reply | httpx.RequestError) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(outcome)

    def _read(self, data: bytes) -> None:
        """Without any bytes it is the end of what the site says."""
        try:
            self._http.receive_data(data)
            while self._is_waited_for and self._takes(self._http.next_event()):
                pass
        except h11.RemoteProtocolError:
            self._say(httpx.RemoteProtocolError("not answered in HTTP"))
        except httpx.DecodingError as error:
            self._say(error)
            self.hang_up()

    def _takes(self, event: h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]) -> bool:
        """Whether there may be more."""
        match event:
            case h11.Response():
                self._begin(Reply(event.status_code, event.headers.raw_items()))
            case h11.Data():
                self._add(event.data)
            case h11.EndOfMessage():
                self._say(self._head.complete(bytes(self._body), self._most))
        return event is not h11.NEED_DATA and event is not h11.PAUSED

    def _begin(self, head: Reply) -> None:
        self._head = head
        if not head.is_wanted:
            self._say(head)

    def _add(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._most:
            self._say(self._head)
