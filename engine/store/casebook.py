"""The one writer of cases, their history and payloads; the ties are moved along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value, Workflow
from engine.rules.chain import GENESIS, commitment, row_facts, row_hash
from engine.rules.clocks import NO_DEADLINES, Deadlines
from engine.rules.state import CaseState, Event
from engine.rules.timers import Timer
from engine.store.casefile import Identity
from engine.store.db import Tx
from engine.store.folding import state_to_json
from engine.store.outbox import Letter, post
from engine.store.tables import cases, history, payloads
from engine.store.ties import move_ties
from engine.store.timerbook import CaseTimers, move_timers

#: Fields that lists filter by, where a workflow has a choice of that name.
INDEXED_FIELDS = ("category", "urgency")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the door has decided for one case: its state before (None for an opening), after, and the events between,
    each with the salt of its payload. `workflow` is what the case was opened under. `deadlines` and `timers` are those
    after it, `counted_by` the version of the calendar they were counted by; None where the workflow has no clocks.
    `letters` say it to whom it concerns."""

    identity: Identity
    workflow: Workflow
    before: CaseState | None
    after: CaseState
    events: tuple[tuple[Event, str], ...]
    last_hash: str = GENESIS
    deadlines: Deadlines | None = None
    timers: tuple[Timer, ...] | None = None
    letters: tuple[Letter, ...] = ()
    counted_by: int | None = None


class LostUpdate(RuntimeError):
    """A case changed under its lock: a second writer. Never happens while there is one door."""


_OPEN, _APPEND, _KEEP = sa.insert(cases), sa.insert(history), sa.insert(payloads)


def write(tx: Tx, entries: Sequence[Entry]) -> dict[str, str]:
    """Append the events of all entries and bring their case rows to the state after. Returns case id -> last hash.

    Raises LostUpdate when a case is not at the version it was decided on.
    """
    chained = {entry.identity.id: _chain(entry) for entry in entries}
    hashes = {case_id: rows[-1]["hash"] for case_id, rows in chained.items()}
    opened = [entry for entry in entries if entry.before is None]
    moved = [entry for entry in entries if entry.before is not None]
    if opened:
        tx.execute(_OPEN, [_opening_row(entry, hashes[entry.identity.id]) for entry in opened])
    for entry in moved:
        _update(tx, entry, hashes[entry.identity.id])
    tx.execute(_APPEND, [row for rows in chained.values() for row in rows])
    tx.execute(_KEEP, [row for entry in entries for row in _payloads(entry)])
    for entry in entries:
        move_ties(tx, entry.identity.home, entry.identity.id, entry.before, entry.after)
        _move_timers(tx, entry, entry.events[-1][0].recorded_at)
    post(tx, [letter for entry in entries for letter in entry.letters])
    return hashes


def count_again(tx: Tx, entries: Sequence[Entry], now: datetime) -> None:
    """Keep that these cases are counted by another version of the calendar, which changes none of their deadlines: no
    event, only steps that fall due later may move."""
    for entry in entries:
        here = (cases.c.home == entry.identity.home, cases.c.id == entry.identity.id)
        tx.execute(sa.update(cases).where(*here).values(calendar_version=entry.counted_by))
        _move_timers(tx, entry, now)


def _move_timers(tx: Tx, entry: Entry, now: datetime) -> None:
    if entry.timers is not None:
        found = CaseTimers(home=entry.identity.home, case_id=entry.identity.id, planned=entry.timers)
        move_timers(tx, found, now)


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


def _moving_columns(entry: Entry, last_hash: str) -> dict[str, Any]:
    state, dates = entry.after, entry.deadlines or NO_DEADLINES
    return {
        "due_at": dates.due,
        "total_due_at": dates.total,
        "due_provisional": dates.provisional,
        "calendar_version": entry.counted_by,
        "state": state.state,
        "level": state.level,
        "version": state.version,
        "entered_at": state.stay.at,
        "closed_at": state.closed_at,
        "last_hash": last_hash,
        "folded": state_to_json(state),
        **{name: indexed(state.values.get(name)) for name in INDEXED_FIELDS},
    }


def indexed(value: Value) -> str | None:
    """A choice as lists filter by it."""
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
        **_moving_columns(entry, last_hash),
    }


_UPDATE = sa.update(cases).where(
    cases.c.home == sa.bindparam("at_home"),
    cases.c.id == sa.bindparam("case"),
    cases.c.version == sa.bindparam("seen"),
)


def _update(tx: Tx, entry: Entry, last_hash: str) -> None:
    assert entry.before is not None
    here = {"at_home": entry.identity.home, "case": entry.identity.id, "seen": entry.before.version}
    done = tx.execute(_UPDATE, here | _moving_columns(entry, last_hash))
    if done.rowcount != 1:
        raise LostUpdate(entry.identity.id)
