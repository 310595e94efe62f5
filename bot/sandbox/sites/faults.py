"""How a site can be broken on purpose: which method, in which way, how often, before or after its work."""

import asyncio
import socket
import struct
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.sites.wire import HTML, Json, Reply

NGINX = """<html>
<head><title>{status} {reason}</title></head>
<body>
<center><h1>{status} {reason}</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""
CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head>
<body><h1>Checking if the site connection is secure</h1></body></html>
"""
REASONS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Time-out"}  # fmt: skip
KINDS = ("http", "html", "garbage", "empty", "hang", "drop", "slow")
#: Seconds between two bytes of a slow answer, and between two looks at whether a caller still waits.
DRIP = 0.2
LOOK = 0.05


@dataclass(slots=True)
class Fault:
    """`method` "" hits every method; `times` None stays until healed; `body` replaces the fault's own."""

    method: str
    kind: str
    after_processing: bool = False
    times: int | None = 1
    body: str | None = None

    def read(self) -> Json:
        return {"method": self.method, "kind": self.kind, "times": self.times}


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS and not _is_status(fault.kind):
            raise ValueError(f"kind is one of {', '.join(KINDS)}, none or an HTTP status, not {fault.kind!r}")
        self.active.append(fault)

    def heal(self, method: str) -> None:
        """Forget the faults of one method, or all of them."""
        self.active = [fault for fault in self.active if method not in ("", fault.method)]

    def take(self, method: str) -> Fault | None:
        """The fault that hits this call; it is used up by one."""
        fault = next((fault for fault in self.active if fault.method in ("", method)), None)
        if fault and fault.times is not None:
            fault.times -= 1
            self.active = [fault for fault in self.active if fault.times is None or fault.times > 0]
        return fault


def spoiled(fault: Fault, reply: Reply | None) -> Reply:
    """What a caller is sent instead; hang, drop and slow are left to `perform`."""
    match fault.kind:
        case "html":
            return Reply(CHALLENGE if fault.body is None else fault.body)
        case "garbage":
            return Reply('{"activationId":30912' if fault.body is None else fault.body)
        case "empty":
            return Reply("" if fault.body is None else fault.body)
        case "hang" | "drop" | "slow":
            return reply or Reply("")
        case kind:
            return _failure(500 if kind == "http" else int(kind), fault.body)


async def perform(request: web.Request, fault: Fault | None, reply: Reply) -> web.StreamResponse:
    """Send the reply, or do to the connection what the fault says."""
    if fault and fault.kind == "hang":
        await _hang(request)
    if fault and fault.kind == "drop":
        _reset(request)
    if fault and fault.kind == "slow":
        return await _drip(request, reply)
    headers = {**reply.headers, "Content-Type": reply.content_type}
    return web.Response(body=reply.body.encode(), status=reply.status, headers=headers)


def _failure(status: int, body: str | None) -> Reply:
    page = NGINX.format(status=status, reason=REASONS.get(status, "Error"))
    headers = {"Retry-After": "5"} if status in (429, 503) else {}
    return Reply(page if body is None else body, status, HTML, headers)


async def _hang(request: web.Request) -> None:
    """Never answer; end when the caller has gone away, which aiohttp tells only by its transport."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(LOOK)


def _reset(request: web.Request) -> None:
    """Close with a TCP reset, as a crashing backend does."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _drip(request: web.Request, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers={"Content-Type": reply.content_type})
    await response.prepare(request)
    for byte in reply.body.encode():
        await response.write(bytes([byte]))
        await asyncio.sleep(DRIP)
    await response.write_eof()
    return response


def _is_status(kind: str) -> bool:
    return kind.isascii() and kind.isdigit() and 100 < int(kind) < 600
