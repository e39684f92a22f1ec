"""What somebody hears who was refused, and whether it was the row's own field or condition that refused him."""

from __future__ import annotations

from dataclasses import dataclass

from api.problems import detail, field_text
from engine.definition.model import Row
from engine.rules.refusals import CarriedTooOften, ConditionRefused, FieldsRefused, KeptOut, NotNamed, Refusal


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A refused act: who tried what at which case, by which row, why not, and the history as it was before."""

    person: str
    trigger: str
    case: str | None
    row: Row | None
    refusal: Refusal
    before: str

    @property
    def sentences(self) -> list[str]:
        """What he is told in Chinese: one sentence, or one for each field that is wrong."""
        if isinstance(self.refusal, FieldsRefused):
            return [field_text(self.refusal.workflow, problem)[0] for problem in self.refusal.problems]
        return [detail(self.refusal)[0]]

    @property
    def code(self) -> str:
        """The refusal's code; of fields the first with its kind (`field:due missing`)."""
        if isinstance(self.refusal, FieldsRefused):
            problem = self.refusal.problems[0]
            return f"field:{problem.field} {problem.code}"
        return self.refusal.code

    @property
    def is_of_the_row(self) -> bool:
        """The line that refused is of this row, and of the kind that a row like this can be expected to refuse by."""
        line = self.refusal.refused_by
        if self.row is None or line is None or line.ref != self.row.ref:
            return False
        return isinstance(self.refusal, own_kinds(self.row)) and _names_its_fields(self.row, self.refusal)


def own_kinds(row: Row) -> tuple[type[Refusal], ...]:
    """By its fields and conditions where it has any; else by whom it keeps out, by how often it may be, by its role."""
    if row.needs or row.when:
        return FieldsRefused, ConditionRefused
    if row.never:
        return (KeptOut,)
    return (CarriedTooOften,) if row.via else (NotNamed,)


def _names_its_fields(row: Row, refusal: Refusal) -> bool:
    problems = refusal.problems if isinstance(refusal, FieldsRefused) else ()
    return all(problem.field in (*row.needs, *row.takes) for problem in problems)
