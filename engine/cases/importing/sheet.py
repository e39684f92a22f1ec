"""A sheet as an import reads it: rows that hold anything, cells by column, and how places are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.cases.importing.outcome import CellFault

SIZE_LIMIT = 20_000_000
ROW_LIMIT = 20_000
#: Columns further right are not read.
COLUMN_LIMIT = 200

CellValue = str | bool | int | float | datetime | date | time | timedelta
#: What a number may have before a spreadsheet itself loses some.
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Cell:
    """`fault` is the code of what keeps the value from being known (a merged cell, a formula without a value …)."""

    value: CellValue | None = None
    fault: str | None = None

    @property
    def is_empty(self) -> bool:
        blank = self.value is None or (isinstance(self.value, str) and not self.value.strip())
        return blank and self.fault is None

    def known(self) -> CellValue | None:
        """The value; None where there is none. Raises CellFault."""
        if self.fault:
            raise CellFault(self.fault)
        return self.value


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number` as a spreadsheet counts; `cells` by column, the first being 1; empty ones are left out."""

    number: int
    cells: Mapping[int, Cell]

    def cell(self, column: int) -> Cell:
        return self.cells.get(column, EMPTY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """`header` by column; `epoch` is the day whose serial number is 0."""

    header: Mapping[int, str]
    rows: tuple[SheetRow, ...]
    epoch: datetime = datetime(1899, 12, 30)


def letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_of(name: str) -> int:
    """A -> 1, AA -> 27."""
    number = 0
    for sign in name:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number


def as_text(cell: Cell) -> str:
    """What the cell shows, as text; "" where it is empty. Raises CellFault, also for a number of which digits are lost:
    a spreadsheet keeps fifteen."""
    value = cell.known()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _digits(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value if isinstance(value, str) else str(value)


def _digits(value: int | float) -> str:
    if abs(value) >= 10**_DIGITS or value != value:
        raise CellFault("number_too_long", limit=_DIGITS)
    return str(int(value)) if value == int(value) else f"{value:.{_DIGITS}g}"
