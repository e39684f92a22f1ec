"""The escalation history across cases, and what was refused. Reading only, within reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.audit.climbing import moved_as
from engine.cases.office import Office
from engine.cases.queries import EVENTS, events_seen
from engine.cases.reading import reader, today
from engine.cases.views import EventView
from engine.definition.model import Workflow
from engine.rules.attempt import Actor
from engine.rules.reading import opens_unseen
from engine.store import reach, register
from engine.store.db import Tx
from engine.store.denials import Denial
from engine.store.names import people_names, unit_names
from engine.store.tables import cases, history, refusals, units


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryFilter:
    """`after` is (recorded_at, case id, seq) of the last row of the page before. `until` is exclusive. `upward`: steps
    to a higher level, or all others; `by_system`: what the system fired, or what people did."""

    unit: str | None = None
    trigger: str | None = None
    ref: str | None = None
    from_level: str | None = None
    to_level: str | None = None
    actor: str | None = None
    meeting: str | None = None
    upward: bool | None = None
    by_system: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str, int] | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPage:
    rows: tuple[EventView, ...]
    next: tuple[datetime, str, int] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DenialView:
    """One refused act. `names` maps the person and the unit."""

    denial: Denial
    names: Mapping[str, str]


class AuditQueries:
    """What supervisors read."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def history(self, person: str, wanted: HistoryFilter) -> HistoryPage:
        """Rows of all cases in reach, the newest recorded first; texts masked."""
        with self.office.store.read() as tx:
            return self.history_at(tx, person, wanted)

    def history_at(self, tx: Tx, person: str, wanted: HistoryFilter) -> HistoryPage:
        """The same, beside other reads of one moment."""
        rows = tx.execute(self._history(tx, person, wanted)).all()
        seen = events_seen(tx, self.office, rows[: wanted.limit], {})
        last = seen[-1] if len(rows) > wanted.limit else None
        cursor = (last.event.recorded_at, last.case_id, last.event.seq) if last else None
        return HistoryPage(rows=tuple(seen), next=cursor)

    def within(self, tx: Tx, person: str, wanted: HistoryFilter) -> list[reach.Clause]:
        """What rows must be so that the person may read them and the filter lets them through; the statement joins
        `cases` and `units` to `history`."""
        actor = reader(tx, self.office, person)
        homes = reach.homes_of(tx, actor, self.office.home_level)
        here = [] if homes is None else [history.c.home.in_(homes)]
        readable = reach.readable(actor, self.office.rulebook, today(tx, self.office))
        return [*here, readable, *_narrowed(tx, self.office, wanted)]

    def refusals(self, person: str, *, case_id: str | None = None, after: tuple[datetime, str] | None = None,
                 limit: int = 50) -> tuple[list[DenialView], tuple[datetime, str] | None]:  # fmt: skip
        """Refused acts: those of the reader himself, and for `read_only` roles all within their units: of cases that
        they read, and of openings that could not have been kept from them. Newest first; the second value is the cursor
        of the next page."""
        with self.office.store.read() as tx:
            actor = reader(tx, self.office, person)
            query = sa.select(refusals).join(units, units.c.code == refusals.c.unit)
            own = sa.and_(_own(person), self._not_hidden(tx, actor))
            query = query.where(sa.or_(own, self._supervised(tx, actor)))
            homes = reach.homes_of(tx, actor, self.office.home_level)
            if homes is not None:
                query = query.where(refusals.c.home.in_(homes))
            if case_id is not None:
                query = query.where(refusals.c.case_id == case_id)
            if after is not None:
                at, last = after
                earlier = sa.or_(refusals.c.at < at, sa.and_(refusals.c.at == at, refusals.c.id < last))
                query = query.where(earlier)
            rows = tx.execute(query.order_by(refusals.c.at.desc(), refusals.c.id.desc()).limit(limit + 1)).all()
            shown = rows[:limit]
            names = people_names(tx, {row.person for row in shown}) | unit_names(tx, {row.unit for row in shown})
            views = [DenialView(denial=_denial(row), names=names) for row in shown]
            return views, (shown[-1].at, shown[-1].id) if len(rows) > limit else None

    def _supervised(self, tx: Tx, actor: Actor) -> reach.Clause:
        """Through a role that the rules in question name as `read_only`; of a case those that it was opened under."""
        workflows = [each.workflow for each in self.office.rulebook.all()]
        lines = {line for workflow in workflows for line in _overseen(actor, workflow)}
        of_none = sa.and_(refusals.c.case_id.is_(None), _below(lines), sa.not_(self._unseen_opening()))
        by_role = sa.or_(
            sa.false(), *(sa.and_(reach.under(each), _below(_overseen(actor, each))) for each in workflows)
        )
        readable = reach.readable(actor, self.office.rulebook, today(tx, self.office))
        return sa.or_(of_none, _of_case(sa.and_(by_role, readable)))

    def _unseen_opening(self) -> reach.Clause:
        """By its trigger; of rules that were not known by that of any."""
        unseen = [(each.workflow, sorted(opens_unseen(each.workflow))) for each in self.office.rulebook.all()]
        named = [
            sa.and_(refusals.c.workflow.in_((workflow.key, "")), refusals.c.trigger.in_(triggers))
            for workflow, triggers in unseen
        ]
        return sa.and_(refusals.c.meeting_id.is_(None), sa.or_(sa.false(), *named))

    def _not_hidden(self, tx: Tx, actor: Actor) -> reach.Clause:
        """It was about no case, or one that nothing keeps from the reader: a record betrays a case like a list does."""
        kept = reach.kept_from(actor, self.office.rulebook, today(tx, self.office))
        return sa.or_(refusals.c.case_id.is_(None), sa.not_(_of_case(kept)))

    def _history(self, tx: Tx, person: str, wanted: HistoryFilter) -> sa.Select[tuple[object, ...]]:
        query = EVENTS.join(units, units.c.code == cases.c.unit).where(*self.within(tx, person, wanted))
        if wanted.after is not None:
            query = query.where(_older(wanted.after))
        order = (history.c.recorded_at.desc(), history.c.case_id.desc(), history.c.seq.desc())
        return query.order_by(*order).limit(wanted.limit + 1)


