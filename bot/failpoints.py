"""Points at which a test ends the process: the one that `FAILPOINT` names, and none without that variable.

Each lies between two things a crash may come between; `tests/faults` goes through all of them.
"""

import os
from collections.abc import Callable
from enum import StrEnum

from bot.errors import SettingsError

#: The exit code of a process that was killed.
KILLED = 137


class Failpoint(StrEnum):
    """Where the process may end."""

    #: Spending, by a purchase, a rent, a renewal or a message.
    BEFORE_INTENT = "spend.before_intent"
    AFTER_INTENT = "spend.after_intent"
    BEFORE_CALL = "spend.before_call"
    AFTER_CALL = "spend.after_call"
    AFTER_OUTCOME = "spend.after_outcome"
    #: A start that found an intent whose call may have been made.
    IN_RECOVERY = "spend.in_recovery"
    #: A watch that buys: its nonce is stored, and the purchase is not intended yet; its outcome is not noted.
    WATCH_FOUND = "watch.after_found"
    WATCH_OUTCOME = "watch.before_outcome"
    #: A look at a number: what the provider said is read, then it is stored.
    AFTER_READING = "look.after_reading"
    AFTER_CODE = "look.after_code"
    BEFORE_CANCEL = "cancel.before_call"
    AFTER_CANCEL = "cancel.after_call"
    AFTER_CANCELLED = "cancel.after_outcome"
    BEFORE_ANOTHER = "another_sms.before_call"
    AFTER_ANOTHER = "another_sms.after_call"
    AFTER_FINISH = "finish.after_call"
    #: The outbox: a row is counted, drawn, sent, then marked.
    IN_DRAWING = "post.in_drawing"
    BEFORE_SEND = "post.before_send"
    AFTER_SEND = "post.after_send"
    AFTER_MARK = "post.after_mark"
    #: An update: fetched, handled, and then confirmed by the next fetch.
    BEFORE_HANDLER = "update.before_handler"
    AFTER_HANDLER = "update.after_handler"
    #: What an operator does to the database.
    IN_MIGRATION = "migrate.in_step"
    AFTER_COPY = "migrate.after_copy"
    IN_ROTATION = "rotate.between_keys"
    IN_RESTORE = "restore.before_swap"
    IN_BACKUP = "backup.before_name"


def _kill() -> None:
    os._exit(KILLED)


_armed = ""
_end: Callable[[], object] = _kill


def arm(name: str, end: Callable[[], object] = _kill) -> None:
    """Let `end` happen at the point of this name, "" for none. Raises `SettingsError` when there is none."""
    global _armed, _end
    if name and name not in set(Failpoint):
        raise SettingsError("FAILPOINT: there is no failpoint of this name")
    _armed, _end = name, end


def reach(point: Failpoint) -> None:
    """The process is at this point."""
    if point == _armed:
        _end()
