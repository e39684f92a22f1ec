"""What a list of cases is narrowed by, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from engine.cases.office import Office
from engine.rules.attempt import Actor
from engine.store import awaiting, reach, register
from engine.store.db import Tx
from engine.store.tables import case_ties, cases, units

PAGE_MOST = 200
Order = Literal["opened", "due"]
Place = tuple[datetime | None, str]  #: of a case in the order of its list


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed by; absent parts narrow nothing. `responsible` is the id of a person or the code
    of a unit. `mine`: whatever the reader could move on; `waiting`: where the ordinary next step is his; `reported`: he
    opened it, or it was opened for him. `open`: not over yet. `overdue`: open, and its deadline has passed by the time
    of the rules; False is all others. `due_until`: open, and due at that moment or before. `q` are words, blanks
    between them, and the case says them all.

    `order`: `opened`, the newest first, or `due`, the earliest deadline first and those without one last. `after` is
    the (opened_at, id), or the (due_at or None, id), of the last case of the page before."""

    unit: str | None = None
    mine: bool = False
    waiting: bool = False
    reported: bool = False
    workflow: str | None = None
    state: tuple[str, ...] = ()
    level: str | None = None
    category: str | None = None
    urgency: str | None = None
    responsible: str | None = None
    open: bool = False
    overdue: bool | None = None
    due_until: datetime | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    q: str | None = None
    order: Order = "opened"
    after: Place | None = None
    limit: int = 50


def narrowed(tx: Tx, office: Office, actor: Actor, wanted: CaseFilter) -> list[reach.Clause]:
    """What the filter says, but for its words and its page."""
    plain = {name: getattr(wanted, name) for name in ("workflow", "level", "category", "urgency")}
    clauses = [cases.c[name] == value for name, value in plain.items() if value is not None]
    if wanted.state:
        clauses.append(cases.c.state.in_(wanted.state))
    if wanted.opened_from is not None:
        clauses.append(cases.c.opened_at >= wanted.opened_from)
    if wanted.opened_to is not None:
        clauses.append(cases.c.opened_at < wanted.opened_to)
    if wanted.responsible is not None:
        clauses.append(_in_charge(wanted.responsible))
    if wanted.open:
        clauses.append(cases.c.closed_at.is_(None))
    if wanted.overdue is not None:
        late = _late(office.clock.now(tx))
        clauses.append(late if wanted.overdue else sa.not_(late))
    if wanted.due_until is not None:
        clauses += [cases.c.closed_at.is_(None), cases.c.due_at <= wanted.due_until]
    if wanted.unit is not None:
        clauses.append(_within(tx, wanted.unit))
    return clauses + _of_reader(tx, office, actor, wanted)


def _of_reader(tx: Tx, office: Office, actor: Actor, wanted: CaseFilter) -> list[reach.Clause]:
    """What depends on who asks."""
    clauses = []
    if wanted.mine:
        clauses.append(reach.waiting_for(actor, office.rulebook))
    if wanted.waiting:
        clauses.append(awaiting.waiting(actor, office.rulebook))
    if wanted.reported:
        clauses.append(_opened_by(tx, actor.person))
    return clauses


def _opened_by(tx: Tx, person: str) -> reach.Clause:
    """He opened it, or it was opened for him: found from what names him, in each home that has such cases, for he may
    have reported little where there is much."""
    named = (case_ties.c.target == person, case_ties.c.kind == "person", case_ties.c.slot.in_(("opener", "behalf")))
    ways = [
        sa.and_(
            cases.c.home == home, cases.c.id.in_(sa.select(case_ties.c.case_id).where(case_ties.c.home == home, *named))
        )
        for home in reach.homes_of_person(tx, person)
    ]
    return sa.or_(sa.false(), *ways)


def _in_charge(target: str) -> reach.Clause:
    slots = ("responsible", "successor")
    return sa.or_(reach.tied("person", [target], slots), reach.tied("unit", [target], slots))


def _late(now: datetime) -> reach.Clause:
    """Never null, so that what is not late is all the rest."""
    return sa.and_(cases.c.closed_at.is_(None), cases.c.due_at.is_not(None), cases.c.due_at < now)


def _within(tx: Tx, code: str) -> reach.Clause:
    """The unit with all below; nothing for a unit that does not exist."""
    line = tx.execute(sa.select(units.c.line).where(units.c.code == code)).scalar()
    return register.below(line) if line else sa.false()
