"""Relatives: declared by the person himself, never guessed, so that the rules can keep him out of their matters.

Only the security administrator ends one: whoever could do so himself would be no relative whenever it suits him.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from engine.people.acting import HIMSELF, By
from engine.people.entering import enter_relative, wrong_row
from engine.people.journal import keep
from engine.rules.mask import phone_pattern
from engine.rules.refusals import Forbidden, NotFound
from engine.store.db import Store, Tx, retried
from engine.store.names import people_names
from engine.store.register import find_units, parse_line, people_of, valid_on
from engine.store.sights import within
from engine.store.tables import people, relatives

_MOST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """`person` said that `other` is his relative. `valid_to` is the last day, None while it holds."""

    person: str
    person_name: str
    other: str
    other_name: str
    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """`phone` is masked: it tells two of the same name apart."""

    id: str
    name: str
    phone: str | None


class KinshipService:
    """`day` is the local day of the rules."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @retried
    def declare(self, by: By, other: str, kind: str, day: date) -> Relative:
        """It counts at once. Declared again it stays as it is. Raises Forbidden for an account of nobody; RowRefused,
        also for somebody of another township alone, like for one who is not registered."""
        if by.person is None:
            raise Forbidden("nobodys_account")
        with self.store.begin() as tx:
            if (found := _standing(tx, by.person, other, kind, day)) is None:
                _check_seen(tx, by.person, other, day)
                _declare(tx, by, other, kind, day)
                found = _standing(tx, by.person, other, kind, day)
            return _views(tx, [found])[0]

    @retried
    def end(self, by: By, person: str, other: str, kind: str, day: date) -> None:
        """From today on it counts no more. Raises Forbidden, NotFound."""
        office = by.through("security")
        with self.store.begin() as tx:
            found = _standing(tx, person, other, kind, day)
            if found is None:
                raise NotFound("relative")
            _must_not_be_his(by, person, other)
            row = [relatives.c[name] == getattr(found, name) for name in ("person", "other", "kind", "valid_from")]
            tx.execute(sa.update(relatives).where(*row).values(valid_to=day - timedelta(days=1)))
            keep(tx, by, office, "relative_ended", person, other=other, kind=kind)

    def of(self, by: By, person: str | None = None) -> tuple[Relative, ...]:
        """What is on record about a person from either side, the newest first: of oneself, for `security` and `audit`
        of anybody. Raises Forbidden."""
        wanted = person or by.person
        if wanted is None or wanted != by.person:
            by.through("security", "audit")
        with self.store.read() as tx:
            return _views(tx, _rows(tx, wanted)) if wanted else ()

    def candidates(self, person: str, q: str, day: date) -> tuple[Candidate, ...]:
        """Registered people whom he could name, by name: those of his homes and of none."""
        with self.store.read() as tx:
            query = sa.select(people).where(people.c.name.icontains(q, autoescape=True), people.c.id != person)
            rows = tx.execute(query.order_by(people.c.name, people.c.id).limit(_MOST)).all()
            seen = _seen(tx, person, [row.id for row in rows], day)
            return tuple(
                Candidate(id=row.id, name=row.name, phone=phone_pattern(row.phone) if row.phone else None)
                for row in rows
                if row.id in seen
            )


def _must_not_be_his(by: By, *persons: str) -> None:
    if by.person in persons:
        raise Forbidden("not_for_oneself")


def _declare(tx: Tx, by: By, other: str, kind: str, day: date) -> None:
    span = {"valid_from": day.isoformat(), "valid_to": ""}
    enter_relative(tx, {"person": by.person or "", "other": other, "kind": kind, **span})
    keep(tx, by, HIMSELF, "relative_declared", by.person, other=other, kind=kind)


def _check_seen(tx: Tx, person: str, other: str, day: date) -> None:
    """Names of other townships cannot be tried out by declaring."""
    if other not in _seen(tx, person, [other], day):
        raise wrong_row("other", "unknown_person", value=other)


def _seen(tx: Tx, person: str, ids: list[str], day: date) -> frozenset[str]:
    """Of these people those whom the posts of the person let him know."""
    codes = [parse_line(line)[-1][1] for line in within(tx, person, day).tops]
    known = (people_of(tx, ids, unit) for unit in find_units(tx, codes).values())
    return frozenset(ident for found in known for ident in found)


def _standing(tx: Tx, person: str, other: str, kind: str, day: date) -> Any:
    """The row as it counts on the day, None where there is none."""
    row = sa.and_(relatives.c.person == person, relatives.c.other == other, relatives.c.kind == kind)
    return tx.execute(sa.select(relatives).where(row, valid_on(relatives, day))).first()


def _rows(tx: Tx, person: str) -> Sequence[Any]:
    either = sa.or_(relatives.c.person == person, relatives.c.other == person)
    order = (relatives.c.valid_from.desc(), relatives.c.person, relatives.c.other, relatives.c.kind)
    return tx.execute(sa.select(relatives).where(either).order_by(*order)).all()


def _views(tx: Tx, rows: Sequence[Any]) -> tuple[Relative, ...]:
    names = people_names(tx, {code for row in rows for code in (row.person, row.other)})
    return tuple(
        Relative(**row._asdict(), person_name=names.get(row.person, ""), other_name=names.get(row.other, ""))
        for row in rows
    )
