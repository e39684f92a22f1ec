"""Reading the organisation: who I am, the units and the people within sight.

Within sight are the homes (units at the level that the setting `home_level` names) in which the reader holds a valid
post. A post above that level sees everything below it. Whoever holds no post sees nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from engine.people.contacts import Contact, contacts_up
from engine.people.places import Place, places_of
from engine.rules.mask import phone_pattern
from engine.store.db import Store, Tx
from engine.store.register import below, find_unit, valid_on
from engine.store.sights import (
    PersonSeen,
    PostSeen,
    UnitSeen,
    below_any,
    placed_where,
    posts_seen,
    units_seen,
    within,
)
from engine.store.tables import people, posts, units

__all__ = [
    "Contact",
    "Me",
    "OrganisationQueries",
    "PeoplePage",
    "PersonSeen",
    "Place",
    "PostSeen",
    "UnitPage",
    "UnitSeen",
]

PAGE_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Me:
    """`name` is None for an account that stands for nobody."""

    person: str
    name: str | None
    posts: tuple[PostSeen, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPage:
    """`next` is the cursor of the following page; None on the last."""

    units: tuple[UnitSeen, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """`next` is the cursor of the following page; None on the last."""

    people: tuple[PersonSeen, ...]
    next: str | None


class OrganisationQueries:
    """Reads of the organisation. `day` is the local day on which posts must be valid; a cursor is the `next` of a page
    before, a limit between 1 and `PAGE_MOST`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def me(self, person: str, day: date) -> Me:
        """The person with the posts valid on the day; nobody with none for an unknown id."""
        with self.store.read() as tx:
            name = tx.execute(sa.select(people.c.name).where(people.c.id == person)).scalar()
            found = posts_seen(tx, sa.and_(posts.c.person == person, valid_on(posts, day)))
            return Me(person=person, name=name, posts=tuple(found.get(person, ())))

    def units(
        self,
        reader: str,
        day: date,
        *,
        parent: str | None = None,
        kind: str | None = None,
        q: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> UnitPage:
        """Units by code: those within sight, the units above them, and units that belong to no home at all."""
        with self.store.read() as tx:
            sight = within(tx, reader, day)
            wanted = [
                units_seen(sight),
                *_equal((units.c.parent, parent), (units.c.kind, kind)),
                *_named(units.c.name, q),
            ]
            rows = _page(tx, sa.select(units), units.c.code, wanted, cursor, limit)
            shown = tuple(UnitSeen(code=u.code, name=u.name, kind=u.kind, parent=u.parent) for u in rows[:limit])
            return UnitPage(units=shown, next=shown[-1].code if len(rows) > limit else None)

    def people(
        self,
        reader: str,
        day: date,
        *,
        unit: str | None = None,
        role: str | None = None,
        q: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> PeoplePage:
        """People by id who hold a post within sight; `unit` narrows to posts there or below."""
        with self.store.read() as tx:
            sight = within(tx, reader, day)
            held = sa.and_(valid_on(posts, day), placed_where(sa.and_(below_any(sight.tops), _below_unit(tx, unit))))
            holders = sa.select(posts.c.person).where(held, *_equal((posts.c.role, role)))
            wanted = [people.c.id.in_(holders), *_named(people.c.name, q)]
            rows = _page(tx, sa.select(people), people.c.id, wanted, cursor, limit)
            shown = sa.and_(valid_on(posts, day), placed_where(below_any(sight.tops)))
            return _people_page(tx, rows, shown, limit)

    def named(self, reader: str, day: date, code: str) -> str | None:
        """The name of a person, or of a unit, within sight; None for what is not."""
        with self.store.read() as tx:
            sight = within(tx, reader, day)
            unit = sa.select(units.c.name).where(units.c.code == code, units_seen(sight))
            held = sa.and_(valid_on(posts, day), placed_where(below_any(sight.tops)))
            person = sa.select(people.c.name).where(
                people.c.id == code, people.c.id.in_(sa.select(posts.c.person).where(held))
            )
            found = tx.execute(unit).scalar() or tx.execute(person).scalar()
            return str(found) if found else None

    def contacts(
        self, person: str, day: date, *, unit: str | None = None, roles: Collection[str] | None = None
    ) -> tuple[Contact, ...]:
        """Whom one may telephone, the nearest place first: see `contacts_up`."""
        with self.store.read() as tx:
            return contacts_up(tx, person, day, unit, roles)

    def places(
        self, person: str, day: date, *, kinds: Collection[str], under: str | None = None, deep: bool = False
    ) -> tuple[Place, ...]:
        """The units where one's posts let him report, or the ways to them: see `places_of`."""
        with self.store.read() as tx:
            return places_of(tx, person, day, kinds, under, deep=deep)


def _below_unit(tx: Tx, code: str | None) -> sa.ColumnElement[bool]:
    """At the unit or below; an unknown one has nothing below."""
    if code is None:
        return sa.true()
    unit = find_unit(tx, code)
    return below("/" + "".join(f"{kind}:{step}/" for kind, step in unit.line)) if unit else sa.false()


def _equal(*pairs: tuple[sa.Column[str], str | None]) -> list[sa.ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]


def _named(column: sa.Column[str], q: str | None) -> list[sa.ColumnElement[bool]]:
    """The name contains the words; 湾场 is another word for 屋场."""
    return [column.icontains(q.replace("湾场", "屋场"), autoescape=True)] if q else []


def _page(
    tx: Tx,
    query: sa.Select[tuple[str, ...]],
    key: sa.Column[str],
    wanted: Sequence[sa.ColumnElement[bool]],
    cursor: str | None,
    limit: int,
) -> Sequence[sa.Row[tuple[str, ...]]]:
    """One row more than the page holds tells that there is another page."""
    after = [key > cursor] if cursor is not None else []
    return tx.execute(query.where(*wanted, *after).order_by(key).limit(limit + 1)).all()


def _people_page(
    tx: Tx, rows: Sequence[sa.Row[tuple[str, ...]]], within: sa.ColumnElement[bool], limit: int
) -> PeoplePage:
    held = posts_seen(tx, sa.and_(posts.c.person.in_([row.id for row in rows[:limit]]), within))
    shown = tuple(
        PersonSeen(
            id=row.id,
            name=row.name,
            phone=phone_pattern(row.phone) if row.phone else None,
            posts=tuple(held.get(row.id, ())),
        )
        for row in rows[:limit]
    )
    return PeoplePage(people=shown, next=shown[-1].id if len(rows) > limit else None)
