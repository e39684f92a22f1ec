"""Who may see a meeting, who is expected, and who may do what in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.cases.lookups import Lookups
from engine.cases.office import Office
from engine.definition.model import Meeting, Workflow
from engine.rules.attempt import Actor, InMeeting, Post, Unit
from engine.rules.fold import local_day
from engine.rules.machine import Compiled
from engine.rules.refusals import Forbidden, NotFound
from engine.rules.worktime import Worktime
from engine.store import register
from engine.store.db import Tx
from engine.store.meetingbook import MeetingRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One person before one meeting: its rules, who he is today, and what time it is."""

    workflow: Workflow
    rules: Meeting
    actor: Actor
    now: datetime
    day: date

    def holds(self, roles: tuple[str, ...], unit: Unit) -> bool:
        """One of his posts is of such a role at this very unit."""
        return any(post.role in roles and post.sits_at((unit.code,)) for post in self.actor.posts)


def rules_of(office: Office, meeting: MeetingRow) -> Workflow:
    """The version that the meeting was set under. Raises RulesMissing."""
    return office.rulebook.version(meeting.workflow, meeting.workflow_version).workflow


def worktime_of(office: Office, meeting: MeetingRow) -> Worktime:
    """The working time where the meeting sits. Raises RulesMissing, ValueError where the calendar is not there."""
    return work_at(office.rulebook.version(meeting.workflow, meeting.workflow_version), meeting.unit)


def work_at(compiled: Compiled, unit: Unit) -> Worktime:
    found = compiled.work(unit)
    if found is None:
        raise ValueError(f"{compiled.workflow.name} needs its calendar '{compiled.workflow.calendar}'")
    return found


def seat(tx: Tx, office: Office, workflow: Workflow, code: str, person: str) -> Seat:
    now = office.clock.now(tx)
    day = local_day(workflow, now)
    actor = Lookups(tx, office).actor(person, day)
    return Seat(workflow=workflow, rules=workflow.meetings[code], actor=actor, now=now, day=day)


def must_see(seat: Seat, unit: Unit) -> None:
    """Posts at the meeting's unit or above it, of roles that the file names and that do not sit beside the line; others
    learn nothing of it. Raises NotFound."""
    if not any(_sees(seat, post, unit) for post in seat.actor.posts):
        raise NotFound("meeting")


def _sees(seat: Seat, post: Post, unit: Unit) -> bool:
    role = seat.workflow.roles.get(post.role)
    return role is not None and not role.by_unit and any(unit.lies_in(own.code) for own in post.units)


def must_be_member(seat: Seat, unit: Unit) -> None:
    """Members set a meeting and keep its attendance. Raises Forbidden."""
    if not seat.holds(seat.rules.members, unit):
        raise Forbidden("not_a_member", meeting=seat.rules.code)


def must_be_able_to_chair(tx: Tx, seat: Seat, meeting: MeetingRow) -> None:
    """He holds a post of the chair at the unit, or was named in writing for this meeting. Raises Forbidden."""
    if not may_chair(tx, seat, meeting, seat.actor.person):
        raise Forbidden("not_chair", meeting=seat.rules.code)


def must_be_in_chair(tx: Tx, seat: Seat, meeting: MeetingRow) -> None:
    """Decisions are taken by who chairs this meeting, so that minutes and decisions never disagree on it."""
    must_be_able_to_chair(tx, seat, meeting)
    if meeting.chair != seat.actor.person:
        raise Forbidden("not_in_chair", meeting=seat.rules.code)


def delegable(seat: Seat, meeting: MeetingRow) -> None:
    """Who chairs by his own post may name another; a delegate names nobody. Raises Forbidden."""
    if not seat.holds(seat.rules.chair, meeting.unit):
        raise Forbidden("not_chair", meeting=seat.rules.code)


def may_chair(tx: Tx, seat: Seat, meeting: MeetingRow, person: str | None) -> bool:
    """By a post of the chair at the unit, or as the delegate of one who holds it today; a delegate is a member."""
    held = register.holders_at(tx, meeting.unit.code, seat.rules.chair, seat.day)
    if any(person in people for people in held.values()):
        return True
    if person is None or person != meeting.delegate:
        return False
    return bool(stands_in(tx, seat.rules, meeting, person, seat.day)) and person in expected_members(
        tx, seat.rules, meeting.unit, seat.day
    )


def stands_in(tx: Tx, rules: Meeting, meeting: MeetingRow, person: str, day: date) -> tuple[str, ...]:
    """The chair's roles that a delegate stands in for: those that who named him holds at the unit on the day."""
    if person != meeting.delegate:
        return ()
    held = register.holders_at(tx, meeting.unit.code, rules.chair, day)
    return tuple(role for role, people in held.items() if meeting.delegated_by in people)


def principal(tx: Tx, meeting: MeetingRow, person: str, day: date) -> Actor | None:
    """Who named this person in writing, with the posts of the day; None where nobody did."""
    if person != meeting.delegate or meeting.delegated_by is None:
        return None
    return register.actor(tx, meeting.delegated_by, day)


def expected_members(tx: Tx, rules: Meeting, unit: Unit, day: date) -> tuple[str, ...]:
    """Everyone who holds a member's post at the unit on the day, each once."""
    held = register.holders_at(tx, unit.code, rules.members, day)
    return tuple(dict.fromkeys(person for role in rules.members for person in held.get(role, ())))


def is_quorate(rules: Meeting, meeting: MeetingRow) -> bool:
    """Members present are at least `quorum` percent of those expected."""
    return bool(meeting.expected) and meeting.attending * 100 >= rules.quorum * len(meeting.expected)


def in_meeting(workflow: Workflow, rules: Meeting, meeting: MeetingRow, trigger: str, *, agenda_no: int | None,
               quorate: bool, stands_in: tuple[str, ...] = (),
               principal: Actor | None = None) -> InMeeting:  # fmt: skip
    """The meeting as a row's judgement sees it; its dates count from the day it was opened. `stands_in`: the roles that
    the decider stands in for, `principal` who named him."""
    assert meeting.opened_at is not None
    return InMeeting(
        id=meeting.id,
        code=meeting.meeting,
        day=local_day(workflow, meeting.opened_at),
        quorate=quorate,
        carries=rules.carry_over is not None and rules.carry_over.trigger == trigger,
        agenda_no=agenda_no,
        stands_in=stands_in,
        principal=principal,
    )
