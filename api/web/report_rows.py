"""The rows by which the rules open a case, told apart by what they do: the report, the alarm, the sealed report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.web.reader import Reader
from engine.definition.model import START, Row, Workflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Openings:
    """`report` is the first row from `start`; `alarm` calls people at once; `sealed` leads straight to an end, where
    nobody but its readers sees it. Rules may lack the last two."""

    report: Row
    alarm: Row | None
    sealed: Row | None

    @property
    def rows(self) -> Sequence[Row]:
        return [row for row in (self.report, self.alarm, self.sealed) if row is not None]


def openings_of(workflow: Workflow) -> Openings:
    rows = workflow.rows_from(START)
    return Openings(
        report=rows[0],
        alarm=next((row for row in rows if row.pages), None),
        sealed=next((row for row in rows if _ends(workflow, row)), None),
    )


def _ends(workflow: Workflow, row: Row) -> bool:
    return all(target.to in workflow.states and workflow.states[target.to].final for target in row.targets)


def may_report(who: Reader) -> bool:
    """Whether a post of the reader is one that reports; whether he may here, the rules say when he does."""
    return any(post.role in openings_of(who.workflow).report.by for post in who.me.posts)


def reads_alone(workflow: Workflow, row: Row) -> Sequence[str]:
    """The roles that alone read what the row opens."""
    targets = {target.to for target in row.targets}
    for rule in workflow.visibility:
        states = {state for condition in rule.when for state in getattr(condition, "states", ())}
        if rule.only_to and states & targets:
            return rule.only_to
    return ()
