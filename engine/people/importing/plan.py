"""Comparing a file with the register, and writing the difference in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa

from engine.people.importing.outcome import Change, Problems
from engine.store.db import Tx

_BATCH = 5_000
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a file: `key` tells it from the others and is shown; `values` by column of the register."""

    row: int
    key: str
    values: Values


@dataclass(frozen=True, slots=True)
class Writing:
    """One statement with the rows it runs over; none where there are no rows."""

    statement: sa.Insert | sa.Update | sa.Delete
    rows: Sequence[Values]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What an import would do, in the order the references ask for."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    writings: tuple[Writing, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Entries that are new, that differ (with the old values), and how many are the same."""

    added: list[Entry] = field(default_factory=list)
    changed: list[tuple[Entry, Values]] = field(default_factory=list)

    @property
    def changes(self) -> tuple[Change, ...]:
        new = [Change(row=entry.row, key=entry.key) for entry in self.added]
        other = [Change(row=entry.row, key=entry.key, fields=_differing(entry, old)) for entry, old in self.changed]
        return tuple(sorted((*new, *other), key=lambda change: change.row))


def entries_by_key(entries: Iterable[Entry], column: str, problems: Problems) -> dict[str, Entry]:
    """Entries by key; a key that comes twice is a problem of the later row. Rows without a key were reported."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.key and entry.key in found:
            problems.add(entry.row, column, "duplicate", value=entry.key, first=found[entry.key].row)
        elif entry.key:
            found[entry.key] = entry
    return found


def compare(wanted: Mapping[str, Entry], found: Mapping[str, Values]) -> Difference:
    """`found` holds the register's values under the same keys and columns."""
    difference = Difference()
    for key, entry in wanted.items():
        if key not in found:
            difference.added.append(entry)
        elif _differing(entry, found[key]):
            difference.changed.append((entry, found[key]))
    return difference


def _differing(entry: Entry, old: Values) -> dict[str, tuple[Any, Any]]:
    return {name: (old[name], value) for name, value in entry.values.items() if old[name] != value}


def fetch(tx: Tx, column: sa.Column[str], wanted: Collection[str]) -> dict[str, Values]:
    """Rows of the column's table by this column."""
    found: dict[str, Values] = {}
    for batch in batches(sorted(wanted)):
        rows = tx.execute(sa.select(column.table).where(column.in_(batch))).mappings()
        found |= {row[column.name]: dict(row) for row in rows}
    return found


def fetch_links(tx: Tx, owner: sa.Column[str], member: sa.Column[str], owners: Collection[str]) -> dict[str, set[str]]:
    """Owner -> members of a table that joins the two."""
    found: dict[str, set[str]] = {}
    for batch in batches(sorted(owners)):
        for code, other in tx.execute(sa.select(owner, member).where(owner.in_(batch))):
            found.setdefault(code, set()).add(other)
    return found


def check_known(
    tx: Tx, column: sa.Column[str], named: Iterable[tuple[int, str]], at: str, code: str, problems: Problems
) -> None:
    """Every (row, value) names a row of the column's table; "" was reported before."""
    asked = [(row, value) for row, value in named if value]
    known = fetch(tx, column, {value for _, value in asked})
    for row, value in asked:
        if value not in known:
            problems.add(row, at, code, value=value)


def insert(table: sa.Table, rows: Iterable[Values]) -> Writing:
    return Writing(sa.insert(table), list(rows))


def update(table: sa.Table, keys: Sequence[str], columns: Sequence[str], rows: Iterable[Values]) -> Writing:
    """Sets the columns of the rows with these keys."""
    where = [table.c[key] == sa.bindparam(f"b_{key}") for key in keys]
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in columns}
    bound = [{f"b_{name}": row[name] for name in (*keys, *columns)} for row in rows]
    return Writing(sa.update(table).where(*where).values(values), bound)


def delete(table: sa.Table, keys: Sequence[str], rows: Iterable[Values]) -> Writing:
    where = [table.c[key] == sa.bindparam(f"b_{key}") for key in keys]
    return Writing(sa.delete(table).where(*where), [{f"b_{key}": row[key] for key in keys} for row in rows])


def write(tx: Tx, plan: Plan) -> None:
    for writing in plan.writings:
        for batch in batches(writing.rows):
            tx.execute(writing.statement, batch)


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists short enough for the parameters of one statement."""
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield batch
