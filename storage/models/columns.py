"""What all tables share: money as text, exact; moments as UTC seconds, comparable and small."""

import enum
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Enum,
    Float,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase

#: Who stands in rows of people who were forgotten: no person and no chat has this id.
NOBODY = 0


def no_index(column: Any) -> ColumnElement[Any]:
    """An integer column as it is, where SQLite would choose the wrong index for it: it knows no numbers of
    rows, and takes a group's index for the few rows of one of its members.
    """
    found: ColumnElement[Any] = column + 0
    return found


def partial(name: str, *columns: str, only: str, unique: bool = False) -> Index:
    """An index of the rows of a table that meet a condition."""
    return Index(name, *columns, unique=unique, sqlite_where=text(only), postgresql_where=text(only))


class Money(TypeDecorator[Decimal]):
    """A Decimal kept as text: SQLite would make a float of it."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """A UTC-aware datetime kept as seconds since 1970: comparable in every database."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> float | None:
        return None if value is None else value.timestamp()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Row(DeclarativeBase):
    """All tables; constraints are named so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute by name
        datetime: Moment(),
        Decimal: Money(),
        int: BigInteger(),
        bytes: LargeBinary(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=12, values_callable=list),
    }
