"""Households: where it lives, its head and its other members."""

from __future__ import annotations

from engine.people.importing.cells import Cells
from engine.people.importing.linked import Linked
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import Entry, Plan, check_known, compare, entries_by_key
from engine.people.importing.sheet import Row
from engine.store.db import Tx
from engine.store.tables import household_people, households, people, units

COLUMNS = ("code", "unit", "head", "members")
_LINKED = Linked(households, household_people, "household", "person", "members")


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    entries = [_entry(Cells(row, problems)) for row in rows]
    wanted = entries_by_key(entries, "code", problems)
    _check_references(tx, entries, problems)
    difference = compare(wanted, _LINKED.found(tx, wanted))
    changes = difference.changes
    return Plan(changes=changes, unchanged=len(wanted) - len(changes), writings=_LINKED.writings(difference))


def _entry(cells: Cells) -> Entry:
    key, head = cells.code("code"), cells.code("head")
    members = tuple(member for member in cells.codes("members", optional=True) if member != head)
    return Entry(cells.row.number, key, {"code": key, "unit": cells.code("unit"), "head": head, "members": members})


def _check_references(tx: Tx, entries: list[Entry], problems: Problems) -> None:
    places = ((entry.row, entry.values["unit"]) for entry in entries)
    check_known(tx, units.c.code, places, "unit", "unknown_unit", problems)
    heads = ((entry.row, entry.values["head"]) for entry in entries)
    check_known(tx, people.c.id, heads, "head", "unknown_person", problems)
    members = ((entry.row, member) for entry in entries for member in entry.values["members"])
    check_known(tx, people.c.id, members, "members", "unknown_person", problems)
