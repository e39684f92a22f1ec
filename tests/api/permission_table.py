"""`permission_table.txt` as cells, and how it is held against what the application answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TABLE = Path(__file__).with_name("permission_table.txt")
#: Column -> role, in the order of the rules file.
ROLES = {
    "lin": "linzhang",
    "zu": "zuzhang",
    "pia": "pianzhang",
    "pgl": "party_group_leader",
    "cou": "council_member",
    "clk": "village_clerk",
    "cad": "village_cadre",
    "sec": "village_secretary",
    "off": "township_party_office",
    "sta": "township_station",
    "lea": "township_leader",
    "tse": "township_secretary",
    "aut": "auditor_township",
    "auc": "auditor_county",
}
COLUMNS = (*ROLES, "opr", "scy", "adt", "npo", "non")
PLACES = ("own", "sibling", "other")
DONE = frozenset({"200", "201", "200+", "200-"})
CELLS = DONE | {"401", "404", "422", "422u", "403r", "403h", "403k", "403o", "403a", "403d", "403n", "403m", "403c"}
CELLS |= {"403i", "403p", "403b", "403l", "403s", "403w", "409v"}

#: (line, place, column) -> cell.
Cells = Mapping[tuple[str, str, str], str]


def read_table(text: str) -> dict[tuple[str, str, str], str]:
    """Every cell of the table; ValueError where one is missing, written twice, or means nothing."""
    cells: dict[tuple[str, str, str], str] = {}
    line = ""
    for number, written in enumerate(text.splitlines(), start=1):
        if not written.strip() or written.startswith("#"):
            continue
        if not written.startswith(" "):
            line = written.strip()
            continue
        place, *row = written.replace("|", " ").split()
        if len(row) != len(COLUMNS):
            raise ValueError(f"line {number}: {len(row)} cells, not {len(COLUMNS)}")
        for column, cell in zip(COLUMNS, row, strict=True):
            _put(cells, (line, place, column), cell, number)
    _whole(cells)
    return cells


def _put(cells: dict[tuple[str, str, str], str], key: tuple[str, str, str], cell: str, number: int) -> None:
    if key in cells:
        raise ValueError(f"line {number}: {key[0]} has {key[1]} twice")
    if cell not in CELLS:
        raise ValueError(f"line {number}: {cell} means nothing")
    cells[key] = cell


def _whole(cells: Cells) -> None:
    for line in lines_of(cells):
        found = {place for each, place, _ in cells if each == line}
        if found != set(PLACES):
            raise ValueError(f"{line}: {sorted(found)}, not {PLACES}")


def lines_of(cells: Cells) -> list[str]:
    return list(dict.fromkeys(line for line, _, _ in cells))


def routes_of(cells: Cells) -> set[tuple[str, str]]:
    """(method, path) of every line; what stands in brackets is one of several acts of a route."""
    return {tuple(line.split(" [")[0].split(" ", 1)) for line in lines_of(cells)}  # type: ignore[misc]


def differences(expected: Cells, answered: Cells) -> list[str]:
    """One sentence for every cell that is not answered as expected; also for cells that only one side has."""
    keys = list(dict.fromkeys([*expected, *answered]))
    return [
        f"{' / '.join(key)}: {expected.get(key, 'nothing')} expected, {answered.get(key, 'nothing')} answered"
        for key in keys
        if expected.get(key) != answered.get(key)
    ]


def missing_routes(cells: Cells, served: set[tuple[str, str]]) -> list[str]:
    """Routes that only the table or only the application has."""
    return sorted(" ".join(route) for route in routes_of(cells) ^ served)


def missing_roles(roles: Mapping[str, object]) -> list[str]:
    """Roles that only the table or only the rules have."""
    return sorted(set(ROLES.values()) ^ set(roles))
