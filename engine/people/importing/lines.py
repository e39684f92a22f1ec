"""The tree of units: the line of each from the root down, and what would break it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.people.importing.outcome import Problems
from engine.people.kinds import UNIT_KINDS

LINE_LENGTH = 600
_LADDER = ("county", "township", "village", "wuchang", "group", "neighbourhood")
_BESIDE = tuple(kind for kind in UNIT_KINDS if kind not in _LADDER)


@dataclass(frozen=True, slots=True)
class Node:
    """A unit in the tree as it would be; `row` is its row in the file, None for one that only the register has."""

    kind: str
    parent: str | None
    row: int | None


Tree = Mapping[str, Node]


def lines_of(tree: Tree, problems: Problems) -> dict[str, str | None]:
    """Code -> line (`/county:430482/township:430482109/`); None below a unit without a place in the tree."""
    lines: dict[str, str | None] = {}
    for code in tree:
        path, above = _climb(code, tree, lines, problems)
        for step in reversed(path):
            above = f"{above}{tree[step].kind}:{step}/" if above is not None else None
            lines[step] = above
    return lines


def _climb(code: str, tree: Tree, lines: Mapping[str, str | None], problems: Problems) -> tuple[list[str], str | None]:
    """The units from `code` up whose lines are not known yet, and the line they hang on."""
    path: dict[str, None] = {}
    at: str | None = code
    while at is not None and at in tree and at not in lines and at not in path:
        path[at] = None
        at = tree[at].parent
    if at is None:
        return list(path), "/"
    if at in lines:
        return list(path), lines[at]
    if at in path:
        _tell_cycle(list(path), at, tree, problems)
    return list(path), None


def _tell_cycle(path: list[str], at: str, tree: Tree, problems: Problems) -> None:
    for code in path[path.index(at) :]:
        row = tree[code].row
        if row is not None:
            problems.add(row, "parent", "cycle", value=code)


def check_kinds(tree: Tree, problems: Problems) -> None:
    """Each unit of the file, and each below one of the file, lies under a unit of a higher kind."""
    for code, node in tree.items():
        above = tree.get(node.parent) if node.parent else None
        row = node.row if node.row is not None else above.row if above else None
        if above is not None and row is not None and not _may_lie_under(node.kind, above.kind):
            problems.add(row, "parent", "wrong_parent", value=code, kind=node.kind, parent_kind=above.kind)


def _may_lie_under(kind: str, above: str) -> bool:
    if "" in (kind, above):
        return True  # reported as unknown
    if kind in _BESIDE:
        return above in (*_LADDER[:3], "department")
    return above in _LADDER and _LADDER.index(above) < _LADDER.index(kind)


def check_lengths(lines: Mapping[str, str | None], tree: Tree, problems: Problems) -> None:
    for code, line in lines.items():
        row = tree[code].row
        if line is not None and row is not None and len(line) > LINE_LENGTH:
            problems.add(row, "parent", "line_too_long", value=code, limit=LINE_LENGTH)


def moved(old: Mapping[str, str], new: Mapping[str, str | None]) -> Iterable[str]:
    """Units of the register whose line would change."""
    return (code for code, line in old.items() if new[code] not in (None, line))
