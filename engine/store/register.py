"""Reading the organisation for a decision: units with their line, the posts of a person, holders, kin, what exists.

What every act reads is a statement built once, with bound parameters: building one takes longer than running it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Actor, Post, Unit
from engine.store.db import Tx, any_of
from engine.store.tables import (
    body_units,
    household_people,
    households,
    people,
    posts,
    relatives,
    units,
)


def parse_line(line: str) -> tuple[tuple[str, str], ...]:
    """`/county:430482/township:430482109/` -> (("county", "430482"), ("township", "430482109"))."""
    parts = [part.split(":", 1) for part in line.strip("/").split("/")]
    return tuple((kind, code) for kind, code in parts)


def line_of(unit: Unit) -> str:
    """The unit's line as the register keeps it."""
    return "/" + "".join(f"{kind}:{code}/" for kind, code in unit.line)


@lru_cache(maxsize=8192)
def unit_of(line: str) -> Unit:
    """The unit at the end of a line: the same again for the same line, for lines are read with every row."""
    parsed = parse_line(line)
    return Unit(code=parsed[-1][1], kind=parsed[-1][0], line=parsed)


def below(line: str) -> sa.ColumnElement[bool]:
    """Units whose line starts with this one: itself and all below."""
    return sa.and_(units.c.line >= line, units.c.line < line[:-1] + "0")  # "0" comes right after "/"


_LINES = sa.select(units.c.line).where(units.c.code.in_(any_of("codes")))


def find_unit(tx: Tx, code: str) -> Unit | None:
    return find_units(tx, [code]).get(code)


def find_units(tx: Tx, codes: Iterable[str]) -> dict[str, Unit]:
    rows = tx.execute(_LINES, {"codes": list(codes)}).scalars()
    return {unit.code: unit for unit in map(unit_of, rows)}


def valid_on(table: sa.Table, day: date | sa.BindParameter[date]) -> sa.ColumnElement[bool]:
    ended = sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= day)
    return sa.and_(table.c.valid_from <= day, ended)


_AT_UNIT = sa.select(
    posts.c.id, posts.c.person, posts.c.role, posts.c.unit.label("place"), posts.c.valid_from, units.c.line
).join(units, units.c.code == posts.c.unit)
_AT_BODY = (
    sa.select(posts.c.id, posts.c.person, posts.c.role, posts.c.body.label("place"), posts.c.valid_from, units.c.line)
    .join(body_units, body_units.c.body == posts.c.body)
    .join(units, units.c.code == body_units.c.unit)
)


_DAY = sa.bindparam("day", type_=sa.Date)


def _posts_where(*wanted: sa.ColumnElement[bool]) -> sa.CompoundSelect[Any]:
    where = sa.and_(*wanted, valid_on(posts, _DAY))
    return sa.union_all(_AT_UNIT.where(where), _AT_BODY.where(where))


_OF_PERSON = _posts_where(posts.c.person == sa.bindparam("person"))


def actor(tx: Tx, person: str, day: date) -> Actor:
    """The person with the posts valid on the day, by id; each with the units it sits at or its body covers."""
    return Actor(person=person, posts=_posts(tx.execute(_OF_PERSON, {"person": person, "day": day}).all()))


