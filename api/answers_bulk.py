"""The shapes of answers about many acts at once."""

from __future__ import annotations

from api.answers import Answer, RuleLineOut
from api.shapes import CaseId, Code


class FieldProblemOut(Answer):
    field: str
    code: str
    message: str


class ProblemOut(Answer):
    """As the single act would have been refused."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldProblemOut] | None = None
    refused_by: RuleLineOut | None = None


class ResultOut(Answer):
    """What became of one of several acts: the version and state after it, or why not."""

    case: CaseId
    status: int
    version: int | None
    state: Code | None
    problem: ProblemOut | None


class BulkOut(Answer):
    """One result for each item, in their order."""

    items: list[ResultOut]
