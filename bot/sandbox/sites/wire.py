"""A call as a site sees it and the reply it gives, both free of HTTP machinery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

#: What goes over the wire as a JSON object.
Json = dict[str, Any]

#: What the PHP sites send with everything, plain tokens and JSON alike.
HTML = "text/html; charset=UTF-8"
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request: `path` starts with "/" below the site's root, `query` holds GET and form fields.

    `body` is what was posted otherwise, such as JSON.
    """

    verb: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, body and all."""

    body: str
    status: int = 200
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, content_type: str = HTML) -> Reply:
    """Money goes out as a JSON number, everything else as `json` has it."""
    return Reply(dump(value), status, content_type)


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
