"""The rows of a database for a backup: every table in one moment, in an order that foreign keys allow, in parts of a
few megabytes, so that no table is ever in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.backups.cells import kind_of, line_of
from engine.store.db import Tx
from engine.store.settings import LAST_BACKUP
from engine.store.tables import metadata, register_state, settings, units
from engine.store.trust_tables import checkpoints

_PART = 4_000_000  # bytes
_AT_ONCE = 1_000  # rows


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one table, the next after those before."""

    table: str
    rows: int
    data: bytes


def tables() -> list[sa.Table]:
    """What a database says of itself comes first: triggers on the rest ask it. What triggers count while the rest is
    filled comes last."""
    rest = (table for table in metadata.sorted_tables if table not in (settings, register_state))
    return [settings, *rest, register_state]


def columns_of(table: sa.Table) -> list[list[str]]:
    """Name and kind of each column."""
    return [[column.name, kind_of(column)] for column in table.columns]


def parts(tx: Tx, table: sa.Table) -> Iterator[Part]:
    """All rows of the table; an empty one has no part."""
    kinds = [kind for _, kind in columns_of(table)]
    lines, size = [], 0
    for row in _read(tx, table):
        lines.append(line_of(kinds, row))
        size += len(lines[-1])
        if size >= _PART:
            yield Part(table.name, len(lines), b"".join(lines))
            lines, size = [], 0
    if lines:
        yield Part(table.name, len(lines), b"".join(lines))


def _read(tx: Tx, table: sa.Table) -> Iterator[Any]:
    query = sa.select(table).order_by(*(_in_bytes(tx, column) for column in _order(table)))
    if table is settings:
        query = query.where(settings.c.name != LAST_BACKUP)
    yield from tx.execute(query.execution_options(yield_per=_AT_ONCE))


def _order(table: sa.Table) -> list[sa.Column[Any]]:
    """A unit comes behind the one above it, whose line its own begins with."""
    return [units.c.line] if table is units else list(table.primary_key.columns)


def _in_bytes(tx: Tx, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The same order on both databases: PostgreSQL would sort text as its language does."""
    if tx.dialect.name == "sqlite" or not isinstance(column.type, sa.String):
        return column
    return sa.collate(column, "C")


def newest_checkpoints(tx: Tx) -> dict[str, str]:
    """Home and log, as `<home>/<log>` -> the text of its newest checkpoint."""
    last = sa.select(sa.func.max(checkpoints.c.id)).group_by(checkpoints.c.home, checkpoints.c.log)
    query = sa.select(checkpoints).where(checkpoints.c.id.in_(last)).order_by(checkpoints.c.home, checkpoints.c.log)
    return {f"{row.home}/{row.log}": row.text for row in tx.execute(query)}
