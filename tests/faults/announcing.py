"""Very many people who pressed START some time ago, and an operator who sends all of them one message."""

import sqlite3
from contextlib import closing

from tests.faults.harness import Sandbox
from tests.faults.person import Person


def people_come(sandbox: Sandbox, size: int, blocked: int) -> tuple[list[int], list[int]]:
    """Who can be reached, and who blocked the bot."""
    crowd = sandbox.human.crowd(size, blocked)
    then = sandbox.clock.time() - 3600
    rows = [(user, "private", "", "en", then, then) for user in crowd["users"]]
    with closing(sqlite3.connect(sandbox.database, timeout=10)) as file:
        columns = "id, kind, title, language, created_at, seen_at"
        file.executemany(f"INSERT INTO chats ({columns}) VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608
        file.commit()
    return sorted({*crowd["users"]} - {*crowd["blocked"]}), crowd["blocked"]


async def announce(operator: Person, news: str) -> None:
    """To all people, confirmed: it goes out from now on."""
    human, who = operator.sandbox.human, operator.id
    operator = operator.afresh()
    said = human.message(who, who, news)["message"]["message_id"]
    human.message(who, who, "/broadcast", reply_to=said)
    for label in ("All people", "Send to", "Yes, send"):
        await operator.press(label)
