"""A request to a site and what comes back for it: how a call is written, and what of an answer is read."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import httpx

from bot.providers.signing import Call

Header = tuple[bytes, bytes]

#: With every request.
HEADERS: tuple[Header, ...] = (
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip"),
    (b"connection", b"keep-alive"),
    (b"user-agent", b"Codebell"),
)
#: How a body may be packed that is read at all.
_PACKED, _PLAIN = "gzip", ("", "identity")
#: zlib's word for gzip alone.
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is path and query under a site's root; `Host` is not among the headers."""

    method: str
    target: str
    headers: Sequence[Header]
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its head as it came, and its body, unpacked, once that is read.

    The body stays None where it is not wanted, or too long.
    """

    status: int
    headers: Sequence[Header]
    body: bytes | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether its body matters: not a failure's, nor a redirect's, nor one in another packing."""
        readable = self.status < 300 or 400 <= self.status < 500
        return readable and self._packing in (_PACKED, *_PLAIN)

    def header(self, name: bytes) -> str:
        """All of that name, which is in small letters, with commas between them; "" for none."""
        return b", ".join([value for each, value in self.headers if each.lower() == name]).decode("latin-1")

    def complete(self, body: bytes, most: int) -> "Reply":
        """With its body, as it came, if that is no more than so many bytes.

        Raises `httpx.DecodingError` for a packing that is broken, ends too soon, or is not all there is.
        """
        plain = _unpacked(body, most) if body and self._packing == _PACKED else body
        return Reply(self.status, self.headers, plain if len(plain) <= most else None)

    @property
    def _packing(self) -> str:
        return self.header(b"content-encoding").strip().lower()


class Wire(Protocol):
    """The connections to one site."""

    async def ask(self, request: Request, most: int) -> Reply:
        """Send it once, and read at most so many bytes of the answer's body; raises `httpx.RequestError`."""

    async def aclose(self) -> None:
        """Nothing is asked afterwards."""


def written(call: Call) -> Request:
    """A signed call's request."""
    target = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
    more = [(name.encode("ascii"), value.encode("ascii")) for name, value in call.headers.items()]
    if call.body is None:
        return Request(call.method, target, [*HEADERS, *more])
    content = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    sized = (b"Content-Length", b"%d" % len(content)), (b"Content-Type", b"application/json")
    return Request(call.method, target, [*HEADERS, *more, *sized], content)


def _unpacked(body: bytes, most: int) -> bytes:
    """All of it, or one byte more than so many."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, most + 1)
    except zlib.error:
        raise httpx.DecodingError("a broken packing") from None
    if not unpacking.eof and len(plain) <= most:
        raise httpx.DecodingError("a packing without its end")
    if unpacking.unused_data.strip():
        raise httpx.DecodingError("more than one packing")
    return plain
