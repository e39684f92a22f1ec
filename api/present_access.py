"""An entry of the log of access as JSON, as a line of CSV, and what makes both safe to open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.audit.accesses import Access

COLUMNS = (
    "id", "at", "login", "person", "post", "office", "way", "method", "what", "object", "home", "asked", "status",
    "code", "source",
)  # fmt: skip
#: What a spreadsheet takes for a formula when a cell begins with it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def access(entry: Access, names: Mapping[str, str]) -> dict[str, Any]:
    """Times in UTC: the log goes by real time."""
    person = {"id": entry.person, "name": names.get(entry.person)} if entry.person else None
    return {**_plain(entry), "person": person}


def _plain(entry: Access) -> dict[str, Any]:
    found = {name: getattr(entry, name) for name in COLUMNS}
    return {**found, "at": entry.at.isoformat(), "home": entry.home or None, "asked": list(entry.asked)}


def csv_lines(parts: Iterable[Iterable[Access]]) -> Iterator[str]:
    """The names of the columns, then part after part."""
    yield _csv([COLUMNS])
    for part in parts:
        yield _csv([_cell(value) for value in _plain(entry).values()] for entry in part)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Never a formula: a spreadsheet would carry it out."""
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def json_lines(parts: Iterable[Iterable[Access]]) -> Iterator[str]:
    for part in parts:
        yield "".join(json.dumps(_plain(entry)) + "\n" for entry in part)
