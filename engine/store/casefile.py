"""Reading cases: who they are, their state, their history and their texts; and the locks the door takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from engine.definition.model import Value
from engine.rules.attempt import Unit
from engine.rules.clocks import NO_DEADLINES, Deadlines
from engine.rules.state import CaseState, Event
from engine.store.db import Tx, any_of
from engine.store.folding import event_from_row, state_from_json
from engine.store.register import unit_of
from engine.store.tables import cases, history, payloads, units


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What never changes about a case."""

    home: str
    id: str
    number: str
    workflow: str
    workflow_version: int
    file_hash: str

    @property
    def rules(self) -> tuple[str, int]:
        """The workflow and its version."""
        return self.workflow, self.workflow_version

    @property
    def file(self) -> tuple[str, int, str]:
        """The very file: workflow, version and hash, as `Rulebook.pinned` asks for it."""
        return self.workflow, self.workflow_version, self.file_hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A case as read or locked: who it is, where it is, its state, the hash its next row hangs on, and its deadlines as
    they were written with the last act, by this version of the calendar (None: by none, or not known). `last_at` is
    when its last row was recorded, None where nobody asked."""

    identity: Identity
    unit: Unit
    state: CaseState
    last_hash: str
    deadlines: Deadlines = NO_DEADLINES
    counted_by: int | None = None
    last_at: datetime | None = field(default=None, compare=False)


_HERE: sa.BindParameter[str] = sa.bindparam("home")
_HELD = (
    sa.select(cases, units.c.line)
    .join(units, units.c.code == cases.c.unit)
    .where(cases.c.home == _HERE, cases.c.id.in_(any_of("ids")))
    .order_by(cases.c.id)
)
_LAST_AT = (
    sa.select(history.c.recorded_at)
    .where(history.c.home == cases.c.home, history.c.case_id == cases.c.id, history.c.seq == cases.c.version)
    .scalar_subquery()
    .label("last_at")
)
_LOCKED = _HELD.add_columns(_LAST_AT).with_for_update(of=cases)
_ONE = (
    sa.select(cases, units.c.line)
    .join(units, units.c.code == cases.c.unit)
    .where(cases.c.home == _HERE, cases.c.id == sa.bindparam("id"))
)
_ONE_LOCKED = _ONE.add_columns(_LAST_AT).with_for_update(of=cases)
_RECORDED_AT = sa.select(history.c.recorded_at).where(
    history.c.home == _HERE, history.c.case_id == sa.bindparam("id"), history.c.seq == sa.bindparam("seq")
)


def home_of(case_id: str) -> str:
    """The home that an id names: everything before the last hyphen."""
    return case_id.rpartition("-")[0]


def held_from_row(row: Any) -> Held:
    identity = Identity(
        home=row.home,
        id=row.id,
        number=row.number,
        workflow=row.workflow,
        workflow_version=row.workflow_version,
        file_hash=row.file_hash,
    )
    return Held(
        identity=identity,
        unit=unit_of(row.line),
        state=state_from_json(row.folded),
        last_hash=row.last_hash,
        deadlines=Deadlines(due=row.due_at, total=row.total_due_at, provisional=bool(row.due_provisional)),
        counted_by=row.calendar_version,
        last_at=getattr(row, "last_at", None),
    )


def by_home(ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids, sorted, by the home they name; homes sorted too."""
    found: dict[str, list[str]] = {}
    for each in sorted(set(ids)):
        found.setdefault(home_of(each), []).append(each)
    return dict(sorted(found.items()))


def read_case(tx: Tx, case_id: str) -> Held | None:
    return read_cases(tx, [case_id]).get(case_id)


def read_cases(tx: Tx, ids: Iterable[str]) -> dict[str, Held]:
    """The cases by id; one that does not exist is left out."""
    return _held(tx, ids, lock=False)


def lock_cases(tx: Tx, ids: Iterable[str]) -> dict[str, Held]:
    """Lock the cases in the order of their ids, so that two callers never wait for each other in a ring. An id that
    does not exist is left out."""
    return {case_id: _dated(tx, held) for case_id, held in _held(tx, ids, lock=True).items()}


def _dated(tx: Tx, held: Held) -> Held:
    """Whoever waited for a lock on PostgreSQL reads the case anew, but not the row that was written meanwhile."""
    if held.last_at is not None:
        return held
    identity = held.identity
    here = {"home": identity.home, "id": identity.id, "seq": held.state.version}
    return replace(held, last_at=tx.execute(_RECORDED_AT, here).scalar())


