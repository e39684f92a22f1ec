"""A file held against its map, the register and what was imported before; the rules are not asked yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from engine.cases.importing.columns import Columns, find_columns, identity
from engine.cases.importing.drafting import Draft, Drafter
from engine.cases.importing.files import read_file
from engine.cases.importing.mapfile import read_map
from engine.cases.importing.mapping import ImportMap
from engine.cases.importing.outcome import CellFault, MapRefused, RowProblem
from engine.cases.importing.places import Places
from engine.cases.importing.sheet import Sheet, SheetRow, letters
from engine.cases.office import Office
from engine.rules.attempt import Unit
from engine.rules.fold import local_day
from engine.store import register
from engine.store.db import Tx
from engine.store.importbook import NamedUnit, find_imported, named_units


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A list and its map as they came in, each with the name it is shown by."""

    data: bytes
    name: str
    map_data: bytes
    map_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """`drafts` are what the rules have yet to judge; `already` counts rows that are cases. `file` is the SHA-256 of the
    list; `homes` are all there are, since a row may have come to another home before."""

    source: str
    file: str
    homes: frozenset[str]
    rows: int
    already: int
    drafts: tuple[Draft, ...]
    problems: tuple[RowProblem, ...]


def plan(office: Office, given: Given) -> Plan:
    """Raises MapRefused, and FileRefused where the file as a whole cannot be read."""
    chart = read_map(given.map_data, given.map_name, office.rulebook)
    sheet = read_file(given.data, given.name, chart.sheet, chart.header)
    columns = find_columns(chart, sheet)
    with office.store.read() as tx:
        units = list(named_units(tx))
        drafter = Drafter(chart, columns, sheet, _places(chart, units), _Holders(tx, office, chart).of)
        problems: list[RowProblem] = []
        rows = list(_told_apart(office, chart, columns, sheet, problems))
        homes = frozenset(office.home_of(each.unit) for each in units)
        known = find_imported(tx, homes, chart.source, [row.key for row in rows])
        drafted = [drafter.draft(row.row, row.key, row.text) for row in rows if row.key not in known]
    return Plan(
        source=chart.source,
        file=hashlib.sha256(given.data).hexdigest(),
        homes=homes,
        rows=len(sheet.rows),
        already=len(rows) - len(drafted),
        drafts=tuple(each for each in drafted if isinstance(each, Draft)),
        problems=(*problems, *(fault for each in drafted if isinstance(each, list) for fault in each)),
    )


def _places(chart: ImportMap, units: list[NamedUnit]) -> Places:
    """Raises MapRefused for all that the map says and the sheet or the organisation does not have."""
    places = Places(units, chart.place)
    places.check()
    if chart.report.findings:
        raise MapRefused(chart.report.findings)
    return places


class _Holders:
    """Who holds the map's role on the line of a unit today: the longest in post."""

    def __init__(self, tx: Tx, office: Office, chart: ImportMap) -> None:
        self._tx, self._role = tx, chart.by
        self._day = local_day(chart.workflow, office.clock.now(tx))
        self._known: dict[str, str | None] = {}

    def of(self, unit: Unit) -> str | None:
        if unit.code not in self._known:
            people = register.holders(self._tx, unit, [self._role], self._day)[self._role]
            self._known[unit.code] = people[0] if people else None
        return self._known[unit.code]


@dataclass(frozen=True, slots=True)
class _Told:
    """A row with `text`, which tells it from the others of its list, and `key`, its keyed hash."""

    row: SheetRow
    text: str
    key: str


def _told_apart(
    office: Office, chart: ImportMap, columns: Columns, sheet: Sheet, problems: list[RowProblem]
) -> Iterator[_Told]:
    """The second of two rows that are the same is a problem, and so is one that nothing tells from others."""
    seen: dict[str, int] = {}
    for row in sheet.rows:
        try:
            text = json.dumps(identity(chart, columns, sheet, row), ensure_ascii=False)
        except CellFault as fault:
            cell = f"{letters(fault.facts['column'])}{row.number}"
            problems.append(RowProblem(row=row.number, cell=cell, code=fault.code))
            continue
        first = seen.setdefault(text, row.number)
        if first == row.number:
            yield _Told(row, text, office.fingerprint([chart.source, text]))
        else:
            problems.append(RowProblem(row=row.number, cell="", code="same_row", facts={"first": first}))
