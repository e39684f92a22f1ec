"""A roster from a CSV file: taken whole or not at all, and again without harm. What a file does not name stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.cases.office import Office
from engine.duty.checking import NewTurn, problems_of, zone_of
from engine.duty.service import entry_of
from engine.people.importing.cells import Cells
from engine.people.importing.outcome import Change, Outcome, Problems
from engine.people.importing.sheet import Row, read_sheet
from engine.store.db import Tx, retried
from engine.store.dutybook import put_turns, turns_between

__all__ = ["COLUMNS", "DutyImport", "read_moment"]

KIND = "duty"
COLUMNS = ("role", "unit", "person", "from", "until")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?", re.ASCII)


def read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """`2026-03-07 08:00` in the zone, or with an offset of its own; None for anything else."""
    if not _LOCAL.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What a file comes to: the turns to be put on the roster, by their rows, and how many are there already."""

    turns: dict[int, NewTurn]
    unchanged: int


class DutyImport:
    """Both methods read UTF-8 CSV with a header row."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def preview(self, data: bytes) -> Outcome:
        """What `apply` would do; writes nothing."""
        with self.office.store.read() as tx:
            return self._outcome(tx, data, write=False)

    @retried
    def apply(self, data: bytes) -> Outcome:
        """Put all of the file on the roster, unless there is any problem: then nothing is written."""
        with self.office.store.begin() as tx:
            return self._outcome(tx, data, write=True)

    def _outcome(self, tx: Tx, data: bytes, *, write: bool) -> Outcome:
        problems, now = Problems(), self.office.clock.now(tx)
        read = self._read(tx, read_sheet(data, COLUMNS, problems), problems, now)
        written = write and not problems
        if written:
            put_turns(tx, [entry_of(turn, self.office.new_ulid(), None, now) for turn in read.turns.values()])
        changes = tuple(Change(row=row, key=_key(turn)) for row, turn in read.turns.items())
        found = problems.in_order()
        return Outcome(kind=KIND, changes=changes, unchanged=read.unchanged, problems=found, written=written)

    def _read(self, tx: Tx, rows: list[Row], problems: Problems, now: datetime) -> _Read:
        turns: dict[int, NewTurn] = {}
        unchanged = 0
        for row, turn in self._turns(rows, problems):
            if _is_there(tx, turn):
                unchanged += 1
                continue
            turns[row.number] = turn
            others = [each for number, each in turns.items() if number != row.number]
            for found in problems_of(tx, self.office, turn, now, others):
                facts = {"value": row.cells[found.field], "first": row.cells["from"], "last": row.cells["until"]}
                problems.add(row.number, found.field, found.code, **{**facts, **found.facts})
        return _Read(turns=turns, unchanged=unchanged)

    def _turns(self, rows: list[Row], problems: Problems) -> Iterator[tuple[Row, NewTurn]]:
        """The rows that can be read; the faults of the others are told."""
        zone = zone_of(self.office)
        for row in rows:
            cells = Cells(row, problems)
            role, unit, person = cells.word("role"), cells.code("unit"), cells.code("person")
            first, last = (_moment(cells, name, zone) for name in ("from", "until"))
            if role and unit and person and first and last:
                yield row, NewTurn(role=role, unit=unit, person=person, starts_at=first, ends_at=last)


def _moment(cells: Cells, column: str, zone: ZoneInfo) -> datetime | None:
    text = cells.row.cells[column]
    found = read_moment(text, zone)
    if found is None:
        cells.fault(column, "bad_moment" if text else "missing", value=text)
    return found


def _is_there(tx: Tx, turn: NewTurn) -> bool:
    known = turns_between(tx, turn.starts_at, turn.ends_at, role=turn.role, units=[turn.unit])
    return any(turn.is_same(each) for each in known)


def _key(turn: NewTurn) -> str:
    return f"{turn.role} {turn.unit} {turn.person} {turn.starts_at:%Y-%m-%d %H:%M} – {turn.ends_at:%Y-%m-%d %H:%M}"
