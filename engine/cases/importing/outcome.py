"""What an import of cases found: which rows become cases, and every row that does not, with its cell and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.definition.findings import Finding
from engine.rules.refusals import FieldProblem, Refusal

#: Every code a `RowProblem` without a refusal may carry; the texts stand in `api/import_texts_cases.py`.
PROBLEM_CODES = frozenset(
    {
        # the file as a whole
        "too_large",
        "not_utf8",
        "bad_csv",
        "empty_file",
        "old_xls",
        "password_protected",
        "not_a_workbook",
        "damaged_file",
        "too_many_parts",
        "unpacks_too_large",
        "packed_too_tightly",
        "document_type",
        "too_many_rows",
        "no_such_sheet",
        "hidden_sheet",
        # one row or cell
        "missing",
        "merged_cell",
        "formula_without_value",
        "error_value",
        "number_too_long",
        "unknown_value",
        "not_a_flag",
        "not_an_integer",
        "not_money",
        "bad_moment",
        "unknown_place",
        "ambiguous_place",
        "no_place_below",
        "vacant",
        "same_row",
    }
)


class CellFault(Exception):
    """A cell that says nothing its field can hold. `code` is one of `PROBLEM_CODES`."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class FileRefused(CellFault):
    """The file as a whole cannot be read."""


class MapRefused(Exception):
    """The map cannot be used; `findings` say with file, line and column what is wrong."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.text("en") for finding in findings))
        self.findings = findings


@dataclass(frozen=True, kw_only=True, slots=True)
class RowProblem:
    """`row` counts as a spreadsheet does, 0 is the file as a whole; `cell` (`C17`) is empty where no single cell is
    meant. Where the rules refused, `refusal` says so, and `field` which of its problems this is."""

    row: int
    cell: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None
    field_problem: FieldProblem | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedRow:
    """One row that became a case: where, and opened by whom. In a preview it would: `case_id` and `number` are None."""

    row: int
    unit: str
    person: str
    case_id: str | None = None
    number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseImport:
    """`rows` hold anything; each is among `opened`, `already` (a case since an earlier run), or the failed ones, which
    have one or more problems."""

    rows: int = 0
    opened: tuple[OpenedRow, ...] = ()
    already: int = 0
    problems: tuple[RowProblem, ...] = ()
    written: bool = False

    @property
    def failed(self) -> int:
        return len({problem.row for problem in self.problems if problem.row})
