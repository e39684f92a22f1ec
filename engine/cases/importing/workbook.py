"""Reading a sheet of an xlsx file with openpyxl, row by row (docs/adr/0019: why it, and what stands before it)."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import count
from typing import Any

import openpyxl

from engine.cases.importing.container import open_container
from engine.cases.importing.outcome import CellFault, FileRefused
from engine.cases.importing.sheet import COLUMN_LIMIT, EMPTY, ROW_LIMIT, Cell, Sheet, SheetRow, as_text
from engine.cases.importing.structure import Structure, structure_of

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_workbook(data: bytes, wanted: int | str, header: int) -> Sheet:
    """The sheet of this name, or the so-many-th of those that show (from 1). Formulas give the value they had when the
    file was saved. Raises FileRefused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody here needs
        try:
            return _read(data, open_container(data), wanted, header)
        except FileRefused:
            raise
        except Exception as error:  # the library raises anything on hostile input; a file is never a crash
            raise FileRefused("damaged_file", part=type(error).__name__) from error


def _read(data: bytes, container: zipfile.ZipFile, wanted: int | str, header: int) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheet = _sheet(book, wanted)
    structure = structure_of(container, sheet._worksheet_path)
    heads: dict[int, str] = {}
    rows: list[SheetRow] = []
    for row in _rows(sheet, structure, header):
        if row.number == header:
            heads = {column: text for column, cell in row.cells.items() if (text := _heading(cell))}
        else:
            rows.append(row)
        if len(rows) > ROW_LIMIT:
            raise FileRefused("too_many_rows", limit=ROW_LIMIT)
    return Sheet(header=heads, rows=tuple(rows), epoch=book.epoch)


def _heading(cell: Cell) -> str:
    """A heading that cannot be read heads nothing; its column still has a letter."""
    try:
        return as_text(cell).strip()
    except CellFault:
        return ""


def _sheet(book: Any, wanted: int | str) -> Any:
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
    showing = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    if isinstance(wanted, int):
        if wanted <= len(showing):
            return showing[wanted - 1]
    elif found := next((sheet for sheet in sheets if sheet.title.strip() == wanted.strip()), None):
        if found.sheet_state != "visible":
            raise FileRefused("hidden_sheet", name=found.title)
        return found
    raise FileRefused("no_such_sheet", name=wanted, known=tuple(sheet.title for sheet in showing))


def _rows(sheet: Any, structure: Structure, header: int) -> Iterator[SheetRow]:
    """From the header on, those that hold anything."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong, and rows would be lost
    width, last = max(1, min(structure.width, COLUMN_LIMIT)), max(structure.rows, default=1)
    for number, cells in zip(count(1), sheet.iter_rows(max_col=width, max_row=last), strict=False):
        if number < header or number not in structure.rows:
            continue
        if found := dict(_cells(number, cells, structure)):
            yield SheetRow(number, found)


def _cells(number: int, cells: tuple[Any, ...], structure: Structure) -> Iterator[tuple[int, Cell]]:
    hidden, without = structure.hidden(number), structure.without_value.get(number, set())
    for column, cell in enumerate(cells, start=1):
        read = Cell(fault="merged_cell") if column in hidden else _cell(cell, lacks=column in without)
        if not read.is_empty:
            yield column, read


def _cell(cell: Any, *, lacks: bool) -> Cell:
    if cell.value is None:
        return Cell(fault="formula_without_value") if lacks else EMPTY
    if cell.data_type == "e":
        return Cell(fault="error_value")
    if isinstance(cell.value, str):
        return Cell(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell.value))
    return Cell(cell.value)
