"""Entering one row into the register by the same rules as a file of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import ModuleType

import sqlalchemy as sa

from engine.people.importing import people, posts, relatives
from engine.people.importing.outcome import Problems, RowProblem
from engine.people.importing.plan import write
from engine.people.importing.sheet import Row
from engine.store.db import Tx
from engine.store.tables import people as people_table


class RowRefused(Exception):
    """What is wrong with the row, as an import would say it; nothing was written."""

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        super().__init__("; ".join(f"{each.column}:{each.code}" for each in problems))
        self.problems = problems


def wrong_row(column: str, code: str, **facts: object) -> RowRefused:
    return RowRefused((RowProblem(row=1, column=column, code=code, facts=facts),))


def enter_person(tx: Tx, ident: str, name: str, phone: str | None) -> bool:
    """Whether it is new; False where the same person is there. Raises RowRefused, also for an id of somebody else."""
    kept = tx.execute(sa.select(people_table).where(people_table.c.id == ident)).first()
    if kept is not None and (kept.name, kept.phone) != (name, phone):
        raise wrong_row("id", "id_taken", value=ident)
    return _enter(tx, people, {"id": ident, "name": name, "phone": phone or ""})


def enter_post(tx: Tx, cells: Mapping[str, str], roles: frozenset[str]) -> tuple[str, bool]:
    """The id of the post, and whether anything is new. `cells` by column of `posts.COLUMNS`. Raises RowRefused."""
    if cells["role"] and cells["role"] not in roles:
        raise wrong_row("role", "unknown_role", value=cells["role"])
    new = _enter(tx, posts, cells)
    first = date.fromisoformat(cells["valid_from"])
    return posts.post_id(cells["person"], cells["role"], cells["unit"] or None, cells["body"] or None, first), new


def enter_relative(tx: Tx, cells: Mapping[str, str]) -> bool:
    """Whether anything is new. `cells` by column of `relatives.COLUMNS`. Raises RowRefused."""
    return _enter(tx, relatives, cells)


def _enter(tx: Tx, kind: ModuleType, cells: Mapping[str, str]) -> bool:
    problems = Problems()
    plan = kind.plan(tx, [Row(1, cells)], problems)
    if problems:
        raise RowRefused(problems.in_order())
    write(tx, plan)
    return bool(plan.changes)
