"""What handlers ask of the database: counted for each update, by what SQLite itself hears."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject

from tests.house import House

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

_BEGINS, _ENDS = ("BEGIN",), ("COMMIT", "ROLLBACK", "PRAGMA")


@dataclass(frozen=True, slots=True)
class Asked:
    """How many transactions, and how many statements in them and beside them."""

    transactions: int
    statements: int

    def within(self, most: "Asked") -> bool:
        return self.transactions <= most.transactions and self.statements <= most.statements


class Reads(BaseMiddleware):
    """Around every handler; `last` is what the last one asked, None where none was found."""

    def __init__(self) -> None:
        self.last: Asked | None = None
        self._heard: list[str] = []

    @classmethod
    async def of(cls, house: House) -> "Reads":
        """From the first update on, until the house's connection is given back."""
        reads = cls()
        async with house.database.bare() as connection:
            await connection.set_trace_callback(reads._heard.append)
        house.codebell.dispatcher.callback_query.middleware(reads)
        house.codebell.dispatcher.message.middleware(reads)
        return reads

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        self._heard.clear()
        try:
            return await handler(event, data)
        finally:
            begun = sum(each.startswith(_BEGINS) for each in self._heard)
            others = sum(each.startswith(_ENDS) for each in self._heard)
            self.last = Asked(begun, len(self._heard) - begun - others)
