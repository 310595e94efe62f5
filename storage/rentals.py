"""A rented number in the database: what is due, what came, how it ended.

A move and what the person is told of it (the outbox) are one transaction.
"""

from storage.database import Database
from storage.due import DueRows
from storage.models import Rental


class RentalStore(DueRows[Rental]):
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Rental)
