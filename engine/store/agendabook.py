"""The one writer of agendas and decisions; and what waits at a gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine.definition.model import Value
from engine.rules.rulebook import Rulebook
from engine.rules.waiting import states_at_gate
from engine.store.casefile import Held, held_from_row, home_of
from engine.store.db import Tx, any_of
from engine.store.meetingbook import MeetingRow
from engine.store.reach import JOINED
from engine.store.register import line_of
from engine.store.tables import agenda, cases, decisions, history, units

#: Of so many kinds of meetings the statement that finds what waits is kept: building it takes longer than running it.
_QUERIES = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision as recorded: who took it in the chair, and when."""

    case_id: str
    trigger: str
    data: dict[str, Value]
    note: str | None
    actor: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line of an agenda. `number` and `outcome` are set at closing: effective, void, carried, consequence, left or
    waiting; `seq` is the history row it became, `refusal` the code that kept a decision, or the consequence of too many
    carryings over, from taking effect. `added_by` put it there himself, for `added_reason`."""

    case_id: str
    position: int
    arrived_at: datetime
    number: int | None = None
    outcome: str | None = None
    seq: int | None = None
    refusal: str | None = None
    added_by: str | None = None
    added_at: datetime | None = None
    added_reason: str | None = None
    decided: Decided | None = field(default=None)


def waiting_at(
    tx: Tx, meeting: MeetingRow, rulebook: Rulebook, home_level: str, cutoff: datetime | None = None
) -> list[Held]:
    """Cases at the meeting's gate that came there by the cut-off, the longest waiting first."""
    line = line_of(meeting.unit)
    at_home = meeting.unit.at(home_level) is not None
    query = _waiting(rulebook, meeting.workflow, meeting.meeting, at_home, cutoff is not None)
    given: dict[str, Any] = {"line": line, "past_line": line[:-1] + "0"}  # as `register.below` says it
    given |= {"here": meeting.home} if at_home else {}
    rows = tx.execute(query, given | ({"cutoff": cutoff} if cutoff else {})).all()
    return [held_from_row(row) for row in rows]


@lru_cache(_QUERIES)
def _waiting(rulebook: Rulebook, workflow: str, meeting: str, at_home: bool, is_cut: bool) -> sa.Select[Any]:
    """Built once for all meetings of a kind; the unit, and the cut-off where there is one, are bound."""
    gates = [
        sa.and_(
            cases.c.workflow == compiled.workflow.key,
            cases.c.workflow_version == compiled.workflow.version,
            cases.c.state.in_(sorted(states)),
        )
        for compiled in rulebook.all()
        if compiled.workflow.key == workflow and (states := states_at_gate(compiled.workflow, meeting))
    ]
    within = (units.c.line >= sa.bindparam("line"), units.c.line < sa.bindparam("past_line"))
    query = sa.select(cases, units.c.line).select_from(JOINED).where(*within, sa.or_(sa.false(), *gates))
    if at_home:
        query = query.where(cases.c.home == sa.bindparam("here"))
    if is_cut:
        query = query.where(cases.c.entered_at <= sa.bindparam("cutoff"), ~_CAME_AFTER)
    return query.order_by(cases.c.entered_at, cases.c.id)


#: A row brought the case into its state after the cut-off: `back` does, though it does not count as entering.
_CAME_AFTER = sa.exists().where(
    history.c.home == cases.c.home,
    history.c.case_id == cases.c.id,
    history.c.recorded_at > sa.bindparam("cutoff"),
    history.c.target == cases.c.state,
    history.c.source != history.c.target,
)


def fix_agenda(tx: Tx, meeting: MeetingRow, items: Sequence[Item]) -> None:
    """Write the agenda as it stands at opening, in place of what was put there before; positions count from 1."""
    tx.execute(_CLEAR, _here(meeting))
    rows = [_row(meeting, replace(item, position=position)) for position, item in enumerate(items, start=1)]
    if rows:
        tx.execute(sa.insert(agenda), rows)


def add_item(tx: Tx, meeting: MeetingRow, item: Item) -> None:
    """Put one case more on the agenda. It is not there yet."""
    tx.execute(sa.insert(agenda), [_row(meeting, item)])


_ADDED = ("case_id", "position", "arrived_at", "added_by", "added_at", "added_reason")


def _row(meeting: MeetingRow, item: Item) -> dict[str, Any]:
    here = {"home": meeting.home, "meeting_id": meeting.id, "case_home": home_of(item.case_id)}
    return here | {name: getattr(item, name) for name in _ADDED}


def _of_meeting(table: sa.Table) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return table.c.home == sa.bindparam("at_home"), table.c.meeting_id == sa.bindparam("meeting")


def _here(meeting: MeetingRow) -> dict[str, Any]:
    return {"at_home": meeting.home, "meeting": meeting.id}


_AGENDA = sa.select(agenda).where(*_of_meeting(agenda)).order_by(agenda.c.position)
_CLEAR = sa.delete(agenda).where(*_of_meeting(agenda))
_DECISIONS = sa.select(decisions).where(*_of_meeting(decisions))
_DROP_DECISIONS = sa.delete(decisions).where(*_of_meeting(decisions), decisions.c.case_id.in_(any_of("cases")))
_SETTLE = sa.update(agenda).where(*_of_meeting(agenda), agenda.c.case_id == sa.bindparam("case"))


def read_agenda(tx: Tx, meeting: MeetingRow) -> list[Item]:
    """The fixed agenda with the decisions recorded so far, in order."""
    taken = {row.case_id: _decided(row) for row in tx.execute(_DECISIONS, _here(meeting))}
    return [_item(row, taken.get(row.case_id)) for row in tx.execute(_AGENDA, _here(meeting))]


def _decided(row: Any) -> Decided:
    names = ("case_id", "trigger", "data", "note", "actor", "decided_at")
    return Decided(**{name: getattr(row, name) for name in names})


def _item(row: Any, decided: Decided | None) -> Item:
    names = (*_ADDED, "number", "outcome", "seq", "refusal")
    return Item(**{name: getattr(row, name) for name in names}, decided=decided)


def put_decisions(tx: Tx, meeting: MeetingRow, taken: Sequence[Decided]) -> None:
    """Record decisions; a case decided before gets the new one instead."""
    drop_decisions(tx, meeting, [each.case_id for each in taken])
    names = ("case_id", "trigger", "data", "note", "actor", "decided_at")
    rows = [{name: getattr(each, name) for name in names} for each in taken]
    tx.execute(sa.insert(decisions), [row | {"home": meeting.home, "meeting_id": meeting.id} for row in rows])


def drop_decisions(tx: Tx, meeting: MeetingRow, case_ids: Iterable[str]) -> int:
    return tx.execute(_DROP_DECISIONS, _here(meeting) | {"cases": list(case_ids)}).rowcount


def settle_agenda(tx: Tx, meeting: MeetingRow, items: Sequence[Item]) -> None:
    """Keep what became of each item. The texts of a decision that took effect live in the history from now on."""
    names = ("number", "outcome", "seq", "refusal")
    for item in items:
        values = {name: getattr(item, name) for name in names}
        tx.execute(_SETTLE, _here(meeting) | {"case": item.case_id} | values)
    done = [item.case_id for item in items if item.outcome == "effective"]
    if done:
        mine = (decisions.c.home == meeting.home, decisions.c.meeting_id == meeting.id, decisions.c.case_id.in_(done))
        tx.execute(sa.update(decisions).where(*mine).values(data={}, note=None))
