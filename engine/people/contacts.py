"""Whom somebody may telephone: the holders of posts up his own line, with their numbers.

Everywhere else a telephone is masked. These are work contacts of officials at one's own place and above, which a
township hands out on paper; whoever holds no post gets none, and nobody gets those of people below or beside him.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from engine.rules.attempt import Unit
from engine.store.db import Tx
from engine.store.register import actor, find_unit, valid_on
from engine.store.settings import read_setting
from engine.store.tables import bodies, body_units, people, posts, units


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One post of one person; `phone` as it is in the register, None where it has none. `place` is the code of the unit
    or body where the post sits."""

    person: str
    name: str
    phone: str | None
    role: str
    place: str
    place_name: str
    place_kind: str


def contacts_up(tx: Tx, person: str, day: date, unit: str | None = None,
                roles: Collection[str] | None = None) -> tuple[Contact, ...]:  # fmt: skip
    """Holders of posts at the units of one's own posts and above, up to the home level, and at bodies that cover one of
    these; not oneself. The nearest place first, then by role and name. `unit` leaves those on the line of that unit
    (nothing where none of one's posts reaches it), `roles` those who hold one of them."""
    own = actor(tx, person, day).posts
    target = find_unit(tx, unit) if unit is not None else None
    if unit is not None and (target is None or not any(post.reaches(target) for post in own)):
        return ()
    level = str(read_setting(tx, "home_level"))
    steps = _steps((each for post in own for each in post.units), level)
    if target is not None:
        steps = {code: away for code, away in steps.items() if target.lies_in(code)}
    return _held(tx, person, day, steps, roles) if steps else ()


def _steps(own: Iterable[Unit], level: str) -> dict[str, int]:
    """Code of each unit on the lines, up to the home or (where there is none) the unit alone -> steps up to it."""
    found: dict[str, int] = {}
    for unit in own:
        home = unit.at(level) or unit.code
        for away, (_, code) in enumerate(reversed(unit.line)):
            found[code] = min(away, found.get(code, away))
            if code == home:
                break
    return found


def _held(tx: Tx, person: str, day: date, steps: dict[str, int], roles: Collection[str] | None) -> tuple[Contact, ...]:
    covered = _covering(tx, steps)
    away = {**{body: min(steps[unit] for unit in found) for body, found in covered.items()}, **steps}
    placed = sa.or_(posts.c.unit.in_(sorted(steps)), posts.c.body.in_(sorted(covered)))
    wanted = [placed, valid_on(posts, day), posts.c.person != person]
    if roles is not None:
        wanted.append(posts.c.role.in_(sorted(roles)))
    rows = tx.execute(_HOLDERS.where(*wanted)).all()
    nearest = sorted(rows, key=lambda row: (away[row.place], row.role, row.name, row.id))
    return tuple(_contact(row) for row in nearest)


def _covering(tx: Tx, steps: Collection[str]) -> dict[str, list[str]]:
    """Body -> those of the units that it covers."""
    found: dict[str, list[str]] = {}
    for row in tx.execute(sa.select(body_units).where(body_units.c.unit.in_(sorted(steps)))):
        found.setdefault(row.body, []).append(row.unit)
    return found


_PLACE = sa.func.coalesce(posts.c.unit, posts.c.body)
_HOLDERS = (
    sa.select(
        posts.c.id,
        posts.c.person,
        posts.c.role,
        people.c.name,
        people.c.phone,
        _PLACE.label("place"),
        sa.func.coalesce(units.c.name, bodies.c.name).label("place_name"),
        sa.func.coalesce(units.c.kind, bodies.c.kind).label("place_kind"),
    )
    .join(people, people.c.id == posts.c.person)
    .outerjoin(units, units.c.code == posts.c.unit)
    .outerjoin(bodies, bodies.c.code == posts.c.body)
)


def _contact(row: Any) -> Contact:
    return Contact(
        person=row.person,
        name=row.name,
        phone=row.phone or None,
        role=row.role,
        place=row.place,
        place_name=row.place_name,
        place_kind=row.place_kind,
    )
