"""Bringing the organisation in: units, bodies, people, posts, households and relatives from CSV files.

A file is taken whole or not at all, and the same file may be taken again: what is there already stays, what says
otherwise is changed, what a file does not name is left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from engine.people.acting import by_command
from engine.people.errors import Wrong
from engine.people.importing import bodies, households, people, posts, relatives, units
from engine.people.importing.outcome import PROBLEM_CODES, Change, Outcome, Problems, RowProblem
from engine.people.importing.plan import Plan, write
from engine.people.importing.sheet import SIZE_LIMIT, Row, read_sheet
from engine.people.journal import keep
from engine.store.db import Store, Tx, retried
from engine.store.tables import settings

__all__ = ["KINDS", "PROBLEM_CODES", "SIZE_LIMIT", "Change", "ImportService", "Outcome", "RowProblem"]


@dataclass(frozen=True, slots=True)
class _Kind:
    columns: tuple[str, ...]
    plan: Callable[[Tx, list[Row], Problems], Plan]


_KINDS = {
    "units": _Kind(units.COLUMNS, units.plan),
    "bodies": _Kind(bodies.COLUMNS, bodies.plan),
    "people": _Kind(people.COLUMNS, people.plan),
    "posts": _Kind(posts.COLUMNS, posts.plan),
    "households": _Kind(households.COLUMNS, households.plan),
    "relatives": _Kind(relatives.COLUMNS, relatives.plan),
}
#: What may be imported, in the order in which the files refer to each other.
KINDS = tuple(_KINDS)


class ImportService:
    """Both methods read UTF-8 CSV with a header row, up to `SIZE_LIMIT` bytes, and raise `Wrong` for an unknown kind or
    a database that was not set up."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def preview(self, kind: str, data: bytes) -> Outcome:
        """What `apply` would do; writes nothing."""
        sheet, problems = _read(kind, data)
        with self.store.read() as tx:
            return _outcome(kind, _plan(tx, kind, sheet, problems), problems, written=False)

    def apply(self, kind: str, data: bytes) -> Outcome:
        """Take the file over, unless there is any problem: then nothing is written and all problems are told."""
        return self._apply(kind, hashlib.sha256(data).hexdigest(), *_read(kind, data))

    def roles_named(self, data: bytes) -> frozenset[str]:
        """The roles in a file of posts: whether any rules know them is not for the register to say."""
        sheet, _ = _read("posts", data)
        return frozenset(row.cells["role"] for row in sheet if row.cells["role"])

    @retried
    def _apply(self, kind: str, sha256: str, sheet: list[Row], known: Problems) -> Outcome:
        by = by_command()
        with self.store.begin() as tx:
            _wait_for_turn(tx)
            problems = known.copy()
            plan = _plan(tx, kind, sheet, problems)
            outcome = _outcome(kind, plan, problems, written=not problems)
            if not problems:
                write(tx, plan)
                counts = {"added": outcome.added, "changed": outcome.changed}
                keep(tx, by, by.through(), "imported", kind, sha256=sha256, **counts)
            return outcome


def _wait_for_turn(tx: Tx) -> None:
    """One import at a time: two that see the tree of units as it was would draw wrong lines together."""
    tx.execute(sa.select(settings.c.name).where(settings.c.name == "home_level").with_for_update())


def _read(kind: str, data: bytes) -> tuple[list[Row], Problems]:
    if kind not in _KINDS:
        raise Wrong("unknown_import", kind=kind, known=KINDS)
    problems = Problems()
    return read_sheet(data, _KINDS[kind].columns, problems), problems


def _plan(tx: Tx, kind: str, sheet: list[Row], problems: Problems) -> Plan:
    return _KINDS[kind].plan(tx, sheet, problems)


def _outcome(kind: str, plan: Plan, problems: Problems, *, written: bool) -> Outcome:
    return Outcome(
        kind=kind,
        changes=plan.changes,
        unchanged=plan.unchanged,
        problems=problems.in_order(),
        written=written,
    )
