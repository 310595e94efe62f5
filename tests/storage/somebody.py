"""A person with a row in every table there is, and nothing in it left empty; every table, read as it is."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
)

from storage.database import Database
from storage.models import MessageState, Moment, Money, OrderState, RentalState, Row, State, WatchState
from tests.storage.shelf import NOW

#: Every amount of money in these rows.
AMOUNT = Decimal("77.0123")
#: Tables that know no person, or only what the operator decided or did.
OF_NOBODY = {
    *("vault_canary", "learned_waits", "switches", "deeds", "incidents", "broadcasts", "guests", "counted"),
    "departures",
}
#: A private chat has its person's id.
CHAT = ("chats", "id")
PLAIN: dict[type[Any], Any] = {Moment: NOW, Money: AMOUNT, Boolean: False, BigInteger: 1, Integer: 1}
ENDED = {
    "activations": State.FINISHED,
    "steps": State.FINISHED,
    "rentals": RentalState.ENDED,
    "rental_orders": OrderState.DONE,
    "messages": MessageState.DELIVERED,
    "watches": WatchState.RUNG,
}


def filled(table: Table, person: int, mark: str) -> dict[str, Any]:
    """A row with something in every column."""
    return {column.key: value_for(table, column, person, mark) for column in table.c}


def value_for(table: Table, column: Column[Any], person: int, mark: str) -> Any:
    if column.foreign_keys:
        [parent] = column.foreign_keys
        return f"{mark}-key" if parent.column.table.name == "provider_keys" else mark
    if (
        column.key in {"chat_id", "owner_id", "user_id", "card_chat_id", "bought_by"}
        or (table.name, column.key) == CHAT
    ):
        return person
    if isinstance(column.type, Enum):
        return ENDED.get(table.name) if column.key == "state" else column.type.enums[0]
    plain = next((value for kind, value in PLAIN.items() if isinstance(column.type, kind)), None)
    return _word(table, column, mark) if plain is None else plain


def _word(table: Table, column: Column[Any], mark: str) -> Any:
    if isinstance(column.type, LargeBinary):
        return f"{mark} sealed".encode()
    if table.name == "provider_keys" and column.key == "id":
        return f"{mark}-key"
    assert isinstance(column.type, String), column
    return mark if column.primary_key else f"{mark}{column.key}"[: column.type.length]


async def everything_of(database: Database, person: int, mark: str) -> None:
    """One row in every table that knows people, with nothing left empty."""
    async with database.begin() as session:
        for table in Row.metadata.sorted_tables:
            if table.name not in OF_NOBODY:
                await session.execute(insert(table).values(filled(table, person, mark)))


async def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    async with database.begin() as session:
        tables = Row.metadata.sorted_tables
        found = {table: (await session.execute(select(table))).mappings().all() for table in tables}
    return {table.name: [dict(row) for row in rows] for table, rows in found.items()}


async def change(database: Database, table: str, values: dict[str, Any]) -> None:
    """Every row of a table."""
    async with database.begin() as session:
        await session.execute(Row.metadata.tables[table].update().values(**values))