def _posts(rows: Sequence[sa.Row[tuple[str, ...]]]) -> tuple[Post, ...]:
    found: dict[str, list[Unit]] = {}
    facts: dict[str, tuple[str, str]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(unit_of(row.line))
        facts[row.id] = (row.role, row.place)
    return tuple(
        Post(id=key, role=facts[key][0], place=facts[key][1], units=tuple(sorted(found[key], key=lambda u: u.code)))
        for key in sorted(found)
    )


_IN_ROLES = posts.c.role.in_(any_of("roles"))
_HOLDERS = _posts_where(_IN_ROLES, units.c.code.in_(any_of("line"))).subquery()
_BY_SERVICE = sa.select(*_HOLDERS.c["role", "person", "place"]).order_by(_HOLDERS.c.valid_from, _HOLDERS.c.id)
_THERE = _posts_where(_IN_ROLES, units.c.code == sa.bindparam("unit")).subquery()
_BY_POST = sa.select(_THERE.c.role, _THERE.c.person).order_by(_THERE.c.id)


def holders(tx: Tx, unit: Unit, roles: Iterable[str], day: date) -> dict[str, tuple[str, ...]]:
    """Role -> people holding it on the line of the unit (there or above), the longest in post first."""
    wanted = list(roles)
    if not wanted:
        return {}
    line = [code for _, code in unit.line]
    rows = tx.execute(_BY_SERVICE, {"roles": wanted, "line": line, "day": day}).all()
    return _by_role(rows, wanted)


def placed(tx: Tx, units: Iterable[str], role: str, day: date) -> list[tuple[str, str]]:
    """(unit or body where the post sits, person) of whoever holds the role at one of these units, or at a body that
    covers one; the longest in post first."""
    rows = tx.execute(_BY_SERVICE, {"roles": [role], "line": list(units), "day": day})
    return list(dict.fromkeys((row.place, row.person) for row in rows))


def holders_at(tx: Tx, unit: str, roles: Iterable[str], day: date) -> dict[str, tuple[str, ...]]:
    """Role -> people holding it at this very unit, or at a body that covers it, by id of the post: the members of its
    meetings."""
    wanted = list(roles)
    return _by_role(tx.execute(_BY_POST, {"roles": wanted, "unit": unit, "day": day}).all(), wanted)


def _by_role(rows: Sequence[Any], wanted: list[str]) -> dict[str, tuple[str, ...]]:
    return {role: tuple(dict.fromkeys(row.person for row in rows if row.role == role)) for role in wanted}


def _members(name: str) -> sa.Subquery:
    """(household, person) of the listed members and of the heads."""
    listed = sa.select(household_people.c.household, household_people.c.person)
    heads = sa.select(households.c.code.label("household"), households.c.head.label("person"))
    return sa.union_all(listed, heads).subquery(name)


def _pairs() -> sa.CompoundSelect[Any]:
    """(person, relative or member of the same household), either way round, of some people on a day."""
    some = any_of("persons")
    related = sa.select(relatives.c.person, relatives.c.other).where(
        valid_on(relatives, _DAY), sa.or_(relatives.c.person.in_(some), relatives.c.other.in_(some))
    )
    mine, theirs = _members("mine"), _members("theirs")
    housed = (
        sa.select(mine.c.person, theirs.c.person.label("other"))
        .join(theirs, theirs.c.household == mine.c.household)
        .where(mine.c.person.in_(some))
    )
    return sa.union_all(related, housed)


_PAIRS = _pairs()


def kin(tx: Tx, persons: Iterable[str], day: date) -> dict[str, frozenset[str]]:
    """Person -> members of the same household and relatives on record on the day."""
    found: dict[str, set[str]] = {person: set() for person in persons}
    for left, right in tx.execute(_PAIRS, {"persons": list(found), "day": day}):
        for one, other in ((left, right), (right, left)):
            if one in found and one != other:
                found[one].add(other)
    return {person: frozenset(others) for person, others in found.items()}


def known(tx: Tx, wanted: Iterable[tuple[str, str]], home: Unit) -> frozenset[tuple[str, str]]:
    """Of (type, code) pairs those that exist for a case of this home: people, units and households of the home or of no
    other one."""
    asked = {kind: [code for found, code in wanted if found == kind] for kind in ("person", "unit", "household")}
    found = {("person", code) for code in people_of(tx, asked["person"], home)}
    found |= {("unit", code) for code, unit in find_units(tx, asked["unit"]).items() if _at_home(unit, home)}
    return frozenset(found | {("household", code) for code in _households(tx, asked["household"], home)})


def people_of(tx: Tx, ids: Collection[str], home: Unit) -> frozenset[str]:
    """Of these people those who exist and are not of another home alone: whoever has posts and households only there is
    unknown here, so that nobody learns his name by trying ids. Who has neither is of no home."""
    if not ids:
        return frozenset()
    asked = {"persons": list(ids)}
    existing = set(tx.execute(_EXISTING, asked).scalars())
    ties: dict[str, list[Unit]] = {}
    for row in tx.execute(_TIED, asked).all():
        ties.setdefault(row.person, []).append(unit_of(row.line))
    return frozenset(each for each in existing if each not in ties or any(_at_home(unit, home) for unit in ties[each]))


def _tied() -> sa.CompoundSelect[Any]:
    """(person, line) of every post some people ever held and every household they belong to."""
    members = _members("members")
    living = sa.select(members.c.person, units.c.line).join(households, households.c.code == members.c.household)
    parts = [
        sa.select(posts.c.person, units.c.line).join(units, units.c.code == posts.c.unit),
        sa.select(posts.c.person, units.c.line)
        .join(body_units, body_units.c.body == posts.c.body)
        .join(units, units.c.code == body_units.c.unit),
        living.join(units, units.c.code == households.c.unit),
    ]
    people_in = [part.selected_columns[0] for part in parts]
    some = any_of("persons")
    return sa.union_all(*(part.where(column.in_(some)) for part, column in zip(parts, people_in, strict=True)))


_TIED = _tied()
_EXISTING = sa.select(people.c.id).where(people.c.id.in_(any_of("persons")))


def _households(tx: Tx, codes: list[str], home: Unit) -> list[str]:
    if not codes:
        return []
    query = sa.select(households.c.code, units.c.line).join(units, units.c.code == households.c.unit)
    rows = tx.execute(query.where(households.c.code.in_(codes))).all()
    return [row.code for row in rows if unit_of(row.line).lies_in(home.code)]


def _at_home(unit: Unit, home: Unit) -> bool:
    """In the home itself, or a unit that belongs to no home at all (a county's department)."""
    return unit.lies_in(home.code) or unit.at(home.kind) is None
