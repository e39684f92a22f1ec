"""Closing a meeting: all decisions take effect together, what was not decided is carried over. Never blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.cases.door import Act, Outcome, fire_all, judge_all
from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import SYSTEM, Meeting, Workflow
from engine.meetings.access import in_meeting, rules_of
from engine.rules.attempt import Command
from engine.store.casefile import Held
from engine.store.db import Tx
from engine.store.meetingbook import Item, MeetingRow, read_agenda

EFFECTIVE, VOID, CARRIED, LEFT, WAITING = "effective", "void", "carried", "left", "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """The meeting at its end: its rules, and the cases of its agenda, locked as they are before anything moves."""

    office: Office
    meeting: MeetingRow
    workflow: Workflow
    rules: Meeting
    lookups: Lookups
    held: dict[str, Held]


def preview(tx: Tx, office: Office, meeting: MeetingRow) -> list[Item]:
    """What closing now would make of each item; nothing is written."""
    items = _numbered(read_agenda(tx, meeting))
    table = _set(tx, office, meeting, items)
    settled = _decided(items, judge_all(tx, office, _deciding(table, items), table.lookups))
    waiting = [item for item in settled if item.outcome != EFFECTIVE and _waits(table, item)]
    judged = judge_all(tx, office, _carrying(table, waiting), table.lookups)
    carried = {each.act.case_id for each in judged if not each.refusal}
    return [_foretold(item, item in waiting, item.case_id in carried) for item in settled]


def _foretold(item: Item, waits: bool, carried: bool) -> Item:
    if item.outcome in (EFFECTIVE, VOID):
        return item
    return replace(item, outcome=CARRIED if carried else WAITING if waits else LEFT)


def close(tx: Tx, office: Office, meeting: MeetingRow) -> list[Item]:
    """Fire all decisions, then carry over what still waits; returns the agenda as it is kept.

    A decision whose case has left the gate, or no longer meets a condition, is void with its reason; if the case still
    waits, it is carried over too.
    """
    items = _numbered(read_agenda(tx, meeting))
    table = _set(tx, office, meeting, items)
    settled = _decided(items, fire_all(tx, office, _deciding(table, items), table.lookups))
    waiting = [item for item in settled if item.outcome != EFFECTIVE and _waits(table, item)]
    carried = {each.act.case_id: each for each in fire_all(tx, office, _carrying(table, waiting), table.lookups)}
    return [_kept(item, item in waiting, carried.get(item.case_id)) for item in settled]


def _kept(item: Item, waits: bool, carrying: Outcome | None) -> Item:
    """A void decision keeps its outcome and reason even where its case was carried over."""
    if item.outcome == EFFECTIVE:
        return item
    if carrying is not None and carrying.event is not None:
        return replace(item, outcome=item.outcome or CARRIED, seq=carrying.event.seq)
    return replace(item, outcome=item.outcome or (WAITING if waits else LEFT))


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


def _numbered(items: Sequence[Item]) -> list[Item]:
    return [replace(item, number=number) for number, item in enumerate(items, start=1)]


def _deciding(table: _Table, items: Sequence[Item]) -> list[Act]:
    return [_act(table, item) for item in items if item.decided]


def _act(table: _Table, item: Item) -> Act:
    """The decision as recorded: its decider's posts count as of then, and so does the quorum."""
    decided = item.decided
    assert decided is not None
    command = Command(trigger=decided.trigger, data=decided.data, note=decided.note, occurred_at=decided.decided_at)
    meeting = in_meeting(
        table.workflow, table.rules, table.meeting, decided.trigger, agenda_no=item.number, quorate=True
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
    compiled = office.rulebook.pinned(identity.workflow, identity.workflow_version, identity.file_hash)
    return compiled.workflow.states[held.state.state].gate


def _carrying(table: _Table, waiting: Sequence[Item]) -> list[Act]:
    carry = table.rules.carry_over
    return [_carry(table, item, carry.trigger) for item in waiting] if carry else []


def _carry(table: _Table, item: Item, trigger: str) -> Act:
    meeting = in_meeting(table.workflow, table.rules, table.meeting, trigger, agenda_no=item.number, quorate=True)
    return Act(person=SYSTEM, command=Command(trigger=trigger), case_id=item.case_id, meeting=meeting)
