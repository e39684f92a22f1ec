"""Units: the tree of places and offices. Parents may come after their children in a file."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from engine.people.errors import Wrong
from engine.people.importing.cells import Cells
from engine.people.importing.lines import Node, check_kinds, check_lengths, lines_of, moved
from engine.people.importing.outcome import Problems
from engine.people.importing.plan import (
    Difference,
    Entry,
    Plan,
    Values,
    Writing,
    compare,
    entries_by_key,
    insert,
    update,
)
from engine.people.importing.sheet import Row
from engine.people.kinds import UNIT_KINDS
from engine.store.db import Tx
from engine.store.register import unit_of
from engine.store.settings import read_setting
from engine.store.tables import units

COLUMNS = ("code", "name", "kind", "parent")
Lines = Mapping[str, str | None]


def plan(tx: Tx, rows: list[Row], problems: Problems) -> Plan:
    """The lines of all below are drawn anew with a unit that moves; a move to another home is a problem."""
    wanted = entries_by_key((_entry(Cells(row, problems)) for row in rows), "code", problems)
    found = {row["code"]: dict(row) for row in tx.execute(sa.select(units)).mappings()}
    lines = _drawn(wanted, found, problems)
    _check_homes(_home_level(tx), wanted, found, lines, problems)
    difference = compare(wanted, found)
    changes = difference.changes
    writings = () if problems else _writings(difference, found, lines)
    return Plan(changes=changes, unchanged=len(wanted) - len(changes), writings=writings)


def _entry(cells: Cells) -> Entry:
    key = cells.code("code")
    values = {"code": key, "name": cells.name("name"), "kind": cells.one_of("kind", UNIT_KINDS)}
    return Entry(cells.row.number, key, {**values, "parent": cells.code("parent", optional=True) or None})


def _drawn(wanted: Mapping[str, Entry], found: Mapping[str, Values], problems: Problems) -> Lines:
    tree = {code: Node(row["kind"], row["parent"], None) for code, row in found.items()}
    tree |= {code: Node(entry.values["kind"], entry.values["parent"], entry.row) for code, entry in wanted.items()}
    for code, node in tree.items():
        if node.row is not None and node.parent and node.parent not in tree:
            problems.add(node.row, "parent", "unknown_parent", value=node.parent, unit=code)
    lines = lines_of(tree, problems)
    check_kinds(tree, problems)
    check_lengths(lines, tree, problems)
    return lines


def _home_level(tx: Tx) -> str:
    level = read_setting(tx, "home_level")
    if not isinstance(level, str):
        raise Wrong("not_set_up")
    return level


def _check_homes(
    level: str, wanted: Mapping[str, Entry], found: Mapping[str, Values], lines: Lines, problems: Problems
) -> None:
    """A case carries its home, so no unit leaves its own. What lies below moves with a unit and is not told again."""
    for code, entry in wanted.items():
        line = lines[code]
        if code not in found or line is None:
            continue
        before, after = unit_of(found[code]["line"]).at(level), unit_of(line).at(level)
        if before != after:
            problems.add(entry.row, "parent", "home_changes", value=code, before=before, after=after)


def _writings(difference: Difference, found: Mapping[str, Values], lines: Lines) -> tuple[Writing, ...]:
    new = [{**entry.values, "line": lines[entry.key]} for entry in difference.added]
    new.sort(key=lambda row: row["line"].count("/"))  # a parent before its children
    shifted = moved({code: row["line"] for code, row in found.items()}, lines)
    return (
        insert(units, new),
        update(units, ["code"], ["name", "kind", "parent"], (entry.values for entry, _ in difference.changed)),
        update(units, ["code"], ["line"], ({"code": code, "line": lines[code]} for code in shifted)),
    )
