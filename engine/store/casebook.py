"""The one writer of cases, their ties, history and payloads; and the locks the door takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.rules.attempt import Unit
from engine.rules.chain import GENESIS, commitment, row_facts, row_hash
from engine.rules.state import CaseState, Event
from engine.store.db import Tx
from engine.store.folding import event_from_row, state_from_json, state_to_json
from engine.store.register import unit_of
from engine.store.tables import cases, history, payloads, units
from engine.store.ties import move_ties

#: Fields that lists filter by, where a workflow has a choice of that name.
INDEXED_FIELDS = ("category", "urgency")


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What never changes about a case."""

    home: str
    id: str
    number: str
    workflow: str
    workflow_version: int
    file_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A case as read or locked: who it is, where it is, its state, and the hash its next row hangs on."""

    identity: Identity
    unit: Unit
    state: CaseState
    last_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the door has decided for one case: its state before (None for an opening), after, and the events between,
    each with the salt of its payload."""

    identity: Identity
    before: CaseState | None
    after: CaseState
    events: tuple[tuple[Event, str], ...]
    last_hash: str = GENESIS


_HELD = sa.select(cases, units.c.line).join(units, units.c.code == cases.c.unit)


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
    return Held(identity=identity, unit=unit_of(row.line), state=state_from_json(row.folded), last_hash=row.last_hash)


def read_case(tx: Tx, case_id: str) -> Held | None:
    row = tx.execute(_HELD.where(cases.c.home == home_of(case_id), cases.c.id == case_id)).first()
    return held_from_row(row) if row else None


def lock_cases(tx: Tx, ids: Iterable[str]) -> dict[str, Held]:
    """Lock the cases in the order of their ids, so that two callers never wait for each other in a ring. An id that
    does not exist is left out."""
    wanted = sorted(set(ids))
    found: dict[str, Held] = {}
    for home in sorted({home_of(each) for each in wanted}):
        mine = [each for each in wanted if home_of(each) == home]
        query = _HELD.where(cases.c.home == home, cases.c.id.in_(mine)).order_by(cases.c.id)
        rows = tx.execute(query.with_for_update(of=cases)).all()
        found |= {row.id: held_from_row(row) for row in rows}
    return found


class LostUpdate(RuntimeError):
    """A case changed under its lock: a second writer. Never happens while there is one door."""


def write(tx: Tx, entries: Sequence[Entry]) -> dict[str, str]:
    """Append the events of all entries and bring their case rows to the state after. Returns case id -> last hash.

    Raises LostUpdate when a case is not at the version it was decided on.
    """
    chained = {entry.identity.id: _chain(entry) for entry in entries}
    hashes = {case_id: rows[-1]["hash"] for case_id, rows in chained.items()}
    opened = [entry for entry in entries if entry.before is None]
    moved = [entry for entry in entries if entry.before is not None]
    if opened:
        tx.execute(sa.insert(cases), [_opening_row(entry, hashes[entry.identity.id]) for entry in opened])
    for entry in moved:
        _update(tx, entry, hashes[entry.identity.id])
    tx.execute(sa.insert(history), [row for rows in chained.values() for row in rows])
    tx.execute(sa.insert(payloads), [row for entry in entries for row in _payloads(entry)])
    for entry in entries:
        move_ties(tx, entry.identity.home, entry.identity.id, entry.before, entry.after)
    return hashes


def _chain(entry: Entry) -> list[dict[str, Any]]:
    rows, previous = [], entry.last_hash
    for event, salt in entry.events:
        facts = row_facts(entry.identity.home, entry.identity.id, event)
        committed = commitment(salt, event.payload)
        hashed = row_hash(facts, committed, previous)
        times = {"occurred_at": event.occurred_at, "recorded_at": event.recorded_at, "client_at": event.client_at}
        rows.append({**facts, **times, "commitment": committed, "previous": previous, "hash": hashed})
        previous = hashed
    return rows


def _payloads(entry: Entry) -> Iterable[dict[str, Value]]:
    home, case_id = entry.identity.home, entry.identity.id
    for event, salt in entry.events:
        yield {"home": home, "case_id": case_id, "seq": event.seq, "body": dict(event.payload), "salt": salt}


def _moving_columns(state: CaseState, last_hash: str) -> dict[str, Any]:
    return {
        "state": state.state,
        "level": state.level,
        "version": state.version,
        "entered_at": state.stay.at,
        "closed_at": state.closed_at,
        "last_hash": last_hash,
        "folded": state_to_json(state),
        **{name: _indexed(state.values.get(name)) for name in INDEXED_FIELDS},
    }


def _indexed(value: Value) -> str | None:
    return value if isinstance(value, str) and len(value) <= 80 else None


def _opening_row(entry: Entry, last_hash: str) -> dict[str, Any]:
    identity = entry.identity
    return {
        "home": identity.home,
        "id": identity.id,
        "number": identity.number,
        "workflow": identity.workflow,
        "workflow_version": identity.workflow_version,
        "file_hash": identity.file_hash,
        "unit": entry.after.unit,
        "opened_at": entry.after.opened_at,
        **_moving_columns(entry.after, last_hash),
    }


def _update(tx: Tx, entry: Entry, last_hash: str) -> None:
    assert entry.before is not None
    here = (cases.c.home == entry.identity.home, cases.c.id == entry.identity.id)
    done = tx.execute(
        sa.update(cases)
        .where(*here, cases.c.version == entry.before.version)
        .values(**_moving_columns(entry.after, last_hash))
    )
    if done.rowcount != 1:
        raise LostUpdate(entry.identity.id)


def read_events(tx: Tx, case_id: str, *, until: int | None = None) -> list[Event]:
    """The history of one case with its payloads, in order; up to row `until` where given."""
    home = home_of(case_id)
    on = sa.and_(
        payloads.c.home == history.c.home, payloads.c.case_id == history.c.case_id, payloads.c.seq == history.c.seq
    )
    query = (
        sa.select(history, payloads.c.body)
        .join(payloads, on)
        .where(history.c.home == home, history.c.case_id == case_id)
        .order_by(history.c.seq)
    )
    if until is not None:
        query = query.where(history.c.seq <= until)
    return [event_from_row(row, row.body) for row in tx.execute(query).all()]


def read_texts(
    tx: Tx, states: Mapping[str, CaseState], only: frozenset[str] | None = None
) -> dict[str, dict[str, Value]]:
    """Case id -> field -> latest text, of the payloads that the states point to; erased ones are left out."""
    wanted = {(case, seq) for case, state in states.items() for name, seq in state.texts.items()
              if only is None or name in only}  # fmt: skip
    bodies = _bodies(tx, wanted)
    return {
        case: {
            name: bodies[case, seq][name]
            for name, seq in state.texts.items()
            if name in bodies.get((case, seq), {}) and (only is None or name in only)
        }
        for case, state in states.items()
    }


def _bodies(tx: Tx, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Value]]:
    found: dict[tuple[str, int], dict[str, Value]] = {}
    for home in {home_of(case) for case, _ in wanted}:
        mine = [(case, seq) for case, seq in wanted if home_of(case) == home]
        here = sa.tuple_(payloads.c.case_id, payloads.c.seq).in_(mine)
        rows = tx.execute(sa.select(payloads).where(payloads.c.home == home, here)).all()
        found |= {(row.case_id, row.seq): (row.body or {}).get("data", {}) for row in rows}
    return found
