"""The order of judgement for one row: via, never, by, fields, when (language.md section 5). The first that fails is
the answer. Reach, version and `from` come before, the destination after."""

from __future__ import annotations

from dataclasses import replace

from engine.definition.model import BACK, CLOSER, SAME, Row, Target
from engine.rules.attempt import Attempt
from engine.rules.concern import judge_behind
from engine.rules.conditions import first_failing, holds
from engine.rules.people import names_one, only_reads
from engine.rules.refusals import (
    CarriedTooOften,
    ConditionRefused,
    Conflict,
    FieldProblem,
    FieldsRefused,
    KeptOut,
    NotNamed,
    NotQuorate,
    OnlyInMeeting,
    Refusal,
    rule_line,
)
from engine.rules.saying import code_of, looked_at


def judge_via(attempt: Attempt) -> Refusal | None:
    """A row with `via` is a decision of such a meeting, at whose gate the case waits, open and quorate; or it is at
    once, where `at_once_if` allows. A row without `via` is no decision."""
    row, meeting = attempt.row, attempt.meeting
    if meeting is None:
        return None if not row.via or _at_once(attempt) else OnlyInMeeting(attempt.workflow, row)
    if not row.via:
        return Conflict("not_a_decision", trigger=row.trigger)
    if meeting.code not in row.via or meeting.code not in attempt.workflow.states[attempt.case.source].gate:
        return OnlyInMeeting(attempt.workflow, row)
    if not meeting.quorate and not meeting.carries:
        return NotQuorate(attempt.workflow, row)
    return _judge_carrying(attempt) if meeting.carries else None


def _at_once(attempt: Attempt) -> bool:
    conditions = attempt.row.at_once_if
    return bool(conditions) and all(holds(attempt, each) is not False for each in conditions)


def _judge_carrying(attempt: Attempt) -> Refusal | None:
    """After `at_most` times in one stay a further carrying over is refused."""
    assert attempt.meeting is not None
    limit = attempt.workflow.meetings[attempt.meeting.code].carry_over
    state = attempt.case.state
    if limit is None or limit.at_most is None or state is None:
        return None
    if state.stay.carried < limit.at_most:
        return None
    return CarriedTooOften(attempt.workflow, attempt.row, limit.at_most)


def judge_people(attempt: Attempt) -> Refusal | None:
    """`never` before `by`, so that a handler hears why he in particular may not."""
    kept_out = names_one(attempt.row.never, attempt)
    if kept_out is not None:
        return KeptOut(attempt.workflow, attempt.row, kept_out)
    if only_reads(attempt) or not (names_one(attempt.row.by, attempt) or _stands_in(attempt)):
        return NotNamed(attempt.workflow, attempt.row)
    return judge_behind(attempt)


def _stands_in(attempt: Attempt) -> bool:
    """He decides as the written delegate of somebody whom the row names."""
    return attempt.meeting is not None and bool(set(attempt.meeting.stands_in) & set(attempt.row.by))


def judge_fields(attempt: Attempt, problems: tuple[FieldProblem, ...]) -> Refusal | None:
    if not problems:
        return None
    line = rule_line(attempt.workflow, attempt.row, "needs")
    return FieldsRefused(problems, workflow=attempt.workflow, refused_by=line)


def judge_when(attempt: Attempt) -> Refusal | None:
    if attempt.world.followed and _comes_to_follow(attempt):
        return Conflict("is_followed")
    failing = first_failing(attempt, attempt.row.when)
    if failing is None:
        return None
    return ConditionRefused(attempt.workflow, attempt.row, code_of(failing), failing, looked_at(attempt, failing))


def _comes_to_follow(attempt: Attempt) -> bool:
    """A case follows one open primary: one that others follow cannot come to follow itself."""
    states = attempt.workflow.states
    return any(states[target.to].follows for target in attempt.row.targets if target.to in states)


def leads(attempt: Attempt, target: Target, state: str) -> bool:
    """This entry of `to` leads to `state` now: its conditions hold, and for `back` and `closer` it is the one."""
    if any(holds(attempt, each) is not True for each in target.when):
        return False
    return is_destination(attempt, target, state)


def is_destination(attempt: Attempt, target: Target, state: str) -> bool:
    case = attempt.case.state
    if target.to == BACK:
        return case is not None and case.came_from is not None and case.came_from.state == state
    if target.to == CLOSER:
        return case is not None and attempt.workflow.states[state].level == case.level
    return target.to == SAME or target.to == state


def asked_openly(attempt: Attempt, row: Row) -> Attempt:
    """The same attempt, asking what would be possible: no values given yet, all of the row's fields open."""
    return replace(attempt, row=row, given={}, open_fields=frozenset((*row.needs, *row.takes)))
