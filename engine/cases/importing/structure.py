"""What the library does not tell of a sheet that it streams: merged cells, formulas without a value, lost rows."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from engine.cases.importing.container import scan
from engine.cases.importing.outcome import FileRefused
from engine.cases.importing.sheet import COLUMN_LIMIT, column_of

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)
_PLACE = re.compile(r"([A-Z]{1,3})\d{1,7}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_LAST_ROW = 1_048_576
_LIMIT = 100_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CELL, _VALUE, _INLINE, _ROW, _FORMULA, _MERGED = (
    f"{_MAIN} {name}" for name in ("c", "v", "is", "row", "f", "mergeCell")
)


@dataclass(frozen=True, order=True, slots=True)
class Merged:
    """An area that shows as one cell; all numbers from 1, both ends included."""

    first: int
    last: int
    left: int
    right: int

    def hides(self, row: int) -> set[int]:
        """Columns of the row that are not the area's first cell: their value is elsewhere."""
        columns = set(range(self.left, min(self.right, COLUMN_LIMIT) + 1))
        return columns - {self.left} if row == self.first else columns


@dataclass(slots=True)
class Structure:
    """`rows` that hold a value; `merged` areas; `without_value`: row -> columns of formulas that were never calculated;
    `width`: the last column with a cell."""

    rows: set[int] = field(default_factory=set)
    merged: list[Merged] = field(default_factory=list)
    without_value: dict[int, set[int]] = field(default_factory=dict)
    width: int = 0
    _open: list[Merged] = field(default_factory=list)

    def hidden(self, row: int) -> set[int]:
        """Columns of the row whose value is in another cell of a merged area. Rows are asked for in their order."""
        while self.merged and self.merged[-1].first <= row:
            self._open.append(self.merged.pop())
        self._open = [area for area in self._open if area.last >= row]
        return {column for area in self._open for column in area.hides(row)}


def structure_of(container: zipfile.ZipFile, part: str) -> Structure:
    """Raises FileRefused."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    scan(container, part, parser)
    reader.found.merged.sort(reverse=True)
    return reader.found


class _Reader:
    """Remembers the row and the cell it is in; the rest goes past. A sheet has hundreds of thousands of cells, so what
    is done for each is little."""

    def __init__(self) -> None:
        self.found = Structure()
        self._row = self._count = self._kept = 0
        self._place: str | None = None
        self._formula = self._value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _CELL:
            self._place, self._formula, self._value = attributes.get("r"), False, False
            self._count += 1
        elif tag in (_VALUE, _INLINE):
            self._value = True
            self.found.rows.add(self._row)
        elif tag == _ROW:
            self._next_row(attributes.get("r"))
        elif tag == _FORMULA:
            self._formula = True
        elif tag == _MERGED:
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag == _ROW:
            self.found.width = max(self.found.width, self._column())
        elif self._formula and not self._value and tag == _CELL:
            self._keep()
            self.found.without_value.setdefault(self._row, set()).add(self._column())
            self.found.rows.add(self._row)

    def _column(self) -> int:
        """Of the last cell: by its place, or where it does not tell that, by counting."""
        match = _PLACE.fullmatch(self._place or "")
        return column_of(match[1]) if match else self._count

    def _next_row(self, number: str | None) -> None:
        """The library drops a row that comes out of order, and makes up those between: better none than one less."""
        if number is not None and not _NUMBER.fullmatch(number):
            raise FileRefused("damaged_file", part="row")
        found = self._row + 1 if number is None else int(number)
        if not self._row < found <= _LAST_ROW:
            raise FileRefused("damaged_file", part=f"row {found}")
        self._row, self._count, self._place = found, 0, None

    def _merge(self, reference: str) -> None:
        self._keep()
        if match := _RANGE.fullmatch(reference):
            left, first, right, last = match.groups()
            self.found.merged.append(Merged(int(first), int(last), column_of(left), column_of(right)))

    def _keep(self) -> None:
        """No sheet of a township has more; this bounds what a hostile one makes us remember."""
        self._kept += 1
        if self._kept > _LIMIT:
            raise FileRefused("damaged_file", part="merged cells, formulas")
