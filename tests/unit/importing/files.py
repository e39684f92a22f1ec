"""Files for the readers: honest workbooks by the library, and others part by part, as no spreadsheet writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def book(*rows: Iterable[Any], then: Callable[[openpyxl.Workbook], None] = lambda _: None) -> bytes:
    """A workbook with one sheet of these rows; `then` does more to it."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    then(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def packed(sheet: str, **more: bytes) -> bytes:
    """A workbook with exactly this sheet; `more` replaces or adds parts, `__` in a name stands for `/`, `_` for `.`"""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    everything = {name: text.encode() for name, text in parts.items()}
    everything |= {name.replace("__", "/").replace("_", "."): data for name, data in more.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in everything.items():
            container.writestr(name, data)
    return out.getvalue()


def sheet(rows: str, *, before: str = "", after: str = "", prolog: str = "") -> str:
    body = f"{before}<sheetData>{rows}</sheetData>{after}"
    return f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{MAIN}">{body}</worksheet>'


def row(number: int, *values: str) -> str:
    """A row of texts."""
    cells = (
        f'<c r="{chr(ord("A") + column)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for column, value in enumerate(values)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'
