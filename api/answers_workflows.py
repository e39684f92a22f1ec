"""The shapes of answers about the rules."""

from __future__ import annotations

from typing import Any

from api.answers import Answer
from api.shapes import WorkflowKey


class NotRunOut(Answer):
    """A key of the file that this release does not carry out yet; no case opens under such a file."""

    line: int
    key: str


class WorkflowSummary(Answer):
    """`opens_cases`: published, or drafts may open cases here, and this release runs all of it."""

    workflow: WorkflowKey
    version: int
    title: str
    draft: bool
    opens_cases: bool
    sha256: str
    not_run: list[NotRunOut]


class WorkflowOut(WorkflowSummary):
    """`definition` as the engine reads it: codes as keys, conditions with their `kind`, marks as lines."""

    definition: dict[str, Any]


class WorkflowsOut(Answer):
    items: list[WorkflowSummary]
    next: str | None


class StepOut(Answer):
    """One act of a way: fired in `source` it leads to `target` at `level`; both are null for an act that fails."""

    trigger: str
    source: str
    target: str | None
    level: str | None


class FindingOut(Answer):
    """`code` is explained in `workflows/README.md`; `path` is the place in the document. `hint` says what to do;
    `witness` is the shortest way of a case that shows the finding, empty where it is about no way."""

    code: str
    error: bool
    line: int
    column: int
    path: str
    message: str
    hint: str
    witness: list[StepOut]


class CheckOut(Answer):
    sound: bool
    findings: list[FindingOut]
