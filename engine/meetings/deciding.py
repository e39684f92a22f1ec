"""Judging decisions when they are recorded: fields, quorum, the decider's right, conditions (law 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.cases.door import Act, judge_all
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import Value
from engine.meetings.access import Seat, in_meeting, is_quorate, principal, stands_in
from engine.rules.attempt import Command
from engine.rules.reading import may_read
from engine.rules.refusals import Concerned, FieldProblem, FieldsRefused, KeptOut, Recused, Refusal
from engine.store.agendabook import Decided, Item, read_agenda
from engine.store.casefile import read_cases
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDecision:
    case_id: str
    trigger: str
    data: dict[str, Value] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The first decision of a list that may not be taken, and why; the refusal says its place in the list."""

    decision: NewDecision
    refusal: Refusal


def first_refused(tx: Tx, office: Office, meeting: MeetingRow, there: Seat,
                  wanted: Sequence[NewDecision]) -> Refused | None:  # fmt: skip
    """None where all may be taken; the uploads they name are then the cases'. Raises FieldsRefused for a case that is
    not on the agenda, or named twice."""
    lookups = Lookups(tx, office)
    items = agenda_of(tx, lookups, meeting, there)
    _refuse_misplaced(items, wanted)
    acts = [_act(tx, meeting, there, items[each.case_id], each) for each in wanted]
    for place, outcome in enumerate(judge_all(tx, office, acts, lookups)):
        if outcome.refusal is not None:
            outcome.refusal.at = f"decisions[{place}]"
            return Refused(decision=wanted[place], refusal=outcome.refusal)
    lookups.attach_claimed()
    return None


def kept_out(tx: Tx, office: Office, meeting: MeetingRow, there: Seat, item: Item) -> Refused | None:
    """Why who is in the chair must keep out of what was decided on the item; None where he need not. He may take back
    what could not be decided any more."""
    assert item.decided is not None
    decided = item.decided
    same = NewDecision(case_id=item.case_id, trigger=decided.trigger, data=decided.data, note=decided.note)
    (outcome,) = judge_all(tx, office, [_act(tx, meeting, there, item, same)])
    if isinstance(outcome.refusal, KeptOut | Concerned | Recused):
        return Refused(decision=same, refusal=outcome.refusal)
    return None


def agenda_of(tx: Tx, lookups: Lookups, meeting: MeetingRow, there: Seat) -> dict[str, Item]:
    """The fixed agenda by case, as who decides knows it: a case that is hidden from him does not stand on it."""
    items = {item.case_id: item for item in read_agenda(tx, meeting)}
    held = read_cases(tx, items)
    seen = {case for case, each in held.items() if may_read(lookups.reading(each, there.actor.person, there.now))}
    return {case: item for case, item in items.items() if case in seen}


def _refuse_misplaced(items: dict[str, Item], wanted: Sequence[NewDecision]) -> None:
    problems, seen = [], set()
    if not wanted:
        problems.append(FieldProblem(field="decisions", code="missing"))
    for place, each in enumerate(wanted):
        if each.case_id not in items:
            problems.append(FieldProblem(field=f"decisions[{place}].case", code="not_on_agenda"))
        elif each.case_id in seen:
            problems.append(FieldProblem(field=f"decisions[{place}].case", code="decided_twice"))
        seen.add(each.case_id)
    if problems:
        raise FieldsRefused(tuple(problems))


def _act(tx: Tx, meeting: MeetingRow, there: Seat, item: Item, wanted: NewDecision) -> Act:
    quorate = is_quorate(there.rules, meeting)
    roles = stands_in(tx, there.rules, meeting, there.actor.person, there.day)
    context = in_meeting(
        there.workflow, there.rules, meeting, wanted.trigger, agenda_no=item.position, quorate=quorate, stands_in=roles,
        principal=principal(tx, meeting, there.actor.person, there.day),
    )  # fmt: skip
    command = Command(trigger=wanted.trigger, data=wanted.data, note=wanted.note)
    return Act(person=there.actor.person, command=command, case_id=wanted.case_id, meeting=context)


def recorded(wanted: NewDecision, person: str, now: datetime) -> Decided:
    return Decided(
        case_id=wanted.case_id,
        trigger=wanted.trigger,
        data=wanted.data,
        note=wanted.note,
        actor=person,
        decided_at=now,
    )
