"""Which rows of old lists are cases already, and the units that an import may spread them over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.rules.attempt import Unit
from engine.store.db import Tx, any_of
from engine.store.register import unit_of
from engine.store.tables import case_imports, units

_BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """One row of a list: `source` is the list's own name, `row_key` tells the row from the others, `file` is the
    SHA-256 of the file it came in, `row` its number there."""

    source: str
    row_key: str
    file: str
    row: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedUnit:
    unit: Unit
    name: str


_KNOWN = sa.select(case_imports.c.row_key, case_imports.c.case_id).where(
    case_imports.c.home.in_(any_of("homes")),
    case_imports.c.source == sa.bindparam("source"),
    case_imports.c.row_key.in_(any_of("keys")),
)


def find_imported(tx: Tx, homes: Collection[str], source: str, keys: Collection[str]) -> dict[str, str]:
    """Row key -> the case it became, of those that became one in any of these homes."""
    wanted = sorted(set(keys))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _BATCH):
        asked = {"homes": sorted(homes), "source": source, "keys": wanted[start : start + _BATCH]}
        found |= {row.row_key: row.case_id for row in tx.execute(_KNOWN, asked)}
    return found


def keep_imported(tx: Tx, home: str, case_id: str, imported: Imported, now: datetime) -> None:
    """A second import of this row that is in flight waits here, loses, and finds it when it is retried."""
    row = {"home": home, "source": imported.source, "row_key": imported.row_key, "case_id": case_id}
    tx.execute(sa.insert(case_imports), row | {"file": imported.file, "row": imported.row, "imported_at": now})


def named_units(tx: Tx) -> Iterable[NamedUnit]:
    """All units by code."""
    rows = tx.execute(sa.select(units.c.line, units.c.name).order_by(units.c.code)).all()
    return [NamedUnit(unit=unit_of(row.line), name=row.name) for row in rows]
