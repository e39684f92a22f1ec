"""From the bytes of a file to its sheet, whichever kind of file it is. A fault of the whole raises FileRefused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from engine.cases.importing.outcome import FileRefused
from engine.cases.importing.sheet import COLUMN_LIMIT, ROW_LIMIT, SIZE_LIMIT, Cell, Sheet, SheetRow
from engine.cases.importing.workbook import read_workbook

_PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


def read_file(data: bytes, name: str, sheet: int | str, header: int) -> Sheet:
    """What the bytes are decides; the name only where they are neither a zip nor an old binary file."""
    if len(data) > SIZE_LIMIT:
        raise FileRefused("too_large", limit=SIZE_LIMIT)
    if data.startswith(_PACKED):
        found = read_workbook(data, sheet, header)
    elif name.lower().endswith((".csv", ".txt")):
        found = read_csv(data, header)
    else:
        raise FileRefused("not_a_workbook")
    if not found.header:
        raise FileRefused("empty_file")
    return found


def read_csv(data: bytes, header: int) -> Sheet:
    """UTF-8 with or without a byte order mark, commas; every cell is text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("not_utf8", line=data.count(b"\n", 0, error.start) + 1) from error
    heads: dict[int, str] = {}
    rows: list[SheetRow] = []
    try:
        for row in _csv_rows(text, header):
            if row.number == header:
                heads = {column: str(cell.value).strip() for column, cell in row.cells.items()}
            else:
                rows.append(row)
            if len(rows) > ROW_LIMIT:
                raise FileRefused("too_many_rows", limit=ROW_LIMIT)
    except csv.Error as error:
        raise FileRefused("bad_csv", reason=str(error)) from error
    return Sheet(header=heads, rows=tuple(rows))


def _csv_rows(text: str, header: int) -> Iterator[SheetRow]:
    for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
        cells = {column: Cell(cell) for column, cell in enumerate(line[:COLUMN_LIMIT], start=1) if cell.strip()}
        if number >= header and cells:
            yield SheetRow(number, cells)
