"""Lists of cases as statements: those in reach of one reader that a filter finds, in its order, or how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.cases.narrowing import CaseFilter, Place, narrowed
from engine.cases.office import Office
from engine.cases.reading import reader, today
from engine.rules.attempt import Actor
from engine.store import reach, words
from engine.store.casefile import Held
from engine.store.db import Tx
from engine.store.tables import cases, units

Rows = Sequence[sa.Row[Any]]
Query = sa.Select[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """One reader with the homes in which he can have cases (None: any) and the clause of what he may read."""

    actor: Actor
    homes: list[str] | None
    readable: reach.Clause


def reach_of(tx: Tx, office: Office, person: str) -> Reach:
    actor = reader(tx, office, person)
    readable = reach.readable(actor, office.rulebook, today(tx, office))
    return Reach(actor=actor, homes=_in_use(tx, reach.homes_of(tx, actor, office.home_level)), readable=readable)


def _in_use(tx: Tx, homes: list[str] | None) -> list[str] | None:
    """Of several homes those that have cases. A unit above the home level is a home by itself and seldom has any; with
    one home alone a list walks its index, with two the database sorts all their cases."""
    if homes is None or len(homes) < 2:
        return homes
    return [home for home in homes if tx.execute(sa.select(cases.c.id).where(cases.c.home == home).limit(1)).first()]


def found_rows(tx: Tx, office: Office, mine: Reach, wanted: CaseFilter) -> Rows:
    """The rows of one page in the order of the filter, and one more where there is another page."""
    query = narrow(tx, office, mine, wanted, sa.select(cases, units.c.line))
    return _by_due(tx, query, wanted) if wanted.order == "due" else tx.execute(by_opened(query, wanted)).all()


def count(tx: Tx, office: Office, mine: Reach, wanted: CaseFilter, most: int) -> int:
    """How many the filter finds, counted no further than `most` + 1; its order and page count for nothing."""
    query = narrow(tx, office, mine, wanted, sa.select(cases.c.id)).limit(most + 1)
    return int(tx.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())


def place_of(held: Held, wanted: CaseFilter) -> Place:
    """Where the case stands in the order of its list."""
    first = held.deadlines.due if wanted.order == "due" else held.state.opened_at
    return first, held.identity.id


def narrow(tx: Tx, office: Office, mine: Reach, wanted: CaseFilter, query: Query) -> Query:
    """The query, of cases in reach that the filter finds."""
    query = query.select_from(reach.JOINED).where(mine.readable, *narrowed(tx, office, mine.actor, wanted))
    if mine.homes is not None:
        query = query.where(cases.c.home.in_(mine.homes))
    return query if wanted.q is None else query.where(*words.saying(tx, wanted.q, mine.homes))


def by_opened(query: Query, wanted: CaseFilter) -> Query:
    if wanted.after is not None:
        opened, last = wanted.after
        older = sa.or_(cases.c.opened_at < opened, sa.and_(cases.c.opened_at == opened, cases.c.id < last))
        query = query.where(older)
    return query.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(wanted.limit + 1)


def _by_due(tx: Tx, query: Query, wanted: CaseFilter) -> Rows:
    """Two walks, each along an index: what has a deadline, then what has none; databases sort nothing as first or last
    each in its own way."""
    due, last = wanted.after or (None, "")
    among_dated = wanted.after is None or due is not None
    found = list(tx.execute(dated(query, wanted)).all()) if among_dated else []
    if len(found) > wanted.limit or wanted.due_until is not None or wanted.overdue:
        return found
    rest = query.where(cases.c.due_at.is_(None))
    if not among_dated:
        rest = rest.where(cases.c.id > last)
    return found + list(tx.execute(rest.order_by(cases.c.id).limit(wanted.limit + 1 - len(found))).all())


def dated(query: Query, wanted: CaseFilter) -> Query:
    """Those with a deadline, the earliest first, after the place where the page before ended."""
    query = query.where(cases.c.due_at.is_not(None))
    due, last = wanted.after or (None, "")
    if due is not None:
        later = sa.or_(cases.c.due_at > due, sa.and_(cases.c.due_at == due, cases.c.id > last))
        query = query.where(cases.c.due_at >= due, later)
    return query.order_by(cases.c.due_at, cases.c.id).limit(wanted.limit + 1)
