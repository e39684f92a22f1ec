"""The one writer of `timers`: the steps of a case's clocks, moved with the case in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.rules.paging import Fired
from engine.rules.timers import Timer
from engine.store.blockedbook import TIMER, unblock
from engine.store.db import Tx
from engine.store.tables import timers

Key = tuple[str, int, int]
_KEY = ("home", "case_id", "clock", "sum", "step")
_AT = sa.and_(*(timers.c[name] == sa.bindparam(f"at_{name}") for name in _KEY))
_DROP = sa.delete(timers).where(_AT)
_ADD = sa.insert(timers)
_MOVE = sa.update(timers).where(_AT)
_OF_CASE = sa.select(timers).where(timers.c.home == sa.bindparam("home"), timers.c.case_id == sa.bindparam("case"))


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTimers:
    """The steps before the clocks of one case now, as `plan` says them."""

    home: str
    case_id: str
    planned: tuple[Timer, ...]


def move_timers(tx: Tx, found: CaseTimers, now: datetime) -> None:
    """Bring the case's timers to the plan. What was done stays done; what had fallen due stays due, wherever the case
    is by now; the rest follows the clocks."""
    there = {_key_of(row): row for row in tx.execute(_OF_CASE, {"home": found.home, "case": found.case_id})}
    planned = {timer.key: timer for timer in found.planned}
    stuck = _again(tx, found, there, planned, now)
    gone = [key for key, row in there.items() if row.done_at is None and key not in planned and row.due_at > now]
    moved = [timer for key, timer in planned.items() if key in there and _is_moved(there[key], timer)]
    fresh = [timer for key, timer in planned.items() if key not in there]
    if gone:
        tx.execute(_DROP, [_at(found, key) for key in gone])
    if moved:
        tx.execute(_MOVE, [{**_at(found, timer.key), **_times(timer), **_retry(timer, stuck, now)} for timer in moved])
    if fresh:
        tx.execute(_ADD, [_row(found, timer) for timer in fresh])


def _again(tx: Tx, found: CaseTimers, there: Mapping[Key, Any], planned: Mapping[Key, Timer],
           now: datetime) -> frozenset[Key]:  # fmt: skip
    """What could not be carried out is tried again now that the case went on, though not before its time, should the
    server's have been set back; where its clock moved on, it waits no more. Returns what that was: it is told by being
    tried at another moment than it fell due."""
    stuck = {key: row for key, row in there.items() if row.done_at is None and row.next_try_at != row.due_at}
    for key, row in stuck.items():
        step = planned.get(key) or _timer_of(row)
        if step.due_at >= now:
            unblock(tx, found.home, TIMER, subject_of(found.case_id, step))
    if stuck:
        tx.execute(_MOVE, [{**_at(found, key), "next_try_at": max(now, row.due_at)} for key, row in stuck.items()])
    return frozenset(stuck)


def _retry(timer: Timer, stuck: frozenset[Key], now: datetime) -> dict[str, datetime]:
    """It fell due anew at another moment that is over: it stays one that could not be carried out."""
    return {"next_try_at": max(now, timer.due_at)} if timer.key in stuck else {}


def subject_of(case_id: str, timer: Timer) -> str:
    """How the step is named in the blocked queue."""
    return f"{case_id}/{timer.clock}/{timer.sum}/{timer.step}"


def _is_moved(row: Any, timer: Timer) -> bool:
    return row.done_at is None and row.due_at != timer.due_at


def _timer_of(row: Any) -> Timer:
    return Timer(clock=row.clock, sum=row.sum, step=row.step, due_at=row.due_at)


def _key_of(row: Any) -> Key:
    return row.clock, row.sum, row.step


def _at(found: CaseTimers, key: Key) -> dict[str, Any]:
    values = (found.home, found.case_id, *key)
    return {f"at_{name}": value for name, value in zip(_KEY, values, strict=True)}


def _times(timer: Timer) -> dict[str, datetime]:
    return {"due_at": timer.due_at, "next_try_at": timer.due_at}


def _row(found: CaseTimers, timer: Timer) -> dict[str, Any]:
    key = {"clock": timer.clock, "sum": timer.sum, "step": timer.step}
    blank = {"done_at": None, "outcome": None, "seq": None}
    return {"home": found.home, "case_id": found.case_id, **key, **_times(timer), **blank}


# --- what was done -------------------------------------------------------------------------------------------------

#: The outcome of a step that was carried out.
FIRED = "fired"
_FIRED = _OF_CASE.where(timers.c.outcome == FIRED, timers.c.seq.is_not(None)).order_by(
    timers.c.done_at, timers.c.due_at, timers.c.clock, timers.c.step
)


def fired_steps(tx: Tx, home: str, case_id: str) -> tuple[Fired, ...]:
    """The steps of the case that were carried out, in that order."""
    rows = tx.execute(_FIRED, {"home": home, "case": case_id})
    return tuple(Fired(clock=row.clock, step=row.step, seq=row.seq, at=row.done_at) for row in rows)


_TO_COME = _OF_CASE.where(timers.c.done_at.is_(None), timers.c.due_at <= sa.bindparam("until"))


def steps_to_come(tx: Tx, home: str, case_id: str, until: datetime) -> tuple[Timer, ...]:
    """The steps of the case that are to be carried out by this moment, those overdue included."""
    rows = tx.execute(_TO_COME, {"home": home, "case": case_id, "until": until})
    return tuple(Timer(clock=row.clock, sum=row.sum, step=row.step, due_at=row.due_at) for row in rows)


# --- what is due ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class DueCase:
    home: str
    case_id: str
    due_at: datetime


_WAITING = sa.and_(timers.c.next_try_at <= sa.bindparam("now"))
_SWEEP = (
    sa.select(timers.c.home, timers.c.case_id, sa.func.min(timers.c.due_at).label("due_at"))
    .where(_WAITING)
    .group_by(timers.c.home, timers.c.case_id)
    .order_by(sa.func.min(timers.c.due_at), timers.c.case_id)
)
_DUE = _OF_CASE.where(_WAITING).order_by(timers.c.due_at, timers.c.clock, timers.c.sum, timers.c.step).limit(2)
_NEXT = sa.select(sa.func.min(timers.c.next_try_at)).where(timers.c.next_try_at <= sa.bindparam("until"))


def cases_due(tx: Tx, now: datetime, limit: int) -> Sequence[DueCase]:
    """Cases with a step to try now, the longest due first. Takes no lock."""
    rows = tx.execute(_SWEEP.limit(limit), {"now": now})
    return [DueCase(home=row.home, case_id=row.case_id, due_at=row.due_at) for row in rows]


def next_due(tx: Tx, home: str, case_id: str, now: datetime) -> Sequence[Timer]:
    """The case's step to try first, and the one after it, so far as there are any; the caller holds the case's lock."""
    rows = tx.execute(_DUE, {"home": home, "case": case_id, "now": now})
    return tuple(_timer_of(row) for row in rows)


def next_moment(tx: Tx, until: datetime) -> datetime | None:
    """The first moment by `until` at which a step is to be tried."""
    moment: datetime | None = tx.execute(_NEXT, {"until": until}).scalar()
    return moment


def settle(tx: Tx, home: str, case_id: str, timer: Timer, *, outcome: str, seq: int, now: datetime) -> None:
    """The step is done with, one way or another, and never again; `seq` is the version of the case it was taken up
    at."""
    found = CaseTimers(home=home, case_id=case_id, planned=())
    done = {"done_at": now, "outcome": outcome, "seq": seq, "next_try_at": None}
    tx.execute(_MOVE, [{**_at(found, timer.key), **done}])


def put_off(tx: Tx, home: str, case_id: str, timer: Timer, until: datetime) -> None:
    """It could not be carried out: try again later."""
    found = CaseTimers(home=home, case_id=case_id, planned=())
    tx.execute(_MOVE, [{**_at(found, timer.key), "next_try_at": until}])
