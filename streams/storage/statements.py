"""Statements both databases understand but SQLAlchemy has no common word for."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, String, Table, TextClause, column, select, values
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

#: Values in one IN list: SQLite before 3.32 takes 999 variables, PostgreSQL 32,767.
_CHUNK = 450


def chunks(values: Collection[T], size: int = _CHUNK) -> Iterator[Sequence[T]]:
    """All values in stretches of at most `size`; nothing for none."""
    rest = iter(values)
    while stretch := list(islice(rest, size)):
        yield stretch


def newest_of_each(
    authors: Collection[tuple[str, str]],
    table: Table,
    written: Column[datetime],
    where: ColumnElement[bool] | TextClause,
) -> Select[Any]:
    """The id of each author's newest row among those of `where`, however many they have; at most a chunk of authors.

    Authors are pairs of source and author, as in the table's columns.
    """
    given = values(column("source", String), column("author", String), name="given").data(list(authors)).cte("given")
    newest = (
        select(table.c.id)
        .where(where, table.c.author == given.c.author, table.c.source == given.c.source)
        .order_by(written.desc(), table.c.id.desc())
        .limit(1)
        .correlate(given)
        .scalar_subquery()
    )
    return select(newest).select_from(given)


def insert(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def upsert(connection: AsyncConnection, table: Table, columns: Collection[str]) -> Any:
    """An INSERT of `columns` that replaces them where the primary key is there already."""
    statement = insert(connection, table)
    keys = {column.name for column in table.primary_key}
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: statement.excluded[name] for name in columns if name not in keys},
    )
