"""The agenda of a meeting while it is live: what waits at its gate by the cut-off, and what the chair put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.cases.queries import CaseQueries
from engine.definition.model import SYSTEM
from engine.meetings.access import rules_of, worktime_of
from engine.rules.reading import how_kept
from engine.rules.refusals import FieldProblem, FieldsRefused
from engine.rules.rhythm import cutoff_of
from engine.store.agendabook import Item, read_agenda, waiting_at
from engine.store.casefile import Held, read_cases
from engine.store.db import Tx
from engine.store.meetingbook import CLOSED, PLANNED, MeetingRow


def cutoff(office: Office, meeting: MeetingRow) -> datetime | None:
    """What reaches the gate later waits for the next meeting. None for a meeting without a cut-off, and for one that
    was called: it may be called at an hour's notice, just because of what came late, and decides what waits when it
    opens."""
    rules = rules_of(office, meeting).meetings[meeting.meeting]
    return cutoff_of(rules, worktime_of(office, meeting), meeting.at) if rules.cutoff and meeting.turn else None


def agenda_now(tx: Tx, office: Office, meeting: MeetingRow) -> list[Item]:
    """The agenda as it stands, in the order of its numbers: live before the opening, then as it was fixed, numbered
    anew until the closing keeps the numbers."""
    items = live_agenda(tx, office, meeting) if meeting.status == PLANNED else read_agenda(tx, meeting)
    if meeting.status == CLOSED:
        return sorted(items, key=lambda item: (item.number or 0, item.position))
    held = read_cases(tx, [item.case_id for item in items])
    return numbered(items, held, Lookups(tx, office), office.clock.now(tx))


def numbered(items: Sequence[Item], held: Mapping[str, Held], lookups: Lookups, now: datetime) -> list[Item]:
    """The items with their numbers, from 1. What is kept from somebody comes last, what was sealed meanwhile after all
    else: who does not see it finds no gap among the others."""

    def kept(item: Item) -> int:
        return how_kept(lookups.reading(held[item.case_id], SYSTEM, now))

    return [replace(item, number=number) for number, item in enumerate(sorted(items, key=kept), start=1)]


def live_agenda(tx: Tx, office: Office, meeting: MeetingRow) -> list[Item]:
    """What came by itself, the longest waiting first; then what the chair put there, as long as it still waits."""
    waiting = waiting_at(tx, meeting, office.rulebook, office.home_level, cutoff(office, meeting))
    came = [_came(held, position) for position, held in enumerate(waiting, start=1)]
    return came + _added(tx, office, meeting, {item.case_id for item in came})


def _came(held: Held, position: int) -> Item:
    return Item(case_id=held.identity.id, position=position, arrived_at=held.state.stay.at)


def _added(tx: Tx, office: Office, meeting: MeetingRow, came: set[str]) -> list[Item]:
    items = [item for item in read_agenda(tx, meeting) if item.case_id not in came]
    held = read_cases(tx, [item.case_id for item in items])
    return [item for item in items if waits_at(office, meeting, held[item.case_id])]


def waits_at(office: Office, meeting: MeetingRow, held: Held) -> bool:
    """The case waits at a gate that names the meeting, and lies where the meeting sits."""
    identity = held.identity
    compiled = office.rulebook.pinned(*identity.file)
    here = identity.workflow == meeting.workflow and held.unit.lies_in(meeting.unit.code)
    return here and meeting.meeting in compiled.workflow.states[held.state.state].gate


def one_more(tx: Tx, office: Office, meeting: MeetingRow, person: str, case_id: str) -> Item:
    """The case as an item to be put on the agenda by the person. Raises FieldsRefused."""
    held = read_cases(tx, [case_id]).get(case_id)
    if held is None or not CaseQueries(office).open_to(tx, [held], person):
        raise FieldsRefused((FieldProblem(field="case", code="unknown_case"),))
    items = agenda_now(tx, office, meeting)
    if any(item.case_id == case_id for item in items):
        raise FieldsRefused((FieldProblem(field="case", code="on_agenda"),))
    if not waits_at(office, meeting, held):
        raise FieldsRefused((FieldProblem(field="case", code="not_at_gate"),))
    last = max((item.position for item in items), default=0)
    return Item(case_id=case_id, position=last + 1, arrived_at=held.state.stay.at)
