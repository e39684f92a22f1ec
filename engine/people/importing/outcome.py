"""What an import found: what would be added and changed, and every problem with its row and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Every code a `RowProblem` may carry; the texts stand in `api/import_texts.py`.
PROBLEM_CODES = frozenset(
    {
        "too_large",
        "not_utf8",
        "bad_csv",
        "empty_file",
        "missing_column",
        "unknown_column",
        "duplicate_column",
        "wrong_cell_count",
        "missing",
        "bad_code",
        "too_long",
        "control_character",
        "unknown_kind",
        "bad_word",
        "bad_phone",
        "bad_date",
        "ends_before_start",
        "duplicate",
        "unknown_unit",
        "unknown_body",
        "unknown_person",
        "unknown_parent",
        "cycle",
        "wrong_parent",
        "line_too_long",
        "home_changes",
        "unit_or_body",
        "own_relative",
        "bad_moment",
        "unknown_role",
        "turn_too_long",
        "turn_over",
        "no_such_post",
        "overlaps",
        "reserved_id",
        "id_taken",
        "in_the_past",
        "ended_before",
        "erased",
        "id_number",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowProblem:
    """`row` counts as a spreadsheet does: the header is row 1; 0 is the file as a whole. `column` may be empty."""

    row: int
    column: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One row that is not in the register yet (`fields` empty) or is there with other values: column -> (old, new)."""

    row: int
    key: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return not self.fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Of a preview: what would happen. Of an apply: what happened, which is nothing where there are problems."""

    kind: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    problems: tuple[RowProblem, ...] = ()
    written: bool = False

    @property
    def added(self) -> int:
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.added


class Problems:
    """Collects the problems of one file."""

    def __init__(self) -> None:
        self._found: list[RowProblem] = []

    def add(self, row: int, column: str, code: str, **facts: Any) -> None:
        self._found.append(RowProblem(row=row, column=column, code=code, facts=facts))

    def copy(self) -> Problems:
        """Another list that starts with these."""
        other = Problems()
        other._found = list(self._found)
        return other

    def __bool__(self) -> bool:
        return bool(self._found)

    def in_order(self) -> tuple[RowProblem, ...]:
        return tuple(sorted(self._found, key=lambda problem: (problem.row, problem.column, problem.code)))
