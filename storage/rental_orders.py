"""Orders of rentals in the database, rents and renewals: intent before money, then one of three ends."""

from storage.database import Database


class RentalOrderStore:
    """Every method is one transaction and returns detached rows; None means someone was faster."""

    def __init__(self, database: Database) -> None:
        self._database = database
