"""Bodies: a party group or council and the units it covers."""

from __future__ import annotations

from engine.people.importing.cells import Cells
from engine.people.importing.linked import Linked
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import Entry, Plan, check_known, compare, entries_by_key
from engine.people.importing.sheet import Row
from engine.people.kinds import BODY_KINDS
from engine.store.db import Tx
from engine.store.tables import bodies, body_units, units

COLUMNS = ("code", "name", "kind", "units")
_LINKED = Linked(bodies, body_units, "body", "unit", "units")


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    entries = [_entry(Cells(row, problems)) for row in rows]
    wanted = entries_by_key(entries, "code", problems)
    named = ((entry.row, unit) for entry in entries for unit in entry.values["units"])
    check_known(tx, units.c.code, named, "units", "unknown_unit", problems)
    difference = compare(wanted, _LINKED.found(tx, wanted))
    changes = difference.changes
    return Plan(changes=changes, unchanged=len(wanted) - len(changes), writings=_LINKED.writings(difference))


def _entry(cells: Cells) -> Entry:
    key = cells.code("code")
    values = {"code": key, "name": cells.name("name"), "kind": cells.one_of("kind", BODY_KINDS)}
    return Entry(cells.row.number, key, {**values, "units": cells.codes("units")})
