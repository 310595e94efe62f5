"""TDLib's own parser of formatted text, where the package `tdjson` is installed: offline, 20 µs a call."""

import json
from typing import Any

from bot.sandbox.telegram.wire import Json

try:
    from tdjson import td_execute
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

#: TDLib's names where the Bot API has others; all else is the same word in lower case.
TYPES = {
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "CustomEmoji": "custom_emoji",
    "BotCommand": "bot_command",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
}


def parse_html(text: str) -> tuple[str, list[Json]]:
    return _parse(text, {"@type": "textParseModeHTML"})


def parse_markdown(text: str) -> tuple[str, list[Json]]:
    return _parse(text, {"@type": "textParseModeMarkdown", "version": 2})


def detect(text: str) -> list[Json]:
    """What TDLib recognises in a plain text: commands, links, mentions and the like."""
    answer = _execute({"@type": "getTextEntities", "text": text})
    return [_entity(one) for one in answer["entities"]]


def _parse(text: str, mode: Json) -> tuple[str, list[Json]]:
    answer = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": mode})
    if answer["@type"] == "error":
        raise ValueError(str(answer["message"]).removeprefix("Can't parse entities: "))
    return answer["text"], [_entity(one) for one in answer["entities"]]


def _execute(request: Json) -> Json:
    answer: Json = json.loads(td_execute(json.dumps(request).encode()) or b"{}")
    return answer


def _entity(entity: Json) -> Json:
    name = entity["type"]["@type"].removeprefix("textEntityType")
    body: Json = {"type": TYPES.get(name, name.lower()), "offset": entity["offset"]}
    return {**body, "length": entity["length"], **_extra(entity["type"])}


def _extra(kind: Json) -> dict[str, Any]:
    match kind["@type"]:
        case "textEntityTypeTextUrl":
            return {"url": kind["url"]}
        case "textEntityTypeMentionName":
            return {"user": {"id": kind["user_id"], "is_bot": False, "first_name": ""}}
        case "textEntityTypePreCode":
            return {"language": kind["language"]}
        case "textEntityTypeCustomEmoji":
            return {"custom_emoji_id": str(kind["custom_emoji_id"])}
    return {}


if INSTALLED:
    _execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
