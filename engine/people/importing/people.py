"""People: id, name, phone."""

from __future__ import annotations

from engine.definition.model import SYSTEM
from engine.people.importing.cells import Cells
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import Entry, Plan, compare, entries_by_key, fetch, insert, update
from engine.people.importing.sheet import Row
from engine.rules.erasing import ERASED
from engine.store.db import Tx
from engine.store.tables import people

COLUMNS = ("id", "name", "phone")


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    wanted = entries_by_key((_entry(Cells(row, problems)) for row in rows), "id", problems)
    found = fetch(tx, people.c.id, wanted)
    for entry in wanted.values():
        if found.get(entry.key, {}).get("name") == ERASED:
            problems.add(entry.row, "id", "erased", value=entry.key)
    difference = compare(wanted, found)
    changes = difference.changes
    return Plan(
        changes=changes,
        unchanged=len(wanted) - len(changes),
        writings=(
            insert(people, (entry.values for entry in difference.added)),
            update(people, ["id"], ["name", "phone"], (entry.values for entry, _ in difference.changed)),
        ),
    )


def _entry(cells: Cells) -> Entry:
    key = cells.code("id")
    if key == SYSTEM:
        cells.fault("id", "reserved_id", value=key)
    return Entry(cells.row.number, key, {"id": key, "name": cells.name("name"), "phone": cells.phone("phone")})
