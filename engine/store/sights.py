"""The organisation as somebody may see it: units, people and posts, and how far his sight goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from engine.store.db import Tx
from engine.store.register import actor, below
from engine.store.settings import read_setting
from engine.store.tables import bodies, body_units, posts, units


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
class UnitSeen:
    code: str
    name: str
    kind: str
    parent: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonSeen:
    """`phone` is masked; `posts` are those within the reader's sight."""

    id: str
    name: str
    phone: str | None
    posts: tuple[PostSeen, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """`tops` are the lines below which everything is seen; `above` the codes of the units over them."""

    tops: frozenset[str]
    above: frozenset[str]
    home_level: str


def within(tx: Tx, reader: str, day: date) -> Within:
    """How far the reader's posts valid on the day let him see: their homes, and what lies below."""
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
    return Within(frozenset(tops), frozenset(above), level)


def units_seen(sight: Within) -> sa.ColumnElement[bool]:
    """Units within sight, those above them, and those that belong to no home at all."""
    if not sight.tops:
        return sa.false()
    homeless = units.c.line.not_like(f"%/{sight.home_level}:%")
    return sa.or_(below_any(sight.tops), units.c.code.in_(sorted(sight.above)), homeless)


def below_any(lines: frozenset[str]) -> sa.ColumnElement[bool]:
    """Units at the end of one of the lines, or below."""
    return sa.or_(sa.false(), *(below(line) for line in sorted(lines)))


def placed_where(where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The post sits at such a unit, or at a body that covers one."""
    covering = sa.select(body_units.c.body).join(units, units.c.code == body_units.c.unit).where(where)
    return sa.or_(posts.c.unit.in_(sa.select(units.c.code).where(where)), posts.c.body.in_(covering))


def posts_seen(tx: Tx, where: sa.ColumnElement[bool]) -> dict[str, list[PostSeen]]:
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
