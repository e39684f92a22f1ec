"""Why an act did not happen: types with a code and facts. Human words and HTTP statuses live in `api/problems.py`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from engine.definition.model import Condition, Mark, Row, Value, Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLine:
    """The line of the rules file that refused: `rule` is its place in the document (`transitions[6].when`)."""

    file: str
    line: int
    ref: str | None
    rule: str


def rule_line(workflow: Workflow, row: Row, key: str, mark: Mark | None = None) -> RuleLine:
    at = mark or row.mark
    return RuleLine(file=workflow.file, line=at.line, ref=row.ref, rule=f"transitions[{row.index}].{key}")


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """One thing wrong with one field. `code` names the kind (`missing`, `too_long` …), `facts` what the text needs."""

    field: str
    code: str
    facts: Mapping[str, Value] = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """An act that did not happen. `code` is stable and public; `kind` is the row of the table of statuses; `at` its
    place where it was one of several acts (`decisions[2]`)."""

    kind = "refused"

    def __init__(self, code: str, *, refused_by: RuleLine | None = None, workflow: Workflow | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.refused_by = refused_by
        self.workflow = workflow
        self.at: str | None = None


class NotFound(Refusal):
    """Absent, or out of reach: nothing tells the two apart."""

    kind = "not_found"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}_not_found")
        self.what = what


class Stale(Refusal):
    """The caller saw version `expected`; the case or meeting is at `current`."""

    kind = "stale"

    def __init__(self, expected: int, current: int) -> None:
        super().__init__("stale_version")
        self.expected, self.current = expected, current


class NotInState(Refusal):
    """The trigger has no row from the present state."""

    kind = "conflict"

    def __init__(self, workflow: Workflow, trigger: str, state: str) -> None:
        super().__init__("state", workflow=workflow)
        self.trigger, self.state = trigger, state


class OnlyInMeeting(Refusal):
    kind = "conflict"

    def __init__(self, workflow: Workflow, row: Row) -> None:
        super().__init__("only_in_meeting", refused_by=rule_line(workflow, row, "via"), workflow=workflow)
        self.row = row


class NotQuorate(Refusal):
    kind = "conflict"

    def __init__(self, workflow: Workflow, row: Row) -> None:
        super().__init__("quorum", refused_by=rule_line(workflow, row, "via"), workflow=workflow)
        self.row = row


class CarriedTooOften(Refusal):
    kind = "conflict"

    def __init__(self, workflow: Workflow, row: Row, times: int) -> None:
        super().__init__("carry_over", refused_by=rule_line(workflow, row, "via"), workflow=workflow)
        self.row, self.times = row, times


class KeptOut(Refusal):
    """`never`: the actor is `relation` (or holds that role), so may not, whatever else he is."""

    kind = "forbidden"

    def __init__(self, workflow: Workflow, row: Row, relation: str) -> None:
        super().__init__(f"never:{relation}", refused_by=rule_line(workflow, row, "never"), workflow=workflow)
        self.row, self.relation = row, relation


class Concerned(Refusal):
    """What concern keeps from somebody, whatever the row says: who acts does so in another's place (`behalf`,
    `delegate`), and that one may not; or he is concerned himself and would choose who goes on with it (`charge`), or
    pass it down (`down`)."""

    kind = "forbidden"

    def __init__(self, workflow: Workflow, row: Row, relation: str) -> None:
        super().__init__(f"concerned:{relation}", refused_by=rule_line(workflow, row, "by"), workflow=workflow)
        self.row, self.relation = row, relation


class Recused(Refusal):
    """Who is recused reads nothing written after that, so acts no more; no row needs to say so."""

    kind = "forbidden"
    relation = "recused"

    def __init__(self, workflow: Workflow) -> None:
        super().__init__("never:recused", workflow=workflow)


class NotNamed(Refusal):
    """In reach, but the row's `by` names neither a role nor a relation of the actor."""

    kind = "forbidden"

    def __init__(self, workflow: Workflow, row: Row) -> None:
        super().__init__("role", refused_by=rule_line(workflow, row, "by"), workflow=workflow)
        self.row = row


class FieldsRefused(Refusal):
    kind = "invalid"

    def __init__(self, problems: tuple[FieldProblem, ...], *, workflow: Workflow | None = None,
                 refused_by: RuleLine | None = None) -> None:  # fmt: skip
        super().__init__("fields", refused_by=refused_by, workflow=workflow)
        self.problems = problems


class ConditionRefused(Refusal):
    """A condition of the row does not hold; `condition` is the one, `facts` what it looked at."""

    kind = "conflict"

    def __init__(self, workflow: Workflow, row: Row, code: str, condition: Condition,
                 facts: Mapping[str, Value]) -> None:  # fmt: skip
        super().__init__(code, refused_by=rule_line(workflow, row, "when", condition.mark), workflow=workflow)
        self.row, self.condition, self.facts = row, condition, facts


class NoDestination(Refusal):
    """`back` from the state of the opening, or `closer` at a level without a handling state."""

    kind = "conflict"

    def __init__(self, workflow: Workflow, row: Row) -> None:
        super().__init__("destination", refused_by=rule_line(workflow, row, "to"), workflow=workflow)
        self.row = row


class Conflict(Refusal):
    """Not possible now, for a reason that no line of the rules gives (a meeting's state, a second open meeting …)."""

    kind = "conflict"

    def __init__(self, code: str, **facts: Value) -> None:
        super().__init__(code)
        self.facts = facts


class Forbidden(Refusal):
    """In reach, but not one's part (a meeting's chair, the operator's clock)."""

    kind = "forbidden"

    def __init__(self, code: str, **facts: Value) -> None:
        super().__init__(code)
        self.facts = facts


class TooLarge(Refusal):
    """An upload over the limit of its kind (bytes)."""

    kind = "too_large"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__("file_too_large")
        self.what, self.limit = what, limit


class KeyReused(Refusal):
    """The same Idempotency-Key came with another body."""

    kind = "invalid"

    def __init__(self) -> None:
        super().__init__("key_reused")
