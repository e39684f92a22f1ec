"""Finding the columns a map names in the header of a sheet, and telling one row of the sheet from the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.cases.importing.mapping import Column, Constant, FromColumn, FromPerson, ImportMap, Origin
from engine.cases.importing.moments import normal
from engine.cases.importing.outcome import CellFault
from engine.cases.importing.sheet import COLUMN_LIMIT, Cell, Sheet, SheetRow, as_text, column_of, letters
from engine.definition.findings import Code
from engine.definition.words import allowed, guess, shown

_LETTERS = re.compile(r"[A-Z]{1,3}", re.ASCII)
Columns = Mapping[str, int]


def find_columns(chart: ImportMap, sheet: Sheet) -> Columns:
    """Name as the map has it -> number of the column. What is not there, or there twice, goes to the map's report."""
    heads: dict[str, list[int]] = {}
    for number, text in sheet.header.items():
        heads.setdefault(normal(text), []).append(number)
    found = {}
    for column in _named(chart):
        numbers = heads.get(normal(column.name)) or _by_letter(column.name)
        if len(numbers) == 1:
            found[column.name] = numbers[0]
        else:
            _report(column, numbers, sheet)
    return found


def _by_letter(name: str) -> list[int]:
    number = column_of(name) if _LETTERS.fullmatch(name) else 0
    return [number] if 0 < number <= COLUMN_LIMIT else []


def _report(column: Column, numbers: list[int], sheet: Sheet) -> None:
    name = shown(column.name)
    if numbers:
        where = ", ".join(map(letters, numbers))
        zh = f"表头中有不止一列 {name}（{where}），请写列的字母"
        column.place.fail(Code.S01, zh, f"more than one column is headed {name} ({where}): name it by its letter")
        return
    known = list(dict.fromkeys(sheet.header.values()))
    zh, en = allowed(known, guess(column.name, known))
    column.place.fail(Code.S01, f"表头中没有 {name} 这一列{zh}", f"no column is headed {name}{en}")


def _named(chart: ImportMap) -> Iterator[Column]:
    yield from chart.key
    yield from chart.note.columns
    if chart.place.column:
        yield chart.place.column
    for origin in (*chart.fields.values(), chart.occurred_at, chart.behalf):
        yield from _of(origin)


def _of(origin: Origin | None) -> Iterator[Column]:
    match origin:
        case FromColumn():
            yield origin.column
        case FromPerson():
            yield origin.name
            if origin.phone:
                yield origin.phone
        case Constant() | None:
            return


def identity(chart: ImportMap, columns: Columns, sheet: Sheet, row: SheetRow) -> list[str] | list[list[str]]:
    """What tells the row from the others: its key cells, or without a key every cell with its header. Raises CellFault
    where the key cells are all empty."""
    if not chart.key:
        return sorted([sheet.header.get(at, letters(at)), _content(cell)] for at, cell in row.cells.items())
    parts = [_content(row.cell(columns[column.name])) for column in chart.key]
    if not any(parts):
        raise CellFault("missing", column=columns[chart.key[0].name])
    return parts


def _content(cell: Cell) -> str:
    try:
        return as_text(cell).strip()
    except CellFault as fault:
        return f"{fault.code} {cell.value!r}"
