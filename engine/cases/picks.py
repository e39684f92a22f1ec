"""Whom, and which units, a form on a case offers for its fields of type person and unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from engine.cases.office import Office
from engine.cases.reading import as_read, asked_for
from engine.rules.attempt import Unit
from engine.rules.fold import local_day
from engine.store.casefile import Held
from engine.store.db import Tx
from engine.store.register import below, line_of, valid_on
from engine.store.sights import (
    PersonSeen,
    PostSeen,
    UnitSeen,
    Within,
    below_any,
    placed_where,
    posts_seen,
    units_seen,
    within,
)
from engine.store.tables import people, posts, units

PICKS_MOST = 400
#: Units that help, and those that hold cases above the lowest level.
_UNIT_KINDS = ("department", "station", "township", "village")


class PickQueries:
    """Candidates for the fields of a form, for whoever may read the case. A field takes others, too, where the rules
    allow it: these are the ordinary ones."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def people_for(self, person: str, case_id: str) -> tuple[PersonSeen, ...]:
        """Holders of posts at the case's unit, right below it, above it up to the home, at units in charge or
        concerned, and at bodies that cover one of these, within the reader's sight; by name, with these posts and
        without telephones. At most `PICKS_MOST`. Raises NotFound."""
        with self.office.store.read() as tx:
            held, day, sight = self._asked(tx, person, case_id)
            near = sa.and_(below_any(sight.tops), _near(held, self.office.home_of(held.unit)))
            there = sa.and_(valid_on(posts, day), placed_where(near))
            holders = sa.select(posts.c.person).where(there)
            query = sa.select(people.c.id, people.c.name).where(people.c.id.in_(holders))
            rows = tx.execute(query.order_by(people.c.id).limit(PICKS_MOST)).all()
            seen = posts_seen(tx, sa.and_(there, posts.c.person.in_([row.id for row in rows])))
            return tuple(_person(row.id, row.name, seen[row.id]) for row in sorted(rows, key=lambda r: (r.name, r.id)))

    def units_for(self, person: str, case_id: str) -> tuple[UnitSeen, ...]:
        """The home of the case with its villages and stations, and the departments and stations above it that belong to
        no home, within the reader's sight; by kind and code. At most `PICKS_MOST`. Raises NotFound."""
        with self.office.store.read() as tx:
            held, _, sight = self._asked(tx, person, case_id)
            around = _around(held.unit, self.office)
            query = sa.select(units).where(units.c.kind.in_(_UNIT_KINDS), around, units_seen(sight))
            rows = tx.execute(query.order_by(units.c.kind, units.c.code).limit(PICKS_MOST)).all()
            return tuple(UnitSeen(code=u.code, name=u.name, kind=u.kind, parent=u.parent) for u in rows)

    def _asked(self, tx: Tx, person: str, case_id: str) -> tuple[Held, date, Within]:
        """The case as the person may read it, the local day of its rules, and how far he sees. Raises NotFound."""
        held, attempt = asked_for(tx, self.office, case_id, person)
        day = local_day(attempt.workflow, attempt.now)
        return as_read(tx, held, attempt), day, within(tx, person, day)


def _near(held: Held, home: str) -> sa.ColumnElement[bool]:
    """The units of the case's line up to its home, those right below it, and those in charge or concerned."""
    line = [code for _, code in held.unit.line]
    state = held.state
    others = {*state.responsible.units, *state.successor.units, *state.concerned}
    codes = {*line[line.index(home) :], *others}
    return sa.or_(units.c.code.in_(sorted(codes)), units.c.parent == held.unit.code)


def _around(unit: Unit, office: Office) -> sa.ColumnElement[bool]:
    """Units of the unit's home, and those of no home below the same root."""
    codes = [code for _, code in unit.line]
    line = unit.line[: codes.index(office.home_of(unit)) + 1]
    home = replace(unit, code=line[-1][1], kind=line[-1][0], line=line)
    root = replace(unit, code=line[0][1], kind=line[0][0], line=line[:1])
    homeless = sa.and_(below(line_of(root)), units.c.line.not_like(f"%/{office.home_level}:%"))
    return sa.or_(below(line_of(home)), homeless)


def _person(ident: str, name: str, held: list[PostSeen]) -> PersonSeen:
    return PersonSeen(id=ident, name=name, phone=None, posts=tuple(held))
