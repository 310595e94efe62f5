"""No message or edit in a group holds an SMS that the group's rule does not let everybody read.

Read off the journal of all calls and the rows, at the end of every test with a group in it.
"""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.sandbox.telegram.wire import Json

#: Of shorter words and codes nobody can say whether they stand in a message by chance.
_TELLING = 4
#: What can change nothing but a message for one person. What sends one shows it to all on an older server.
_FOR_ONE = frozenset({"editEphemeralMessageText"})
_SMS = """
    SELECT sms.code, sms.text, activations.chat_id, for_all, who_sees, changed_at
    FROM sms JOIN activations ON activations.id = sms.activation_id
    LEFT JOIN sharings ON sharings.chat_id = activations.chat_id
"""


def indiscretions(database: Path | None, calls: list[Json]) -> list[str]:
    """What was said in a group although its rule forbids it, by the number of the call."""
    said = [call for call in calls if _in_group(call)]
    if not said or database is None:
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        every = file.execute(_SMS).fetchall()
    return [
        f"call {call['seq']}, {call['method']}"
        for call in said
        for code, text, chat_id, for_all, eyes, changed_at in every
        if _holds(call, code) or _holds(call, text)
        if not _allowed(call, chat_id, eyes if for_all else "", changed_at)
    ]


def _in_group(call: Json) -> bool:
    params = call["params"]
    whispered = call["method"] in _FOR_ONE
    return bool(call["ok"]) and str(params.get("chat_id", "")).startswith("-") and not whispered


def _holds(call: Json, words: str | None) -> bool:
    if words is None or len(words) < _TELLING:
        return False
    told = json.dumps(call["params"], ensure_ascii=False)
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", told) is not None


def _allowed(call: Json, chat_id: int, eyes: str | None, changed_at: float | None) -> bool:
    """By the rule that the number was bought under, and the one of now since it was set."""
    if int(call["params"]["chat_id"]) != chat_id:
        return False
    return eyes == "everyone" or (bool(eyes) and call["at"] < (changed_at or 0))
