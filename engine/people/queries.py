"""Reading the organisation: who I am, the units and the people within sight.

Within sight are the homes (units at the level that the setting `home_level` names) in which the reader holds a valid
post. A post above that level sees everything below it. Whoever holds no post sees nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from engine.rules.mask import phone_pattern
from engine.store.db import Store, Tx
from engine.store.register import actor, below, find_unit, valid_on
from engine.store.settings import read_setting
from engine.store.tables import bodies, body_units, people, posts, units

PAGE_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PostSeen:
    """A role at a unit or body; `place_kind` is the kind of either. `valid_to` is its last day."""

    id: str
    role: str
    place: str
    place_name: str
    place_kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Me:
    """`name` is None for an account that stands for nobody."""

    person: str
    name: str | None
    posts: tuple[PostSeen, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitSeen:
    code: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitPage:
    """`next` is the cursor of the following page; None on the last."""

    units: tuple[UnitSeen, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonSeen:
    """`phone` is masked; `posts` are those within the reader's sight."""

    id: str
    name: str
    phone: str | None
    posts: tuple[PostSeen, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """`next` is the cursor of the following page; None on the last."""

    people: tuple[PersonSeen, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Sight:
    """`tops` are the lines below which everything is seen; `above` the codes of the units over them."""

    tops: frozenset[str]
    above: frozenset[str]
    home_level: str


class OrganisationQueries:
    """Reads of the organisation. `day` is the local day on which posts must be valid; a cursor is the `next` of a page
    before, a limit between 1 and `PAGE_MOST`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def me(self, person: str, day: date) -> Me:
        """The person with the posts valid on the day; nobody with none for an unknown id."""
        with self.store.read() as tx:
            name = tx.execute(sa.select(people.c.name).where(people.c.id == person)).scalar()
            found = _posts(tx, sa.and_(posts.c.person == person, valid_on(posts, day)))
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
            sight = _sight(tx, reader, day)
            wanted = [_seen(sight), *_equal((units.c.parent, parent), (units.c.kind, kind)), *_named(units.c.name, q)]
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
            sight = _sight(tx, reader, day)
            held = sa.and_(valid_on(posts, day), _placed(sa.and_(_below_any(sight.tops), _below_unit(tx, unit))))
            holders = sa.select(posts.c.person).where(held, *_equal((posts.c.role, role)))
            wanted = [people.c.id.in_(holders), *_named(people.c.name, q)]
            rows = _page(tx, sa.select(people), people.c.id, wanted, cursor, limit)
            within = sa.and_(valid_on(posts, day), _placed(_below_any(sight.tops)))
            return _people_page(tx, rows, within, limit)


def _sight(tx: Tx, reader: str, day: date) -> _Sight:
    level = str(read_setting(tx, "home_level"))
    tops, above = set(), set()
    for unit in (unit for post in actor(tx, reader, day).posts for unit in post.units):
        home = unit.at(level) or unit.code
        line = "/"
        for kind, code in unit.line:
            line += f"{kind}:{code}/"
            if code == home:
                break
            above.add(code)
        tops.add(line)
    return _Sight(frozenset(tops), frozenset(above), level)


def _seen(sight: _Sight) -> sa.ColumnElement[bool]:
    if not sight.tops:
        return sa.false()
    homeless = units.c.line.not_like(f"%/{sight.home_level}:%")
    return sa.or_(_below_any(sight.tops), units.c.code.in_(sorted(sight.above)), homeless)


def _below_any(lines: frozenset[str]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(below(line) for line in sorted(lines)))


def _below_unit(tx: Tx, code: str | None) -> sa.ColumnElement[bool]:
    """At the unit or below; an unknown one has nothing below."""
    if code is None:
        return sa.true()
    unit = find_unit(tx, code)
    return below("/" + "".join(f"{kind}:{step}/" for kind, step in unit.line)) if unit else sa.false()


def _placed(where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The post sits at such a unit, or at a body that covers one."""
    covering = sa.select(body_units.c.body).join(units, units.c.code == body_units.c.unit).where(where)
    return sa.or_(posts.c.unit.in_(sa.select(units.c.code).where(where)), posts.c.body.in_(covering))


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
    held = _posts(tx, sa.and_(posts.c.person.in_([row.id for row in rows[:limit]]), within))
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


def _posts(tx: Tx, where: sa.ColumnElement[bool]) -> dict[str, list[PostSeen]]:
    """Person -> posts, by role and place."""
    place = sa.func.coalesce(posts.c.unit, posts.c.body)
    name, kind = sa.func.coalesce(units.c.name, bodies.c.name), sa.func.coalesce(units.c.kind, bodies.c.kind)
    joined = posts.outerjoin(units, units.c.code == posts.c.unit).outerjoin(bodies, bodies.c.code == posts.c.body)
    query = sa.select(posts, place.label("place"), name.label("place_name"), kind.label("place_kind"))
    found: dict[str, list[PostSeen]] = {}
    for row in tx.execute(query.select_from(joined).where(where).order_by(posts.c.role, place, posts.c.id)):
        seen = PostSeen(
            id=row.id,
            role=row.role,
            place=row.place,
            place_name=row.place_name,
            place_kind=row.place_kind,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        found.setdefault(row.person, []).append(seen)
    return found
