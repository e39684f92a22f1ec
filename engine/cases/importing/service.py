"""Bringing old cases in, row by row: what the rules refuse is listed, what they take stays, a second run adds nothing.

Each row goes through the door as any opening does, opened by the holder of the map's role at the row's unit (代报).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.cases.door import judge_all
from engine.cases.importing.drafting import Draft
from engine.cases.importing.outcome import CaseImport, FileRefused, OpenedRow, RowProblem
from engine.cases.importing.planning import Given, Plan, plan
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.opening import opening_act
from engine.cases.service import Caller, CaseHeld, CaseService
from engine.rules.refusals import FieldProblem, FieldsRefused, Refusal
from engine.store.clock import real_now
from engine.store.db import Tx, retried
from engine.store.importbook import Imported, find_imported, keep_imported

__all__ = ["CaseImportService", "Given"]

#: So many rows are judged in one transaction: others wait no longer than that takes.
_BATCH = 100


class _Undone(Exception):
    """Rolls back what a preview had to write to be judged."""


class _Already(Exception):
    """Somebody else imported this row meanwhile."""


class CaseImportService:
    """Both methods read an xlsx or CSV file and its map (docs/operator.md), and raise MapRefused where the map does not
    fit the rules, the organisation or the sheet. A file that cannot be read at all is a problem of row 0."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._cases = CaseService(office)

    def preview(self, given: Given) -> CaseImport:
        """What `apply` would do, by the judgement of the rules; nothing stays written."""
        try:
            planned = plan(self.office, given)
        except FileRefused as refused:
            return _unreadable(refused)
        opened: list[OpenedRow] = []
        problems = list(planned.problems)
        for start in range(0, len(planned.drafts), _BATCH):
            for draft, refusal in self._judged(planned.drafts[start : start + _BATCH]):
                if refusal:
                    problems += _refused(draft, refusal)
                else:
                    opened.append(OpenedRow(row=draft.row, unit=draft.wanted.unit, person=draft.person))
        return _outcome(planned, opened, planned.already, problems, written=False)

    def apply(self, given: Given) -> CaseImport:
        """Open a case for every row that is none yet, each in a transaction of its own. A refused row is recorded as
        any refused act is."""
        try:
            planned = plan(self.office, given)
        except FileRefused as refused:
            return _unreadable(refused)
        opened: list[OpenedRow] = []
        problems, already = list(planned.problems), planned.already
        for draft in planned.drafts:
            try:
                opened.append(_opened(draft, self._open(planned, draft)))
            except _Already:
                already += 1
            except Refusal as refusal:
                problems += _refused(draft, refusal)
        return _outcome(planned, opened, already, problems, written=True)

    def _open(self, planned: Plan, draft: Draft) -> CaseHeld:
        imported = Imported(source=planned.source, row_key=draft.key, file=planned.file, row=draft.row)

        def keep(tx: Tx, held: CaseHeld) -> None:
            if find_imported(tx, planned.homes, imported.source, [imported.row_key]):
                raise _Already
            keep_imported(tx, held.identity.home, held.identity.id, imported, real_now())

        return self._cases.open(Caller(person=draft.person), draft.wanted, beside=keep)

    @retried
    def _judged(self, drafts: Sequence[Draft]) -> list[tuple[Draft, Refusal | None]]:
        """Judged by the door in a transaction that is rolled back: to be judged, a case takes a number."""
        found: list[tuple[Draft, Refusal | None]] = []
        try:
            with self.office.store.begin() as tx:
                lookups = Lookups(tx, self.office)
                found = [(draft, self._judge(tx, lookups, draft)) for draft in drafts]
                raise _Undone
        except _Undone:
            return found

    def _judge(self, tx: Tx, lookups: Lookups, draft: Draft) -> Refusal | None:
        try:
            act = opening_act(tx, self.office, lookups, draft.person, draft.wanted)
        except FieldsRefused as refusal:
            return refusal
        return judge_all(tx, self.office, [act], lookups)[0].refusal


def _unreadable(refused: FileRefused) -> CaseImport:
    return CaseImport(problems=(RowProblem(row=0, cell="", code=refused.code, facts=refused.facts),))


def _refused(draft: Draft, refusal: Refusal) -> list[RowProblem]:
    """One problem a field, each at the cell it came from."""
    if not isinstance(refusal, FieldsRefused):
        return [RowProblem(row=draft.row, cell="", code=refusal.code, refusal=refusal)]
    return [
        RowProblem(row=draft.row, cell=_cell(draft, each), code=each.code, refusal=refusal, field_problem=each)
        for each in refusal.problems
    ]


def _cell(draft: Draft, problem: FieldProblem) -> str:
    phone = draft.cells.get(f"{problem.field}.phone") if problem.code == "bad_phone" else None
    return phone or draft.cells.get(problem.field, "")


def _opened(draft: Draft, held: CaseHeld) -> OpenedRow:
    identity = held.identity
    return OpenedRow(
        row=draft.row, unit=draft.wanted.unit, person=draft.person, case_id=identity.id, number=identity.number
    )


def _outcome(
    planned: Plan, opened: list[OpenedRow], already: int, problems: list[RowProblem], *, written: bool
) -> CaseImport:
    return CaseImport(
        rows=planned.rows,
        opened=tuple(opened),
        already=already,
        problems=tuple(sorted(problems, key=lambda problem: (problem.row, problem.cell, problem.code))),
        written=written,
    )
