"""What may be wrong with a turn of duty: who is on duty must hold the post, from the first hour to the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.cases.office import Office
from engine.rules.refusals import FieldProblem
from engine.store import register
from engine.store.db import Tx
from engine.store.dutybook import DutyTurn, days_held, turns_between
from engine.store.names import people_names

#: No turn is longer [A]: who is meant to be called always holds the post and needs no roster.
LONGEST = timedelta(days=31)
_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTurn:
    """On duty from `starts_at` until the hand-over at `ends_at`, both aware."""

    role: str
    unit: str
    person: str
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: NewTurn | DutyTurn) -> bool:
        """The same person is on the same duty at some moment of both."""
        mine, theirs = (self.role, self.unit, self.person), (other.role, other.unit, other.person)
        ends_at = other.until if isinstance(other, DutyTurn) else other.ends_at
        return mine == theirs and self.starts_at < ends_at and other.starts_at < self.ends_at

    def is_same(self, other: DutyTurn) -> bool:
        return self.overlaps(other) and (self.starts_at, self.ends_at) == (other.starts_at, other.ends_at)


def zone_of(office: Office) -> ZoneInfo:
    """The time zone of the rules: that of the first of them."""
    workflows = office.rulebook.all()
    return ZoneInfo(workflows[0].workflow.timezone if workflows else "UTC")


def problems_of(tx: Tx, office: Office, turn: NewTurn, now: datetime,
                others: Iterable[NewTurn] = ()) -> list[FieldProblem]:  # fmt: skip
    """Everything wrong with it; `others` are those entered together with it."""
    found = [*_of_times(turn, now), *_of_names(tx, office, turn)]
    if found:
        return found
    if not _is_held(tx, turn, zone_of(office)):
        return [FieldProblem(field="person", code="no_such_post")]
    known = turns_between(tx, turn.starts_at, turn.ends_at, role=turn.role, units=[turn.unit])
    twice = any(turn.overlaps(each) for each in known) or any(turn.overlaps(each) for each in others)
    return [FieldProblem(field="from", code="overlaps")] if twice else []


def _of_times(turn: NewTurn, now: datetime) -> Iterator[FieldProblem]:
    if turn.ends_at <= turn.starts_at:
        yield FieldProblem(field="until", code="ends_before_start")
    elif turn.ends_at - turn.starts_at > LONGEST:
        yield FieldProblem(field="until", code="turn_too_long", facts={"at_most": LONGEST.days})
    elif turn.ends_at <= now:
        yield FieldProblem(field="until", code="turn_over")


def _of_names(tx: Tx, office: Office, turn: NewTurn) -> Iterator[FieldProblem]:
    roles = (each.workflow.roles.get(turn.role) for each in office.rulebook.all())
    if not any(role and not role.read_only for role in roles):
        yield FieldProblem(field="role", code="unknown_role")
    if register.find_unit(tx, turn.unit) is None:
        yield FieldProblem(field="unit", code="unknown_unit")
    if not people_names(tx, [turn.person]):
        yield FieldProblem(field="person", code="unknown_person")


def _is_held(tx: Tx, turn: NewTurn, zone: ZoneInfo) -> bool:
    spans = held_spans(tx, turn.person, turn.role, turn.unit, zone)
    return not uncovered(turn.starts_at, turn.ends_at, spans)


Span = tuple[datetime, datetime]


def held_spans(tx: Tx, person: str, role: str, unit: str, zone: ZoneInfo) -> list[Span]:
    """When the person holds the post at this very unit, from the first moment to after the last."""
    return [
        (datetime.combine(first, time(), zone), _after(last, zone) if last else _END)
        for first, last in days_held(tx, person, role, unit)
    ]


def _after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)


def uncovered(since: datetime, until: datetime, spans: Iterable[Span]) -> list[Span]:
    """The stretches between the two moments that none of the spans covers, in order."""
    found, reached = [], since
    for first, last in sorted(spans):
        if last <= reached:
            continue
        if first >= until:
            break
        if first > reached:
            found.append((reached, first))
        reached = last
    return [*found, (reached, until)] if reached < until else found
