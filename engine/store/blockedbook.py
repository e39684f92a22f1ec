"""The one writer of `blocked`: what could not be carried out waits there to be seen (law 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from engine.definition.model import Value
from engine.store.db import Tx
from engine.store.tables import blocked

#: What can stand in the queue: a step of a clock, a letter, a meeting that was missed, a case carried over too often, a
#: case whose deadlines a new calendar could not recount, a checkpoint that nothing signs.
TIMER, MESSAGE, MEETING, CARRY_OVER, CALENDAR, PROOF = KINDS = (
    "timer", "message", "meeting", "carry_over", "calendar", "proof",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """Something of one of the `KINDS` that could not be carried out, named by
    `subject` in its kind. `code` and `facts` say why; `unit` is the place it is about; by `attend_by` somebody should
    have looked."""

    home: str
    kind: str
    subject: str
    unit: str
    code: str
    since: datetime
    attend_by: datetime
    tried_at: datetime
    case_id: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    tries: int = 1


_KEY = ("home", "kind", "subject")
_THIS = sa.and_(*(blocked.c[name] == sa.bindparam(f"at_{name}") for name in _KEY))
_TRIES = sa.select(blocked.c.tries).where(_THIS)
_AGAIN, _GONE = sa.update(blocked).where(_THIS), sa.delete(blocked).where(_THIS)


def _at(home: str, kind: str, subject: str) -> dict[str, str]:
    return {"at_home": home, "at_kind": kind, "at_subject": subject}


def block(tx: Tx, found: Blocked) -> int:
    """Put it into the queue. What is there already keeps since when and by when, and is counted as tried once more.
    Returns how often it was tried."""
    here = _at(found.home, found.kind, found.subject)
    tries = tx.execute(_TRIES, here).scalar()
    if tries is None:
        row = {column.name: getattr(found, column.name) for column in blocked.columns}
        tx.execute(sa.insert(blocked), [{**row, "facts": dict(found.facts)}])
        return found.tries
    again = {"code": found.code, "facts": dict(found.facts), "tried_at": found.tried_at, "tries": tries + 1}
    tx.execute(_AGAIN, {**here, **again})
    return int(tries) + 1


def unblock(tx: Tx, home: str, kind: str, subject: str) -> None:
    """It was carried out, or nothing is left to carry out."""
    tx.execute(_GONE, _at(home, kind, subject))


def blocked_of(cases: sa.Table) -> sa.ColumnElement[bool]:
    """Joins what waits to its case."""
    return sa.and_(blocked.c.home == cases.c.home, blocked.c.case_id == cases.c.id)


def blocked_of_kind(tx: Tx, kind: str) -> list[Blocked]:
    """Everything of one kind that waits, in all homes."""
    rows = tx.execute(sa.select(blocked).where(blocked.c.kind == kind).order_by(blocked.c.since, blocked.c.subject))
    return [Blocked(**row._mapping) for row in rows]
