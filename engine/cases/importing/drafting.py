"""From a row to the opening of a case, or to every fault of its cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from engine.cases.importing.cells import field_value, one_line, phone_number
from engine.cases.importing.columns import Columns
from engine.cases.importing.mapping import (
    ENTERED_LATE,
    Column,
    Constant,
    FromColumn,
    FromPerson,
    ImportMap,
    Origin,
)
from engine.cases.importing.moments import moment
from engine.cases.importing.outcome import CellFault, RowProblem
from engine.cases.importing.places import Places
from engine.cases.importing.sheet import Cell, Sheet, SheetRow, as_text, letters
from engine.cases.opening import OpenCase
from engine.definition.model import Value
from engine.rules.attempt import Command, Unit

T = TypeVar("T")
Holder = Callable[[Unit], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One row, ready to be opened by `person`. `cells` is where each of its fields comes from (`C17`)."""

    row: int
    key: str
    person: str
    wanted: OpenCase
    cells: dict[str, str]


@dataclass(slots=True)
class _Reading:
    """One row while it is read."""

    row: SheetRow
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)


class Drafter:
    """Reads the rows of one sheet by one map."""

    def __init__(self, chart: ImportMap, columns: Columns, sheet: Sheet, places: Places, holder: Holder) -> None:
        self._chart, self._columns, self._epoch = chart, columns, sheet.epoch
        self._places, self._holder = places, holder
        self._zone = ZoneInfo(chart.workflow.timezone)

    def draft(self, row: SheetRow, key: str, identity: str) -> Draft | list[RowProblem]:
        reading = _Reading(row)
        unit = self._unit(reading, identity)
        command = self._command(reading)
        person = self._opener(reading, unit) if unit else None
        if reading.problems or unit is None or person is None:
            return reading.problems
        wanted = OpenCase(unit=unit.code, command=command, workflow=self._chart.name, entered_late=True)
        return Draft(row=row.number, key=key, person=person, wanted=wanted, cells=reading.cells)

    def _unit(self, reading: _Reading, identity: str) -> Unit | None:
        column = self._chart.place.column
        if column is None:
            return self._tried(reading, "", lambda: self._places.unit(Cell(), identity))
        return self._of(reading, "unit", column, lambda cell: self._places.unit(cell, identity))

    def _opener(self, reading: _Reading, unit: Unit) -> str | None:
        found = self._holder(unit)
        if found is None:
            facts = {"role": self._chart.workflow.roles[self._chart.by].title.zh, "unit": unit.code}
            reading.problems.append(
                RowProblem(row=reading.row.number, cell=reading.cells.get("unit", ""), code="vacant", facts=facts)
            )
        return found

    def _command(self, reading: _Reading) -> Command:
        values = {code: self._value(reading, code, origin) for code, origin in self._chart.fields.items()}
        happened, behalf = self._chart.occurred_at, self._chart.behalf
        return Command(
            trigger=self._chart.row.trigger,
            data={code: value for code, value in values.items() if value is not None},
            note=self._note(reading),
            occurred_at=self._moment(reading, happened) if happened else None,
            behalf=self._behalf(reading, behalf) if behalf else None,
        )

    def _value(self, reading: _Reading, code: str, origin: Origin) -> Value:
        if isinstance(origin, Constant):
            return origin.value
        if isinstance(origin, FromPerson):
            return self._person(reading, code, origin)
        known = self._chart.field(code)
        return self._of(
            reading, code, origin.column, lambda cell: field_value(known, origin, cell, self._epoch, self._zone)
        )

    def _moment(self, reading: _Reading, origin: FromColumn) -> datetime | None:
        return self._of(
            reading, "occurred_at", origin.column, lambda cell: moment(cell, origin.forms, self._epoch, self._zone)
        )

    def _behalf(self, reading: _Reading, origin: FromPerson | FromColumn) -> Value:
        if isinstance(origin, FromPerson):
            return self._person(reading, "on_behalf_of", origin)
        return self._of(reading, "on_behalf_of", origin.column, lambda cell: as_text(cell).strip() or None)

    def _person(self, reading: _Reading, code: str, origin: FromPerson) -> Value:
        """Nobody where there is no name: a telephone alone names nobody."""
        name = self._of(reading, code, origin.name, lambda cell: one_line(as_text(cell)))
        phone = self._of(reading, f"{code}.phone", origin.phone, phone_number) if origin.phone else None
        if not name:
            return None
        return {"name": name, "phone": phone} if phone else {"name": name}

    def _note(self, reading: _Reading) -> str:
        note = self._chart.note
        told = [(column.name, self._of(reading, "note", column, as_text)) for column in note.columns]
        written = [f"{name}：{text.strip()}" for name, text in told if text and text.strip()]
        return "；".join([ENTERED_LATE, *([note.text] if note.text else []), *written])

    def _of(self, reading: _Reading, name: str, column: Column, reader: Callable[[Cell], T]) -> T | None:
        """What the reader makes of the cell; remembers which cell it was."""
        number = self._columns[column.name]
        place = f"{letters(number)}{reading.row.number}"
        reading.cells.setdefault(name, place)
        return self._tried(reading, place, lambda: reader(reading.row.cell(number)))

    def _tried(self, reading: _Reading, place: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except CellFault as fault:
            reading.problems.append(RowProblem(row=reading.row.number, cell=place, code=fault.code, facts=fault.facts))
            return None
