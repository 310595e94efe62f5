"""An outgoing message in the database: the draft, the intent before money, the words on its delivery.

A move and what the person is told of it (the outbox) are one transaction.
"""

from storage.database import Database
from storage.due import DueRows
from storage.models import OutgoingMessage


class MessageStore(DueRows[OutgoingMessage]):
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, OutgoingMessage)