def _overseen(actor: Actor, workflow: Workflow) -> list[str]:
    """The lines of the units where he has a post of a role that these rules name as `read_only`."""
    roles = {role.code for role in workflow.roles.values() if role.read_only}
    return [register.line_of(unit) for post in actor.posts if post.role in roles for unit in post.units]


def _below(lines: Iterable[str]) -> reach.Clause:
    return sa.or_(sa.false(), *map(register.below, sorted(lines)))


def _of_case(clause: reach.Clause) -> reach.Clause:
    """It was about a case of which the clause holds; that may ask for `cases` and `units`."""
    about = sa.and_(cases.c.home == refusals.c.home, cases.c.id == refusals.c.case_id)
    return sa.exists(sa.select(cases.c.id).select_from(reach.JOINED).where(about, clause).correlate(refusals))


def _own(person: str) -> reach.Clause:
    """One's own refused acts, but for those that answered "not found": seeing them here would betray what exists."""
    return sa.and_(refusals.c.person == person, refusals.c.code.not_in(("case_not_found", "meeting_not_found")))


def _narrowed(tx: Tx, office: Office, wanted: HistoryFilter) -> list[reach.Clause]:
    columns = {
        "trigger": history.c.trigger,
        "ref": history.c.ref,
        "from_level": history.c.level_from,
        "to_level": history.c.level_to,
        "actor": history.c.actor,
        "meeting": history.c.meeting,
    }
    clauses = [column == getattr(wanted, name) for name, column in columns.items() if getattr(wanted, name) is not None]
    clauses += moved_as(office.rulebook, upward=wanted.upward, by_system=wanted.by_system)
    if wanted.since is not None:
        clauses.append(history.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        clauses.append(history.c.recorded_at < wanted.until)
    if wanted.unit is not None:
        line = tx.execute(sa.select(units.c.line).where(units.c.code == wanted.unit)).scalar()
        clauses.append(register.below(line) if line else sa.false())
    return clauses


def _older(after: tuple[datetime, str, int]) -> reach.Clause:
    recorded, case_id, seq = after
    earlier_case = sa.and_(history.c.recorded_at == recorded, history.c.case_id < case_id)
    earlier_row = sa.and_(history.c.recorded_at == recorded, history.c.case_id == case_id, history.c.seq < seq)
    return sa.or_(history.c.recorded_at < recorded, earlier_case, earlier_row)


def _denial(row: sa.Row[tuple[object, ...]]) -> Denial:
    return Denial(**row._mapping)