def _held(tx: Tx, ids: Iterable[str], *, lock: bool) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for home, mine in by_home(ids).items():
        rows = _one(tx, home, mine[0], lock) if len(mine) == 1 else _some(tx, home, mine, lock)
        found |= {row.id: held_from_row(row) for row in rows}
    return found


def _one(tx: Tx, home: str, case_id: str, lock: bool) -> Sequence[Any]:
    """Most ask for one case, and a list has to be written into the statement each time."""
    return tx.execute(_ONE_LOCKED if lock else _ONE, {"home": home, "id": case_id}).all()


def _some(tx: Tx, home: str, ids: list[str], lock: bool) -> Sequence[Any]:
    return tx.execute(_LOCKED if lock else _HELD, {"home": home, "ids": ids}).all()


#: Joins a history row to its payload.
ON_PAYLOAD = sa.and_(
    payloads.c.home == history.c.home, payloads.c.case_id == history.c.case_id, payloads.c.seq == history.c.seq
)
_EVENT = sa.select(history, payloads.c.body).outerjoin(payloads, ON_PAYLOAD)
_EVENTS = _EVENT.where(history.c.home == _HERE, history.c.case_id == sa.bindparam("case")).order_by(history.c.seq)
_EVENTS_UNTIL = _EVENTS.where(history.c.seq <= sa.bindparam("until"))
_EVENTS_AT = _EVENT.where(history.c.home == _HERE, sa.tuple_(history.c.case_id, history.c.seq).in_(any_of("rows")))
_BODIES = sa.select(payloads).where(
    payloads.c.home == _HERE, sa.tuple_(payloads.c.case_id, payloads.c.seq).in_(any_of("rows"))
)
_given = sa.func.unnest(
    sa.bindparam("ids", type_=ARRAY(sa.String)), sa.bindparam("seqs", type_=ARRAY(sa.Integer))
).table_valued("case_id", "seq")
#: The same for PostgreSQL: a hundred parameters of a page take it longer than reading the rows.
_BODIES_BY_ARRAYS = sa.select(payloads).where(
    payloads.c.home == _HERE,
    sa.tuple_(payloads.c.case_id, payloads.c.seq).in_(sa.select(*_given.render_derived(name="given").c)),
)


def read_events(tx: Tx, case_id: str, *, until: int | None = None) -> list[Event]:
    """The history of one case with its payloads, in order; up to row `until` where given."""
    here = {"home": home_of(case_id), "case": case_id}
    rows = tx.execute(_EVENTS, here) if until is None else tx.execute(_EVENTS_UNTIL, here | {"until": until})
    return [event_from_row(row, row.body) for row in rows]


def read_events_at(tx: Tx, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Event]:
    """Single rows of several cases, by (case id, seq)."""
    found: dict[tuple[str, int], Event] = {}
    for home in by_home(case for case, _ in wanted):
        mine = sorted(each for each in wanted if home_of(each[0]) == home)
        for row in tx.execute(_EVENTS_AT, {"home": home, "rows": mine}):
            found[row.case_id, row.seq] = event_from_row(row, row.body)
    return found


def read_texts(tx: Tx, states: Mapping[str, CaseState]) -> dict[str, dict[str, Value]]:
    """Case id -> field -> latest text, of the payloads that the states point to; erased ones are left out."""
    bodies = _bodies(tx, {(case, seq) for case, state in states.items() for seq in state.texts.values()})
    return {
        case: {
            name: bodies[case, seq][name] for name, seq in state.texts.items() if name in bodies.get((case, seq), {})
        }
        for case, state in states.items()
    }


def _bodies(tx: Tx, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Value]]:
    found: dict[tuple[str, int], dict[str, Value]] = {}
    for home in by_home(case for case, _ in wanted):
        mine = sorted(each for each in wanted if home_of(each[0]) == home)
        rows = _bodies_in(tx, home, mine)
        found |= {(row.case_id, row.seq): (row.body or {}).get("data", {}) for row in rows}
    return found


def _bodies_in(tx: Tx, home: str, wanted: list[tuple[str, int]]) -> Sequence[sa.Row[Any]]:
    if tx.dialect.name == "sqlite":
        return tx.execute(_BODIES, {"home": home, "rows": wanted}).all()
    ids, seqs = (list(column) for column in zip(*wanted, strict=True))
    return tx.execute(_BODIES_BY_ARRAYS, {"home": home, "ids": ids, "seqs": seqs}).all()
