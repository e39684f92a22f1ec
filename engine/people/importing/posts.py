"""Posts: who holds which role at which unit or body, from when to when. Only the last day may change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from engine.people.importing.cells import Cells
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import Entry, Plan, check_known, compare, fetch, insert, update
from engine.people.importing.sheet import Row
from engine.store.db import Tx
from engine.store.tables import bodies, people, posts, units

COLUMNS = ("person", "role", "unit", "body", "valid_from", "valid_to")


def post_id(person: str, role: str, unit: str | None, body: str | None, valid_from: date) -> str:
    """The same post has the same id in every import."""
    place = f"unit:{unit}" if unit else f"body:{body}"
    return "P" + hashlib.sha256(f"{person}|{role}|{place}|{valid_from.isoformat()}".encode()).hexdigest()[:20]


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    entries = [_entry(Cells(row, problems)) for row in rows]
    wanted = _by_id(entries, problems)
    _check_references(tx, entries, problems)
    difference = compare(wanted, fetch(tx, posts.c.id, wanted))
    changes = difference.changes
    return Plan(
        changes=changes,
        unchanged=len(wanted) - len(changes),
        writings=(
            insert(posts, (entry.values for entry in difference.added)),
            update(posts, ["id"], ["valid_to"], (entry.values for entry, _ in difference.changed)),
        ),
    )


def _entry(cells: Cells) -> Entry:
    person, role = cells.code("person"), cells.word("role")
    unit, body = cells.code("unit", optional=True) or None, cells.code("body", optional=True) or None
    if bool(cells.row.cells["unit"]) == bool(cells.row.cells["body"]):
        cells.fault("unit", "unit_or_body")
    first, last = cells.span()
    key = " ".join((person, role, unit or body or "", first.isoformat() if first else ""))
    values = {"person": person, "role": role, "unit": unit, "body": body, "valid_from": first, "valid_to": last}
    return Entry(cells.row.number, key, values)


def _by_id(entries: Iterable[Entry], problems: Problems) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        values = entry.values
        if not (values["person"] and values["role"] and values["valid_from"] and (values["unit"] or values["body"])):
            continue  # reported
        key = post_id(values["person"], values["role"], values["unit"], values["body"], values["valid_from"])
        if key in found:
            problems.add(entry.row, "person", "duplicate", value=entry.key, first=found[key].row)
        found.setdefault(key, Entry(entry.row, entry.key, {"id": key, **values}))
    return found


def _check_references(tx: Tx, entries: list[Entry], problems: Problems) -> None:
    for name, column in (("person", people.c.id), ("unit", units.c.code), ("body", bodies.c.code)):
        named = ((entry.row, entry.values[name]) for entry in entries)
        check_known(tx, column, named, name, f"unknown_{name}", problems)
