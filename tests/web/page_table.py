"""`page_table.txt` as cells, and the pages that the application has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

TABLE = Path(__file__).with_name("page_table.txt")
#: Column -> persona of the demo.
READERS: dict[str, str | None] = {
    "non": None,
    "lin": "linzhang",
    "hea": "council_head",
    "clk": "village_clerk",
    "sec": "village_secretary",
    "lea": "township_leader",
    "tse": "township_secretary",
    "auc": "auditor_county",
    "opr": "operator",
    "scy": "security_admin",
    "adt": "audit_admin",
    "oth": "village_clerk_other",
}


@dataclass(frozen=True)
class Line:
    """A page with an address in which names stand in braces; `cells` by column, `starred` the columns with a star."""

    address: str
    cells: Mapping[str, int]
    starred: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.address.split("?")[0]


def read_table(text: str) -> list[Line]:
    lines = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [_line(address, cells) for address, *cells in lines]


def _line(address: str, cells: list[str]) -> Line:
    assert len(cells) == len(READERS), f"{address}: {len(cells)} cells for {len(READERS)} columns"
    found = dict(zip(READERS, cells, strict=True))
    assert all(re.fullmatch(r"\d{3}\*?", cell) for cell in found.values()), address
    starred = tuple(column for column, cell in found.items() if cell.endswith("*"))
    return Line(address, {column: int(cell.rstrip("*")) for column, cell in found.items()}, starred)


LINES = read_table(TABLE.read_text(encoding="utf-8"))
#: (line, column) of every star.
STARRED = [(line, column) for line in LINES for column in line.starred]


def page_routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every page and of what its forms are sent to."""
    return {
        (method, route.path)
        for route in iter_route_contexts(app.routes)
        for method in getattr(route, "methods", None) or ()
        if getattr(getattr(route, "endpoint", None), "__module__", "").startswith("api.web.")
    }


def untold(lines: list[Line], routes: set[tuple[str, str]]) -> list[str]:
    """Pages without a line, and lines of no page. A line may stand for a page with a name in braces filled in."""
    paths = {path for method, path in routes if method == "GET"}
    served = {line.address: _route_of(line.path, paths) for line in lines}
    nowhere = [address for address, route in served.items() if route is None]
    without = paths - set(served.values())
    return sorted([f"no line: {path}" for path in without] + [f"no page: {address}" for address in nowhere])


def _route_of(path: str, paths: set[str]) -> str | None:
    """The route that a line's path asks for; the one without names in braces before others."""
    plain = re.sub(r"\{\w+\}", "x", path)
    fitting = [each for each in paths if compile_path(each)[0].match(plain)]
    return min(fitting, key=lambda each: each.count("{"), default=None)
