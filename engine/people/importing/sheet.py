"""From bytes to rows: encoding, header and cell counts are judged here, meanings elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.people.importing.outcome import Problems

SIZE_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet counts; `cells` by column, trimmed."""

    number: int
    cells: Mapping[str, str]


def read_sheet(data: bytes, columns: tuple[str, ...], problems: Problems) -> list[Row]:
    """The rows of a CSV file with exactly these columns in any order; blank lines are passed over."""
    text = _decoded(data, problems)
    if text is None:
        return []
    try:
        return _rows(csv.reader(io.StringIO(text, newline=""), strict=True), columns, problems)
    except csv.Error as error:
        problems.add(0, "", "bad_csv", reason=str(error))
        return []


def _decoded(data: bytes, problems: Problems) -> str | None:
    if len(data) > SIZE_LIMIT:
        problems.add(0, "", "too_large", size=len(data), limit=SIZE_LIMIT)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(data.count(b"\n", 0, error.start) + 1, "", "not_utf8", byte=error.start)
        return None


def _rows(lines: Iterator[list[str]], columns: tuple[str, ...], problems: Problems) -> list[Row]:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line))
    first = next(numbered, None)
    if first is None:
        problems.add(0, "", "empty_file")
        return []
    header = [name.strip() for name in first[1]]
    if not _header_fits(header, columns, first[0], problems):
        return []
    return [row for number, line in numbered if (row := _row(number, line, header, problems))]


def _header_fits(header: list[str], columns: tuple[str, ...], number: int, problems: Problems) -> bool:
    faults = [(name, "missing_column") for name in columns if name not in header]
    faults += [(name, "unknown_column") for name in header if name not in columns]
    faults += [(name, "duplicate_column") for name in columns if header.count(name) > 1]
    for name, code in faults:
        problems.add(number, name, code, known=columns)
    return not faults


def _row(number: int, line: list[str], header: list[str], problems: Problems) -> Row | None:
    if len(line) != len(header):
        problems.add(number, "", "wrong_cell_count", found=len(line), expected=len(header))
        return None
    return Row(number, {name: cell.strip() for name, cell in zip(header, line, strict=True)})
