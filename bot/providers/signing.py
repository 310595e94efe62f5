"""Requests, and the four places where providers want their key: query, header, path, body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from bot.errors import BadInput


@dataclass(frozen=True, slots=True)
class Call:
    """One request, yet without its key; `body` is sent as JSON.

    `paid` says that it is about what was paid for: a site is asked that also while it fails.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    paid: bool = False


#: Puts the key where a provider wants it.
Sign = Callable[[Call, str], Call]


def in_query(call: Call, key: str) -> Call:
    """As the query's first parameter, `api_key`."""
    return replace(call, query={"api_key": key, **call.query})


def as_bearer(call: Call, key: str) -> Call:
    """As `Authorization: Bearer …`."""
    return replace(call, headers={**call.headers, "authorization": f"Bearer {key}"})


def in_path(call: Call, key: str) -> Call:
    """In the path, in place of `{key}`."""
    return replace(call, path=call.path.replace("{key}", quote(key, safe="")))


def in_body(call: Call, key: str) -> Call:
    """In the JSON body, as `auth.key`."""
    return replace(call, body={"auth": {"key": key}, **(call.body or {})})


def segment(value: str) -> str:
    """A value as one segment of a path; `BadInput` for one that would change the path."""
    if not value.strip("."):
        raise BadInput("not a path segment")
    return quote(value, safe="")
