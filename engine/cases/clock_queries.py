"""Reading what the clocks of a case say, and what could not be carried out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.cases.blocked_views import BlockedView, explained
from engine.cases.calendars import counted_by
from engine.cases.office import Office
from engine.cases.reading import as_read, asked_for, reader, today
from engine.definition.model import Workflow
from engine.rules.attempt import Actor
from engine.rules.clocks import reckon_all
from engine.rules.days import DayLine, day_lines
from engine.rules.limits import LimitChange, limit_changes, states_of
from engine.rules.reckoning import Reckoning
from engine.rules.state import CaseState
from engine.store import reach, register
from engine.store.blockedbook import Blocked, blocked_of
from engine.store.casefile import read_events
from engine.store.db import Tx
from engine.store.tables import blocked, cases, units

Columns = Sequence[sa.ColumnElement[Any]]
Query = sa.Select[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One sum of one clock with its days, and how its limit changed."""

    reckoning: Reckoning
    days: tuple[DayLine, ...]
    changes: tuple[LimitChange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseClocks:
    """All sums of all clocks of a case as they stand `at` this moment."""

    case_id: str
    number: str
    workflow: Workflow
    at: datetime
    clocks: tuple[Explained, ...]


class ClockQueries:
    """The reads of clocks for one installation."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def clocks(self, person: str, case_id: str) -> CaseClocks:
        """As they were counted: by the version of the calendar that the case row names, so that what was late stays
        late. Raises NotFound, also where the case is out of reach. Who is recused sees them as they were."""
        with self.office.store.read() as tx:
            held, attempt = asked_for(tx, self.office, case_id, person)
            state = as_read(tx, held, attempt).state
            now, identity = self.office.clock.now(tx), held.identity
            compiled = self.office.rulebook.pinned(*identity.file)
            work = compiled.work(held.unit, counted_by(tx, compiled, held))
            events = read_events(tx, identity.id, until=state.version)
        states = tuple(states_of(compiled.workflow, events))
        sums = tuple(reckon_all(compiled.workflow, state, work)) if work else ()
        return CaseClocks(
            case_id=identity.id,
            number=identity.number,
            workflow=compiled.workflow,
            at=now,
            clocks=tuple(_explained(each, states, now) for each in sums),
        )

    def blocked(self, person: str) -> list[BlockedView]:
        """Everything that waits in the person's reach, the oldest first: of cases that he may read, and of units that
        a post of his contains, as far as the rules in question know it and do not set it beside the line."""
        with self.office.store.read() as tx:
            of_cases, of_units = self._blocked(tx, person, (*blocked.c, cases.c.number), tuple(blocked.c))
            return explained(tx, self.office, _sorted([*tx.execute(of_cases), *tx.execute(of_units)]))

    def blocked_count(self, person: str) -> int:
        """How many `blocked` would list."""
        with self.office.store.read() as tx:
            both = self._blocked(tx, person, (sa.func.count(),), (sa.func.count(),))
            parts = (each.scalar_subquery() for each in both)
            return int(tx.execute(sa.select(next(parts) + next(parts))).scalar_one())

    def _blocked(self, tx: Tx, person: str, of_case: Columns, of_unit: Columns) -> tuple[Query, Query]:
        """(what is about a case that he may read, what is about a unit that a post of his contains), as columns."""
        actor = reader(tx, self.office, person)
        homes = reach.homes_of(tx, actor, self.office.home_level)
        readable = reach.readable(actor, self.office.rulebook, today(tx, self.office))
        here = [blocked.c.home.in_(homes)] if homes is not None else []
        of_cases = sa.select(*of_case).select_from(reach.JOINED.join(blocked, blocked_of(cases)))
        of_units = sa.select(*of_unit).select_from(blocked.join(units, units.c.code == blocked.c.unit))
        alone = (blocked.c.case_id.is_(None), self._within(actor))
        return of_cases.where(readable, *here), of_units.where(*alone, *here)

    def _within(self, actor: Actor) -> sa.ColumnElement[bool]:
        """About a unit that a post of the actor contains, by rules that name its role (as they show meetings)."""
        return sa.or_(sa.false(), *(_seen(actor, each.workflow) for each in self.office.rulebook.all()))

    def all_blocked(self) -> list[BlockedView]:
        """Everything that waits anywhere, the oldest first: for the operator alone, whom no reach limits."""
        with self.office.store.read() as tx:
            rows = tx.execute(sa.select(blocked, cases.c.number).select_from(_WITH_CASES))
            return explained(tx, self.office, _sorted(rows))


def _explained(told: Reckoning, states: Sequence[CaseState], now: datetime) -> Explained:
    changes = limit_changes(told.clock, told.sum, states) if told.clock.until is None else ()
    return Explained(reckoning=told, days=tuple(day_lines(told, now)), changes=changes)


def _seen(actor: Actor, workflow: Workflow) -> sa.ColumnElement[bool]:
    """Of these rules' meetings, what is at a unit that one of the actor's posts contains."""
    roles = {role.code for role in workflow.roles.values() if not role.by_unit}
    lines = [register.line_of(unit) for post in actor.posts if post.role in roles for unit in post.units]
    facts = blocked.c.facts
    under = (facts["workflow"].as_string() == workflow.key, facts["version"].as_integer() == workflow.version)
    return sa.and_(*under, sa.or_(sa.false(), *map(register.below, lines)))


#: What is blocked with the case that it is about, where there is one.
_WITH_CASES = blocked.outerjoin(cases, blocked_of(cases))


def _sorted(rows: Iterable[sa.Row[tuple[object, ...]]]) -> list[BlockedView]:
    return sorted(map(_view, rows), key=lambda view: (view.found.since, view.found.subject))


def _view(row: sa.Row[tuple[object, ...]]) -> BlockedView:
    values = dict(row._mapping)
    number = values.pop("number", None)
    return BlockedView(found=Blocked(**values), number=number)
