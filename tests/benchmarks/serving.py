"""HTTP as the servers of a benchmark speak it, as fast as Python serves it; each is a process of its own."""

import asyncio
import sys
from collections.abc import Callable

from tests.benchmarks.cores import surrounding

#: The method by which a code rings: what is edited makes no sound.
RINGS = "sendmessage"


class Connection(asyncio.Protocol):
    """A request after the other; each is answered once, at once or later."""

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head, size = self._read[:end], end + 4 + _length(self._read[:end])
            if len(self._read) < size:
                return
            body, self._read = self._read[end + 4 : size], self._read[size:]
            self.carry_out(head.split(b" ", 2)[1].decode(), body)

    def carry_out(self, target: str, body: bytes) -> None:
        raise NotImplementedError

    def answer(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


def _length(head: bytes) -> int:
    """Bytes of a request's body; one in chunks is not spoken here."""
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def serve(connected: Callable[[], Connection]) -> None:
    """For ever, beside what is measured; the port is told on the standard output."""
    surrounding()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connected, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()
