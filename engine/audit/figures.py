"""Figures of everything that happened: cases, clocks, meetings, what is blocked. Numbers alone, of all homes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.cases.office import Office
from engine.definition.model import SYSTEM, Step
from engine.store.db import Tx
from engine.store.meetingbook import CLOSED, PLANNED
from engine.store.tables import agenda, blocked, cases, history, inbox, meetings, timers


@dataclass(frozen=True, kw_only=True, slots=True)
class InState:
    """How many cases are in a state at a level, how many of them are open, and how many of these are past their
    earliest deadline now."""

    level: str
    state: str
    cases: int
    open: int
    overdue: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminders:
    """How often a clock reminded somebody at this share of its limit."""

    clock: str
    share: int
    times: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """Meetings whose day was in an ISO week, such as `2026-W10`. `missed` were never opened. Items: `decided` took
    effect, `carried` wait for the next meeting, `raised` were carried over too often and met the consequence."""

    week: str
    held: int
    missed: int
    cancelled: int
    decided: int
    carried: int
    raised: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """`late` counts, by clock, the cases that used up its limit at some time; `fired` what clocks fired, by trigger;
    `blocked` what waits in the queue, by kind and reason."""

    in_states: tuple[InState, ...]
    late: Mapping[str, int]
    fired: Mapping[str, int]
    reminders: tuple[Reminders, ...]
    weeks: tuple[Week, ...]
    blocked: Mapping[tuple[str, str], int]
    messages: int

    @property
    def cases(self) -> int:
        return sum(each.cases for each in self.in_states)

    @property
    def open(self) -> int:
        return sum(each.open for each in self.in_states)

    @property
    def overdue(self) -> int:
        return sum(each.overdue for each in self.in_states)


class FigureQueries:
    """Counts what is in one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def figures(self, zone: ZoneInfo) -> Figures:
        """Everything as it is now; weeks are those of this zone. Raises RulesMissing."""
        with self.office.store.read() as tx:
            now = self.office.clock.now(tx)
            return Figures(
                in_states=tuple(_in_states(tx, now)),
                late=self._late(tx),
                fired=_fired(tx),
                reminders=self._reminders(tx),
                weeks=tuple(_weeks(tx, now, zone)),
                blocked=_blocked(tx),
                messages=int(tx.execute(sa.select(sa.func.count()).select_from(inbox)).scalar_one()),
            )

    def _late(self, tx: Tx) -> dict[str, int]:
        """A step of 100 % or more is behind the case, whatever became of it."""
        late: dict[str, set[str]] = {}
        rows = tx.execute(_STEPS.add_columns(timers.c.case_id).where(timers.c.done_at.is_not(None)))
        for row in rows:
            if self._step(row).at >= 100:
                late.setdefault(row.clock, set()).add(row.case_id)
        return {clock: len(found) for clock, found in sorted(late.items())}

    def _reminders(self, tx: Tx) -> tuple[Reminders, ...]:
        rows = tx.execute(_STEPS.where(timers.c.outcome == "fired"))
        found: dict[tuple[str, int], int] = {}
        for row in rows:
            step = self._step(row)
            if step.remind:
                found[row.clock, step.at] = found.get((row.clock, step.at), 0) + 1
        return tuple(Reminders(clock=clock, share=share, times=n) for (clock, share), n in sorted(found.items()))

    def _step(self, row: Any) -> Step:
        compiled = self.office.rulebook.pinned(row.workflow, row.workflow_version, row.file_hash)
        step: Step = compiled.workflow.clocks[row.clock].steps[row.step]
        return step


_STEPS = sa.select(
    cases.c.workflow, cases.c.workflow_version, cases.c.file_hash, timers.c.clock, timers.c.step
).join_from(timers, cases, sa.and_(cases.c.home == timers.c.home, cases.c.id == timers.c.case_id))


def _in_states(tx: Tx, now: datetime) -> Iterator[InState]:
    is_open = cases.c.closed_at.is_(None)
    numbers = [sa.func.sum(sa.case((each, 1), else_=0)) for each in (is_open, sa.and_(is_open, cases.c.due_at < now))]
    query = sa.select(cases.c.level, cases.c.state, sa.func.count(), *numbers).group_by(cases.c.level, cases.c.state)
    for level, state, number, going_on, late in sorted(map(tuple, tx.execute(query))):
        yield InState(level=level, state=state, cases=number, open=int(going_on), overdue=int(late))


def _fired(tx: Tx) -> dict[str, int]:
    """What the system did outside a meeting."""
    query = sa.select(history.c.trigger, sa.func.count()).where(history.c.actor == SYSTEM, history.c.meeting.is_(None))
    return dict(sorted(map(tuple, tx.execute(query.group_by(history.c.trigger)))))


def _blocked(tx: Tx) -> dict[tuple[str, str], int]:
    query = sa.select(blocked.c.kind, blocked.c.code, sa.func.count()).group_by(blocked.c.kind, blocked.c.code)
    return {(kind, code): number for kind, code, number in sorted(map(tuple, tx.execute(query)))}


# --- meetings by week ------------------------------------------------------------------------------------------------


def _weeks(tx: Tx, now: datetime, zone: ZoneInfo) -> Iterator[Week]:
    """Of the past alone: what is set ahead is no load yet."""
    found: dict[str, dict[str, int]] = {}
    outcomes = _outcomes(tx)
    for row in tx.execute(sa.select(meetings.c.id, meetings.c.at, meetings.c.status).where(meetings.c.at <= now)):
        year, week, _ = row.at.astimezone(zone).isocalendar()
        numbers = found.setdefault(f"{year:04}-W{week:02}", dict.fromkeys(_NUMBERS, 0))
        numbers[_ENDS.get(row.status, "cancelled")] += 1
        for outcome, number in outcomes.get(row.id, {}).items():
            numbers[_OUTCOMES.get(outcome, "carried")] += number
    for week_name, numbers in sorted(found.items()):
        yield Week(week=week_name, **numbers)


_NUMBERS = ("held", "missed", "cancelled", "decided", "carried", "raised")
_ENDS = {CLOSED: "held", "open": "held", PLANNED: "missed"}
_OUTCOMES = {"effective": "decided", "consequence": "raised"}


def _outcomes(tx: Tx) -> dict[str, dict[str, int]]:
    """Meeting -> outcome -> items; those that had left the gate are none."""
    query = sa.select(agenda.c.meeting_id, agenda.c.outcome, sa.func.count()).where(
        agenda.c.outcome.is_not(None), agenda.c.outcome != "left"
    )
    found: dict[str, dict[str, int]] = {}
    for meeting, outcome, number in tx.execute(query.group_by(agenda.c.meeting_id, agenda.c.outcome)):
        found.setdefault(meeting, {})[outcome] = number
    return found
