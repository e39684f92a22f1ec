"""Relatives on record: who may not handle whose matter. Only the last day may change."""

from __future__ import annotations

import sqlalchemy as sa

from engine.people.importing.cells import Cells
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import (
    Entry,
    Plan,
    Values,
    batches,
    check_known,
    compare,
    entries_by_key,
    insert,
    update,
)
from engine.people.importing.sheet import Row
from engine.store.db import Tx
from engine.store.tables import people, relatives

COLUMNS = ("person", "other", "kind", "valid_from", "valid_to")
_KEYS = ("person", "other", "kind", "valid_from")


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    entries = [_entry(Cells(row, problems)) for row in rows]
    wanted = entries_by_key((entry for entry in entries if _whole(entry)), "person", problems)
    for name in ("person", "other"):
        named = ((entry.row, entry.values[name]) for entry in entries)
        check_known(tx, people.c.id, named, name, "unknown_person", problems)
    difference = compare(wanted, _found(tx, {entry.values["person"] for entry in wanted.values()}))
    changes = difference.changes
    return Plan(
        changes=changes,
        unchanged=len(wanted) - len(changes),
        writings=(
            insert(relatives, (entry.values for entry in difference.added)),
            update(relatives, _KEYS, ["valid_to"], (entry.values for entry, _ in difference.changed)),
        ),
    )


def _entry(cells: Cells) -> Entry:
    person, other = cells.code("person"), cells.code("other")
    if person and person == other:
        cells.fault("other", "own_relative", value=person)
    kind, (first, last) = cells.word("kind"), cells.span()
    values = {"person": person, "other": other, "kind": kind, "valid_from": first, "valid_to": last}
    return Entry(cells.row.number, _key(values), values)


def _whole(entry: Entry) -> bool:
    return all(entry.values[name] for name in _KEYS)


def _key(values: Values) -> str:
    return " ".join(str(values[name]) for name in _KEYS)


def _found(tx: Tx, persons: set[str]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for batch in batches(sorted(persons)):
        rows = map(dict, tx.execute(sa.select(relatives).where(relatives.c.person.in_(batch))).mappings())
        found |= {_key(row): row for row in rows}
    return found
