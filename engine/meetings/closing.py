"""Closing a meeting: all decisions take effect together, what was not decided is carried over. Never blocked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.cases.door import Act, Outcome, fire_all, judge_all
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import SYSTEM, Meeting, Workflow
from engine.meetings.access import in_meeting, principal, rules_of, stands_in
from engine.meetings.agenda import numbered
from engine.rules.attempt import Command
from engine.rules.fold import local_day
from engine.rules.refusals import CarriedTooOften
from engine.store.agendabook import Item, read_agenda
from engine.store.casefile import Held
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow

EFFECTIVE, VOID, CARRIED, CONSEQUENCE, LEFT, WAITING = (
    "effective", "void", "carried", "consequence", "left", "waiting",
)  # fmt: skip
Fire = Callable[[Tx, Office, Sequence[Act], Lookups], list[Outcome]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """The meeting at its end: its rules, and the cases of its agenda, locked as they are before anything moves."""

    office: Office
    meeting: MeetingRow
    workflow: Workflow
    rules: Meeting
    lookups: Lookups
    held: dict[str, Held]


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """The agenda as it is kept, and what the rules would have done after too many carryings over and could not."""

    items: list[Item]
    stuck: list[Outcome]


def preview(tx: Tx, office: Office, meeting: MeetingRow) -> list[Item]:
    """What closing now would make of each item; nothing is written."""
    foretold = _settled(tx, office, meeting, judge_all).items
    return [item if item.outcome == EFFECTIVE else replace(item, seq=None) for item in foretold]


def close(tx: Tx, office: Office, meeting: MeetingRow) -> Closed:
    """Fire all decisions, then carry over what still waits; what was carried over too often meets the consequence that
    the rules name, fired as `system`.

    A decision whose case has left the gate, or no longer meets a condition, is void with its reason; if the case still
    waits, it is carried over too.
    """
    return _settled(tx, office, meeting, fire_all)


def _settled(tx: Tx, office: Office, meeting: MeetingRow, fire: Fire) -> Closed:
    items = read_agenda(tx, meeting)
    table = _set(tx, office, meeting, items)
    items = numbered(items, table.held, table.lookups, office.clock.now(tx))
    decided = _decided(items, fire(tx, office, _deciding(tx, table, items), table.lookups))
    waiting = [item for item in decided if item.outcome != EFFECTIVE and _waits(table, item)]
    carried = fire(tx, office, _carrying(table, waiting), table.lookups)
    after = fire(tx, office, _consequences(table, carried), table.lookups)
    by_case = {each.act.case_id: each for each in (*carried, *after)}
    kept = [_kept(table, item, item in waiting, by_case.get(item.case_id)) for item in decided]
    return Closed(items=kept, stuck=[each for each in after if each.refusal is not None])


def _kept(table: _Table, item: Item, waits: bool, outcome: Outcome | None) -> Item:
    """A void decision keeps its outcome and reason even where its case was carried over."""
    if item.outcome == EFFECTIVE:
        return item
    if outcome is None:
        return replace(item, outcome=item.outcome or (WAITING if waits else LEFT))
    if outcome.event is not None:
        done = CARRIED if outcome.event.meeting == table.meeting.id else CONSEQUENCE
        return replace(item, outcome=item.outcome or done, seq=outcome.event.seq)
    stuck = outcome.refusal.code if outcome.refusal and outcome.act.meeting is None else item.refusal
    return replace(item, outcome=item.outcome or WAITING, refusal=item.refusal or stuck)


def _consequences(table: _Table, carried: Sequence[Outcome]) -> list[Act]:
    """What the rules do with a case that may not be carried over once more."""
    carry = table.rules.carry_over
    if carry is None or carry.then is None or carry.then.fire is None:
        return []
    command = Command(trigger=carry.then.fire, data=carry.then.with_values)
    too_often = [each.act for each in carried if isinstance(each.refusal, CarriedTooOften)]
    return [Act(person=SYSTEM, command=command, case_id=act.case_id) for act in too_often]


def _set(tx: Tx, office: Office, meeting: MeetingRow, items: Sequence[Item]) -> _Table:
    workflow = rules_of(office, meeting)
    lookups = Lookups(tx, office)
    return _Table(
        office=office,
        meeting=meeting,
        workflow=workflow,
        rules=workflow.meetings[meeting.meeting],
        lookups=lookups,
        held=lookups.lock(item.case_id for item in items),
    )


def _deciding(tx: Tx, table: _Table, items: Sequence[Item]) -> list[Act]:
    return [_act(tx, table, item) for item in items if item.decided]


def _act(tx: Tx, table: _Table, item: Item) -> Act:
    """The decision as recorded: its decider's posts count as of then, and so does the quorum."""
    decided = item.decided
    assert decided is not None
    day = local_day(table.workflow, decided.decided_at)
    command = Command(trigger=decided.trigger, data=decided.data, note=decided.note, occurred_at=decided.decided_at)
    meeting = in_meeting(
        table.workflow,
        table.rules,
        table.meeting,
        decided.trigger,
        agenda_no=item.number,
        quorate=True,
        stands_in=stands_in(tx, table.rules, table.meeting, decided.actor, day),
        principal=principal(tx, table.meeting, decided.actor, day),
    )
    return Act(
        person=decided.actor, command=command, case_id=item.case_id, meeting=meeting, judged_at=decided.decided_at
    )


def _decided(items: Sequence[Item], outcomes: Sequence[Outcome]) -> list[Item]:
    by_case = {outcome.act.case_id: outcome for outcome in outcomes}
    return [_with(item, by_case[item.case_id]) if item.case_id in by_case else item for item in items]


def _with(item: Item, outcome: Outcome) -> Item:
    if outcome.refusal is not None:
        return replace(item, outcome=VOID, refusal=outcome.refusal.code)
    return replace(item, outcome=EFFECTIVE, seq=outcome.event.seq if outcome.event else None)


def _waits(table: _Table, item: Item) -> bool:
    """The case stood at this meeting's gate when it was locked; no decision has moved it since."""
    held = table.held.get(item.case_id)
    return held is not None and table.meeting.meeting in _gate(table.office, held)


def _gate(office: Office, held: Held) -> tuple[str, ...]:
    identity = held.identity
    compiled = office.rulebook.pinned(*identity.file)
    return compiled.workflow.states[held.state.state].gate


def _carrying(table: _Table, waiting: Sequence[Item]) -> list[Act]:
    carry = table.rules.carry_over
    return [_carry(table, item, carry.trigger) for item in waiting] if carry else []


def _carry(table: _Table, item: Item, trigger: str) -> Act:
    meeting = in_meeting(table.workflow, table.rules, table.meeting, trigger, agenda_no=item.number, quorate=True)
    return Act(person=SYSTEM, command=Command(trigger=trigger), case_id=item.case_id, meeting=meeting)
