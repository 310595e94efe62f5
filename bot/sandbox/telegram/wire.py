"""What goes over the wire: JSON objects, uploaded files and the Bot API's answers."""

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer of the Bot API; `body` is JSON but for a fault that says otherwise."""

    status: int
    body: str
    content_type: str = "application/json"


class Dropped(Exception):
    """The connection is to be closed without a word."""


def success(result: object) -> Reply:
    return Reply(200, json.dumps({"ok": True, "result": result}, ensure_ascii=False))


def failure(code: int, description: str, parameters: Json | None = None) -> Reply:
    body: Json = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Reply(code, json.dumps(body, ensure_ascii=False))
