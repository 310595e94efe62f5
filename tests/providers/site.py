"""A provider's site as the contract needs it: it says what it is told to, and remembers what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from bot.providers.http import Net
from tests.providers.over import over

#: Every test looks for this key in everything that comes out.
SECRET = "eyJhbGciOi.SEEDED+provider/key_0123456789.abcDEF="
KEY = SecretStr(SECRET)


def spellings(key: str) -> set[str]:
    """The key as it is, as URLs spell it, and as PHP writes it into JSON."""
    encoded = quote(key, safe="")
    lower = encoded.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
    return {key, quote(key), encoded, lower, key.replace("/", r"\/")}


def tells_key(text: str) -> bool:
    return any(word in text for word in spellings(SECRET))


def can_be_stored(value: object) -> bool:
    """Whether every text in it is one that UTF-8 can write; half an emoji is none."""
    if isinstance(value, str):
        return value == value.encode(errors="replace").decode()
    if is_dataclass(value) and not isinstance(value, type):
        return all(can_be_stored(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, dict):
        return all(map(can_be_stored, [*value, *value.values()]))
    return all(map(can_be_stored, value)) if isinstance(value, list | tuple) else True


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a site; an exception class is what the network does instead of answering."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: type[httpx.TransportError] | None = None


def said(reply: "Said | str") -> Said:
    return reply if isinstance(reply, Said) else Said(reply)


@dataclass(slots=True, repr=False)
class Site:
    """Gives its replies in order, the last one again and again; `{echo}` becomes what was sent."""

    replies: tuple[Said, ...]
    requests: list[httpx.Request] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(request)
        if reply.failure:
            raise reply.failure(f"failed: {request.url} {request.headers}", request=request)
        body = httpx.ByteStream(_echo(reply.body, request))
        return httpx.Response(reply.status, headers=reply.headers, stream=body)


@dataclass(slots=True)
class Time:
    """A clock that only moves when somebody sleeps."""

    moment: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds

    def now(self) -> float:
        return self.moment


def net(site: Site, time: Time | None = None) -> Net:
    time = time or Time()
    lines = over(httpx.MockTransport(site.answer))
    return Net(lines, sleep=time.sleep, chance=lambda: 0.5, clock=time.now, now=time.now)


def _echo(body: str | bytes, request: httpx.Request) -> bytes:
    if isinstance(body, bytes):
        return body
    sent = request.content.decode().replace('"', "'")
    echo = f"{request.url} {request.headers.get('authorization', '')} {sent}"
    return body.replace("{echo}", echo).encode()
